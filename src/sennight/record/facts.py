"""Facts: what is known of people beside their minutes, each with unit, source and, if known, date."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64, Int32

from sennight.errors import ReadError


class Fact(NamedTuple):
    """One fact of one person."""

    person: str
    name: str
    value: float
    unit: str
    source: str
    date: dt.date | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class FactColumn:
    """All values of one fact name: who, how much, when (NaT where no date is known)."""

    name: str
    unit: str
    source: str
    person_code: Int32[np.ndarray, " n"]
    values: Float64[np.ndarray, " n"]
    dates: np.ndarray  # datetime64[D], [n]


@dataclass(frozen=True, kw_only=True, eq=False)
class Facts:
    """Columns of facts over a list of people.

    Raises: ReadError if a column lacks unit or source, or holds a value that is not finite.
    """

    people: tuple[str, ...]
    columns: Mapping[str, FactColumn]

    def __post_init__(self) -> None:
        for name, column in self.columns.items():
            if not column.unit or not column.source:
                raise ReadError(f"fact '{name}' has no unit or no source", todo="Use unit '1' for codes and counts.")
            if not bool(np.isfinite(column.values).all()):
                raise ReadError(f"fact '{name}' holds a value that is not finite", where=column.source)
            if not (len(column.person_code) == len(column.values) == len(column.dates)):
                raise ReadError(f"fact '{name}' has columns of different length", where=column.source)

    @classmethod
    def none(cls) -> "Facts":
        """No facts at all."""
        return cls(people=(), columns={})

    @classmethod
    def from_rows(cls, rows: Iterable[Fact]) -> "Facts":
        """Collect facts in any order. One name must keep one unit.

        Raises: ReadError if a name comes with two units.
        """
        by_name: dict[str, list[Fact]] = {}
        code: dict[str, int] = {}
        for row in rows:
            code.setdefault(row.person, len(code))
            by_name.setdefault(row.name, []).append(row)
        columns = {}
        for name, facts in by_name.items():
            units = {f.unit for f in facts}
            if len(units) > 1:
                raise ReadError(f"fact '{name}' comes in two units: {', '.join(sorted(units))}")
            columns[name] = FactColumn(
                name=name,
                unit=facts[0].unit,
                source=facts[0].source,
                person_code=np.array([code[f.person] for f in facts], dtype=np.int32),
                values=np.array([f.value for f in facts], dtype=np.float64),
                dates=np.array([np.datetime64(f.date, "D") if f.date else np.datetime64("NaT", "D") for f in facts]),
            )
        return cls(people=tuple(code), columns=columns)

    @classmethod
    def from_wide(
        cls, *, people: tuple[str, ...], values: Mapping[str, np.ndarray], units: Mapping[str, str], source: str
    ) -> "Facts":
        """One undated value a person and name; NaN means not known and leaves no fact."""
        columns = {}
        for name, column in values.items():
            known = np.flatnonzero(np.isfinite(column))
            columns[name] = FactColumn(
                name=name,
                unit=units[name],
                source=source,
                person_code=known.astype(np.int32),
                values=column[known].astype(np.float64),
                dates=np.full(len(known), np.datetime64("NaT", "D")),
            )
        return cls(people=people, columns=columns)

    def latest(self, name: str) -> dict[str, float]:
        """Person -> the value with the latest date (the last one given where there are no dates)."""
        if name not in self.columns:
            return {}
        column = self.columns[name]
        # NaT sorts last in numpy; -1 puts undated values first.
        days = np.where(
            np.isnat(column.dates), np.int64(-(2**40)), column.dates.astype("datetime64[D]").astype(np.int64)
        )
        order = np.argsort(days, kind="stable")
        return {self.people[column.person_code[i]]: float(column.values[i]) for i in order}

    def vector(self, name: str, people: Iterable[str]) -> Float64[np.ndarray, " person"]:
        """The latest value for each of these people, NaN where it is not known."""
        known = self.latest(name)
        return np.array([known.get(person, np.nan) for person in people], dtype=np.float64)

    def of(self, people: Iterable[str]) -> "Facts":
        """The facts of these people alone."""
        wanted = set(people)
        chosen = tuple(p for p in self.people if p in wanted)
        place = {p: i for i, p in enumerate(chosen)}
        code = np.array([place.get(p, -1) for p in self.people], dtype=np.int32)
        columns = {}
        for name, c in self.columns.items():
            mine = code[c.person_code] >= 0 if len(code) else np.zeros(0, dtype=np.bool_)
            if mine.any():
                columns[name] = replace(
                    c, person_code=code[c.person_code[mine]], values=c.values[mine], dates=c.dates[mine]
                )
        return Facts(people=chosen, columns=columns)

    def merged(self, other: "Facts") -> "Facts":
        """Both sets together.

        Raises: ReadError if a name has two units.
        """
        people = tuple(dict.fromkeys((*self.people, *other.people)))
        code = {person: i for i, person in enumerate(people)}
        columns: dict[str, FactColumn] = {}
        for facts in (self, other):
            remap = np.array([code[p] for p in facts.people], dtype=np.int32)
            for name, c in facts.columns.items():
                old = columns.get(name)
                if old and old.unit != c.unit:
                    raise ReadError(f"fact '{name}' comes in two units: {old.unit}, {c.unit}")
                codes = remap[c.person_code] if len(remap) else c.person_code
                columns[name] = FactColumn(
                    name=name,
                    unit=c.unit,
                    source=old.source if old else c.source,
                    person_code=np.concatenate([old.person_code, codes]) if old else codes,
                    values=np.concatenate([old.values, c.values]) if old else c.values,
                    dates=np.concatenate([old.dates, c.dates]) if old else c.dates,
                )
        return Facts(people=people, columns=columns)
