"""Private pretraining: DP-SGD whose unit is a person with all their days, never a day.

Each step draws every person with the same small chance, takes the gradient of each person's own windows, clips it,
and adds noise to the sum; opacus clips, adds and counts. Only reconstruction can be trained so: same person, other day
compares people with each other, and then one person's gradient holds others. The noise must not be foreseeable, so
without a seed it comes from the system; a seed is for tests and protects nobody.
Source: Abadi 2016 (arXiv 1607.00133); user-level: McMahan 2018 (arXiv 1710.06963).
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from sennight.backbones.day_transformer.model import DayTransformer
from sennight.errors import InputError
from sennight.pretrain.objectives import aim
from sennight.record import WindowBatch

WindowsOf = Callable[[str, np.random.Generator], WindowBatch]


@dataclass(frozen=True, kw_only=True)
class PrivatePlan:
    """`rate`: chance of each person a step; `noise`: its sd over `clip`, the longest gradient of one person."""

    steps: int
    rate: float
    noise: float
    clip: float = 1.0
    learning_rate: float = 1e-3

    def __post_init__(self) -> None:
        if self.steps < 1 or not 0 < self.rate <= 1 or min(self.noise, self.clip, self.learning_rate) <= 0:
            raise InputError("a private run needs steps, a rate in (0, 1], and noise, clip, learning rate above 0")


@dataclass(frozen=True, kw_only=True)
class PrivateReport:
    """What was spent by opacus' own count (PRV), and how many people took part in a step on the mean."""

    epsilon: float
    delta: float
    steps: int
    mean_people: float


def train_privately(
    model: DayTransformer,
    people: Sequence[str],
    windows_of: WindowsOf,
    plan: PrivatePlan,
    *,
    delta: float,
    seed: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> PrivateReport:
    """Train in place. `windows_of` gives a few windows of one person.

    Raises: InputError if opacus is not installed (the extra `privacy`).
    """
    try:
        from opacus.accountants import PRVAccountant
        from opacus.optimizers import DPOptimizer
    except ImportError as error:
        raise InputError("private pretraining needs opacus", todo="pip install 'sennight[privacy]'") from error
    fresh = secrets.randbits(63) if seed is None else seed
    rng, generator = np.random.default_rng(fresh), torch.Generator().manual_seed(fresh)
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = DPOptimizer(
        torch.optim.AdamW(parameters, lr=plan.learning_rate),
        noise_multiplier=plan.noise,
        max_grad_norm=plan.clip,
        expected_batch_size=max(1, round(plan.rate * len(people))),
        generator=generator,
    )
    accountant, drawn = PRVAccountant(), 0
    model.train()
    for step in range(plan.steps):
        mine = [p for p in people if rng.random() < plan.rate]
        drawn += len(mine)
        each = [person_gradient(model, parameters, windows_of(p, rng), rng) for p in mine]
        for i, parameter in enumerate(parameters):
            empty = parameter.new_zeros((0, *parameter.shape))
            parameter.grad_sample = torch.stack([g[i] for g in each]) if each else empty  # type: ignore[attr-defined]
        optimizer.step()
        optimizer.zero_grad()
        accountant.step(noise_multiplier=plan.noise, sample_rate=plan.rate)
        if progress:
            progress(step + 1)
    epsilon = float(accountant.get_epsilon(delta=delta))
    return PrivateReport(epsilon=epsilon, delta=delta, steps=plan.steps, mean_people=drawn / plan.steps)


def person_gradient(
    model: DayTransformer, parameters: Sequence[torch.nn.Parameter], batch: WindowBatch, rng: np.random.Generator
) -> list[torch.Tensor]:
    """Gradient of the reconstruction of one person's windows, all of them together; 0 where no loss reaches."""
    loss = aim(model, batch, rng).loss
    gradients = torch.autograd.grad(loss, parameters, allow_unused=True)
    return [torch.zeros_like(p) if g is None else g for g, p in zip(gradients, parameters, strict=True)]
