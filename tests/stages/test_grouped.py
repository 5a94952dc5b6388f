"""Groups of a result are stored, and made again from what is stored."""

import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sennight.errors import StoreError
from sennight.evaluate.groups import GroupReport
from sennight.stages.evaluated import RESULT, evaluate_store
from sennight.stages.grouped import regroup, worn_a_day
from sennight.store import Store


@pytest.fixture(scope="module")
def result_folder(store: Store, embedded: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("grouped")
    evaluate_store(store.path, embedded, out, command="test", k=3, replicates=100, jobs=1)
    return out / RESULT


def test_groups_are_made_again_from_stored_predictions(result_folder: Path) -> None:
    from sennight.evaluate import BenchResult

    stored = GroupReport.load(result_folder)
    assert set(stored.groupings) >= {"sex", "age", "wear"}
    assert regroup(BenchResult.load(result_folder), result_folder) == stored


def test_sixty_people_have_no_group_that_may_be_assessed(result_folder: Path) -> None:
    stored = GroupReport.load(result_folder)
    assert stored.scores
    assert {s.not_assessed for s in stored.scores if s.n_people < 50} == {"fewer than 50 people"}
    assert stored.gaps == ()


def test_without_its_table_of_members_nothing_can_be_made_again(result_folder: Path, tmp_path: Path) -> None:
    from sennight.evaluate import BenchResult

    copy = tmp_path / "result"
    shutil.copytree(result_folder, copy)
    (copy / "members.parquet").unlink()
    with pytest.raises(StoreError, match=r"members\.parquet"):
        regroup(BenchResult.load(copy), copy)


def test_worn_minutes_are_a_mean_over_valid_days(store: Store) -> None:
    worn = worn_a_day(store)
    person = next(iter(worn))
    mine = store.index.filter((pl.col("person") == person) & (pl.col("worn_minutes") >= 600))["worn_minutes"]
    assert worn[person] == pytest.approx(np.mean(mine.to_list()))
