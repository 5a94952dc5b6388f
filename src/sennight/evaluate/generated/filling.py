"""How well holes are filled: errors of every method on the same holes of the same people, summed up a person.

Errors are kept as sums a person, scenario, method and channel, in scaled units (the z-scores the model sees) and in
natural ones, so that every table, interval and skill score is computed again from one file.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, runtime_checkable

import numpy as np
import polars as pl
from jaxtyping import Bool, Float32

from sennight.generate.bands import GAP_EDGES, covered, gap_class
from sennight.generate.baselines import NAMES, Cells, Population, guess
from sennight.generate.decode import decode
from sennight.generate.fill import Filler, scaled_of
from sennight.generate.holes import BLOCK_LENGTHS, FAMILY_NAMES, OPENMHC, Hole, block, make_hole
from sennight.generate.scales import LIMIT_SD
from sennight.generate.timeline import Timeline
from sennight.record import WindowBatch

DECODER = "decoder alone"
BLOCKS = tuple(f"block of {length} min" for length in BLOCK_LENGTHS)
SCENARIO_NAMES = (*FAMILY_NAMES, *OPENMHC, *BLOCKS)
HALF = 0.5
# A person has one future a cut, and one evening is mostly luck; several cuts make the same mean with less of it.
CUTS = 4
KEYS = ("person", "scenario", "method", "channel")


@runtime_checkable
class Imputer(Protocol):
    """A baseline that learnt from training people: the wanted cells of one person, in scaled units."""

    def guess(
        self, scaled: Float32[np.ndarray, "T C"], seen: Bool[np.ndarray, "T C"], cells: Cells
    ) -> Float32[np.ndarray, " n"]:
        """Nothing but what was seen may be looked at."""
        ...


def hole_of(name: str, timeline: Timeline, rng: np.random.Generator) -> Hole:
    """A hole by its name: a family, a scenario of OpenMHC, or a block of a given length in every day."""
    if name not in BLOCKS:
        return make_hole(name, timeline, rng)
    wanted = block(timeline, rng, BLOCK_LENGTHS[BLOCKS.index(name)]) & timeline.seen
    return Hole(wanted=wanted, withheld=wanted)


def judge_filling(
    people: Iterable[WindowBatch],
    fillers: Mapping[str, Filler],
    natural: Population,
    *,
    imputers: Mapping[str, Imputer] | None = None,
    seed: int = 0,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Errors (a person, scenario, method, channel) and coverage (a person, scenario, length of hole, channel).

    The first filler's scales are the ruler's, its population is what baselines know in scaled units, and `natural` the
    same in natural units. Everybody's holes depend on the seed and their own minutes alone.
    """
    errors: list[dict[str, Any]] = []
    coverage: list[dict[str, Any]] = []
    first = next(iter(fillers.values()))
    for windows in people:
        timeline = first.fitting(windows)
        rng = np.random.default_rng([seed, *timeline.person.encode()])
        for scenario in (name for name in SCENARIO_NAMES for _ in range(CUTS if name == "future" else 1)):
            hole = hole_of(scenario, timeline, rng)
            if not hole.wanted.any():
                continue
            shown = timeline.without(hole.withheld)
            key = {"person": timeline.person, "scenario": scenario}
            found, bands = _one_hole(timeline, shown, hole, fillers, natural, imputers or {})
            errors += [key | row for row in found]
            coverage += [key | row for row in bands]
    sums = [pl.DataFrame(rows) for rows in (errors, coverage)]
    by_band = (*KEYS[:2], "gap_from", KEYS[3])
    return tuple(  # type: ignore[return-value]
        table.group_by(*keys, maintain_order=True).sum() if len(table) else table
        for table, keys in zip(sums, (KEYS, by_band), strict=True)
    )


def _one_hole(
    timeline: Timeline,
    shown: Timeline,
    hole: Hole,
    fillers: Mapping[str, Filler],
    natural: Population,
    imputers: Mapping[str, Imputer],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    first = next(iter(fillers.values()))
    cells = Cells.of(hole.wanted)
    at = (cells.minute, cells.channel)
    truth, truth_natural = first.scales.scaled(timeline.values)[at], timeline.values[at]
    scaled, _ = scaled_of(first.scales, shown)
    # By method: means in scaled and natural units, and medians where a method has its own.
    guesses: dict[str, tuple[np.ndarray, ...]] = {}
    for name in NAMES:
        known = {"cells": cells, "weekday": shown.weekday}
        guesses[name] = (
            guess(name, scaled, shown.seen, population=first.population, **known),  # type: ignore[arg-type]
            guess(name, shown.values, shown.seen, population=natural, **known),  # type: ignore[arg-type]
        )
    if first.model is not None:
        reached = decode(first.model, shown, cells)
        # A channel the decoder does not know gets the mean, as a model that knows nothing would say.
        reached = np.where(np.isfinite(reached), reached, guesses["mean"][0]).astype(np.float32)
        guesses[DECODER] = reached, first.scales.natural(reached, cells.channel)
    for name, imputer in imputers.items():
        told = np.clip(imputer.guess(scaled, shown.seen, cells), -LIMIT_SD, LIMIT_SD)
        guesses[name] = told, first.scales.natural(told, cells.channel)
    bands: list[dict[str, Any]] = []
    for i, (name, filler) in enumerate(fillers.items()):
        made = filler.guess(shown, hole.wanted)
        guesses[name] = made.scaled, made.natural, made.scaled_median, made.median
        if i == 0:
            inside = covered(truth, made.scaled_low, made.scaled_high)
            bands = _coverage(inside, made.high - made.low, made.gap, cells.channel, first.channels)
    rows = [
        {"method": method} | row
        for method, made in guesses.items()
        for row in _errors(made[:2], made[-2:], truth, truth_natural, cells.channel, first)
    ]
    return rows, bands


def _errors(
    mean: tuple[np.ndarray, ...],
    median: tuple[np.ndarray, ...],
    truth: np.ndarray,
    truth_natural: np.ndarray,
    channel: np.ndarray,
    filler: Filler,
) -> list[dict[str, Any]]:
    """Sums of errors by channel: squared ones of means, absolute ones of medians; yes and no of binary channels."""
    width = len(filler.channels)
    n = np.bincount(channel, minlength=width)
    sums = {
        "se": np.bincount(channel, (mean[0].astype(np.float64) - truth) ** 2, width),
        "ae": np.bincount(channel, np.abs(median[0].astype(np.float64) - truth), width),
        "se_natural": np.bincount(channel, (mean[1].astype(np.float64) - truth_natural) ** 2, width),
        "ae_natural": np.bincount(channel, np.abs(median[1].astype(np.float64) - truth_natural), width),
    }
    yes, right = truth_natural > HALF, (mean[1] > HALF) == (truth_natural > HALF)
    for name, which in (("yes", yes), ("yes_right", yes & right), ("no_right", ~yes & right)):
        sums[name] = np.bincount(channel, which & filler.scales.binary[channel], width)
    return [
        {"channel": filler.channels[c], "cells": int(n[c])} | {name: float(s[c]) for name, s in sums.items()}
        for c in range(width)
        if n[c]
    ]


def _coverage(
    inside: np.ndarray, width: np.ndarray, gap: np.ndarray, channel: np.ndarray, channels: tuple[str, ...]
) -> list[dict[str, Any]]:
    key = gap_class(gap) * len(channels) + channel
    size = len(GAP_EDGES) * len(channels)
    n, hit, wide = np.bincount(key, minlength=size), np.bincount(key, inside, size), np.bincount(key, width, size)
    return [
        {
            "gap_from": GAP_EDGES[k // len(channels)],
            "channel": channels[k % len(channels)],
            "cells": int(n[k]),
            "inside": float(hit[k]),
            "width": float(wide[k]),
        }
        for k in np.flatnonzero(n)
    ]
