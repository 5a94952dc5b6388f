"""Pseudo-labels: a head answers for training people whose answer is not known, and learns again from the surest.

Of yes/no questions the surest are those ranked highest and lowest, as many of each as the base rate says; of amounts,
those of whom two heads, each taught by half of the people, say the same. They count less than people who answered, and
every round chooses anew. Who is judged is never among them: the caller hands in training people only.
Source: Lee 2013, "Pseudo-label"; Blum and Mitchell 1998 for agreement as confidence.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float64

from sennight.errors import InputError
from sennight.heads.head import Beside, Head, HeadConfig, X, Y
from sennight.heads.inside import inner_folds
from sennight.tasks import TaskKind

Free = Float[np.ndarray, "free width"]
BesideFree = Float[np.ndarray, "free extra"] | None

FEWEST = 10  # people without an answer; fewer are not worth a round


@dataclass(frozen=True, kw_only=True)
class PseudoLabels:
    """How often, what share of people without an answer is taken, and how much each counts beside one who answered.

    Raises: InputError if a setting leaves its bounds.
    """

    rounds: int = 2
    share: float = 0.5
    weight: float = 0.3

    def __post_init__(self) -> None:
        if not (1 <= self.rounds <= 10 and 0 < self.share <= 1 and 0 < self.weight <= 1):
            raise InputError(
                "pseudo-labels cannot be made like this",
                todo="Take 1 to 10 rounds, and a share and weight from 0 to 1.",
            )


def fit_in_rounds(
    config: HeadConfig,
    x: X,
    y: Y,
    unlabelled: Free,
    *,
    kind: TaskKind,
    how: PseudoLabels,
    beside: Beside = None,
    beside_unlabelled: BesideFree = None,
) -> Head:
    """A head taught by people who answered, and in rounds by the surest of those who did not.

    Raises: InputError as every head; questions with k choices are refused.
    """
    if kind is TaskKind.ONE_OF_K:
        raise InputError("pseudo-labels are made for yes/no questions, amounts and ranks only")
    head = config.build().fit(x, y, kind=kind, beside=beside)
    if len(unlabelled) < FEWEST or y.min() == y.max():
        return head
    for _ in range(how.rounds):
        said = head.predict(unlabelled, beside=beside_unlabelled)
        if kind is TaskKind.YES_NO:
            sure, label = _surest(said, rate=float(y.mean()), share=how.share)
        else:
            halves = _halves(config, x, y, unlabelled, kind=kind, beside=beside, beside_unlabelled=beside_unlabelled)
            sure, label = _agreed(halves, share=how.share), said
        weights = np.concatenate([np.ones(len(y)), np.full(int(sure.sum()), how.weight)])
        extra = None
        if beside is not None and beside_unlabelled is not None:
            extra = np.concatenate([beside, beside_unlabelled[sure]])
        head = config.build().fit(
            np.concatenate([x, unlabelled[sure]]), np.concatenate([y, label[sure]]), kind=kind, beside=extra,
            weights=weights,
        )  # fmt: skip
    return head


def _surest(said: Y, *, rate: float, share: float) -> tuple[Bool[np.ndarray, " person"], Y]:
    """The highest as yes and the lowest as no, together a share of all, in the proportion of the base rate."""
    taken = share * len(said)
    n_yes = max(1, round(rate * taken))
    n_no = max(1, round((1 - rate) * taken))
    order = np.argsort(said, kind="stable")
    sure, label = np.zeros(len(said), dtype=np.bool_), np.zeros(len(said))
    sure[order[:n_no]] = True
    sure[order[len(said) - min(n_yes, len(said) - n_no) :]] = True
    label[order[n_no:]] = 1.0
    return sure, label


def _halves(
    config: HeadConfig, x: X, y: Y, unlabelled: Free, *, kind: TaskKind, beside: Beside, beside_unlabelled: BesideFree
) -> Float64[np.ndarray, "2 free"]:
    """What two heads say, each taught by half of the people who answered."""
    half = inner_folds(y, kind=kind, k=2, seed=0)
    said = []
    for side in (0, 1):
        at = half == side
        fitted = config.build().fit(x[at], y[at], kind=kind, beside=None if beside is None else beside[at])
        said.append(fitted.predict(unlabelled, beside=beside_unlabelled))
    return np.stack(said)


def _agreed(halves: Float64[np.ndarray, "2 free"], *, share: float) -> Bool[np.ndarray, " person"]:
    gap = np.abs(halves[0] - halves[1])
    n = max(1, round(share * len(gap)))
    sure = np.zeros(len(gap), dtype=np.bool_)
    sure[np.argsort(gap, kind="stable")[:n]] = True
    return sure
