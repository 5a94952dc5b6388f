"""Answers of many questions side by side, how they are weighted, and the loss over those that are known.

All questions are outputs of one network: 35 of them cost one training a fold instead of 35, and one trunk has to serve
them all, as a frozen embedding does. What is not known of a person is masked out of the loss, never filled in.
"""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Float64
from torch import Tensor

from sennight.errors import InputError
from sennight.record import Facts
from sennight.tasks import Task, TaskKind

SMALLEST_SHARE = 0.005  # of a class; below it a balanced weight would let single people steer the network


@dataclass(frozen=True, kw_only=True, eq=False)
class Answers:
    """`y[person, question]`, NaN where it is not known. Questions are yes/no or amounts.

    Raises: InputError if shapes disagree or a question has k choices.
    """

    people: tuple[str, ...]
    tasks: tuple[Task, ...]
    y: Float64[np.ndarray, "person question"]

    def __post_init__(self) -> None:
        if self.y.shape != (len(self.people), len(self.tasks)) or not self.tasks:
            raise InputError("answers, people and questions differ in number")
        if any(t.kind is TaskKind.ONE_OF_K for t in self.tasks):
            raise InputError("questions with k choices cannot be fine-tuned on yet")

    @classmethod
    def of(cls, tasks: tuple[Task, ...], facts: Facts, people: tuple[str, ...]) -> "Answers":
        """What the facts say. Raises: TaskError if they lack a name."""
        return cls(people=people, tasks=tasks, y=np.stack([t.target(facts, people) for t in tasks], axis=1))

    @property
    def is_yes_no(self) -> Bool[np.ndarray, " question"]:
        """Which questions are yes/no; the others are amounts."""
        return np.array([t.kind is TaskKind.YES_NO for t in self.tasks])


@dataclass(frozen=True, kw_only=True, eq=False)
class Weighting:
    """What training people say of each question: mean and sd of amounts, share of yes."""

    is_yes_no: Bool[Tensor, " question"]
    mean: Float[Tensor, " question"]
    sd: Float[Tensor, " question"]
    share: Float[Tensor, " question"]

    @classmethod
    def fit(cls, answers: Answers, rows: np.ndarray) -> "Weighting":
        """From these people alone."""
        y = answers.y[rows]
        known = np.isfinite(y)
        n = np.maximum(known.sum(axis=0), 1)
        mean = np.where(known, y, 0).sum(axis=0) / n
        sd = np.sqrt(np.where(known, (y - mean) ** 2, 0).sum(axis=0) / n)
        return cls(
            is_yes_no=torch.from_numpy(answers.is_yes_no),
            mean=torch.from_numpy(mean).float(),
            sd=torch.from_numpy(np.where(sd > 0, sd, 1)).float(),
            share=torch.from_numpy(np.clip(mean, SMALLEST_SHARE, 1 - SMALLEST_SHARE)).float(),
        )

    def loss(self, out: Float[Tensor, "B question"], y: Float[Tensor, "B question"]) -> Float[Tensor, ""]:
        """Mean over known answers: cross-entropy with yes and no weighing the same in total, squared error in sd."""
        known = torch.isfinite(y)
        truth = torch.where(known, y, 0.0)
        yes_no = F.binary_cross_entropy_with_logits(out, (truth == 1).to(out.dtype), reduction="none")
        yes_no = yes_no * torch.where(truth == 1, 0.5 / self.share, 0.5 / (1 - self.share))
        amount = (out - (truth - self.mean) / self.sd) ** 2
        each = torch.where(self.is_yes_no, yes_no, amount)
        return torch.where(known, each, 0.0).sum() / known.sum().clamp(min=1)

    def predict(self, out: Float[Tensor, "B question"]) -> Float[Tensor, "B question"]:
        """Probabilities and amounts: the balance that training was given is taken back by the share of yes."""
        probability = torch.sigmoid(out + torch.logit(self.share))
        return torch.where(self.is_yes_no, probability, out * self.sd + self.mean)
