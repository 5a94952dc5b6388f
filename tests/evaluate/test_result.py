"""A result goes to disk and back, and its numbers can be made again from its own predictions (N-13)."""

import numpy as np
import pytest

from sennight.errors import StoreError
from sennight.evaluate import BenchResult, evaluate, rescore
from sennight.tasks import TaskKind


@pytest.fixture(scope="module")
def result(make):
    embed, known, ask = make
    rng = np.random.default_rng(0)
    people = tuple(f"p{i}" for i in range(120))
    x = rng.normal(size=(120, 4))
    columns = {
        "ill": (x[:, 0] + rng.normal(size=120) > 0).astype(float),
        "hours": x[:, 1],
        "rare": np.zeros(120),
        "age_years": rng.uniform(20, 80, 120),
        "sex_female": np.arange(120) % 2,
    }
    tasks = (ask("ill"), ask("hours", TaskKind.AMOUNT, thresholds=(0.0,)), ask("rare"))
    embeddings = {"model": embed(people, x), "engineered": embed(people, x[:, ::-1].copy())}
    return evaluate(embeddings=embeddings, facts=known(people, **columns), people=people, tasks=tasks, replicates=50)


def test_a_saved_result_loads_equal(result, tmp_path):
    result.save(tmp_path / "a" / "b")
    loaded = BenchResult.load(tmp_path / "a" / "b")
    assert loaded.plan == result.plan
    assert loaded.to_json() == result.to_json()
    assert loaded.predictions.equals(result.predictions)
    assert loaded.plan.not_assessed[0].task == "rare"


def test_every_saved_number_is_made_again_from_the_saved_predictions(result, tmp_path):
    result.save(tmp_path)
    loaded = BenchResult.load(tmp_path)
    assert rescore(loaded.predictions, loaded.plan).to_json() == loaded.to_json()


def test_a_score_and_a_comparison_are_found_by_name(result):
    assert result.score("ill", "model").metric == "auc"
    assert result.score("rare", "model") is None
    assert result.comparison("ill", "model", "engineered").baseline == "engineered"
    assert result.comparison("ill", "engineered", "model") is None
    assert set(result.other_scores("hours", "model")) == {"mae", "rmse", "r2", "auc_at_0"}
    assert result.plan.head_name == "linear"


def test_an_absent_a_damaged_and_a_foreign_result_are_refused(result, tmp_path):
    with pytest.raises(StoreError, match=r"no result\.json"):
        BenchResult.load(tmp_path)
    result.save(tmp_path)
    saved = tmp_path / "result.json"
    whole = saved.read_text()
    saved.write_text(whole.replace('"format": 1', '"format": 99'))
    with pytest.raises(StoreError, match="format 99"):
        BenchResult.load(tmp_path)
    saved.write_text(whole[: len(whole) // 2])
    with pytest.raises(StoreError, match="damaged"):
        BenchResult.load(tmp_path)
    saved.write_text(whole)
    (tmp_path / "predictions.parquet").unlink()
    with pytest.raises(StoreError, match=r"no predictions\.parquet"):
        BenchResult.load(tmp_path)


def test_predictions_that_would_end_the_process_are_refused(result, tmp_path, parquet_bomb):
    result.save(tmp_path / "result")
    parquet_bomb(tmp_path / "result" / "predictions.parquet")
    with pytest.raises(StoreError, match="damaged"):
        BenchResult.load(tmp_path / "result")
