"""Which mapping, which files: find a mapping that fits a path, and the files each of its tables reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sennight.errors import ReadError
from sennight.readers.guard import Member, is_zip, members
from sennight.readers.table.files import header_of, may_be_table
from sennight.readers.table.mapping import (
    FactTable,
    Mapping,
    MinuteTableFile,
    builtin_mappings,
    load_mapping,
)
from sennight.readers.table.rows import source_columns
from sennight.readers.table.self_described import mapping_of_columns


@dataclass(frozen=True, kw_only=True)
class Offered:
    """The tables at a path. `only` is the file that was named, None for a folder."""

    tables: tuple[Member, ...]
    only: str | None

    def matching(self, patterns: Sequence[str], *, beside: bool) -> tuple[Member, ...]:
        """The tables that the first matching pattern matches; beside a named file if `beside`, else itself."""
        for pattern in patterns:
            if found := tuple(m for m in self.tables if self._matches(m.name, pattern, beside=beside)):
                return found
        return ()

    def _matches(self, name: str, pattern: str, *, beside: bool) -> bool:
        if self.only is None:
            return len(PurePosixPath(name).parts) == len(PurePosixPath(pattern).parts) and PurePosixPath(name).match(
                pattern
            )
        return (beside or name == self.only) and PurePosixPath(name).match(PurePosixPath(pattern).name)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A mapping and the files it applies to."""

    mapping: Mapping
    tables: tuple[tuple[MinuteTableFile, Member], ...]
    facts: tuple[tuple[FactTable, Member], ...]

    @property
    def files(self) -> tuple[Member, ...]:
        """Each file once."""
        return tuple({m.name: m for _, m in (*self.tables, *self.facts)}.values())


def offered_at(path: Path) -> Offered:
    """The tables at a path, or beside it. Raises: ReadError if it is missing."""
    if path.is_dir():
        return Offered(tables=tuple(m for m in members(path) if may_be_table(m)), only=None)
    this = members(path)
    if len(this) != 1 or this[0].path is None:
        return Offered(tables=(), only=path.name)
    beside = [p for p in path.parent.iterdir() if p.is_file() and p != path and not p.name.startswith(".")]
    near = [m for p in sorted(beside) if not is_zip(p) for m in members(p) if m.path and may_be_table(m)]
    return Offered(tables=(*this, *near), only=path.name)


def plan_at(path: Path, *, mapping: Path | None) -> Plan:
    """The plan for a path: by the mapping given, else by a shipped one, else by the columns' own names.

    Raises: ReadError if nothing fits.
    """
    offered = offered_at(path)
    if mapping is not None:
        return _given(offered, mapping, where=str(path))
    found = find_plan(offered)
    if found is None:
        raise why_not(path, offered)
    return found


def find_plan(offered: Offered) -> Plan | None:
    """The shipped mapping that reads most of the files, else what the columns' own names say, else None."""
    fitting = [plan for m in builtin_mappings() if (plan := _located(m, offered)) and _has_columns(plan)]
    if fitting:
        return max(fitting, key=lambda plan: len(plan.files))
    # Of a folder only what lies in it directly: tables further down may be other studies with the same ids.
    named = [m for m in offered.tables if m.name == (offered.only or m.basename)]
    described = mapping_of_columns({m.name: header_of(m) for m in named if m.size})
    return _located(described, offered) if described else None


def _given(offered: Offered, mapping: Path, *, where: str) -> Plan:
    shipped = {m.name: m for m in builtin_mappings()}
    chosen = shipped[str(mapping)] if str(mapping) in shipped and not mapping.exists() else load_mapping(mapping)
    plan = _located(chosen, offered)
    if plan is None and offered.only and len(chosen.tables) == 1:
        # One file and one table: they belong together whatever the file is called.
        plan = Plan(mapping=chosen, tables=((chosen.tables[0], offered.tables[0]),), facts=())
    if plan is None:
        wanted = [p for t in chosen.tables for p in t.files] + [p for f in chosen.facts for p in f.files]
        found = ", ".join(m.name for m in offered.tables[:20]) or "no tables"
        raise ReadError(
            f"mapping '{chosen.name}' finds none of its files ({', '.join(wanted)})",
            where=where,
            todo=f"There: {found}. File patterns are relative to the folder that is read.",
        )
    return plan


def _located(mapping: Mapping, offered: Offered) -> Plan | None:
    if any(not offered.matching((needed,), beside=True) for needed in mapping.needs):
        return None
    tables = tuple((t, m) for t in mapping.tables for m in offered.matching(t.files, beside=False))
    facts = tuple((f, m) for f in mapping.facts for m in offered.matching(f.files, beside=bool(tables)))
    return Plan(mapping=mapping, tables=tables, facts=facts) if tables or facts else None


def absent_columns(plan: Plan) -> dict[str, tuple[str, ...]]:
    """File -> the columns the plan needs and the file lacks. Raises: ReadError if a file cannot be read."""
    absent: dict[str, tuple[str, ...]] = {}
    for table, member in plan.tables:
        present = header_of(member).names
        standing = source_columns(table, present, where=member.name)
        needed = [n for c in table.columns for n in standing.get(c, (c,))]
        absent[member.name] = tuple(n for n in needed if n not in present)
    for facts, member in plan.facts:
        absent[member.name] = tuple(n for n in facts.source_columns if n not in header_of(member).names)
    return {name: columns for name, columns in absent.items() if columns}


def _has_columns(plan: Plan) -> bool:
    try:
        return not absent_columns(plan)
    except ReadError:
        return False


def why_not(path: Path, offered: Offered | None = None) -> ReadError:
    """The error for a table that no mapping fits: what was found, what was needed, how to go on."""
    offered = offered or offered_at(path)
    named = [m for m in offered.tables if offered.only in (None, m.name)]
    if not named:
        return ReadError("no table (CSV or Parquet) is there", where=str(path))
    for member in named:
        try:
            columns = header_of(member).names
        except ReadError as damage:
            return damage
    shown = ", ".join(columns[:25]) + (" ..." if len(columns) > 25 else "")
    near = [plan for m in builtin_mappings() if (plan := _located(m, offered)) and plan.tables]
    close = ""
    for plan in near:
        for file, names in absent_columns(plan).items():
            close = f" Mapping '{plan.mapping.name}' would fit if {file} had {', '.join(names[:5])}."
    return ReadError(
        f"a table with the columns {shown}, and no mapping that fits",
        where=str(path if offered.only else path / named[-1].name),
        todo="Needed: a person column, a time column, and channels named as in the registry (heart_rate, steps, ...);"
        f" or write a mapping, starting from what `sennight read PATH --starter-mapping` prints.{close}",
    )
