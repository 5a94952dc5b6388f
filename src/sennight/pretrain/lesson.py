"""What a step learns from a batch: both objectives, weighed, as one module whose call is the loss.

It is a module because gradients of several processes are averaged on the way back through one (`pretrain.together`).
"""

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn

from sennight.backbones.day_transformer.model import DayTransformer
from sennight.errors import InputError
from sennight.pretrain.counted import CountedBatch
from sennight.pretrain.objectives import PersonLoss, Projector, aim, same_person, same_person_counted
from sennight.pretrain.recipes import Recipe
from sennight.record import WHOLE, Part, WindowBatch

Batch = WindowBatch | CountedBatch


@dataclass(frozen=True, kw_only=True)
class Told:
    """Parts of the last loss before weighing, and whether there was nothing in the batch to learn from."""

    parts: dict[str, float] = field(default_factory=dict)
    empty: bool = False


class Lesson(nn.Module):
    """The weighted loss of a batch, or of one part of it; `told` says what the last one was made of."""

    def __init__(self, model: DayTransformer, projector: Projector | None, recipe: Recipe) -> None:
        super().__init__()
        self.model, self.projector, self.recipe = model, projector, recipe
        self.told = Told()

    def forward(self, batch: Batch, rng: np.random.Generator, part: Part = WHOLE) -> Tensor:
        """The loss to descend; draws from `rng` as if for the whole batch."""
        recipe, empty = self.recipe, False
        parts: dict[str, float] = {}
        loss = torch.zeros(())
        told = self._tell_apart(batch, rng, part)
        if told is not None:
            loss = loss + recipe.person_weight * told.loss + recipe.other_day_weight * told.other_day
            parts |= {"person": float(told.loss.detach()), "person_accuracy": told.accuracy}
            if recipe.other_day_weight:
                parts["other_day"] = float(told.other_day.detach())
        windows = batch.windows if isinstance(batch, CountedBatch) else batch
        if recipe.aim_weight and windows is not None:
            most = recipe.aim_windows // part.size
            some = windows if most >= len(windows) else windows.take(np.arange(most))
            rebuilt = aim(self.model, some, rng, part)
            loss, empty = loss + recipe.aim_weight * rebuilt.loss, rebuilt.cells == 0
            parts["aim"] = float(rebuilt.loss.detach())
        self.told = Told(parts=parts, empty=empty)
        return loss

    def _tell_apart(self, batch: Batch, rng: np.random.Generator, part: Part) -> PersonLoss | None:
        recipe, projector = self.recipe, self.projector
        if projector is None:
            return None
        if isinstance(batch, CountedBatch):
            return same_person_counted(
                self.model, projector, batch.first, batch.other, rng,
                temperature=recipe.temperature, blank_share=recipe.blank_share, part=part,
            )  # fmt: skip
        if part.size > 1:
            raise InputError(
                "a recipe that tells people apart by tokens trains in one process",
                todo="Take one whose vector is made of the distribution, or leave torchrun out.",
            )
        half = len(batch) // 2
        return same_person(
            self.model,
            projector,
            batch.take(np.arange(half)),
            batch.take(np.arange(half, 2 * half)),
            rng,
            keep_tokens=recipe.keep_tokens,
            temperature=recipe.temperature,
            blank_share=recipe.blank_share,
        )
