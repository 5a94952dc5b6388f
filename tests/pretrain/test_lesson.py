"""A lesson's loss is the weighed sum of its parts, and what trains in one process alone says so."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from sennight.backbones.day_transformer import ChannelScale, DayTransformerConfig, Layout, Size, Transform
from sennight.errors import InputError
from sennight.pretrain.counted import CountedBatch
from sennight.pretrain.lesson import Lesson
from sennight.pretrain.objectives import Projector
from sennight.pretrain.recipes import Recipe
from sennight.record import Part, WindowBatch

RECIPE = Recipe(
    name="test", size=Size.XXS, layout=Layout.JOINT, vector=16, aim_weight=0.5, person_weight=0.3, other_day_weight=2.0,
    aim_windows=4, batch=8,
)  # fmt: skip


def lesson(recipe: Recipe = RECIPE) -> Lesson:
    torch.manual_seed(0)
    scales = (ChannelScale(channel="heart_rate", transform=Transform.PLAIN, mean=70.0, sd=15.0),)
    model = DayTransformerConfig(
        scales=scales, size=recipe.size, layout=recipe.layout, vector=recipe.vector
    ).build()  # fmt: skip
    numbers = model.day_vector.inputs if model.day_vector is not None else 0
    return Lesson(model, Projector(model.width, numbers=numbers) if recipe.person_weight else None, recipe)


def test_the_loss_is_the_weighed_sum_of_its_parts(windows: Callable[..., WindowBatch]) -> None:
    made = lesson()
    loss = made(windows(8, channels=("heart_rate",)), np.random.default_rng(0))
    parts = made.told.parts
    assert set(parts) == {"person", "person_accuracy", "other_day", "aim"}
    weighed = 0.3 * parts["person"] + 2.0 * parts["other_day"] + 0.5 * parts["aim"]
    assert float(loss.detach()) == pytest.approx(weighed, rel=1e-5)
    assert not made.told.empty


def test_counted_windows_without_any_to_rebuild_only_tell_people_apart(windows: Callable[..., WindowBatch]) -> None:
    made = lesson(replace(RECIPE, aim_weight=0.0))
    assert made.model.day_vector is not None
    made.model.day_vector.fit(windows(8, channels=("heart_rate",)))
    first, other = (
        made.model.day_vector.distribution(windows(4, channels=("heart_rate",), seed=s)) for s in (1, 2)
    )  # fmt: skip
    made(CountedBatch(first=first, other=other, windows=None), np.random.default_rng(0))
    assert set(made.told.parts) == {"person", "person_accuracy", "other_day"}


def test_a_batch_of_which_nothing_can_be_hidden_is_empty(windows: Callable[..., WindowBatch]) -> None:
    made = lesson(replace(RECIPE, person_weight=0.0, other_day_weight=0.0))
    batch = windows(4, channels=("heart_rate",))
    made(replace(batch, seen=np.zeros_like(batch.seen), values=np.zeros_like(batch.values)), np.random.default_rng(0))
    assert made.told.empty


def test_telling_apart_by_tokens_is_for_one_process(windows: Callable[..., WindowBatch]) -> None:
    with pytest.raises(InputError, match="in one process"):
        lesson()(windows(8, channels=("heart_rate",)), np.random.default_rng(0), Part(rank=0, size=2))
