"""Held-out people are judged on the same hidden minutes every time, beside guesses on those very minutes."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from sennight.backbones.day_transformer import ChannelScale, DayTransformerConfig, Layout, Size
from sennight.pretrain.baselines import TimeOfDay
from sennight.pretrain.objectives import aim
from sennight.pretrain.recipes import Recipe
from sennight.pretrain.trainer import Trainer
from sennight.pretrain.validation import LINE, MASKS, MEAN, TIME_OF_DAY, HeldOut, held_out_objective, validate
from sennight.record import WindowBatch

CHANNELS = ("heart_rate", "asleep")
FAMILIES = {"random", "time_block", "channels"}


def trainer(layout: Layout, *, seed: int = 0, **changes: float) -> Trainer:
    torch.manual_seed(0)
    scales = tuple(
        ChannelScale(channel=c, transform=ChannelScale.default_transform(c), mean=60.0, sd=20.0) for c in CHANNELS
    )
    recipe = replace(Recipe(name="test", size=Size.XXS, layout=layout, batch=8), **changes)
    return Trainer(DayTransformerConfig(scales=scales, size=Size.XXS, layout=layout).build(), recipe, seed=seed)


def waves(windows: Callable[..., WindowBatch], t: Trainer) -> HeldOut:
    """A slow wave with noise, asleep when it is low; the time of day of others like them."""

    def asleep(batch: WindowBatch) -> WindowBatch:
        values = batch.values.copy()
        values[..., 1] = (values[..., 0] < 60) & batch.seen[..., 1]
        return replace(batch, values=values)

    tokens = t.model.tokens(asleep(windows(30, channels=CHANNELS, seed=5)))
    fitted = TimeOfDay.fit(t.model.unfold(tokens.values).numpy(), t.model.unfold(tokens.seen).numpy())
    batches = [asleep(windows(8, channels=CHANNELS, seed=s)) for s in (1, 2)]
    return HeldOut(batches=batches, time_of_day=fitted)


@pytest.mark.parametrize("layout", Layout)
def test_the_masks_are_the_same_every_time(windows: Callable[..., WindowBatch], layout: Layout) -> None:
    t = trainer(layout)
    held_out = waves(windows, t)
    first = validate(t, held_out)
    assert validate(t, held_out) == first
    assert validate(trainer(layout, seed=1), held_out) != first
    assert t.model.training


@pytest.mark.parametrize("layout", Layout)
def test_the_guesses_are_judged_on_the_very_cells_that_the_model_is(
    windows: Callable[..., WindowBatch], layout: Layout
) -> None:
    t = trainer(layout)
    held_out = waves(windows, t)
    found = validate(t, held_out)
    rebuilt = [aim(t.model, b, np.random.default_rng([0, MASKS + i])) for i, b in enumerate(held_out.batches)]
    cells = np.array([r.cells for r in rebuilt])
    for name, values in (
        ("loss", [float(r.loss.detach()) for r in rebuilt]),
        (MEAN, [r.mean_baseline for r in rebuilt]),
    ):
        assert found[name] == pytest.approx(float((cells * values).sum() / cells.sum()), rel=1e-5)
    families = FAMILIES & set(found)
    assert families
    assert {f"{f}/{g}" for f in families for g in (MEAN, LINE, TIME_OF_DAY)} <= set(found)


def test_on_a_daily_wave_the_clock_beats_the_mean_and_the_line_beats_it_over_short_holes(
    windows: Callable[..., WindowBatch],
) -> None:
    t = trainer(Layout.CHANNEL)
    found = validate(t, waves(windows, t))
    for family in FAMILIES:
        assert found[f"{family}/{TIME_OF_DAY}"] < 0.3 * found[f"{family}/{MEAN}"]
    assert found[f"random/{LINE}"] < 0.5 * found[f"random/{MEAN}"]
    assert found[f"channels/{LINE}"] == pytest.approx(found[f"channels/{MEAN}"]), "nothing is known of such a channel"


def test_with_pairs_held_out_people_are_told_apart_too(windows: Callable[..., WindowBatch]) -> None:
    t = trainer(Layout.JOINT, person_weight=2.0, aim_weight=0.5)
    found = validate(t, waves(windows, t))
    assert found["person"] > 0
    assert 0 <= found["person_accuracy"] <= 1
    assert held_out_objective(t.recipe, found) == pytest.approx(0.5 * found["loss"] + 2 * found["person"])
    assert "person" not in validate(trainer(Layout.JOINT), waves(windows, t))


def test_the_running_average_is_what_is_judged(windows: Callable[..., WindowBatch]) -> None:
    t = trainer(Layout.JOINT, ema_decay=0.9)
    held_out = waves(windows, t)
    before = validate(t, held_out)
    with torch.no_grad():
        t.model.patch_out.bias.fill_(3.0)
    assert validate(t, held_out) == before
