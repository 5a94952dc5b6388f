"""Runs of minutes and stretches of time: where a condition holds without a break, and where time has no long gap."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Int64


class Runs(NamedTuple):
    """Maximal runs: run i covers minutes start[i] up to, not including, stop[i]."""

    start: Int64[np.ndarray, " run"]
    stop: Int64[np.ndarray, " run"]

    @property
    def minutes(self) -> np.ndarray:
        """[run] length of each run."""
        return self.stop - self.start


class Stretch(NamedTuple):
    """Seconds from `start` to `stop`, both inside."""

    start: int
    stop: int


def runs_of(holds: Bool[np.ndarray, " t"]) -> Runs:
    """The maximal runs in which `holds` is True.

    >>> runs_of(np.array([True, True, False, True])).minutes.tolist()
    [2, 1]
    """
    edges = np.flatnonzero(holds[1:] != holds[:-1]) + 1
    if len(holds) and holds[0]:
        edges = np.concatenate(([0], edges))
    if len(holds) and holds[-1]:
        edges = np.concatenate((edges, [len(holds)]))
    edges = edges.astype(np.int64, copy=False)
    return Runs(start=edges[0::2], stop=edges[1::2])


def inside(runs: Runs, size: int) -> Bool[np.ndarray, " t"]:
    """[size] True in every minute of any of these runs; the runs may overlap."""
    steps = np.zeros(size + 1, dtype=np.int32)
    np.add.at(steps, runs.start, 1)
    np.add.at(steps, runs.stop, -1)
    return np.cumsum(steps[:-1]) > 0


def at_least(runs: Runs, minutes: int) -> Runs:
    """The runs that last this long."""
    keep = runs.minutes >= minutes
    return Runs(start=runs.start[keep], stop=runs.stop[keep])


def stretches(
    starts: Int64[np.ndarray, " n"], stops: Int64[np.ndarray, " n"], *, max_gap_s: int
) -> tuple[Stretch, ...]:
    """The intervals joined wherever no more than `max_gap_s` seconds lie between them, in time order."""
    if not len(starts):
        return ()
    order = np.argsort(starts, kind="stable")
    starts, reach = starts[order], np.maximum.accumulate(stops[order])
    first = np.concatenate(([0], np.flatnonzero(starts[1:] - reach[:-1] > max_gap_s) + 1))
    last = np.concatenate((first[1:] - 1, [len(starts) - 1]))
    return tuple(Stretch(int(starts[i]), int(reach[j])) for i, j in zip(first, last, strict=True))
