"""Rows of counted epochs, as agd and CSV files of ActiGraph hold them, to samples of channels.

At the hip counts are those of the vertical axis, axis 1. At the wrist, or where the place is not known, they are the
length of the vector of all axes the file has, formed from sums of minutes as ActiLife does at 60-second epochs.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64

from sennight.readers.epochs import MINUTE_S, add_epochs
from sennight.readers.gathering import Gathering
from sennight.readers.raw_files import remark
from sennight.readers.reader import ReadReport
from sennight.signals.counts import vector_magnitude

AXES = ("axis1", "axis2", "axis3")
NEGATIVE = "cell without a reading: empty, below zero, or a heart rate of 0"
NO_PLACE = "ActiGraph: the place of wear is not in the file, so counts are the vector's length (vm_counts)"
ONE_AXIS = "ActiGraph: the file has one axis, so its counts are those of the vertical axis"


@dataclass(frozen=True, kw_only=True, eq=False)
class EpochRows:
    """Rows in the order of the file: when each begins (wall clock, seconds since 1970) and numbers by column name.

    Columns are axis1, axis2, axis3, steps, lux, hr; NaN where a cell is no number.
    """

    starts: Int64[np.ndarray, " n"]
    epoch_s: int
    columns: Mapping[str, Float64[np.ndarray, " n"]]


def add_rows(rows: EpochRows, *, to: Gathering, place: str, device: str, source: str, sha256: str) -> None:
    """Samples of all columns that a channel exists for."""

    def add(name: str, starts: np.ndarray, values: np.ndarray, epoch_s: int) -> None:
        add_epochs(to, name, starts=starts, values=values, epoch_s=epoch_s, device=device, source=source, sha256=sha256)

    for column, name in (("steps", "steps"), ("lux", "white_light"), ("hr", "heart_rate")):
        if column in rows.columns:
            # A heart rate of 0 says that no belt was heard.
            values = (
                np.where(rows.columns[column] == 0, -1.0, rows.columns[column])
                if column == "hr"
                else rows.columns[column]
            )
            said = _said(values, to.report)
            add(name, rows.starts[said], values[said], rows.epoch_s)
    axes = [rows.columns[a] for a in AXES if a in rows.columns]
    if not axes:
        return
    counts = np.stack(axes, axis=1)
    said = _said(counts.min(axis=1), to.report)
    starts, counts = rows.starts[said], counts[said]
    if not place:
        remark(to.report, NO_PLACE)
    if place == "hip" and "axis1" in rows.columns:
        add("hip_counts", starts, counts[:, 0], rows.epoch_s)
        return
    if len(axes) == 1:
        remark(to.report, ONE_AXIS)
    minutes, sums = _by_minute(starts, counts) if rows.epoch_s < MINUTE_S else (starts, counts)
    name = "wrist_counts" if place == "wrist" else "vm_counts"
    add(name, minutes, np.floor(vector_magnitude(sums) + 0.5), max(rows.epoch_s, MINUTE_S))


def _said(values: np.ndarray, report: ReadReport) -> np.ndarray:
    """Which rows hold a reading: not an empty cell, not the -1 of some exports."""
    said = ~(values < 0) & ~np.isnan(values)
    lost = len(values) - int(said.sum())
    report.keep(seen=lost, dropped=lost, reason=NEGATIVE)
    return said


def _by_minute(starts: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    minute, where = np.unique(starts // MINUTE_S, return_inverse=True)
    sums = np.zeros((len(minute), counts.shape[1]))
    np.add.at(sums, where, counts)
    return minute * MINUTE_S, sums
