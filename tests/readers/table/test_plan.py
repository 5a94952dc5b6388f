"""Which mapping and which files: by names and columns together."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from sennight.errors import ReadError
from sennight.readers import read
from sennight.readers.table import READER


def test_one_file_and_one_table_belong_together_whatever_the_name(study: Any) -> None:
    (study.folder / "any-name.csv").write_text("who,t,hr\n7,2024-03-01 12:00,61\n")
    assert len(study.only(read(study.folder / "any-name.csv", mapping=study.long())).values) == 1


def test_a_mapping_that_finds_no_file_says_what_is_there(study: Any) -> None:
    for name in ("a.csv", "b.csv"):
        (study.folder / name).write_text("x,y\n1,2\n")
    with pytest.raises(ReadError) as error:
        study.read(study.long())
    assert "minutes.*" in error.value.what
    assert "a.csv, b.csv" in error.value.todo


def _fitbit_days(folder: Path, beside: str | None) -> None:
    folder.mkdir()
    columns = {
        c: pl.Series(np.ones((1, 1_440), dtype=np.int16)) for c in ("steps", "intensity", "mets_x10", "kcal_x1000")
    }
    pl.DataFrame({"person": [1], "day": [0], "date": ["2024-03-01"], "weekday_mon0": [4], **columns}).write_parquet(
        folder / "minute.parquet"
    )
    if beside:
        pl.DataFrame({"person": [1], "Day": ["3/1/2024"], "TotalMinutesWearTime": [600]}).write_parquet(folder / beside)


def test_equal_columns_are_told_apart_by_what_lies_beside(tmp_path: Path) -> None:
    _fitbit_days(tmp_path / "one", "weartime_hr_daily.parquet")
    reading = read(tmp_path / "one")
    assert [p.id for p in reading.people] == ["ochauni-1"]
    _fitbit_days(tmp_path / "two", None)
    assert not any("ochauni" in note for note in read(tmp_path / "two").report.notes)


def test_a_shipped_mapping_needs_its_columns_not_only_its_file_names(tmp_path: Path) -> None:
    pl.DataFrame({"seqn": [1], "counts": [[1] * 1_440]}).write_parquet(tmp_path / "mini_200.parquet")
    assert not READER.claims(tmp_path)
    with pytest.raises(ReadError) as error:
        read(tmp_path)
    assert "'nhanes_2005_2006' would fit if mini_200.parquet had weekday, day, steps" in error.value.todo


def test_a_shipped_mapping_can_be_named(tmp_path: Path) -> None:
    _fitbit_days(tmp_path / "one", "weartime_hr_daily.parquet")
    assert len(list(read(tmp_path / "one", mapping=Path("ochauni_fitbit")).people)) == 1


def test_tables_further_down_a_folder_are_not_mixed_together(tmp_path: Path) -> None:
    for study in ("one", "two"):
        (tmp_path / study).mkdir()
        (tmp_path / study / "a.csv").write_text("person,time,steps\n1,2024-03-01 12:00,5\n")
    assert not READER.claims(tmp_path)
