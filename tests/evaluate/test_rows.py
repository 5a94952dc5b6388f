"""Questions over rows: people are never parted, holes are filled from training rows, figures are recomputed."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import InputError, StoreError
from sennight.evaluate.rows import RowResult, RowTask, evaluate_rows
from sennight.heads import LinearConfig

PEOPLE = 40


def task(*, leak: bool = False, seed: int = 0, metric: str = "auc") -> RowTask:
    """Ten rows a person; with `leak` the answer is the person's own, and the only column names the person."""
    rng = np.random.default_rng(seed)
    people = tuple(f"p{i}" for i in range(PEOPLE) for _ in range(10))
    person = np.repeat(np.arange(PEOPLE), 10)
    y = rng.integers(0, 2, PEOPLE)[person].astype(float) if leak else rng.integers(0, 2, len(people)).astype(float)
    x = np.eye(PEOPLE)[person] if leak else (y + rng.normal(size=len(people)))[:, None]
    return RowTask(
        name="ill", question="Ill?", unit="minute", metric=metric, source="test", people=people, y=y,
        features={"x": x}, given={"truth": y.copy()},
    )  # fmt: skip


def test_what_a_row_says_is_learned_and_the_truth_scores_one() -> None:
    result = evaluate_rows([task()], head=LinearConfig(), replicates=100)
    learned, given = {s.features: s for s in result.scores}["x"], {s.features: s for s in result.scores}["truth"]
    assert 0.7 < learned.low < learned.value < learned.high < 0.85
    assert given.value == 1
    assert (learned.n_rows, learned.n_people) == (400, PEOPLE)
    assert learned.within is not None
    assert learned.within[0] > 0.7
    assert learned.mae is None


def test_an_answer_that_only_names_reveal_stays_at_chance() -> None:
    """N-02: rows of one person never stand on both sides."""
    scores = [evaluate_rows([task(leak=True, seed=s)], head=LinearConfig(), replicates=100).scores for s in range(5)]
    assert np.mean([s.value for of in scores for s in of if s.features == "x"]) < 0.55


def test_holes_are_filled_from_training_rows() -> None:
    """N-03: a hole in one person's row, and a wild value in another, change only what heads of others' folds see."""
    one = task()
    x = one.features["x"].copy()
    x[::7] = np.nan
    result = evaluate_rows([dataclasses.replace(one, features={"x": x})], head=LinearConfig(), replicates=100)
    assert result.scores[-1].features == "x"
    assert result.scores[-1].value > 0.65


def test_amounts_have_an_error_in_their_unit() -> None:
    score = evaluate_rows([task(metric="pearson_r")], head=LinearConfig(), replicates=100).scores[0]
    assert score.mae == pytest.approx(0)
    assert score.n_events is None


def test_a_task_that_asks_nothing_is_refused() -> None:
    one = task()
    with pytest.raises(InputError, match="same answer"):
        dataclasses.replace(one, y=np.ones(400))
    with pytest.raises(InputError, match="differ in length"):
        dataclasses.replace(one, people=("a",))
    with pytest.raises(InputError, match="not finite"):
        dataclasses.replace(one, y=np.full(400, np.nan))


def test_figures_are_computed_again_when_read(tmp_path: Path) -> None:
    """N-13."""
    made = evaluate_rows([task()], head=LinearConfig(), replicates=100, not_asked={"moods": "this set is not there"})
    made.save(tmp_path)
    assert RowResult.load(tmp_path).scores == made.scores
    wrong = dataclasses.replace(made.scores[0], value=0.5)
    dataclasses.replace(made, scores=(wrong, *made.scores[1:])).save(tmp_path)
    with pytest.raises(StoreError, match="not what its predictions give"):
        RowResult.load(tmp_path)
