"""`sennight generate ...` as its users meet it."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sennight import cli
from sennight.store import Store
from sennight.store.filled import FilledLayer


def run(*words: object) -> object:
    with pytest.raises(SystemExit) as ended:
        cli.main([str(word) for word in words])
    return ended.value.code or 0


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("verbs") / "store"
    assert run("prepare", "synthetic:people=6,days=3,channels=steps+heart_rate+on_body", "--out", folder) == 0
    return folder


@pytest.fixture(scope="module")
def filler(store: Path) -> Path:
    out = store.parent / "filler"
    assert run("generate", "learn", store, "--out", out, "--threads", 1) == 0
    return out


def test_a_store_is_filled_and_says_by_what(store: Path, filler: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("generate", "fill", store, "--filler", filler, "--out", store.parent / "filled", "--threads", 1) == 0
    said = capsys.readouterr().out
    assert "filler-" in said
    assert "6 people" in said


def test_an_export_is_filled_with_nothing_to_configure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = "synthetic:people=2,days=2,channels=steps+heart_rate+on_body"
    assert run("generate", "fill", source, "--out", tmp_path / "filled", "--threads", 1) == 0
    said = capsys.readouterr().out
    assert "2 people" in said
    assert "does not know them: heart_rate" in said
    layers = FilledLayer.open(tmp_path / "filled", Store.open(tmp_path / "filled" / "store"))
    assert layers.read(np.arange(1)).filled.any()
    # The layers are marked for ever: whoever takes them for measured minutes is refused.
    assert run("embed", tmp_path / "filled" / "value", "--backbone", "engineered", "--out", tmp_path / "e.parquet") == 2
    assert "filled" in capsys.readouterr().err


def test_a_missing_filler_is_the_callers_mistake(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("generate", "fill", store, "--filler", store.parent / "none", "--out", store.parent / "x") == 2
    assert "no released filler and no folder" in capsys.readouterr().err


def test_days_and_forecasts_are_written(store: Path, filler: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = store.parent
    assert run("generate", "daily", store, "--filler", filler, "--out", out / "daily.parquet") == 0
    table = pl.read_parquet(out / "daily.parquet")
    assert {"steps", "mean_heart_rate", "wear_minutes"} <= set(table["metric"])
    assert (table["low"] <= table["estimate"] + 1e-6).all()
    assert run("generate", "forecast", store, "--filler", filler, "--out", out / "ahead", "--hours", 3) == 0
    hours = pl.read_parquet(out / "ahead" / "hours.parquet")
    assert hours.group_by("person", "channel").len()["len"].unique().to_list() == [3]
    assert "3 hours ahead of 6 people" in capsys.readouterr().out


def test_a_plan_with_an_unknown_word_is_refused(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("generate", "judge", store, "--out", store.parent / "x", "--set", "fold=2") == 2
    assert "plan has no setting" in capsys.readouterr().err
