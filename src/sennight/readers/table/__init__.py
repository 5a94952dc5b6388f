"""CSV and Parquet tables of minutes or of days, one person or many, by a small mapping file.

A mapping says which column is which (see `mapping`); mappings of public data sets ship, and a table whose columns
are named as in the channel registry needs none. One group of files that share people is in memory at a time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sennight.errors import ReadError
from sennight.readers.guard import Member
from sennight.readers.reader import Reading, ReadReport
from sennight.readers.table.facts import facts_of
from sennight.readers.table.files import frame_of, header_of
from sennight.readers.table.mapping import Mapping, MinuteTableFile, builtin_mappings
from sennight.readers.table.plan import Plan, find_plan, offered_at, plan_at, why_not
from sennight.readers.table.rows import block_of, people_of, recordings_of, source_columns
from sennight.readers.table.self_described import starter_text
from sennight.record import Clock, FactColumn, Facts, Person

__all__ = ["READER", "TableReader", "read_plan", "starter_mapping", "why_not"]


class TableReader:
    """The reader of tables."""

    name = "table"
    title = "CSV and Parquet tables, with a mapping"

    def claims(self, path: Path) -> bool:
        """A table, or a folder of tables, that a shipped mapping or its own column names explain."""
        try:
            return find_plan(offered_at(path)) is not None
        except (ReadError, OSError, ValueError):
            return False

    def read(self, path: Path, *, mapping: Path | None = None) -> Reading:
        """Read it, by the mapping given or by the one that fits.

        Raises: ReadError if no mapping fits, or a file is damaged.
        """
        return read_plan(plan_at(path, mapping=mapping), reader=self.name, source=str(path))


READER = TableReader()


def knows_layout(path: Path) -> bool:
    """Whether a shipped mapping finds its minutes in this folder: a public data set as it was published."""
    try:
        plan = find_plan(offered_at(path))
    except (ReadError, OSError, ValueError):
        return False
    return plan is not None and bool(plan.tables) and any(m.name == plan.mapping.name for m in builtin_mappings())


def starter_mapping(path: Path) -> str:
    """The text of a mapping file to start from, with what the columns at this path suggest.

    Raises: ReadError if there is no table.
    """
    offered = offered_at(path)
    named = [m for m in offered.tables if offered.only in (None, m.name)]
    if not named:
        raise why_not(path, offered)
    return starter_text(named[0].name, header_of(named[0]))


@dataclass(frozen=True, kw_only=True)
class _Source:
    """One file of one minute table, and who is in it."""

    table: MinuteTableFile
    member: Member
    people: frozenset[str]


def read_plan(plan: Plan, *, reader: str, source: str) -> Reading:
    """Read the files of a plan: who is where and all facts now, minutes while people are taken.

    Raises: ReadError if a file is damaged, lacks a column, or nobody is in it.
    """
    files = plan.files
    report = ReadReport(reader=reader, source=source, files=len(files), bytes_read=sum(m.size for m in files))
    _note(report, plan)
    sources = [_Source(table=t, member=m, people=_people_in(t, m)) for t, m in plan.tables]
    people = set().union(*(s.people for s in sources))
    facts = _facts(plan, people=people, report=report)
    if not people and not facts.people:
        raise ReadError("a table without any rows that name a person", where=source, todo="Is the export complete?")
    return Reading(
        people=_each_person(sources, mapping=plan.mapping, report=report),
        facts=facts,
        report=report,
        n_people=len(people),
        channels=tuple(dict.fromkeys(c.channel for s in sources for c in s.table.channels)),
    )


def _note(report: ReadReport, plan: Plan) -> None:
    mapping = plan.mapping
    report.notes.append(f"read by mapping '{mapping.name}'")
    if mapping.source or mapping.licence:
        report.notes.append(f"source: {mapping.source}; licence: {mapping.licence}")
    if any(t.clock == Clock.WEEKDAY for t, _ in plan.tables):
        report.notes.append("only weekdays are known: the dates are placeholders")
    used: dict[str, set[str]] = {}
    for table, member in plan.tables:
        columns = header_of(member).names
        standing = source_columns(table, columns, where=member.name)
        used.setdefault(member.name, set()).update(n for c in table.columns for n in standing.get(c, (c,)))
    for facts, member in plan.facts:
        used.setdefault(member.name, set()).update(facts.source_columns)
    for member in plan.files:
        report.unknown.update(f"column {c}" for c in header_of(member).names if c not in used[member.name])


def _people_in(table: MinuteTableFile, member: Member) -> frozenset[str]:
    if table.one_person:
        return frozenset({table.one_person})
    ids = people_of(frame_of(member, [str(table.person)]), table).unique().drop_nulls().to_list()
    return frozenset(i for i in ids if i)


def _facts(plan: Plan, *, people: set[str], report: ReadReport) -> Facts:
    """Facts of everybody whose minutes are read; of everybody where no minutes are."""
    mapping, facts = plan.mapping, Facts.none()
    for table, member in plan.facts:
        frame = frame_of(member, table.source_columns)
        source = f"{mapping.name}, {member.basename}"
        facts = facts.merged(facts_of(frame, table, prefix=mapping.prefix, source=source, report=report))
    if not plan.tables:
        return facts
    kept = _only(facts, {f"{mapping.prefix}-{p}" for p in people})
    lost = sum(len(c.values) for c in facts.columns.values()) - sum(len(c.values) for c in kept.columns.values())
    if lost:
        report.records_kept -= lost
        report.dropped["fact: person without minutes"] += lost
    return kept


def _only(facts: Facts, people: set[str]) -> Facts:
    stays = np.array([p in people for p in facts.people], dtype=np.bool_)
    if stays.all():
        return facts
    new_code = (np.cumsum(stays) - 1).astype(np.int32)
    columns = {}
    for name, column in facts.columns.items():
        kept = stays[column.person_code]
        columns[name] = FactColumn(
            name=name,
            unit=column.unit,
            source=column.source,
            person_code=new_code[column.person_code[kept]],
            values=column.values[kept],
            dates=column.dates[kept],
        )
    return Facts(people=tuple(p for p in facts.people if p in people), columns=columns)


def _each_person(sources: Sequence[_Source], *, mapping: Mapping, report: ReadReport) -> Iterator[Person]:
    unmeasured = 0
    for group in _groups(sources):
        blocks = [
            block_of(
                frame_of(s.member, _columns_to_load(s)),
                s.table,
                source=s.member.name,
                sha256=s.member.sha256(),
                report=report,
            )
            for s in group
        ]
        for person in sorted(set().union(*(b.people for b in blocks)), key=_natural):
            name = f"{mapping.prefix}-{person}"
            recordings = recordings_of(person, name=name, blocks=blocks, report=report)
            if recordings:
                yield Person(id=name, recordings=recordings)
            else:
                unmeasured += 1
    if unmeasured:
        report.notes.append(f"{unmeasured} people have rows but not one measured minute, and are left out")


def _columns_to_load(source: _Source) -> list[str]:
    table = source.table
    standing = source_columns(table, header_of(source.member).names, where=source.member.name)
    return list(dict.fromkeys(n for c in table.columns for n in standing.get(c, (c,))))


def _natural(person: str) -> tuple[int, int, str]:
    """Numbers by size, then names by letters."""
    return (0, int(person), person) if person.isascii() and person.isdigit() else (1, 0, person)


def _groups(sources: Sequence[_Source]) -> list[list[_Source]]:
    """Files that share people belong together, so that everybody comes out once and whole; in file order."""
    group_of: dict[str, int] = {}
    groups: dict[int, list[_Source]] = {}
    for i, source in enumerate(sources):
        joined = {group_of[p] for p in source.people if p in group_of}
        home = min(joined, default=i)
        merged = [s for g in sorted(joined) for s in groups.pop(g)]
        groups[home] = [*merged, source]
        for s in groups[home] if len(joined) > 1 else [source]:
            group_of.update(dict.fromkeys(s.people, home))
    return [groups[g] for g in sorted(groups)]
