"""Distilling judged: bars, gaps between groups, the leaky control, everything recomputed from predictions."""

import itertools
import json

import numpy as np
import pytest

from sennight.errors import InputError
from sennight.evaluate import rescore
from sennight.evaluate.distilled import DistillResult, distill, largest_gap
from sennight.heads import BoostedConfig, DistilledConfig
from sennight.tasks import TaskKind

N = 400
PEOPLE = tuple(f"p{i}" for i in range(N))


@pytest.fixture(scope="module", name="parts")
def _parts(make) -> dict:
    embed, known, ask = make
    rng = np.random.default_rng(0)
    x = rng.normal(size=(N, 5))
    yes = (x[:, 0] + rng.normal(size=N) > 0).astype(float)
    facts = known(PEOPLE, age_years=rng.uniform(20, 85, N), sex_female=np.arange(N) % 2.0, yes=yes, amount=x[:, 1])
    return {
        "embedding": embed(PEOPLE, x), "facts": facts, "people": PEOPLE, "k": 2, "replicates": 50, "jobs": 1,
        "tasks": (ask("yes"), ask("amount", TaskKind.AMOUNT)),
        "config": DistilledConfig(teacher=BoostedConfig(trees=40, leaves=16, min_leaf=3), folds=3),
    }  # fmt: skip


@pytest.fixture(scope="module", name="result")
def _result(parts) -> DistillResult:
    return distill(**parts)


def test_the_student_keeps_the_teachers_auc_and_the_control_shows_the_leak(result):
    row = result.tasks[0]
    assert [r.task for r in result.tasks] == ["yes"]  # amounts are not judged
    assert row.kept == pytest.approx(row.auc["student"] / row.auc["teacher"])
    assert row.kept > 0.95
    assert row.leaky_labels_auc > 0.9 > 0.85 > row.labels_auc > 0.65


def test_all_four_answer_for_the_same_unseen_people_and_every_number_is_computed_again(result):
    counts = result.bench.predictions.group_by("features").len()
    assert sorted(counts["features"].cast(str).to_list()) == ["student", "student_alone", "student_leaky", "teacher"]
    assert set(counts["len"]) == {N}
    assert rescore(result.bench.predictions, result.bench.plan, jobs=1).to_json() == result.bench.to_json()
    json.dumps(result.to_json(), allow_nan=False)


def test_bars_say_what_was_measured_and_whether_it_holds(result, parts):
    bars = {bar.name: bar for bar in result.bars}
    assert bars["share of the teacher's AUC"].holds
    assert bars["calibration error more"].measured == pytest.approx(
        result.tasks[0].ece["student"] - result.tasks[0].ece["teacher"]
    )
    assert bars["gap between groups more"].holds is not None
    ticks = itertools.count()
    slow = distill(**parts, clock=lambda: float(next(ticks)))  # every answer takes one tick, whoever gives it
    faster = {bar.name: bar for bar in slow.bars}["times faster"]
    assert faster.measured == pytest.approx(1)
    assert faster.holds is False


def test_the_largest_gap_is_between_groups_that_are_large_enough():
    y = np.tile([0.0, 1.0], 100)
    p = y.copy()
    women = np.arange(200) >= 100
    p[women] = np.tile([0.3, 0.4, 0.4, 0.3], 25)  # half of the pairs right
    groups = {
        "men": ~women,
        "women": women,
        "0 to 40 years": np.arange(200) < 10,
        "40 to 60 years": np.arange(200) >= 10,
    }
    assert largest_gap(y, p, groups) == pytest.approx(0.5, abs=0.02)
    assert largest_gap(y, p, {"men": ~women, "women": np.arange(200) >= 190}) is None


def test_without_a_yes_no_question_it_says_so(parts, make):
    _, _, ask = make
    with pytest.raises(InputError, match="yes/no"):
        distill(**{**parts, "tasks": (ask("amount", TaskKind.AMOUNT),)})
