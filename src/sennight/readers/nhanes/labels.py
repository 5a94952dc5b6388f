"""All labels that can be computed from the survey's official tables, and the function that computes them.

A label appears if every table and variable it needs is there; the rest stay away without a word of guessing.
Not here: death and its causes (the linked file is not a transport table), wear (it comes from the minutes),
and difficulty walking a quarter mile (how "does not do this" should count is not settled).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64

from sennight.readers.nhanes import labels_cardiometabolic, labels_medicine, labels_person, labels_questionnaire
from sennight.readers.nhanes.label import Label

LABELS: tuple[Label, ...] = (
    *labels_person.LABELS,
    *labels_cardiometabolic.LABELS,
    *labels_questionnaire.LABELS,
    *labels_medicine.LABELS,
)
"""Every label, each after the labels it needs."""

TEXTS = frozenset({"RXDDRUG"})  # the variables labels need that hold text; all others hold numbers

Table = Mapping[str, np.ndarray]


def variables_needed(cycle: str) -> dict[str, set[str]]:
    """Table -> the variables that labels of this cycle read, SEQN among them."""
    needed: dict[str, set[str]] = {}
    for label in LABELS:
        for need in label.needs:
            if "." in need and cycle in label.cycles:
                table, variable = need.split(".")
                needed.setdefault(table, {"SEQN"}).add(variable)
    return needed


def compute_labels(
    tables: Mapping[str, Table], people: Int64[np.ndarray, " person"], *, cycle: str
) -> dict[str, Float64[np.ndarray, " person"]]:
    """Every label of the cycle that these tables allow, for these participants (sorted SEQN), NaN where not known.

    `tables` are columns by variable name, by table name without its cycle letter; rows in any order. Rows of
    people who are not asked for are left out.
    """
    rows = {name: _rows_of(table["SEQN"], people) for name, table in tables.items() if "SEQN" in table}
    there = {f"{name}.{variable}" for name in rows for variable in tables[name]}
    done: dict[str, np.ndarray] = {}
    for label in LABELS:
        if cycle in label.cycles and all(need in there or need in done for need in label.needs):
            with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # not finite is not known
                if label.per == "row":
                    done[label.name] = _by_row(label, tables=tables, rows=rows, n=len(people))
                else:
                    done[label.name] = _by_person(label, tables=tables, rows=rows, done=done, n=len(people))
    return done


@dataclass(frozen=True, kw_only=True, eq=False)
class _Rows:
    """Which rows of a table belong to the people asked for, and the place of each row's person among them."""

    known: np.ndarray
    who: np.ndarray


def _rows_of(seqn: Float64[np.ndarray, " row"], people: Int64[np.ndarray, " person"]) -> _Rows:
    if not len(people):
        return _Rows(known=np.zeros(len(seqn), dtype=np.bool_), who=np.empty(0, dtype=np.int64))
    place = np.minimum(np.searchsorted(people, seqn), len(people) - 1)
    known = people[place] == seqn
    return _Rows(known=known, who=place[known].astype(np.int64))


def _by_row(
    label: Label, *, tables: Mapping[str, Table], rows: Mapping[str, _Rows], n: int
) -> Float64[np.ndarray, " person"]:
    """A rule over the rows of one table."""
    table = label.needs[0].split(".")[0]
    columns = [tables[table][need.split(".")[1]][rows[table].known] for need in label.needs]
    return label.rule(rows[table].who, n, *columns)


def _by_person(
    label: Label, *, tables: Mapping[str, Table], rows: Mapping[str, _Rows], done: Mapping[str, np.ndarray], n: int
) -> Float64[np.ndarray, " person"]:
    """A rule over one value a person, NaN for those without a row."""
    columns = []
    for need in label.needs:
        if need in done:
            columns.append(done[need])
            continue
        table, variable = need.split(".")
        column = np.full(n, np.nan)
        column[rows[table].who] = tables[table][variable][rows[table].known]
        columns.append(column)
    return label.rule(*columns)
