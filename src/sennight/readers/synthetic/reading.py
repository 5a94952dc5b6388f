"""The reader of synthetic cohorts: people made one at a time, with truths that can be looked up.

Every person is a pure function of the seed, their index and the number of days; nothing is read from disk
except the few lines that ask for a cohort.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from sennight.errors import ReadError
from sennight.readers.reader import Reading, ReadReport
from sennight.readers.synthetic.days import DEFAULT_CHANNELS, record
from sennight.readers.synthetic.health import facts
from sennight.readers.synthetic.person import Truths, draw_truths
from sennight.readers.synthetic.words import CohortSpec, is_word, is_yaml, parse_word, parse_yaml
from sennight.record import Person


def truths(people: int = 300, seed: int = 0, *, days: int = 8) -> list[Truths]:
    """What is planted in each person, in the order in which they are read."""
    return [draw_truths(index, seed=seed, days=days) for index in range(people)]


def cohort(*, people: int = 300, days: int = 8, seed: int = 0, channels: Sequence[str] = DEFAULT_CHANNELS) -> Reading:
    """Make a synthetic cohort. The first date of each person begins in the morning, the last ends at midnight.

    Raises: ReadError if a number or a channel is not possible.
    """
    return _reading(CohortSpec(people=people, days=days, seed=seed, channels=tuple(channels)))


def _reading(spec: CohortSpec, *, file: Path | None = None) -> Reading:
    planted = truths(spec.people, spec.seed, days=spec.days)
    report = ReadReport(
        reader=SyntheticReader.name,
        source=str(spec),
        files=1 if file else 0,
        bytes_read=file.stat().st_size if file else 0,
        notes=["synthetic people: nothing here was measured on anybody"],
    )
    return Reading(
        people=_people(planted, spec.channels, report),
        facts=facts(planted),
        report=report,
        n_people=spec.people,
        channels=spec.channels,
    )


def _people(planted: list[Truths], channels: tuple[str, ...], report: ReadReport) -> Iterator[Person]:
    for truth in planted:
        person = record(truth, channels=channels)
        for recording in person.recordings:
            report.keep(
                len(recording.values) + recording.n_rejected,
                recording.n_rejected,
                f"{recording.channel.name} out of range",
            )
        yield person


class SyntheticReader:
    """Claims the word `synthetic`, `synthetic:people=300,seed=7,days=8`, and YAML files with that key."""

    name = "synthetic"
    title = "Synthetic people with known truths"

    def claims(self, path: Path | str) -> bool:
        """Is this a request for synthetic people? Never raises."""
        return is_word(Path(path)) or is_yaml(Path(path))

    def read(self, path: Path | str) -> Reading:
        """Make the cohort that is asked for. Raises: ReadError naming the nearest key."""
        path = Path(path)
        if is_word(path):
            return _reading(parse_word(str(path)))
        if is_yaml(path):
            return _reading(parse_yaml(path), file=path)
        raise ReadError(
            "this does not ask for synthetic people",
            where=str(path),
            todo="Write 'synthetic', 'synthetic:people=300,seed=7,days=8', or a YAML file with the key 'synthetic'.",
        )


READER = SyntheticReader()
