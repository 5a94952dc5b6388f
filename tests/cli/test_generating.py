"""`sennight generate ...` as its users meet it."""

from pathlib import Path

import polars as pl
import pytest

from sennight import cli


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


def test_a_missing_filler_is_the_callers_mistake(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("generate", "fill", store, "--filler", store.parent / "none", "--out", store.parent / "x") == 2
    assert "no filler" in capsys.readouterr().err


def test_days_and_forecasts_are_written(store: Path, filler: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = store.parent
    assert run("generate", "daily", store, "--filler", filler, "--out", out / "daily.parquet") == 0
    table = pl.read_parquet(out / "daily.parquet")
    assert {"steps", "mean_heart_rate", "wear_minutes"} <= set(table["metric"])
    assert (table["low"] <= table["estimate"] + 1e-6).all()
    assert run("generate", "forecast", store, "--filler", filler, "--out", out / "ahead", "--hours", 3) == 0
    hours = pl.read_parquet(out / "ahead" / "hours.parquet")
    assert hours.group_by("person", "channel").len()["len"].unique().to_list() == [3]
    assert "6 people" in capsys.readouterr().out


def test_a_plan_with_an_unknown_word_is_refused(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("generate", "judge", store, "--out", store.parent / "x", "--set", "fold=2") == 2
    assert "plan has no setting" in capsys.readouterr().err
