"""A page of ranks from folders of results."""

import json
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import InputError
from sennight.evaluate.rows import RowTask, evaluate_rows
from sennight.heads import LinearConfig
from sennight.stages.evaluated import evaluate_store
from sennight.stages.few_shot import few_shot_store
from sennight.stages.ranked import leaderboard_page
from sennight.store import Store


def test_two_results_of_one_split_share_a_page_and_another_is_refused(
    store: Store, embedded: dict[str, str], tmp_path: Path
) -> None:
    only = {"engineered": embedded["engineered"]}
    for name, seed in (("a", 0), ("b", 0), ("other", 1)):
        evaluate_store(store.path, only, tmp_path / name, command="test", k=3, seed=seed, replicates=100, jobs=1)
    page = leaderboard_page([str(tmp_path / "a"), f"again={tmp_path / 'b'}"], tmp_path / "board")
    assert page.is_file()
    stored = json.loads((tmp_path / "board" / "leaderboard.json").read_text())
    names = {row["name"] for row in stored["standings"]}
    assert {"engineered", "again: engineered"} <= names
    with pytest.raises(InputError, match="another split"):
        leaderboard_page([str(tmp_path / "a"), f"x={tmp_path / 'other'}"], tmp_path / "board")


def test_label_efficiency_and_the_wrist_suite_stand_below(
    store: Store, embedded: dict[str, str], tmp_path: Path
) -> None:
    only = {"engineered": embedded["engineered"]}
    evaluate_store(store.path, only, tmp_path / "a", command="test", k=3, seed=0, replicates=100, jobs=1)
    few_shot_store(
        store.path, {**only, "model": embedded["engineered"]}, tmp_path / "few", head=LinearConfig(),
        reference="engineered", draws=3, k=3, seed=0, jobs=1,
    )  # fmt: skip
    rng = np.random.default_rng(0)
    rows = RowTask(
        name="stressed_minute", question="Stressed?", unit="minute", metric="auc", source="test",
        people=tuple(f"p{i // 10}" for i in range(200)), y=rng.integers(0, 2, 200) * 1.0,
        features={"wristband": rng.normal(size=(200, 2))},
    )  # fmt: skip
    evaluate_rows([rows], head=LinearConfig(), replicates=100).save(tmp_path / "wrist")
    page = leaderboard_page(
        [str(tmp_path / "a")], tmp_path / "board", few_shot=tmp_path / "few", wrist=tmp_path / "wrist"
    ).read_text()
    assert "Label efficiency: mean r by labelled people" in page
    assert "labelled people needed to reach engineered" in page
    assert "24-hour wrist suite" in page
    assert "stressed minute" in page
