"""The trainer steps with either optimizer, leaves out spikes, averages, and comes back from its tensors exactly."""

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from sennight.backbones.day_transformer import ChannelScale, DayTransformerConfig, Layout, Size, Transform
from sennight.errors import InputError
from sennight.pretrain.loop import take_step
from sennight.pretrain.recipes import OptimizerName, Recipe
from sennight.pretrain.trainer import MOST_SPIKES_IN_A_ROW, REMEMBERED, SPIKE, Trainer
from sennight.record import WindowBatch

RECIPE = Recipe(name="test", size=Size.XXS, layout=Layout.JOINT, steps=50, batch=8, person_weight=1.0)


def trainer(recipe: Recipe = RECIPE, *, seed: int = 0) -> Trainer:
    torch.manual_seed(seed)
    scales = (ChannelScale(channel="heart_rate", transform=Transform.PLAIN, mean=60.0, sd=20.0),)
    model = DayTransformerConfig(scales=scales, size=Size.XXS, layout=Layout.JOINT).build()
    return Trainer(model, recipe, seed=0)


def step(t: Trainer, batch: WindowBatch) -> str:
    taken = take_step(t, batch)
    t.step += 1
    return taken.skipped


@pytest.mark.parametrize(
    "recipe",
    [RECIPE, replace(RECIPE, optimizer=OptimizerName.MUON), replace(RECIPE, ema_decay=0.9)],
    ids=["adamw", "muon", "average"],
)
def test_it_comes_back_from_its_tensors_and_goes_on_to_the_same_bits(
    windows: Callable[..., WindowBatch], recipe: Recipe
) -> None:
    batch = windows(8, channels=("heart_rate",))
    whole = trainer(recipe)
    for _ in range(3):
        step(whole, batch)
    held = {name: tensor.clone() for name, tensor in whole.tensors().items()}
    again = trainer(recipe, seed=7)
    again.model.load_state_dict({k: v.clone() for k, v in whole.model.state_dict().items()})
    again.resume(3, held)
    for t in (whole, again):
        for _ in range(2):
            assert step(t, batch) == ""
    for one, other in ((whole.model, again.model), (whole.released, again.released)):
        assert one.fingerprint == other.fingerprint
    assert list(whole.norms) == list(again.norms)


def test_muon_takes_the_matrices_of_blocks_and_adamw_all_else() -> None:
    t = trainer(replace(RECIPE, optimizer=OptimizerName.MUON))
    adamw, muon = t._names()
    assert isinstance(t.optimizers[1], torch.optim.Muon)
    assert {name.split(".")[-2] for name in muon} == {"qkv", "out", "up", "down"}
    assert sorted(adamw + muon) == sorted(name for name, _ in t.parameters())
    assert len(trainer().optimizers) == 1


@pytest.mark.parametrize("optimizer", OptimizerName)
def test_the_loss_falls_with_either_optimizer(windows: Callable[..., WindowBatch], optimizer: OptimizerName) -> None:
    recipe = replace(RECIPE, optimizer=optimizer, person_weight=0.0, learning_rate=3e-3)
    t, batch = trainer(recipe), windows(8, channels=("heart_rate",))
    losses = []
    for _ in range(25):
        losses.append(take_step(t, batch).loss)
        t.step += 1
    assert sum(losses[-5:]) < 0.8 * sum(losses[:5])


def test_the_running_average_trails_the_weights_and_is_what_is_released(windows: Callable[..., WindowBatch]) -> None:
    t, batch = trainer(replace(RECIPE, ema_decay=0.5)), windows(8, channels=("heart_rate",))
    seen = []
    for _ in range(3):
        step(t, batch)
        seen.append(t.model.patch_in.weight.detach().clone())
    expected = 0.5 * (0.5 * seen[0] + 0.5 * seen[1]) + 0.5 * seen[2]
    torch.testing.assert_close(t.released.patch_in.weight.detach(), expected)
    assert t.released is not t.model
    assert t.released_projector is not t.projector
    plain = trainer()
    assert (plain.released, plain.released_projector) == (plain.model, plain.projector)


def test_a_spike_is_left_out_until_it_turns_out_to_be_the_new_level() -> None:
    t = trainer()
    weight = t.model.patch_in.weight

    def descend(size: float) -> str:
        return t.descend(weight.sum() * size, learning_rate=1e-3)[1]

    assert descend(1e6) == "", "there is nothing yet to compare the first gradients with"
    assert {descend(1.0) for _ in range(REMEMBERED)} == {""}
    before = weight.detach().clone()
    assert descend(1.5 * SPIKE) == "spike"
    assert torch.equal(weight, before)
    assert descend(1.0) == ""
    assert [descend(1.5 * SPIKE) for _ in range(MOST_SPIKES_IN_A_ROW + 1)] == ["spike"] * MOST_SPIKES_IN_A_ROW + [""]


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_loss_that_is_not_finite_changes_nothing_and_is_not_remembered(bad: float) -> None:
    t = trainer()
    before = t.model.fingerprint
    assert t.descend(t.model.patch_in.weight.sum() * bad, learning_rate=1e-3)[1] == "not finite"
    assert t.model.fingerprint == before
    assert not t.norms


def test_patience_counts_validations_since_the_best() -> None:
    t = trainer(replace(RECIPE, patience=2))
    assert [t.judge(e) for e in (3.0, 2.0, 2.5, math.nan)] == [True, True, False, False]
    assert t.has_stalled
    assert not trainer(replace(RECIPE, patience=3)).has_stalled
    patient = trainer()
    assert not any(patient.judge(1.0) and patient.has_stalled for _ in range(9))


def test_tensors_of_another_recipe_are_refused(windows: Callable[..., WindowBatch]) -> None:
    t = trainer()
    step(t, windows(8, channels=("heart_rate",)))
    with pytest.raises(InputError, match="optimizer state"):
        trainer(replace(RECIPE, optimizer=OptimizerName.MUON)).resume(1, t.tensors() | {"x": torch.zeros(1)})
    with pytest.raises(InputError, match="optimizer state"):
        trainer().resume(1, {})
