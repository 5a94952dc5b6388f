"""Import: an export becomes part of a person's own home, beside what was imported before."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sennight.agent.home import build_days, open_person
from sennight.agent.person import OpenPerson
from sennight.errors import InputError
from sennight.readers import ReadReport, read
from sennight.record import Facts, Person
from sennight.store.home import Home

MOST_NAMED = 5


@dataclass(frozen=True, kw_only=True, eq=False)
class Imported:
    """What came of an import: whether anything was new, the read report, and the person as they are now."""

    new: bool
    report: ReadReport
    person: OpenPerson


def import_export(
    source: str | Path, home: Path, *, person: str = "", mapping: Path | None = None,
    progress: Callable[[int, int | None], None] | None = None,
) -> Imported:  # fmt: skip
    """Read an export and add it to a home. The same export twice changes nothing; a newer one is joined to the older.

    `person` chooses one of several people that an export holds. Raises: ReadError, PrepareError, StoreError.
    """
    kept = Home(home.expanduser())
    reading = read(source, mapping=mapping)
    chosen, others = _choose(reading.people, person, progress, reading.facts)
    facts = reading.facts.of([chosen.id])
    lock = kept.lock()
    try:
        kept = Home(home.expanduser())
        mine = kept.person or chosen.id
        # A personal export names its person by chance: it is whoever owns this home.
        owner = mine if reading.personal or others == 0 else chosen.id
        new = kept.add(
            chosen.recordings, facts, person=owner, source=Path(str(source)).name, reader=reading.report.reader
        )
        if new or kept.empty:
            build_days(kept)
    finally:
        lock.release()
    return Imported(new=new, report=reading.report, person=open_person(home))


def _choose(
    people: object, wanted: str, progress: Callable[[int, int | None], None] | None, facts: Facts
) -> tuple[Person, int]:
    """The person asked for, and how many others the export holds (0 or more)."""
    names, found = [], None
    for n, one in enumerate(people, start=1):  # type: ignore[arg-type, var-annotated]
        names.append(one.id)
        if one.id == wanted or (not wanted and found is None):
            found = one
        if progress:
            progress(n, None)
        if wanted and found is not None:
            break
    if found is None and not wanted and len(facts.people) == 1:
        return Person(id=facts.people[0], recordings=()), 0
    if found is None and wanted in facts.people:
        return Person(id=wanted, recordings=()), 1
    known = names or list(facts.people)
    if found is None:
        raise InputError(
            f"this export holds no person '{wanted}'" if wanted else "this export holds nobody with minutes",
            todo=f"It holds {_few(known)}." if known else "",
        )
    if not wanted and len(names) > 1:
        raise InputError(f"this export holds {len(names)} people", todo=f"Choose one with --person: {_few(names)}.")
    return found, max(len(names) - 1, 1 if wanted else 0)


def _few(names: list[str]) -> str:
    return ", ".join(names[:MOST_NAMED]) + (f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else "")
