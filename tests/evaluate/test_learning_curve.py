"""Learning curves from predictions: needed people by hand, censoring named, numbers recomputed and kept on disk."""

import json

import numpy as np
import pytest

from sennight.errors import StoreError
from sennight.evaluate.few_shot import few_shot
from sennight.evaluate.learning_curve import RESULT, CurveResult, people_needed, rescore_curves
from sennight.tasks import TaskKind

SIZES = np.array([10.0, 100.0, 1_000.0])


def needed(*curve: float, target: float) -> float:
    return float(people_needed(SIZES, np.array([[v] for v in curve]), np.array([target]))[0])


def test_people_are_read_off_on_a_logarithmic_line():
    assert needed(0.5, 0.6, 0.7, target=0.65) == pytest.approx(np.sqrt(100 * 1_000))
    assert needed(0.5, 0.6, 0.7, target=0.6) == 100
    assert needed(0.5, 0.6, 0.7, target=0.7) == 1_000


def test_a_curve_that_starts_above_or_never_gets_there_is_censored():
    assert needed(0.7, 0.6, 0.8, target=0.6) == 10
    assert needed(0.5, 0.6, 0.7, target=0.71) == np.inf


def test_a_dip_is_no_proof_and_a_lucky_size_neither():
    """Made rising first: .72 then .68 count as .70 both."""
    assert needed(0.5, 0.72, 0.68, target=0.7) == pytest.approx(100)
    assert needed(0.5, 0.72, 0.68, target=0.71) == np.inf


@pytest.fixture(scope="module", name="result")
def _result(make) -> CurveResult:
    embed, known, ask = make
    rng = np.random.default_rng(0)
    people = tuple(f"p{i}" for i in range(200))
    amount = rng.normal(size=200)
    facts = known(
        people, age_years=np.full(200, 50.0), yes=(amount > 0).astype(float), amount=amount, noise=rng.random(200)
    )
    x = amount[:, None] + rng.normal(size=(200, 3))
    return few_shot(
        embeddings={"engineered": embed(people, x, "e"), "worse": embed(people, x + 2 * rng.normal(size=x.shape), "w")},
        facts=facts, people=people, tasks=(ask("yes"), ask("amount", TaskKind.AMOUNT), ask("noise", TaskKind.AMOUNT)),
        sizes=(5, 20), draws=4, k=2, replicates=50, jobs=1,
    )  # fmt: skip


def test_every_number_is_computed_again_from_the_predictions(result):
    again = rescore_curves(result.predictions, result.answers, result.plan, jobs=1)
    assert again.to_json() == result.to_json()


def test_curves_come_back_from_disk_and_damage_is_told(result, tmp_path):
    result.save(tmp_path / "curves")
    back = CurveResult.load(tmp_path / "curves")
    assert back.to_json() == result.to_json()
    assert back.predictions.equals(result.predictions)
    stored = json.loads((tmp_path / "curves" / RESULT).read_text())
    for broken in ({**stored, "format": "other"}, {"format": stored["format"]}, []):
        (tmp_path / "curves" / RESULT).write_text(json.dumps(broken))
        with pytest.raises(StoreError):
            CurveResult.load(tmp_path / "curves")


def test_points_hold_their_intervals_and_say_how_many_people(result):
    curve = result.curve("yes", "engineered")
    assert [s.shots for s in curve] == [5, 20, None]
    assert [s.n_people for s in curve] == [10, 40, 100]
    assert all(s.low <= s.value <= s.high for s in result.scores)
    assert all(m.low <= m.value <= m.high for m in result.means)


def test_the_reference_needs_everybody_at_most_and_its_ratio_is_one(result):
    own = result.need("yes", "engineered")
    assert own.ratio == 1
    assert own.more_than is None
    assert result.need("yes", "worse").more_than == 100
    assert result.need("yes", "worse").people is None


def test_a_reference_that_knows_nothing_is_no_aim(result):
    assert not result.need("noise", "engineered").meaningful
    assert result.need("amount", "engineered").meaningful


def test_means_are_over_the_questions_that_have_the_size(result):
    of = {(m.metric, m.shots): m for m in result.means if m.features == "engineered"}
    assert of[("pearson_r", 5)].n_tasks == 2
    both = [s.value for s in result.scores if s.features == "engineered" and s.metric == "pearson_r" and s.shots == 5]
    assert of[("pearson_r", 5)].value == pytest.approx(np.mean(both))
