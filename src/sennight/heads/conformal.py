"""Split-conformal prediction: intervals and sets that hold the truth as often as they say, whatever the head is worth.

Some training people are set aside; how wrong the head is on them says how wide an interval has to be. If the people
judged are exchangeable with those set aside, a 90 % interval holds the truth in at least 90 % of them on average; the
share met in one calibration follows a Beta(k, n + 1 - k) law, k = ceil((n + 1) * 0.9). Nobody judged is touched.
Our own, because the package at hand (MAPIE) takes scikit-learn estimators on one matrix, where a head has columns
beside `x` and knows its kind; the arithmetic is one quantile (docs/decisions/0014).
Source: Vovk et al. 2005; Lei et al. 2018; Sadinle et al. 2019 (sets of least ambiguity).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64

from sennight.errors import InputError
from sennight.heads.head import Answers, Beside, Head, HeadConfig, Weights, X, Y
from sennight.heads.inside import inner_folds
from sennight.tasks import TaskKind

LEVEL = 0.9
ASIDE = 4  # one in so many training people is set aside


@dataclass(frozen=True, kw_only=True, eq=False)
class Interval:
    """[P] lowest and highest amounts; infinite where too few people were set aside for the level."""

    low: Float64[np.ndarray, " person"]
    high: Float64[np.ndarray, " person"]

    def holds(self, y: Y) -> Bool[np.ndarray, " person"]:
        """Whether each interval holds the truth."""
        return (self.low <= y) & (y <= self.high)


@dataclass(frozen=True, kw_only=True, eq=False)
class AnswerSet:
    """[P, K] which answers are in each person's set: no and yes, or the k choices. A set may be empty."""

    member: Bool[np.ndarray, "person k"]

    def holds(self, y: Y) -> Bool[np.ndarray, " person"]:
        """Whether each set holds the truth; an answer that training people never gave is in no set."""
        code = y.astype(np.int64)
        known = code < self.member.shape[1]
        return known & self.member[np.arange(len(y)), np.where(known, code, 0)]


@dataclass(frozen=True, kw_only=True, eq=False)
class Conformal:
    """A fitted head and how far its answers reach at a level."""

    head: Head
    kind: TaskKind
    reach: float
    """Largest strangeness that still belongs: distance of an amount, or 1 - probability of an answer."""
    n_aside: int

    @classmethod
    def fit(
        cls,
        config: HeadConfig,
        x: X,
        y: Y,
        *,
        kind: TaskKind,
        beside: Beside = None,
        weights: Weights = None,
        level: float = LEVEL,
        seed: int = 0,
    ) -> "Conformal":
        """Learn from three in four people, measure the reach on the fourth.

        Raises: InputError if the level is no share, or one person is all there is.
        """
        aside = inner_folds(y, kind=kind, k=ASIDE, seed=seed) == 0
        if not 0 < level < 1 or not (~aside).any():
            raise InputError(f"level={level} with {len(y)} people: a share between 0 and 1 and two people are needed")
        train = ~aside
        head = config.build().fit(
            x[train], y[train], kind=kind, beside=None if beside is None else beside[train],
            weights=None if weights is None else weights[train],
        )  # fmt: skip
        said = head.predict(x[aside], beside=None if beside is None else beside[aside])
        reach = quantile_of(strangeness(said, y[aside], kind=kind), level=level)
        return cls(head=head, kind=kind, reach=reach, n_aside=int(aside.sum()))

    def predict(self, x: X, *, beside: Beside = None) -> Interval | AnswerSet:
        """Intervals for amounts and ranks, sets for yes/no and choices."""
        said = self.head.predict(x, beside=beside)
        if self.kind in (TaskKind.AMOUNT, TaskKind.RANK):
            return Interval(low=said - self.reach, high=said + self.reach)
        p = np.stack([1 - said, said], axis=1) if self.kind is TaskKind.YES_NO else said
        return AnswerSet(member=1 - p <= self.reach)


def strangeness(said: Answers, y: Y, *, kind: TaskKind) -> Y:
    """How badly each truth fits what was said."""
    if kind in (TaskKind.AMOUNT, TaskKind.RANK):
        return np.abs(y - said)
    if kind is TaskKind.YES_NO:
        return 1 - np.where(y == 1, said, 1 - said)
    code = y.astype(np.int64)
    known = code < said.shape[1]
    return np.where(known, 1 - said[np.arange(len(y)), np.where(known, code, 0)], 1.0)


def quantile_of(strange: Y, *, level: float) -> float:
    """The ceil((n + 1) * level)-th smallest; infinite if there is no such person.

    >>> quantile_of(np.arange(1.0, 11.0), level=0.9), quantile_of(np.arange(1.0, 6.0), level=0.9)
    (10.0, inf)
    """
    k = int(np.ceil((len(strange) + 1) * level - 1e-9))
    return float(np.sort(strange)[k - 1]) if k <= len(strange) else float("inf")


MIN_GROUP = 50  # people; a smaller group is not assessed
Z_95 = 1.959964  # standard deviations


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """How often the truth was held in one group of people, with its 95 % Wilson interval; None where too few."""

    group: str
    n_people: int
    share: float | None
    low: float | None = None
    high: float | None = None


def coverage(held: Bool[np.ndarray, " person"], groups: Sequence[str]) -> tuple[Coverage, ...]:
    """Everybody first, then each group by name; fewer than 50 people are not assessed."""
    named = np.asarray(groups)
    parts = [("everybody", held)] + [(str(g), held[named == g]) for g in np.unique(named)]
    rows = []
    for name, part in parts:
        n = len(part)
        if n < MIN_GROUP:
            rows.append(Coverage(group=name, n_people=n, share=None))
            continue
        share = float(part.mean())
        middle = (share + Z_95**2 / (2 * n)) / (1 + Z_95**2 / n)
        half = Z_95 / (1 + Z_95**2 / n) * float(np.sqrt(share * (1 - share) / n + Z_95**2 / (4 * n * n)))
        rows.append(Coverage(group=name, n_people=n, share=share, low=middle - half, high=min(1.0, middle + half)))
    return tuple(rows)
