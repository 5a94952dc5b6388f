"""How good forecasts are, and what getting to know a person adds: errors a person, model and horizon.

Everything a forecaster learns comes from training people; who is judged is nobody of them. What is known of the judged
person is their own history before each cut, and in `judge_personal` their own early pairs.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import polars as pl
from jaxtyping import Float64

from sennight.evaluate.generated.lift import Figure, drawn
from sennight.evaluate.uncertainty import interval
from sennight.generate.forecast.networks import NETWORKS, Trained, fine_tune, train_network
from sennight.generate.forecast.panel import Panel
from sennight.generate.forecast.plain import LEVELS, PLAIN, Point, Residuals, Ridge, crossed

REFERENCE = "seasonal naive"
LOW, MIDDLE, HIGH = 0, LEVELS.index(0.5), len(LEVELS) - 1
EARLY_SHARE = 0.5  # of a person's cuts
MIN_EARLY, MIN_LATER = 3, 2  # pairs a person must have on each side
Quantiles = Float64[np.ndarray, "N H Q"]
Forecaster = Callable[[Panel], Quantiles]


def point_forecaster(name: str, train: Panel) -> Forecaster:
    """A plain forecast with quantiles from its errors on training pairs."""
    point: Point = Ridge.fit(train) if name == "ridge" else PLAIN[name]
    points = crossed(train, lambda p, rows: Ridge.fit(p.take(~rows))(p.take(rows))) if name == "ridge" else point(train)
    residuals = Residuals.of(train, points)
    return lambda panel: residuals.quantiles(panel, point(panel))


def forecasters(train: Panel, *, networks: bool = True, epochs: int = 20, seed: int = 0) -> dict[str, Forecaster]:
    """All that need nothing but the panel, learnt on training pairs."""
    made: dict[str, Forecaster] = {name: point_forecaster(name, train) for name in (*PLAIN, "ridge")}
    if networks:
        made |= {name: train_network(name, train, epochs=epochs, seed=seed) for name in NETWORKS}
    return made


def with_residuals(
    train: Panel, points: Mapping[str, tuple[np.ndarray, np.ndarray]], test: Panel
) -> dict[str, Quantiles]:
    """Quantiles from ready points on (training, test) pairs."""
    return {
        name: Residuals.of(train, of_train).quantiles(test, of_test) for name, (of_train, of_test) in points.items()
    }


def forecast_errors(test: Panel, made: Mapping[str, Quantiles], *, steps_a_day: int) -> pl.DataFrame:
    """A row a person, model and day ahead: steps that came, sums of absolute, squared, pinball errors, in the band."""
    rows: list[dict[str, Any]] = []
    people = np.array(test.person)
    known = np.isfinite(test.future)
    truth = np.nan_to_num(test.future)
    for model, q in made.items():
        off = truth - q[:, :, MIDDLE]
        miss = truth[:, :, None] - q
        levels = np.array(LEVELS)
        pinball = np.maximum(levels * miss, (levels - 1) * miss).mean(axis=2)
        inside = (truth >= q[:, :, LOW] - 1e-6) & (truth <= q[:, :, HIGH] + 1e-6)
        for person in dict.fromkeys(test.person):
            mine = people == person
            for day in range(test.horizon // steps_a_day):
                at = (mine, slice(day * steps_a_day, (day + 1) * steps_a_day))
                here = known[at]
                if here.any():
                    rows.append(
                        {"person": person, "model": model, "day": day + 1, "steps": int(here.sum())}
                        | {
                            name: float(np.where(here, part[at], 0).sum())
                            for name, part in (
                                ("ae", np.abs(off)), ("se", off**2), ("pinball", pinball), ("inside", inside),
                            )
                        }
                    )  # fmt: skip
    return pl.DataFrame(rows)


def judge_personal(train: Panel, test: Panel, *, name: str, epochs: int = 20, seed: int = 0) -> pl.DataFrame:
    """A network of everybody against the same one fine-tuned on a judged person's early pairs, on their later ones."""
    everybody = train_network(name, train, epochs=epochs, seed=seed)
    parts = []
    for person in dict.fromkeys(test.person):
        mine = test.take(np.array([p == person for p in test.person]))
        early, later = early_and_later(mine)
        if len(early) >= MIN_EARLY and len(later) >= MIN_LATER:
            tuned = _tuned(everybody, early, seed)
            made = {"everybody's": everybody(later), "personal": tuned(later)}
            parts.append(forecast_errors(later, made, steps_a_day=_steps(later)))
    return pl.concat(parts) if parts else pl.DataFrame()


def _tuned(everybody: Trained, early: Panel, seed: int) -> Trained:
    return fine_tune(everybody, early, seed=seed)


def _steps(panel: Panel) -> int:
    return 1 if panel.season == 7 else panel.season


def early_and_later(mine: Panel) -> tuple[Panel, Panel]:
    """One person's pairs before and after a day: the futures of early ones end before the first later cut begins."""
    if not len(mine):
        return mine, mine
    first = int(np.quantile(mine.cut, EARLY_SHARE, method="higher"))
    ahead = -(-mine.horizon // _steps(mine))
    return mine.take(mine.cut + ahead <= first), mine.take(mine.cut >= first)


def error_of(errors: pl.DataFrame, model: str, *, day: int | None = None, column: str = "ae") -> Figure:
    """Mean over people of their mean error a step; of all days ahead, or of one."""
    x = _by_person(errors, model, day, column)
    value = float(x.mean()) if len(x) else float("nan")
    low, high = interval(drawn(len(x)) @ x / len(x), value) if len(x) else (value, value)
    return Figure(value=value, low=low, high=high, people=len(x))


def gain(
    errors: pl.DataFrame, model: str, baseline: str = REFERENCE, *, day: int | None = None, column: str = "ae"
) -> Figure:
    """1 - error / error of the baseline on the same people, paired bootstrap; below 0 the baseline is better."""
    x, base = _by_person(errors, model, day, column), _by_person(errors, baseline, day, column)
    if not len(x) or len(x) != len(base):
        return Figure(value=float("nan"), low=float("nan"), high=float("nan"), people=0)
    value = 1 - float(x.mean()) / max(float(base.mean()), 1e-12)
    weights = drawn(len(x))
    low, high = interval(1 - (weights @ x) / np.maximum(weights @ base, 1e-12), value)
    return Figure(value=value, low=low, high=high, people=len(x))


def in_band(errors: pl.DataFrame, model: str) -> float:
    """Share of steps inside the band from 5 to 95 %."""
    rows = errors.filter(pl.col("model") == model)
    return float(rows["inside"].sum()) / max(float(rows["steps"].sum()), 1.0)


def _by_person(errors: pl.DataFrame, model: str, day: int | None, column: str) -> np.ndarray:
    rows = errors.filter((pl.col("model") == model) & ((pl.col("day") == day) if day else pl.lit(value=True)))
    sums = rows.group_by("person", maintain_order=True).agg(pl.col(column, "steps").sum()).sort("person")
    x: np.ndarray = (sums[column] / sums["steps"]).to_numpy()
    return x
