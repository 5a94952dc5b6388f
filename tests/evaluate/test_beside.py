"""Results on the same folds join; others are refused."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from sennight.errors import InputError
from sennight.evaluate import BenchResult, evaluate
from sennight.evaluate.beside import askable, beside, result_of
from sennight.record import folds
from sennight.tasks import EVERYBODY

PEOPLE = tuple(f"p{i:03d}" for i in range(160))


@pytest.fixture(scope="module", name="both")
def _both(make: tuple[Callable, Callable, Callable]) -> tuple[BenchResult, BenchResult]:
    """A frozen embedding that knows little, and predictions from elsewhere that know the answer."""
    embed, known, ask = make
    rng = np.random.default_rng(0)
    truth = rng.normal(size=160)
    facts = known(PEOPLE, snores=(truth > 0).astype(float))
    task = ask("snores", who=EVERYBODY)
    weak = embed(PEOPLE, (truth + 3 * rng.normal(size=160))[:, None])
    frozen = evaluate(embeddings={"weak": weak}, facts=facts, people=PEOPLE, tasks=[task], replicates=100, jobs=1)
    frame = pl.DataFrame(
        {
            "task": ["snores"] * 160,
            "features": ["net"] * 160,
            "person": list(PEOPLE),
            "fold": folds(PEOPLE, k=5).astype(np.int8),
            "y": (truth > 0).astype(float),
            "p": 1 / (1 + np.exp(-truth)),
        }
    )
    tuned = result_of(frame, facts, PEOPLE, head={"head": "finetuned"}, k=5, seed=0, tasks=[task], replicates=100)
    return frozen, tuned


def test_scores_do_not_change_by_standing_beside_others(both: tuple[BenchResult, BenchResult]) -> None:
    frozen, tuned = both
    joined = beside(frozen, [tuned])
    for result, features in ((frozen, "weak"), (tuned, "net")):
        alone, together = result.score("snores", features), joined.score("snores", features)
        assert alone is not None
        assert together is not None
        assert (alone.value, alone.low, alone.high) == (together.value, together.low, together.high)
    gap = joined.comparison("snores", "weak", "net")
    assert gap is not None
    assert gap.high < 0, "the one that knows the answer is ahead"


def test_other_folds_the_same_name_and_no_task_left_are_refused(both: tuple[BenchResult, BenchResult]) -> None:
    frozen, tuned = both
    with pytest.raises(InputError, match="different folds"):
        beside(frozen, [replace(tuned, plan=replace(tuned.plan, seed=4))])
    with pytest.raises(InputError, match="same name"):
        beside(frozen, [tuned, tuned])
    with pytest.raises(InputError, match="none of these tasks"):
        beside(frozen, [tuned], tasks=["age"])


def test_a_task_with_too_few_people_is_not_askable(make: tuple[Callable, Callable, Callable]) -> None:
    _, known, ask = make
    facts = known(PEOPLE, rare=np.r_[np.ones(5), np.zeros(155)], common=np.r_[np.ones(80), np.zeros(80)])
    asked, refused = askable([ask(name, who=EVERYBODY) for name in ("rare", "common")], facts, PEOPLE)
    assert [t.name for t in asked] == ["common"]
    assert refused[0].n_events == 5
