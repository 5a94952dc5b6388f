"""Made-up results for the tests of what is printed: every number is chosen here, so every line can be foretold."""

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl
import pytest

from sennight.evaluate import Average, BenchPlan, BenchResult, Comparison, Lead, NotAssessed, Score, TaskNote
from sennight.tasks import TASKS

FRONT = ("sennight-xxs", "engineered", "age_sex", "age_sex+sennight-xxs")
PAIRS = (("sennight-xxs", "engineered"), ("age_sex+sennight-xxs", "age_sex"))


def lead(pair: tuple[str, str], metric: str, middle: float, *, half: float = 0.02) -> Lead:
    return Lead(
        features=pair[0], baseline=pair[1], metric=metric, difference=middle, low=middle - half, high=middle + half,
        wins=7, wins_low=3.0, wins_high=12.0, clear_wins=1, clear_losses=2, n_tasks=35,
    )  # fmt: skip


def note(name: str, question: str, metric: str) -> TaskNote:
    return TaskNote(
        name=name, question=question, domain="sleep", kind="amount", metric=metric, who="everybody", source="made up"
    )


def score(task: TaskNote, features: str, *, n: int) -> Score:
    # Wide intervals and, for amounts, negative numbers: the widest a cell can be.
    value, low, high = (0.71, 0.65, 0.77) if task.metric == "auc" else (-0.25, -0.35, -0.15)
    return Score(
        task=task.name, features=features, head="linear", metric=task.metric, value=value, low=low, high=high,
        n_people=n, n_events=n // 3 if task.metric == "auc" else None,
    )  # fmt: skip


@pytest.fixture
def make_result() -> Callable[..., BenchResult]:
    """A result over all tasks; `auc` and `r` are the mean differences of the model to the engineered features."""

    def make(
        *,
        auc: float = -0.05,
        r: float = 0.0,
        features: Sequence[str] = FRONT,
        pairs: Sequence[tuple[str, str]] = PAIRS,
        tasks: Sequence[str] = tuple(t.name for t in TASKS),
        p_holm: float = 0.5,
        n: int = 12_345,
    ) -> BenchResult:
        notes = tuple(note(t.name, t.question, t.metric) for t in TASKS if t.name in tasks)
        plan: dict[str, Any] = {"head": {"head": "linear"}, "k": 5, "seed": 0, "replicates": 1_000, "n_people": n}
        return BenchResult(
            plan=BenchPlan(
                tasks=notes, features=tuple(features), pairs=tuple(pairs), reference="engineered",
                backbones={name: f"made-{name}" for name in features if not name.startswith("age_sex")},
                not_assessed=(NotAssessed(task="ckd", reason="fewer than 20 people", n_people=78, n_events=6),),
                notes=("age and sex are made up",), **plan,
            ),
            scores=tuple(score(t, f, n=n) for t in notes for f in features),
            secondary=(),
            comparisons=tuple(
                Comparison(
                    task=t.name, features=a, baseline=b, metric=t.metric, difference=-0.123, low=-0.234, high=-0.012,
                    p=p_holm, p_holm=p_holm,
                )
                for t in notes
                for a, b in pairs
            ),
            averages=tuple(
                Average(features=f, metric=m, value=0.65, low=0.6, high=0.7, n_tasks=20)
                for f in features
                for m in {t.metric for t in notes}
            ),
            leads=tuple(
                lead(pair, metric, {"auc": auc, "pearson_r": r, "all": 0.0}[metric])
                for pair in pairs
                for metric in ("all", "auc", "pearson_r")
            ),
            predictions=pl.DataFrame(
                schema={"task": pl.String, "features": pl.String, "person": pl.String, "fold": pl.Int8, "y": pl.Float64,
                        "p": pl.Float64}
            ),
        )  # fmt: skip

    return make
