"""Scaling: how error and downstream scores change with size and people, and the power law through them.

A law says what more people would bring only as far as its points reach; it is printed with how far it misses them.
Source of the form: LSM-1, arXiv 2410.13638 (L = a * C^b + c).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64
from scipy.optimize import curve_fit

from sennight.errors import InputError

LEAST_POINTS = 4  # three numbers go through three points whatever they are


@dataclass(frozen=True, kw_only=True)
class ScalingPoint:
    """One model: its size in weights, the people it learned from, and how it does on people it never saw.

    `error` is of reconstruction in squared standard deviations; `auc` and `r` are means over questions, with 95 %
    intervals over people.
    """

    size: str
    weights: int
    people: int
    error: float
    auc: float
    auc_low: float
    auc_high: float
    r: float
    r_low: float
    r_high: float


@dataclass(frozen=True, kw_only=True)
class PowerLaw:
    """`error = a * people^-b + c`; `miss` is the root mean square of what it misses its points by."""

    a: float
    b: float
    c: float
    miss: float

    def at(self, people: Float64[np.ndarray, " n"]) -> Float64[np.ndarray, " n"]:
        """The error it expects."""
        return self.a * people**-self.b + self.c

    @classmethod
    def through(cls, people: Sequence[int], error: Sequence[float]) -> "PowerLaw":
        """Least squares with a, b, c of at least 0. Raises: InputError with fewer than four points."""
        if len(people) != len(error) or len(people) < LEAST_POINTS:
            raise InputError(f"a power law needs {LEAST_POINTS} points, {len(people)} were given")
        x, y = np.asarray(people, dtype=np.float64), np.asarray(error, dtype=np.float64)
        first = x.min()  # people are counted from the fewest while fitting, so that the three numbers are of one order

        def law(
            n: Float64[np.ndarray, " n"], a: float, b: float, c: float
        ) -> Float64[np.ndarray, " n"]:  # what scipy calls
            return a * (n / first) ** -b + c

        start = (max(float(y.max() - y.min()), 1e-6), 0.5, float(y.min()))
        (a, b, c), _ = curve_fit(law, x, y, p0=start, bounds=(0, [np.inf, 5.0, np.inf]), maxfev=20_000)
        missed = float(np.sqrt(np.mean((law(x, a, b, c) - y) ** 2)))
        return cls(a=float(a * first**b), b=float(b), c=float(c), miss=missed)


def outruns(points: Sequence[ScalingPoint]) -> dict[str, int | None]:
    """For each size but the smallest: from how many people on it errs less than every smaller size; None: never."""
    sizes = sorted({p.size for p in points}, key=lambda size: next(p.weights for p in points if p.size == size))
    error = {(p.size, p.people): p.error for p in points}
    counts = sorted({p.people for p in points})
    found: dict[str, int | None] = {}
    for i, size in enumerate(sizes[1:], start=1):
        ahead = [all(error[size, n] < error[other, n] for other in sizes[:i]) for n in counts]
        # From there on without exception: a single lucky point is no crossing.
        from_here = [n for k, n in enumerate(counts) if all(ahead[k:])]
        found[size] = from_here[0] if from_here else None
    return found
