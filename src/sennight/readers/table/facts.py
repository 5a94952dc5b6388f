"""Facts tables to Facts: columns with units and codes, one row a person or a person and date."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from sennight.readers.reader import ReadReport
from sennight.readers.table.files import numbers_of, text_of
from sennight.readers.table.mapping import FactColumnSpec, FactTable, Time
from sennight.readers.table.times import row_times
from sennight.readers.units import conversion
from sennight.record import SECONDS_PER_DAY, Clock, FactColumn, Facts

NO_CODE = "fact: text without a code"
NO_PERSON = "fact: row without a person"
REPEATED = "fact: repeated row"
NO_DATE = "fact: date that cannot be understood"


@dataclass(frozen=True, kw_only=True, eq=False)
class _Rows:
    """Who and when of a facts table's usable rows."""

    people: tuple[str, ...]
    code: np.ndarray  # [row] int32
    dates: np.ndarray  # [row] datetime64[D], NaT where the table has none
    usable: np.ndarray  # [all rows] bool


def facts_of(frame: pl.DataFrame, table: FactTable, *, prefix: str, source: str, report: ReadReport) -> Facts:
    """All facts of one table. Text without a code is counted as dropped.

    Raises: ReadError if a column holds no numbers, or a date format is wrong.
    """
    if table.date:
        # A row said twice is one row. (Undated facts are settled column by column, see `_column`.)
        distinct = frame.unique(maintain_order=True)
        _lose(report, len(frame) - len(distinct), REPEATED)
        frame = distinct
    rows = _rows(frame, table, prefix=prefix, source=source, report=report)
    usable = frame.filter(pl.Series(rows.usable))
    columns = {}
    for name, spec in table.columns.items():
        values = _values(usable[spec.column], spec, source=source, report=report)
        columns[name] = _column(name, spec.to or spec.unit, values, rows, source=source, report=report)
    if table.rows:
        columns |= _named(usable, table, rows, source=source, report=report)
    return Facts(people=rows.people, columns=columns)


def _rows(frame: pl.DataFrame, table: FactTable, *, prefix: str, source: str, report: ReadReport) -> _Rows:
    ids = text_of(frame[table.person])
    usable = (ids.is_not_null() & (ids != "")).fill_null(value=False).to_numpy()
    _lose(report, int((~usable).sum()), NO_PERSON)
    dates = np.full(len(frame), np.datetime64("NaT"), dtype="datetime64[D]")
    if table.date and len(frame):
        when = Time(timestamp=table.date, format=table.date_format)
        times = row_times(frame, when, clock=Clock.LOCAL, where=source)
        dates = np.where(times.usable, times.utc // SECONDS_PER_DAY, np.iinfo(np.int64).min).astype("datetime64[D]")
        _lose(report, int((usable & ~times.usable).sum()), NO_DATE)
        usable = usable & times.usable
    names, code = np.unique(ids.filter(pl.Series(usable)).to_numpy().astype(str), return_inverse=True)
    return _Rows(
        people=tuple(f"{prefix}-{n}" for n in names), code=code.astype(np.int32), dates=dates[usable], usable=usable
    )


def _lose(report: ReadReport, n: int, reason: str) -> None:
    report.keep(seen=n, dropped=n, reason=reason)


def _values(column: pl.Series, spec: FactColumnSpec, *, source: str, report: ReadReport) -> np.ndarray:
    """[row] float64, NaN where not known."""
    unreadable = 0
    if column.dtype.is_numeric() and not spec.codes:
        values = numbers_of(column, where=source).values
    else:
        text = text_of(column)
        known = (text.is_not_null() & (text != "")).fill_null(value=False).to_numpy()
        known &= ~text.is_in([m for m in spec.missing if isinstance(m, str)]).fill_null(value=False).to_numpy()
        # Numbers beside codes stay numbers; "HIGH" without a code is dropped and counted.
        plain = numbers_of(text, where=source).values
        coded = text.replace_strict(spec.codes, default=None, return_dtype=pl.Float64) if spec.codes else None
        values = plain if coded is None else np.where(coded.is_null().to_numpy(), plain, coded.to_numpy())
        values = np.where(known, values, np.nan)
        unreadable = int((known & np.isnan(values)).sum())
    values = np.where(np.isin(values, [m for m in spec.missing if isinstance(m, float)]), np.nan, values)
    rule = conversion(spec.unit, spec.to) if spec.to else None
    values = values * rule.scale + rule.offset if rule else values
    values = np.where(np.isfinite(values), values, np.nan)
    _lose(report, unreadable, NO_CODE)
    return values


def _column(name: str, unit: str, values: np.ndarray, rows: _Rows, *, source: str, report: ReadReport) -> FactColumn:
    known = np.flatnonzero(np.isfinite(values))
    code, dates, kept = rows.code[known], rows.dates[known], values[known]
    # Sorted, so that the order of rows is irrelevant.
    order = np.lexsort((kept, dates.view(np.int64), code))
    code, dates, kept = code[order], dates[order], kept[order]
    if len(kept) and np.isnat(dates).all():
        # A constant on every row of a person is one fact, and counts as one record.
        first = np.append(True, (np.diff(code) != 0) | (np.diff(kept) != 0))
        code, dates, kept = code[first], dates[first], kept[first]
    report.keep(seen=len(kept))
    return FactColumn(name=name, unit=unit, source=source, person_code=code, values=kept, dates=dates)


def _named(
    frame: pl.DataFrame, table: FactTable, rows: _Rows, *, source: str, report: ReadReport
) -> dict[str, FactColumn]:
    """Facts whose name stands in a column of its own."""
    assert table.rows is not None
    names = text_of(frame[table.rows.name]).fill_null("").str.to_lowercase()
    values = numbers_of(frame[table.rows.value], where=source).values
    found = {}
    for name in sorted(set(names.to_list()) - {""}):
        here = np.where((names == name).to_numpy(), values, np.nan)
        fact = table.rows.prefix + name
        found[fact] = _column(fact, table.rows.unit, here, rows, source=source, report=report)
    return found
