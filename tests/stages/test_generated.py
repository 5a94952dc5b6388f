"""Tables of everybody: days with intervals, hours and days ahead."""

from pathlib import Path

import polars as pl
import pytest

from sennight.errors import InputError
from sennight.generate.saved import save_daily_bands, save_filler
from sennight.stages.filled import learn_filler
from sennight.stages.generated import daily_table, forecast_table, pictures
from sennight.stages.prepared import prepare_store
from sennight.store import Store


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Path]:
    out = tmp_path_factory.mktemp("generated")
    prepare_store("synthetic:people=6,days=12,channels=heart_rate+steps+on_body", out / "store")
    store = Store.open(out / "store")
    made = learn_filler([store], model=None, epochs=1)
    save_filler(made.filler, out / "filler", provenance={})
    save_daily_bands(made.days, out / "filler")
    return store, out / "filler"


def test_every_worn_day_has_its_numbers(learnt: tuple[Store, Path]) -> None:
    table = daily_table(*learnt)
    steps = table.filter(pl.col("metric") == "steps")
    assert steps["person"].n_unique() == 6
    assert (steps["worn_min"] > 0).all()
    assert ((steps["low"] <= steps["estimate"]) & (steps["estimate"] <= steps["high"])).all()
    whole = steps.filter(pl.col("missing_min") == 0)
    assert (whole["low"] == whole["high"]).all()
    assert table["estimate"].is_not_nan().all()


def test_hours_and_days_ahead_have_bands(learnt: tuple[Store, Path]) -> None:
    hours, days = forecast_table(*learnt, hours=5)
    assert set(hours["channel"]) == {"heart_rate", "steps"}
    assert ((hours["low"] <= hours["mean"]) & (hours["mean"] <= hours["high"])).all()
    assert len(hours) == 6 * 2 * 5
    minutes, _ = forecast_table(*learnt, hours=1, step_min=1)
    first = minutes.group_by("person", "channel", maintain_order=True).agg(
        pl.col("mean").mean(), pl.col("minute").min()
    )
    assert first["mean"].to_list() == pytest.approx(
        hours.group_by("person", "channel", maintain_order=True).agg(pl.col("mean").first())["mean"].to_list(), rel=0.2
    )
    steps = days.filter(pl.col("metric") == "steps")
    assert set(steps["days_ahead"]) == set(range(1, 9))
    assert (steps["q05"] <= steps["q95"]).all()


def test_two_pictures_of_one_person(learnt: tuple[Store, Path], tmp_path: Path) -> None:
    store, folder = learnt
    day, ahead = pictures(store, folder, tmp_path / "pictures", channel="heart_rate", metric="steps")
    assert day.read_bytes().startswith(b"\x89PNG")
    assert ahead.read_bytes().startswith(b"\x89PNG")
    with pytest.raises(InputError, match="nobody"):
        pictures(store, folder, tmp_path, channel="heart_rate", metric="steps", person="nobody")
