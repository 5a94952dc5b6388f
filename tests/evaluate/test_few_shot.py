"""Few-shot: who is drawn, that nobody judged teaches, and what a planted difference in label efficiency gives."""

import numpy as np
import polars as pl
import pytest

from sennight.errors import InputError
from sennight.evaluate import evaluate
from sennight.evaluate.few_shot import drawn, few_shot, fitting_sizes
from sennight.evaluate.learning_curve import ALL, CurveResult, ahead
from sennight.heads import PrototypeConfig
from sennight.record import folds
from sennight.tasks import TaskKind

N = 600
PEOPLE = tuple(f"p{i}" for i in range(N))
OPTIONS = {"people": PEOPLE, "sizes": (5, 25, 100), "draws": 4, "k": 2, "replicates": 60, "jobs": 1}


def cohort(make, seed: int = 0):
    """Two embeddings of one truth: `clean` shows it at once, `engineered` among much noise."""
    embed, known, ask = make
    rng = np.random.default_rng(seed)
    amount = rng.normal(size=N)
    clean = amount[:, None] * np.ones(4) + rng.normal(size=(N, 4))
    noisy = np.concatenate([clean[:, :1], rng.normal(size=(N, 40))], axis=1)
    facts = known(PEOPLE, age_years=np.full(N, 50.0), yes=(amount > 0.5).astype(float), amount=amount)
    return {
        "embeddings": {"clean": embed(PEOPLE, clean, "clean"), "engineered": embed(PEOPLE, noisy, "noisy")},
        "facts": facts,
        "tasks": (ask("yes"), ask("amount", TaskKind.AMOUNT)),
    }


@pytest.fixture(scope="module", name="result")
def _result(make) -> CurveResult:
    return few_shot(**cohort(make), **OPTIONS)


def test_a_draw_holds_its_smaller_draws_and_only_people_it_may_learn_from():
    y = np.array([0.0, 1.0] * 50)
    train = np.arange(0, 80)
    no, yes = drawn(y, train, task="t", kind=TaskKind.YES_NO, draw=0, seed=0)
    assert set(no) | set(yes) == set(train)
    assert not y[no].any()
    assert y[yes].all()
    again = drawn(y, train, task="t", kind=TaskKind.YES_NO, draw=0, seed=0)
    np.testing.assert_array_equal(again[0], no)
    for other in ({"draw": 1}, {"seed": 1}, {"task": "u"}):
        asked = {"task": "t", "draw": 0, "seed": 0, **other}
        assert drawn(y, train, kind=TaskKind.YES_NO, **asked)[0].tolist() != no.tolist()


def test_a_size_that_a_fold_cannot_give_is_left_out():
    fold = np.array([0, 1] * 20, dtype=np.int16)
    y = np.full(40, np.nan)
    y[:24] = np.repeat([0.0, 1.0], 12)  # six of each answer in each fold
    assert fitting_sizes(y, fold, kind=TaskKind.YES_NO, sizes=(5, 6, 7)) == (5, 6)
    assert fitting_sizes(y, fold, kind=TaskKind.AMOUNT, sizes=(5, 6, 7)) == (5, 6)


def test_everybodys_labels_give_what_the_bench_gives(make, result):
    bench = evaluate(**cohort(make), people=PEOPLE, k=2, replicates=20, jobs=1)
    for task in ("yes", "amount"):
        for name in ("clean", "engineered"):
            full = result.curve(task, name)[-1]
            assert full.shots is None
            assert full.value == pytest.approx(bench.score(task, name).value, abs=1e-6)


def test_every_draw_is_judged_on_people_outside_its_training_and_everybody_twice(result):
    fold = folds(PEOPLE, k=2, seed=0)
    at_five = result.predictions.filter(
        (pl.col("task") == "yes") & (pl.col("features") == "clean") & (pl.col("shots") == 5)
    )
    assert at_five.group_by("row").len()["len"].unique().to_list() == [2]
    assert (fold[at_five["row"].to_numpy()] == at_five["draw"].to_numpy() % 2).all()


def test_labels_of_people_judged_cannot_change_what_is_said_of_them(make):
    """A draw judged on fold 0 learns from fold 1 alone: turning the answers of fold 0 round changes no prediction."""
    whole = cohort(make)
    _, known, _ = make
    fold = folds(PEOPLE, k=2, seed=0)
    yes = whole["facts"].vector("yes", PEOPLE)
    turned = known(PEOPLE, age_years=np.full(N, 50.0), yes=np.where(fold == 0, 1 - yes, yes))
    options = {**OPTIONS, "sizes": (5,), "draws": 2, "tasks": whole["tasks"][:1], "embeddings": whole["embeddings"]}
    first, second = (few_shot(facts=f, **options).predictions for f in (whole["facts"], turned))
    on_zero = pl.col("draw") % 2 == 0
    for shots in (5, ALL):
        same, other = (on & (pl.col("shots") == shots) for on in (on_zero, ~on_zero))
        assert first.filter(same)["p"].equals(second.filter(same)["p"])
        assert not first.filter(other)["p"].equals(second.filter(other)["p"])


def test_the_embedding_that_shows_the_truth_needs_far_fewer_people(result):
    for task in ("yes", "amount"):
        clean, noisy = result.need(task, "clean"), result.need(task, "engineered")
        assert noisy.people == pytest.approx(300, abs=5)
        assert clean.people < 100
        assert clean.ratio_high < 1
        assert clean.fewer > 0.95
        assert clean.meaningful
    assert ahead(result, "clean").tolist() == [True, True]


def test_another_head_can_be_asked(make):
    said = few_shot(**{**cohort(make), **OPTIONS, "sizes": (5,), "draws": 2}, head=PrototypeConfig())
    assert said.plan.head["head"] == "prototype"
    assert said.curve("yes", "clean")[0].head == "prototype"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reference": "other"}, "no embedding is named 'other'"),
        ({"draws": 3}, "3 draws over 2 folds"),
        ({"sizes": (25, 5)}, "each larger"),
        ({"sizes": ()}, "each larger"),
    ],
)
def test_what_cannot_be_is_refused(make, changes, said):
    with pytest.raises(InputError, match=said):
        few_shot(**{**cohort(make), **OPTIONS, **changes})
