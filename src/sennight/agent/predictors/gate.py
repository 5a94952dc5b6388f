"""The gate: a predictor speaks only if it was better than age and sex, calibrated, and honest about its reach.

Everything is measured on people that no part of it learned from. Calibration and reach are fitted on other folds than
the one they are judged on.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from jaxtyping import Float64, Int16

from sennight.evaluate.calibration import calibration
from sennight.evaluate.metrics import auc_over_folds, pearson_over_folds
from sennight.evaluate.uncertainty import Draws, auc_replicates, interval, pearson_replicates
from sennight.heads.calibrate import Calibrator
from sennight.heads.conformal import quantile_of, strangeness
from sennight.tasks import TaskKind

MOST_ECE = 0.05
COVERED = (0.87, 0.93)  # by intervals that say 90 %
LEVEL = 0.9
# One predictor in forty of pure noise has a 95 % interval above 0, and there are 33 questions: so the gain must also be
# this many standard errors above 0, which is a chance of 0.025 over all 33 together (Bonferroni).
SURE_ERRORS = 3.17
REPLICATES = 1_000

Y = Float64[np.ndarray, " person"]
Fold = Int16[np.ndarray, " person"]


@dataclass(frozen=True, kw_only=True)
class GateFigures:
    """What a predictor reached on held-out people. `gain` is over age and sex, with its 95 % interval, and `errors` how
    many bootstrap standard errors it lies above 0; `ece` is None for amounts; `covered` the
    share of people whose truth its 90 % interval (or set of answers) held."""

    n_people: int
    metric: str
    value: float
    gain: float
    gain_low: float
    gain_high: float
    errors: float
    ece: float | None
    covered: float

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def refused(figures: GateFigures) -> tuple[str, ...]:
    """Why a predictor may not speak; empty if it may."""
    why = []
    if not (figures.gain_low > 0 and figures.errors >= SURE_ERRORS):
        why.append(
            f"it was not clearly better than age and sex (gain {figures.gain:+.3f} "
            f"[{figures.gain_low:+.3f}, {figures.gain_high:+.3f}], {figures.errors:.1f} standard errors; "
            f"{SURE_ERRORS} are asked for)"
        )
    if figures.ece is not None and not figures.ece <= MOST_ECE:
        why.append(f"its probabilities were off by {figures.ece:.3f} on average (at most {MOST_ECE} is allowed)")
    if not COVERED[0] <= figures.covered <= COVERED[1]:
        why.append(f"its 90 % intervals held {100 * figures.covered:.0f} % of truths (87 to 93 % is allowed)")
    return tuple(why)


def measured(y: Y, ours: Y, base: Y, fold: Fold, *, kind: TaskKind, seed: int = 0) -> GateFigures:
    """Figures from out-of-fold predictions of the predictor (`ours`) and of age and sex alone (`base`)."""
    over, of_draws = (
        (auc_over_folds, auc_replicates) if kind is TaskKind.YES_NO else (pearson_over_folds, pearson_replicates)
    )
    people = [str(i) for i in range(len(y))]
    weights = Draws.within_folds(people, fold, replicates=REPLICATES, seed=seed).weights
    value, gain = over(y, ours, fold), over(y, ours, fold) - over(y, base, fold)
    gains = of_draws(y, ours, fold, weights) - of_draws(y, base, fold, weights)
    (low, high), error = interval(gains, gain), float(np.nanstd(gains))
    said = _cross_calibrated(y, ours, fold, kind)
    return GateFigures(
        n_people=len(y), metric="AUC" if kind is TaskKind.YES_NO else "r", value=float(value), gain=float(gain),
        gain_low=float(low), gain_high=float(high),
        errors=float(gain) / error if error > 0 else 0.0, covered=_covered(y, said, fold, kind),
        ece=calibration(y, said).ece if kind is TaskKind.YES_NO else None,
    )  # fmt: skip


def _cross_calibrated(y: Y, said: Y, fold: Fold, kind: TaskKind) -> Y:
    """Each fold's probabilities mended by a curve that was fitted on the other folds; amounts stay."""
    if kind is not TaskKind.YES_NO:
        return said
    mended = np.array(said, dtype=np.float64)
    for f in np.unique(fold):
        rest = fold != f
        mended[~rest] = Calibrator.fit(said[rest], y[rest], kind=kind, way="platt").apply(said[~rest])
    return mended


def _covered(y: Y, said: Y, fold: Fold, kind: TaskKind) -> float:
    """Share of truths inside intervals whose reach was measured on the other folds."""
    strange = strangeness(said, y, kind=kind)
    held = np.zeros(len(y), dtype=np.bool_)
    for f in np.unique(fold):
        rest = fold != f
        held[~rest] = strange[~rest] <= quantile_of(strange[rest], level=LEVEL)
    return float(held.mean())
