"""Counting ahead changes no byte of a run, and deals a week into two halves that share no day."""

from pathlib import Path

import numpy as np
import pytest
import torch

from sennight.backbones.day_transformer import ChannelScale, DayTransformerConfig, Layout, Size, Transform
from sennight.errors import InputError
from sennight.pretrain import counted
from sennight.pretrain.counted import Counted, counted_batches, is_counted
from sennight.pretrain.recipes import Recipe
from sennight.pretrain.run import pretrain, read_curve
from sennight.record import MINUTES_PER_DAY, PersonDays
from sennight.store import Store, StoreWriter

RECIPE = Recipe(
    name="test",
    size=Size.XXS,
    layout=Layout.JOINT,
    vector=16,
    person_weight=0.3,
    other_day_weight=1.0,
    aim_windows=4,
    steps=6,
    batch=8,
    patch_minutes=60,
    validate_every=6,
    save_every=3,
    validate_windows=8,
)
WEEK = RECIPE.with_settings({"window_days": "7"})


@pytest.fixture(scope="module", name="store")
def _store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Twelve people with a level of their own; each a week in which the last two days were not worn."""
    folder = tmp_path_factory.mktemp("counted") / "store"
    rng = np.random.default_rng(0)
    with StoreWriter(folder, channels=("hip_counts",), provenance={}) as writer:
        for p in range(12):
            for day in range(7):
                values = rng.poisson(5 + 10 * p, (MINUTES_PER_DAY, 1)).astype(np.float32)
                seen = np.full(values.shape, day < 5)
                writer.append(
                    PersonDays(
                        person=f"p{p:02d}",
                        first_date=None,
                        ordinal=day,
                        weekday=day,
                        values=np.where(seen, values, 0),
                        seen=seen,
                        channels=("hip_counts",),
                    )
                )
    return Store.open(folder)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.mark.parametrize("aim_weight", ["0", "1"])
def test_counting_ahead_changes_no_byte(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, aim_weight: str
) -> None:
    recipe = RECIPE.with_settings({"aim_weight": aim_weight})
    assert is_counted(recipe, windows=60, channels=1)
    pretrain(store, recipe, tmp_path / "ahead", seed=3)
    monkeypatch.setattr(counted, "MOST_BYTES", 0)
    pretrain(store, recipe, tmp_path / "anew", seed=3)
    weights = [(tmp_path / run / "model" / "model.safetensors").read_bytes() for run in ("ahead", "anew")]
    assert weights[0] == weights[1]
    parts = [[line["parts"] for line in read_curve(tmp_path / run)] for run in ("ahead", "anew")]
    assert parts[0] == parts[1]


def test_a_week_run_stopped_goes_on_to_the_same_bytes(store: Store, tmp_path: Path) -> None:
    pretrain(store, WEEK, tmp_path / "whole", seed=0)

    class Stopped(Exception):
        pass

    def stop(line: object) -> None:
        if line.step == 4:  # type: ignore[attr-defined]
            raise Stopped

    with pytest.raises(Stopped):
        pretrain(store, WEEK, tmp_path / "stopped", seed=0, progress=stop)
    pretrain(store, WEEK, tmp_path / "stopped", seed=0)
    weights = [(tmp_path / run / "model" / "model.safetensors").read_bytes() for run in ("whole", "stopped")]
    assert weights[0] == weights[1]
    assert {"person", "other_day", "aim"} <= set(read_curve(tmp_path / "whole")[-1]["parts"])


def test_the_halves_of_a_week_share_no_day_and_hold_all_that_were_worn(store: Store) -> None:
    there = np.zeros((200, 7), dtype=np.bool_)
    rng = np.random.default_rng(1)
    for row in there:
        row[rng.permutation(7)[: rng.integers(2, 8)]] = True
    one = counted._dealt(there, rng)
    assert not (one & ~there).any()
    np.testing.assert_array_equal(one.sum(axis=1), there.sum(axis=1) // 2)
    drawn_first = one[there.all(axis=1)].mean(axis=0)
    assert (drawn_first > 0.1).all(), "any day may come into either half"


def test_weeks_of_a_single_day_cannot_be_halved(store: Store) -> None:
    torch.manual_seed(0)
    config = DayTransformerConfig(
        scales=(ChannelScale(channel="hip_counts", transform=Transform.LOG, mean=2.0, sd=1.0),),
        size=Size.XXS,
        layout=Layout.JOINT,
        window_days=7,
        patch_minutes=60,
        vector=16,
    )
    model = config.build()
    rows = store.weeks()["row"].to_numpy().astype(np.int64)
    assert model.day_vector is not None
    model.day_vector.fit(store.read_weeks(rows))
    held = Counted.of(model, rows, store.read_weeks)
    assert held.known.any(axis=2).sum(axis=1).tolist() == [5] * 12
    held.known[:, 1:] = False
    with pytest.raises(InputError, match="0 weeks have two days, 4 are needed"):
        next(counted_batches(store, held, model, WEEK, seed=0, first_step=0))


def test_what_does_not_fit_into_memory_or_needs_tokens_is_not_counted() -> None:
    assert not is_counted(RECIPE, windows=10**9, channels=1)
    assert not is_counted(RECIPE.with_settings({"vector_from": "both"}), windows=10, channels=1)
    assert not is_counted(RECIPE.with_settings({"person_weight": "0", "other_day_weight": "0"}), windows=10, channels=1)
