"""The loop skips what is not finite, stops when it diverges, and follows its schedule."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch

from sennight.backbones.day_transformer import ChannelScale, DayTransformerConfig, Size, Transform
from sennight.errors import InputError
from sennight.pretrain.loop import MAX_SKIPPED_IN_A_ROW, StepRecord, Trainer, learning_rate, train, validate
from sennight.pretrain.recipes import Recipe
from sennight.record import WindowBatch

RECIPE = Recipe(name="test", size=Size.XXS, steps=30, batch=4, validate_every=30, save_every=30)


def trainer() -> Trainer:
    torch.manual_seed(0)
    scales = (ChannelScale(channel="heart_rate", transform=Transform.PLAIN, mean=60.0, sd=20.0),)
    return Trainer(DayTransformerConfig(scales=scales, size=Size.XXS).build(), RECIPE, seed=0)


def forever(batch: WindowBatch) -> Iterator[WindowBatch]:
    while True:
        yield batch


def test_warm_up_rises_and_cosine_falls_to_zero() -> None:
    recipe = replace(RECIPE, steps=100, warmup_share=0.1)
    rates = [learning_rate(recipe, step) for step in range(100)]
    assert rates[:10] == sorted(rates[:10])
    assert rates[9] == pytest.approx(recipe.learning_rate)
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[-1] < 0.01 * recipe.learning_rate


def test_a_step_that_is_not_finite_changes_no_weight_and_ten_stop_the_run(windows: Callable[..., WindowBatch]) -> None:
    t = trainer()
    with torch.no_grad():
        t.model.patch_out.bias.fill_(float("inf"))
    before = t.model.patch_in.weight.clone()
    lines: list[StepRecord] = []
    saved: list[int] = []
    batch = windows(4, channels=("heart_rate",))
    with pytest.raises(InputError, match="diverged"):
        train(t, forever(batch), [], record=lines.append, save=lambda t: saved.append(t.step))
    assert [line.skipped for line in lines] == [True] * MAX_SKIPPED_IN_A_ROW
    assert torch.equal(before, t.model.patch_in.weight)
    assert saved == []


def test_windows_with_nothing_to_hide_are_skipped_and_counted(windows: Callable[..., WindowBatch]) -> None:
    batch = windows(4, channels=("heart_rate",))
    empty = replace(batch, values=np.zeros_like(batch.values), seen=np.zeros_like(batch.seen))
    t = trainer()
    lines: list[StepRecord] = []
    stream = (empty if i == 3 else batch for i in range(1000))
    train(t, stream, [], record=lines.append, save=lambda t: None)
    assert [line.step for line in lines if line.skipped] == [4]


def test_validation_masks_are_the_same_every_time(windows: Callable[..., WindowBatch]) -> None:
    t, batches = trainer(), [windows(4, channels=("heart_rate",))]
    first = validate(t.model, batches, seed=0)
    assert validate(t.model, batches, seed=0) == first
    assert validate(t.model, batches, seed=1) != first
    assert first["mean_baseline"] > 0
