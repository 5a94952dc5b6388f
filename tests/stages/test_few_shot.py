"""Few-shot on a store ends in curves, a table's numbers and a picture on disk."""

from pathlib import Path

import pytest

from sennight.errors import InputError
from sennight.evaluate.learning_curve import CurveResult
from sennight.heads import LinearConfig
from sennight.printing import recomputed
from sennight.stages.few_shot import few_shot_store
from sennight.store import Store

OPTIONS = {"head": LinearConfig(), "draws": 3, "k": 3, "replicates": 30, "jobs": 1}


def test_curves_and_picture_lie_in_the_folder_and_are_computed_again(
    store: Store, embedded: dict[str, str], tmp_path: Path
) -> None:
    report = few_shot_store(store.path, embedded, tmp_path / "out", **OPTIONS)
    assert CurveResult.load(tmp_path / "out").to_json() == report.result.to_json()
    assert report.picture.read_text().startswith("<svg")
    assert report.result.scores
    assert "numbers are the same" in recomputed(tmp_path / "out")


def test_an_embedding_that_is_not_there_and_a_reference_without_one_are_told(
    store: Store, embedded: dict[str, str], tmp_path: Path
) -> None:
    with pytest.raises(InputError):
        few_shot_store(store.path, {"engineered": "nowhere.parquet"}, tmp_path, **OPTIONS)
    with pytest.raises(InputError, match="no embedding is named 'best'"):
        few_shot_store(store.path, embedded, tmp_path, reference="best", **OPTIONS)
