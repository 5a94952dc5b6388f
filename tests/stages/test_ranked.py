"""A page of ranks from folders of results."""

import json
from pathlib import Path

import pytest

from sennight.errors import InputError
from sennight.stages.evaluated import evaluate_store
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
