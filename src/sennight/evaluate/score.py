"""Scores: one figure with its interval and its counts, and the difference between two on the same people."""

from dataclasses import dataclass

from sennight.errors import SennightBug


@dataclass(frozen=True, kw_only=True)
class Score:
    """How well one set of features answered one task.

    `features` names what was fed to the head (a backbone, "engineered", "age_sex", ...); `value` lies in its
    95 % interval `low` to `high` (bootstrap over people); `n_events` counts the yes answers of a
    yes/no task and is None otherwise; `shots` is people per class, None for all.
    """

    task: str
    features: str
    head: str
    metric: str
    value: float
    low: float
    high: float
    n_people: int
    n_events: int | None = None
    shots: int | None = None

    def __post_init__(self) -> None:
        # A bootstrap percentile interval of a skewed metric can, rarely, miss the point estimate: the maker widens it.
        if not self.low <= self.value <= self.high:
            raise SennightBug(f"score of task '{self.task}' lies outside its own interval")


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """`features` minus `baseline` on the same people, folds and bootstrap draws. `p_holm` is Holm over tasks."""

    task: str
    features: str
    baseline: str
    metric: str
    difference: float
    low: float
    high: float
    p: float
    p_holm: float
