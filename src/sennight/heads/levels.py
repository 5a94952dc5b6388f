"""Answers as membership of a few ordered or unordered levels, so that heads which know only groups answer every kind.

Yes/no has two levels, k choices have k. Amounts are cut where their distribution says: each value is its own level if
there are few, else groups of about equal size. A level's value is the mean amount of its people.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from sennight.heads.head import Answers, Y
from sennight.tasks import TaskKind


@dataclass(frozen=True, kw_only=True, eq=False)
class Levels:
    """Who belongs to which level ([P, K], rows sum to 1), and what a level is worth."""

    member: Float64[np.ndarray, "person level"]
    worth: Float64[np.ndarray, " level"]
    kind: TaskKind

    @classmethod
    def of(cls, y: Y, *, kind: TaskKind, at_most: int) -> "Levels":
        """Learn from training people. `at_most` is for amounts and ranks only."""
        if kind is TaskKind.YES_NO:
            return cls(member=np.stack([1 - y, y], axis=1), worth=np.array([0.0, 1.0]), kind=kind)
        if kind is TaskKind.ONE_OF_K:
            k = int(y.max()) + 1
            return cls(member=np.eye(k)[y.astype(np.int64)], worth=np.arange(k, dtype=np.float64), kind=kind)
        values = np.unique(y)
        if len(values) > at_most:
            # Cuts lie on values that occur, so equal amounts share a level; a heavy value makes fewer levels.
            cuts = np.unique(np.quantile(y, np.arange(1, at_most) / at_most, method="inverted_cdf"))
            code = np.searchsorted(cuts, y, "left")
        else:
            code = np.searchsorted(values, y)
        _, code = np.unique(code, return_inverse=True)
        k = int(code.max()) + 1
        worth = np.bincount(code, weights=y, minlength=k) / np.bincount(code, minlength=k)
        return cls(member=np.eye(k)[code], worth=worth, kind=kind)

    def answers(self, p: Float64[np.ndarray, "person level"]) -> Answers:
        """From the probability of each level to an answer: of yes, of each choice, or the expected amount."""
        if self.kind is TaskKind.ONE_OF_K:
            return p
        return p[:, 1] if self.kind is TaskKind.YES_NO else p @ self.worth
