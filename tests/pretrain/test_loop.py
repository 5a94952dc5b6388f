"""The loop skips what is not finite, stops when it diverges, and follows its schedule."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch

from sennight.backbones.day_transformer import ChannelScale, DayTransformerConfig, Size, Transform
from sennight.errors import InputError
from sennight.pretrain.baselines import TimeOfDay
from sennight.pretrain.loop import MAX_SKIPPED_IN_A_ROW, NOTHING_HIDDEN, StepRecord, learning_rate, take_step, train
from sennight.pretrain.recipes import Recipe
from sennight.pretrain.trainer import Trainer
from sennight.pretrain.validation import HeldOut
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
        train(t, forever(batch), None, record=lines.append, save=lambda t: saved.append(t.step))
    assert [line.skipped for line in lines] == ["not finite"] * MAX_SKIPPED_IN_A_ROW
    assert torch.equal(before, t.model.patch_in.weight)
    assert saved == []


def test_windows_with_nothing_to_hide_are_skipped_and_counted(windows: Callable[..., WindowBatch]) -> None:
    batch = windows(4, channels=("heart_rate",))
    empty = replace(batch, values=np.zeros_like(batch.values), seen=np.zeros_like(batch.seen))
    t = trainer()
    lines: list[StepRecord] = []
    stream = (empty if i == 3 else batch for i in range(1000))
    train(t, stream, None, record=lines.append, save=lambda t: None)
    assert {line.step: line.skipped for line in lines if line.skipped} == {4: NOTHING_HIDDEN}


def test_the_loss_is_fp32_and_its_parts_are_told(windows: Callable[..., WindowBatch]) -> None:
    t = Trainer(trainer().model, replace(RECIPE, person_weight=0.5, aim_weight=2.0), seed=0)
    taken = take_step(t, windows(4, channels=("heart_rate",)))
    assert taken.loss == pytest.approx(0.5 * taken.parts["person"] + 2.0 * taken.parts["aim"], rel=1e-6)
    assert {p.dtype for _, p in t.parameters()} == {torch.float32}


def test_the_wait_for_a_batch_is_recorded_as_a_share_of_the_step(windows: Callable[..., WindowBatch]) -> None:
    batch = windows(4, channels=("heart_rate",))

    def slow() -> Iterator[WindowBatch]:
        while True:
            time.sleep(0.2)
            yield batch

    lines: list[StepRecord] = []
    t = Trainer(trainer().model, replace(RECIPE, steps=2), seed=0)
    train(t, slow(), None, record=lines.append, save=lambda t: None)
    assert all(0.2 <= line.loader_share * line.seconds <= line.seconds for line in lines)


def test_training_stops_when_held_out_people_stall_and_the_best_was_kept(windows: Callable[..., WindowBatch]) -> None:
    batch = windows(8, channels=("heart_rate",))
    none = np.zeros((1440, 1), np.float32)
    held_out = HeldOut(batches=[windows(4, channels=("heart_rate",), seed=9)], time_of_day=TimeOfDay(means=none[:48]))
    # A learning rate so small that nothing moves, then one that spoils: the first validation stays the best.
    recipe = replace(RECIPE, steps=40, validate_every=2, patience=3, learning_rate=5.0, warmup_share=1.0, clip_norm=9.0)
    t = Trainer(trainer().model, recipe, seed=0)
    lines: list[StepRecord] = []
    saved: list[int] = []
    best: list[int] = []
    train(
        t, forever(batch), held_out, record=lines.append, save=lambda t: saved.append(t.step),
        keep_best=lambda t: best.append(t.step),
    )  # fmt: skip
    errors = {line.step: line.validation["loss"] for line in lines if line.validation}
    assert t.step < 40
    assert min(errors, key=lambda step: errors[step]) == best[-1]
    assert len([step for step in errors if step > best[-1]]) == 3
    assert saved[-1] == t.step
