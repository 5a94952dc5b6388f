"""Losses of people: lower for what a model was fitted to, equal for equal models, blind to what was not seen."""

import numpy as np
import pytest
import torch

from sennight.backbones.day_transformer import ChannelScale, DayTransformerConfig, Size
from sennight.backbones.day_transformer.model import DayTransformer
from sennight.evaluate.privacy.losses import person_losses, window_errors
from sennight.pretrain.objectives import aim

CHANNELS = ("hip_counts", "heart_rate")


@pytest.fixture
def model() -> DayTransformer:
    torch.manual_seed(0)
    scales = tuple(
        ChannelScale(channel=c, transform=ChannelScale.default_transform(c), mean=m, sd=s)
        for c, m, s in (("hip_counts", 4.0, 0.5), ("heart_rate", 60.0, 20.0))
    )
    return DayTransformerConfig(size=Size.XXS, scales=scales, patch_minutes=60).build()


def test_the_windows_add_up_to_the_loss_that_is_trained_on(model, windows) -> None:
    batch = windows(6)
    errors = window_errors(model, batch, np.random.default_rng(3))
    whole = aim(model, batch, np.random.default_rng(3))
    assert errors.min() > 0
    assert errors.mean() == pytest.approx(float(whole.loss.detach()), rel=0.25)  # windows count alike here, cells there


def test_what_a_model_was_fitted_to_it_knows_better(model, windows) -> None:
    mine, others = windows(8, seed=1), windows(8, seed=2)
    before = [person_losses(model, [b]).reconstruction.mean() for b in (mine, others)]
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for step in range(40):
        optimizer.zero_grad()
        aim(model, mine, np.random.default_rng(step)).loss.backward()
        optimizer.step()
    after = [person_losses(model, [b]).reconstruction.mean() for b in (mine, others)]
    assert after[0] < 0.9 * before[0]
    assert after[0] - before[0] < after[1] - before[1]


def test_the_same_model_has_the_same_losses_and_keeps_its_mode(model, windows) -> None:
    model.train()
    a, b = (person_losses(model, [windows(6), windows(4, seed=9)]) for _ in range(2))
    assert a.people == b.people == ("p0", "p1", "p2")
    assert (a.reconstruction == b.reconstruction).all()
    assert (a.of("strangeness") == b.strangeness).all()
    assert model.training


def test_two_equal_windows_are_not_strange(model, windows) -> None:
    batch = windows(6)
    twin = batch.take(np.array([0, 0, 2, 3, 4, 5]))
    found = person_losses(model, [twin])
    assert found.strangeness[0] == pytest.approx(0.0, abs=1e-6)
    assert found.strangeness[1] > 1e-3
