"""Survey design: what people drawn in clusters and with unequal chances say of the population they stand for.

A survey draws neighbourhoods (PSUs) inside strata and people inside those, so people are alike in clusters and an
interval that takes them for independent is too short. Variances here are Taylor-linearised sums over PSUs, drawn with
replacement within strata; a group of people is a domain, so that all PSUs of the design keep counting.
Source: Binder 1983, International Statistical Review 51:279; Lohr, Sampling: Design and Analysis, chapters 5 and 9.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64, Int64
from scipy.stats import rankdata
from scipy.stats import t as student

from sennight.errors import InputError

Values = Float64[np.ndarray, " person"]
Others = Float64[np.ndarray, " other"]
Members = Bool[np.ndarray, " person"]
CONFIDENCE = 0.95


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A figure of the population with its design-based standard error and 95 % interval.

    `design_effect` is its variance over that of as many people drawn one by one; None where that has no meaning.
    """

    value: float
    standard_error: float
    low: float
    high: float
    n_people: int
    degrees_of_freedom: int
    design_effect: float | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Design:
    """Who stands for how many, and who was drawn together. PSUs are numbered within their stratum.

    Raises: InputError if lengths differ, a weight is not positive, or a stratum has a single PSU: its spread cannot
    be known.
    """

    weight: Values
    stratum: Int64[np.ndarray, " person"]
    psu: Int64[np.ndarray, " person"]

    def __post_init__(self) -> None:
        if not len(self.weight) == len(self.stratum) == len(self.psu) or not len(self.weight):
            raise InputError("the parts of a survey design differ in length, or it has nobody")
        if not (np.isfinite(self.weight).all() and (self.weight > 0).all()):
            raise InputError("a survey weight is not positive", todo="Leave out people who were not examined.")
        pairs = np.unique(np.stack([self.stratum, self.psu], axis=1), axis=0)
        strata, sizes = np.unique(pairs[:, 0], return_counts=True)
        if (sizes < 2).any():
            alone = ", ".join(map(str, strata[sizes < 2]))
            raise InputError(f"stratum {alone} has a single PSU", todo="Join it with the stratum it is nearest to.")

    @property
    def degrees_of_freedom(self) -> int:
        """PSUs minus strata."""
        pairs = np.unique(np.stack([self.stratum, self.psu], axis=1), axis=0)
        return len(pairs) - len(np.unique(pairs[:, 0]))

    def variance_of_total(self, contribution: Values) -> float:
        """Variance of the sum of what each person contributes, weights included."""
        pairs, place = np.unique(np.stack([self.stratum, self.psu], axis=1), axis=0, return_inverse=True)
        totals = np.bincount(place.ravel(), weights=contribution, minlength=len(pairs))
        variance = 0.0
        for stratum in np.unique(pairs[:, 0]):
            mine = totals[pairs[:, 0] == stratum]
            variance += len(mine) / (len(mine) - 1) * float(((mine - mine.mean()) ** 2).sum())
        return variance


def weighted_mean(design: Design, y: Values, *, among: Members | None = None) -> Estimate:
    """Mean (of 0 and 1: share) in the population, or in the part of it that `among` names.

    Raises: InputError if nobody is left.
    """
    inside = _inside(y, among)
    w = np.where(inside, design.weight, 0.0)
    known = np.where(inside, y, 0.0)
    value = float((w * known).sum() / w.sum())
    contribution = w * (known - value) / w.sum()
    n = int(inside.sum())
    simple = float((w * (known - value) ** 2).sum() / w.sum()) / max(n - 1, 1)
    return _estimate(design, value, contribution, n=n, simple=simple)


def weighted_difference(design: Design, y: Values, *, one: Members, other: Members) -> Estimate:
    """Mean among `one` minus mean among `other`; people of both parts share PSUs, which is accounted for."""
    values, contributions = [], []
    for part in (one, other):
        inside = _inside(y, part)
        w, known = np.where(inside, design.weight, 0.0), np.where(inside, y, 0.0)
        values.append(float((w * known).sum() / w.sum()))
        contributions.append(w * (known - values[-1]) / w.sum())
    n = int((one | other).sum())
    return _estimate(design, values[0] - values[1], contributions[0] - contributions[1], n=n, simple=None)


def weighted_auc(design: Design, y: Values, p: Values, *, among: Members | None = None) -> Estimate:
    """AUC in the population: the chance that a person with yes is ranked above one with no, each drawn by weight.

    Linearised by each person's own share in it (the weighted placement). Raises: InputError if one answer is absent.
    """
    inside = _inside(y, among)
    yes, no = np.flatnonzero(inside & (y == 1)), np.flatnonzero(inside & (y == 0))
    if not len(yes) or not len(no):
        raise InputError("an AUC needs people with yes and people with no")
    w_yes, w_no = design.weight[yes], design.weight[no]
    beats = _share_below(p[yes], p[no], w_no)  # of each yes: the share of no it beats
    beaten = 1 - _share_below(p[no], p[yes], w_yes)  # of each no: the share of yes that beats it
    value = float((w_yes * beats).sum() / w_yes.sum())
    contribution = np.zeros(len(y))
    contribution[yes] = w_yes * (beats - value) / w_yes.sum()
    contribution[no] = w_no * (beaten - value) / w_no.sum()
    found = _estimate(design, value, contribution, n=len(yes) + len(no), simple=None)
    return Estimate(**{**vars(found), "low": max(found.low, 0.0), "high": min(found.high, 1.0)})


def _share_below(of: Values, among: Others, weight: Others) -> Values:
    """For each value, the weighted share of `among` below it, equal ones counting half."""
    order = np.argsort(among, kind="stable")
    below = np.concatenate([[0.0], np.cumsum(weight[order])])
    low, high = (np.searchsorted(among[order], of, side) for side in ("left", "right"))
    return (below[low] + below[high]) / 2 / below[-1]


def _inside(y: Values, among: Members | None) -> Members:
    inside = np.isfinite(y) if among is None else np.isfinite(y) & among
    if not inside.any():
        raise InputError("nobody is left to estimate from")
    return inside


def _estimate(design: Design, value: float, contribution: Values, *, n: int, simple: float | None) -> Estimate:
    """Value, error and Student interval from each person's linearised contribution."""
    error = float(np.sqrt(design.variance_of_total(contribution)))
    df = design.degrees_of_freedom
    reach = float(student.ppf((1 + CONFIDENCE) / 2, df)) * error
    effect = error**2 / simple if simple else None
    return Estimate(
        value=value, standard_error=error, low=value - reach, high=value + reach, n_people=n, degrees_of_freedom=df,
        design_effect=effect,
    )  # fmt: skip


def strata_numbers(values: Values) -> Int64[np.ndarray, " person"]:
    """Codes as whole numbers, whatever they are called."""
    return (rankdata(values, method="dense") - 1).astype(np.int64)
