"""Rows of minutes to Recordings: group by person, mark what was not measured, convert units, settle repeats.

Promises: the same rows in any order give the same Recordings. Every measured cell is counted as kept or as
dropped for one reason; cells that hold a missing code were never measured and are not counted.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from jaxtyping import Bool, Float32, Int64

from sennight.errors import ReadError
from sennight.readers.reader import ReadReport
from sennight.readers.samples import NO_NUMBER, NO_TIME, OUT_OF_RANGE, Samples, settle_repeats
from sennight.readers.table.files import MINUTES, numbers_of, text_of
from sennight.readers.table.mapping import ChannelColumn, MinuteTableFile
from sennight.readers.table.times import RowTimes, row_times
from sennight.record import Clock, Recording

_MINUTE_SECONDS = np.arange(MINUTES, dtype=np.int64) * 60
_PACKED_BYTES = MINUTES // 8

NO_PERSON = "row without a person"
WEEKDAY_DISAGREES = "weekday disagrees with the day number"


@dataclass(frozen=True, kw_only=True, eq=False)
class Block:
    """One file of one minute table, loaded. Row i belongs to `people[code[i]]`; rows of person p are
    `order[start[p]:start[p + 1]]`. A column is [row] for minute rows and [row, 1440] for day rows.
    """

    table: MinuteTableFile
    source: str
    sha256: str
    people: dict[str, int]
    order: Int64[np.ndarray, " row"]
    start: Int64[np.ndarray, " edge"]
    times: RowTimes
    columns: tuple[np.ndarray, ...]

    def rows_of(self, person: str) -> Int64[np.ndarray, " k"]:
        """The rows of one person that have a time, none if the person is not here."""
        code = self.people.get(person)
        if code is None:
            return np.empty(0, dtype=np.int64)
        return self.order[self.start[code] : self.start[code + 1]]


def block_of(frame: pl.DataFrame, table: MinuteTableFile, *, source: str, sha256: str, report: ReadReport) -> Block:
    """Load a frame; rows without person or time are counted as dropped here.

    Raises: ReadError if a column cannot be what the mapping says.
    """
    times = row_times(frame, table.time, clock=table.clock, where=source)
    columns = tuple(_cells(frame, column, table, where=source) for column in table.channels)
    ids = people_of(frame, table)
    known = (ids.is_not_null() & (ids != "")).fill_null(value=False).to_numpy()
    _count_lost(report, table, columns, ~known, NO_PERSON)
    _count_lost(report, table, columns, known & ~times.usable, NO_TIME)
    good = np.flatnonzero(known & times.usable)
    names, code = np.unique(ids.gather(good).to_numpy().astype(str), return_inverse=True)
    order = np.argsort(code, kind="stable")
    start = np.searchsorted(code[order], np.arange(len(names) + 1)).astype(np.int64)
    return Block(
        table=table,
        source=source,
        sha256=sha256,
        people={str(name): i for i, name in enumerate(names)},
        order=good[order],
        start=start,
        times=times,
        columns=columns,
    )


def people_of(frame: pl.DataFrame, table: MinuteTableFile) -> pl.Series:
    """Who each row is about, as text; null or empty where nobody is named."""
    if table.one_person:
        return pl.repeat(table.one_person, len(frame), eager=True)
    return text_of(frame[str(table.person)])


def _count_lost(
    report: ReadReport, table: MinuteTableFile, columns: Sequence[np.ndarray], rows: np.ndarray, reason: str
) -> None:
    if rows.any():
        for column, cells in zip(table.channels, columns, strict=True):
            lost = int(_measured(cells[rows], column).sum())
            report.keep(seen=lost, dropped=lost, reason=reason)


def source_columns(table: MinuteTableFile, present: Sequence[str], *, where: str) -> dict[str, tuple[str, ...]]:
    """Mapped column -> the file's columns it stands for: itself, or the 1,440 of `name{n}` in numeric order.

    Raises: ReadError if a numbered column does not have 1,440 members.
    """
    found: dict[str, tuple[str, ...]] = {}
    for column in table.channels:
        if "{n}" not in column.column:
            found[column.column] = (column.column,)
            continue
        before, after = column.column.split("{n}", 1)
        pattern = re.compile(re.escape(before) + r"(\d+)" + re.escape(after))
        numbered = {int(m[1]): name for name in present if (m := pattern.fullmatch(name))}
        if len(numbered) != MINUTES:
            raise ReadError(f"{len(numbered)} columns named '{column.column}', {MINUTES} are needed", where=where)
        found[column.column] = tuple(numbered[n] for n in sorted(numbered))
    return found


def _cells(frame: pl.DataFrame, column: ChannelColumn, table: MinuteTableFile, *, where: str) -> np.ndarray:
    """The numbers of a column: [row] or [row, 1440], in the file's own type where that is a plain number."""
    if "{n}" in column.column:
        names = source_columns(table, frame.columns, where=where)[column.column]
        return np.stack([_flat(frame[name], where=where) for name in names], axis=1)
    if column.codes:
        return _coded(frame[column.column], column.codes)
    if table.shape == "long":
        return _flat(frame[column.column], where=where)
    return _grid(frame[column.column], packed=column.packed == "bits", where=where)


def _flat(column: pl.Series, *, where: str) -> np.ndarray:
    numbers = numbers_of(column, where=where)
    # Inf marks what was written but is no number: measured, and certain to be out of range.
    return np.where(numbers.unreadable, np.inf, numbers.values)


def _coded(column: pl.Series, codes: dict[str, float]) -> np.ndarray:
    text = text_of(column)
    there = (text.is_not_null() & (text != "")).fill_null(value=False).to_numpy()
    values = text.replace_strict(codes, default=None, return_dtype=pl.Float64).fill_null(np.nan).to_numpy()
    return np.where(there & np.isnan(values), np.inf, values)


def _grid(column: pl.Series, *, packed: bool, where: str) -> np.ndarray:
    kind = column.dtype
    if packed and kind == pl.Binary:
        return _unpacked(column, where=where)
    if isinstance(kind, pl.Array) and kind.shape == (MINUTES,) and kind.inner.is_numeric():
        if not column.null_count() and not column.explode().null_count():
            return column.to_numpy()
        column = column.cast(pl.List(kind.inner))
    if isinstance(column.dtype, pl.List) and column.dtype.inner is not None and column.dtype.inner.is_numeric():
        return _ragged(column, where=where)
    raise ReadError(
        f"column '{column.name}' of a day table holds {kind}, not {MINUTES:,} numbers a row",
        where=where,
        todo="Rows of single minutes need shape: long in the mapping.",
    )


def _unpacked(column: pl.Series, *, where: str) -> np.ndarray:
    if column.null_count() or bool((column.bin.size() != _PACKED_BYTES).any()):
        raise ReadError(f"column '{column.name}' does not hold {_PACKED_BYTES} bytes a row", where=where)
    raw = np.frombuffer(b"".join(column.to_list()), dtype=np.uint8).reshape(len(column), _PACKED_BYTES)
    return np.unpackbits(raw, axis=1)


def _ragged(column: pl.Series, *, where: str) -> np.ndarray:
    """Lists with nulls: a null is NaN, a null day is a day of NaN."""
    lengths = column.list.len().fill_null(MINUTES).to_numpy()
    if (lengths != MINUTES).any():
        raise ReadError(f"column '{column.name}' has a day that is not {MINUTES:,} minutes long", where=where)
    grid = np.full((len(column), MINUTES), np.nan)
    there = column.is_not_null().to_numpy()
    cells = column.filter(pl.Series(there)).explode(empty_as_null=False).cast(pl.Float64).fill_null(np.nan)
    grid[there] = cells.to_numpy().reshape(-1, MINUTES)
    return grid


def _measured(cells: np.ndarray, column: ChannelColumn) -> Bool[np.ndarray, "..."]:
    measured = ~np.isnan(cells) if cells.dtype.kind == "f" else np.ones(cells.shape, dtype=np.bool_)
    for code in column.missing:
        measured &= cells != code
    return measured


def recordings_of(person: str, *, name: str, blocks: Sequence[Block], report: ReadReport) -> tuple[Recording, ...]:
    """All recordings of one person, one a device and channel, in the order of the mapping.

    `person` is the id in the files, `name` the id to give. A channel without any sample is left out.
    """
    parts: dict[tuple[str, str, Clock], list[tuple[Block, int]]] = {}
    for block in blocks:
        if person in block.people:
            for i, column in enumerate(block.table.channels):
                parts.setdefault((block.table.device, column.channel, block.table.clock), []).append((block, i))
    made = [
        _recording(person, name=name, device=device, clock=clock, parts=found, report=report)
        for (device, _, clock), found in parts.items()
    ]
    return tuple(r for r in made if len(r.times_utc) or r.n_rejected)


def _recording(
    person: str, *, name: str, device: str, clock: Clock, parts: list[tuple[Block, int]], report: ReadReport
) -> Recording:
    pieces = [_samples(block, i, block.rows_of(person), report=report) for block, i in parts]
    channel = parts[0][0].table.channels[parts[0][1]].target
    joined = pieces[0]
    if len(pieces) > 1:
        joined = Samples(
            utc=np.concatenate([p.utc for p in pieces]),
            offset_s=np.concatenate([p.offset_s for p in pieces]),
            values=np.concatenate([p.values for p in pieces]),
        )
    settled = settle_repeats(joined, fold=channel.fold, report=report)
    recording = Recording.from_samples(
        person=name,
        device=device,
        channel=channel,
        times_utc=settled.utc,
        utc_offset_s=settled.offset_s,
        values=settled.values,
        clock=clock,
        source=parts[0][0].source,
        source_sha256=parts[0][0].sha256,
    )
    unreadable = int(np.isinf(settled.values).sum())
    report.keep(seen=unreadable, dropped=unreadable, reason=NO_NUMBER)
    report.keep(seen=len(settled.values) - unreadable, dropped=recording.n_rejected - unreadable, reason=OUT_OF_RANGE)
    return recording


def _samples(block: Block, i: int, rows: np.ndarray, *, report: ReadReport) -> Samples:
    """The measured samples of one column of one person, converted to the channel's unit."""
    column, times = block.table.channels[i], block.times
    cells = block.columns[i][rows]
    utc, offset = times.utc[rows], times.offset_s[rows]
    if block.table.clock == Clock.WEEKDAY and len(rows):
        agrees = times.anchor[rows] == np.bincount(times.anchor[rows]).argmax()
        if not agrees.all():
            lost = int(_measured(cells[~agrees], column).sum())
            report.keep(seen=lost, dropped=lost, reason=WEEKDAY_DISAGREES)
            cells, utc, offset = cells[agrees], utc[agrees], offset[agrees]
    if cells.ndim == 2:
        utc = (utc[:, None] + _MINUTE_SECONDS).reshape(-1)
        offset = np.repeat(offset, MINUTES)
        cells = cells.reshape(-1)
    measured = _measured(cells, column)
    if not measured.all():
        utc, offset, cells = utc[measured], offset[measured], cells[measured]
    return Samples(utc=utc, offset_s=offset, values=_converted(cells, column))


def _converted(cells: np.ndarray, column: ChannelColumn) -> Float32[np.ndarray, " n"]:
    rule = column.conversion
    plain = rule.scale == 1 and rule.offset == 0
    # In double precision, so that 14 tenths are the float32 nearest to 1.4.
    values = (cells if plain else cells * np.float64(rule.scale) + rule.offset).astype(np.float32)
    for code in column.invalid:
        values[cells == code] = np.nan
    return values
