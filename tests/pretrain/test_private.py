"""DP-SGD by person: one person moves the sum by at most the clipping norm, however many days they have."""

import numpy as np
import pytest
import torch

from sennight.backbones.day_transformer import ChannelScale, DayTransformerConfig, Size
from sennight.backbones.day_transformer.model import DayTransformer
from sennight.errors import InputError
from sennight.evaluate.privacy.accountant import loss_epsilon
from sennight.pretrain.private import PrivatePlan, person_gradient, train_privately

pytest.importorskip("opacus", reason="opacus is not installed (extra: privacy)")


def model() -> DayTransformer:
    torch.manual_seed(0)
    scales = tuple(
        ChannelScale(channel=c, transform=ChannelScale.default_transform(c), mean=m, sd=s)
        for c, m, s in (("hip_counts", 4.0, 0.5), ("heart_rate", 60.0, 20.0))
    )
    return DayTransformerConfig(size=Size.XXS, scales=scales, patch_minutes=240).build()


def test_epsilon_is_what_an_independent_accountant_says(windows) -> None:
    """P-07: per person, and within a percent."""
    plan = PrivatePlan(steps=4, rate=0.3, noise=1.1)
    people = [f"q{i}" for i in range(10)]
    got = train_privately(model(), people, lambda _p, _r: windows(2), plan, delta=1e-3, seed=1)
    ours = loss_epsilon(rate=0.3, noise=1.1, steps=4, delta=1e-3)
    assert got.epsilon == pytest.approx(ours, rel=0.01)
    assert 0 < got.mean_people < 10


@pytest.mark.parametrize("days", [1, 6])
def test_one_person_moves_the_weights_by_at_most_the_clip_however_many_days(windows, days: int) -> None:
    """P-07: the unit is a person, not a day. Plain steps of size 1, next to no noise, so what moved is the sum."""
    moved = []
    for people in (["a"], ["a", "b"]):
        made = model()
        before = torch.cat([p.detach().flatten() for p in made.parameters()])
        plan = PrivatePlan(steps=1, rate=1.0, noise=1e-6, clip=0.01)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("opacus.accountants.PRVAccountant.get_epsilon", lambda self, delta: float("inf"))
            patch.setattr(torch.optim, "AdamW", lambda p, lr: torch.optim.SGD(p, lr=1.0))
            train_privately(made, people, lambda p, _r: windows(days, seed=ord(p)), plan, delta=1e-5, seed=0)
        moved.append((torch.cat([p.detach().flatten() for p in made.parameters()]) - before) * len(people))
    alone, together = moved
    assert float(alone.norm()) == pytest.approx(0.01, rel=0.01)  # clipped to the norm, and no further
    assert float((together - alone).norm()) <= 0.0101


def test_nobody_drawn_is_a_step_of_noise(windows) -> None:
    made = model()
    before = made.patch_in.weight.detach().clone()
    plan = PrivatePlan(steps=1, rate=1e-9, noise=1.0)
    got = train_privately(made, ["a"], lambda _p, _r: windows(1), plan, delta=1e-5, seed=0)
    assert got.mean_people == 0
    assert (made.patch_in.weight != before).any()


def test_every_parameter_has_a_gradient(windows) -> None:
    made = model()
    parameters = list(made.parameters())
    gradients = person_gradient(made, parameters, windows(2), np.random.default_rng(0))
    assert [g.shape for g in gradients] == [p.shape for p in parameters]


def test_a_plan_without_noise_is_refused() -> None:
    with pytest.raises(InputError, match="noise"):
        PrivatePlan(steps=1, rate=0.1, noise=0.0)
