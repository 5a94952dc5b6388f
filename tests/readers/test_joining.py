"""Joining: several exports, one person, nothing twice, one that breaks stops nobody."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.finding import Found
from sennight.readers.joining import SAME_PERSON, join
from sennight.readers.reader import Reading, ReadReport
from sennight.readers.samples import REPEATED
from sennight.record import Clock, Fact, Facts, Person, Recording, channel


def recording(person: str, device: str, minutes: range, *, source: str) -> Recording:
    return Recording.from_samples(
        person=person,
        device=device,
        channel=channel("steps"),
        times_utc=np.array([60 * m for m in minutes], dtype=np.int64),
        utc_offset_s=3_600,
        values=np.array([m % 50 for m in minutes], dtype=np.float32),
        clock=Clock.INSTANT,
        source=source,
        source_sha256=source,
    )


class Fake:
    """A reader whose exports are described here."""

    title = "fake"

    def __init__(self, name: str, device: str, minutes: range, *, personal: bool = True, breaks: str = "") -> None:
        self.name, self.device, self.minutes, self.personal, self.breaks = name, device, minutes, personal, breaks

    def claims(self, path: Path) -> bool:
        return True

    def read(self, path: Path) -> Reading:
        if self.breaks == "at once":
            raise ReadError("a damaged file", where=str(path))
        report = ReadReport(reader=self.name, source=str(path), files=1, bytes_read=10)
        person = f"{self.name}-{path.stem}"

        def people() -> Iterator[Person]:
            made = recording(person, self.device, self.minutes, source=path.name)
            report.keep(seen=len(made.values))
            report.devices[self.device] += len(made.values)
            yield Person(id=person, recordings=(made,))
            if self.breaks == "later":
                raise ReadError("cut short", where=str(path))

        facts = Facts.from_rows([Fact(person, "weight_kg", 70.0, "kg", path.name)])
        return Reading(
            people=people(), facts=facts, report=report, n_people=1, channels=("steps",), personal=self.personal
        )


SOURCE = Path("home")


def found(*readers: Fake) -> list[Found]:
    return [Found(reader=r, path=SOURCE / f"{r.name}.zip") for r in readers]


def test_exports_of_ones_own_become_one_person_with_all_devices_and_facts() -> None:
    reading = join(found(Fake("a", "watch", range(10)), Fake("b", "phone", range(5, 30))), source=SOURCE)
    (person,) = reading.people
    assert person.id == "person-home"
    assert [(r.device, len(r.values)) for r in person.recordings] == [("phone", 25), ("watch", 10)]
    assert reading.facts.people == ("person-home",)
    assert any(note.startswith(SAME_PERSON) for note in reading.report.notes)
    assert reading.n_people == 1
    assert reading.personal


def _together(order: Callable[[list[Found]], list[Found]]) -> tuple[list[int], list[float], ReadReport]:
    exports = found(Fake("old", "watch", range(100)), Fake("new", "watch", range(60, 200)))
    reading = join(order(exports), source=SOURCE)
    (person,) = reading.people
    (one,) = person.recordings
    return one.times_utc.tolist(), one.values.tolist(), reading.report


def test_exports_that_overlap_count_once_in_either_order() -> None:
    """I-10."""
    times, values, report = _together(list)
    assert times == [60 * m for m in range(200)]
    assert report.dropped == {REPEATED: 40}
    assert report.records_seen == 240 == report.records_kept + report.records_dropped
    assert report.devices == {"watch": 200}
    assert _together(lambda exports: exports[::-1])[:2] == (times, values)


@pytest.mark.parametrize("breaks", ["at once", "later"])
def test_one_that_breaks_stops_nobody_and_is_named(breaks: str) -> None:
    """I-11, failure 35."""
    reading = join(found(Fake("a", "watch", range(9), breaks=breaks), Fake("b", "phone", range(9))), source=SOURCE)
    (person,) = reading.people
    assert "phone" in {r.device for r in person.recordings}
    assert list(reading.report.failed) == ["a.zip"]
    assert reading.report.partial


def test_if_all_break_it_is_an_error() -> None:
    with pytest.raises(ReadError, match="none of the 2 exports"):
        join(
            found(Fake("a", "x", range(3), breaks="at once"), Fake("b", "x", range(3), breaks="at once")), source=SOURCE
        )


def test_devices_of_a_study_stay_a_person_a_file_and_equal_names_are_told_apart() -> None:
    reader = Fake("study", "watch", range(3), personal=False)
    files = [Found(reader=reader, path=SOURCE / site / "01.bin") for site in ("graz", "wien")]
    reading = join(files, source=SOURCE)
    assert [p.id for p in reading.people] == ["study-01", "study-01-wien"]
    assert reading.n_people == 2
    assert not reading.personal


def test_a_file_that_one_reader_leaves_and_another_reads_is_not_left_alone(tmp_path: Path) -> None:
    class Leaving(Fake):
        def __init__(self, name: str, left: dict[str, int]) -> None:
            super().__init__(name, name, range(5), personal=False)
            self.left = left

        def read(self, path: Path) -> Reading:
            reading = super().read(path)
            reading.report.unknown.update({**self.left, "record: altitude": 2})
            return reading

    one = Leaving("one", {"file .cwa": 3, "file .pdf": 1})
    two = Leaving("two", {"file .gt3x": 7, "file .pdf": 1})
    reading = join([Found(reader=r, path=tmp_path) for r in (one, two)], source=tmp_path)
    assert len(list(reading.people)) == 2
    assert reading.report.unknown == {"record: altitude": 4, "file .pdf": 1}
    alone = join([Found(reader=one, path=tmp_path), Found(reader=two, path=tmp_path / "b")], source=tmp_path)
    list(alone.people)
    assert alone.report.unknown["file .cwa"] == 3
