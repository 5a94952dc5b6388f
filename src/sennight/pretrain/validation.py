"""Validation: how held-out people fare, with the same masks every time, beside three guesses that need no model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from sennight.backbones.day_transformer.model import DayTransformer, Tokens
from sennight.backbones.day_transformer.precision import fast_fp32
from sennight.pretrain.baselines import TimeOfDay, error, straight_line
from sennight.pretrain.objectives import HiddenCells, aim, hide_cells, same_person
from sennight.pretrain.recipes import Recipe
from sennight.pretrain.trainer import Trainer
from sennight.record import Family, WindowBatch

MEAN, LINE, TIME_OF_DAY = "mean_baseline", "line_baseline", "time_of_day_baseline"
PERSON = 2**30  # keeps the generator of pairs apart from that of masks
MASKS = 2**31


@dataclass(frozen=True, kw_only=True, eq=False)
class HeldOut:
    """Windows of people who are not trained on, and what training people do at each time of day."""

    batches: Sequence[WindowBatch]
    time_of_day: TimeOfDay


@dataclass
class _Sum:
    """An error over cells, and how many there were."""

    error: float = 0.0
    cells: int = 0

    def add(self, error: float, cells: int) -> None:
        self.error += error * cells
        self.cells += cells

    @property
    def mean(self) -> float:
        return self.error / max(self.cells, 1)


@fast_fp32()
def validate(trainer: Trainer, held_out: HeldOut) -> dict[str, float]:
    """Mean error on hidden cells of held-out people: `loss`, by family, and of the three guesses on the same cells.

    `random` and so on are families of hiding, `random/mean_baseline` a guess on the cells of one. With pairs in the
    recipe also `person`, the loss of telling held-out people apart, and `person_accuracy`.
    """
    model, recipe = trainer.released, trainer.recipe
    was_training = model.training
    model.eval()
    sums: dict[str, _Sum] = {name: _Sum() for name in ("loss", MEAN, LINE, TIME_OF_DAY)}
    with torch.no_grad():
        for i, batch in enumerate(held_out.batches):
            tokens = model.tokens(batch)
            hidden = hide_cells(model, tokens, np.random.default_rng([trainer.seed, MASKS + i]))
            rebuilt = aim(model, batch, np.random.default_rng([trainer.seed, MASKS + i]))
            sums["loss"].add(float(rebuilt.loss), rebuilt.cells)
            guessed = _guessed(model, tokens, hidden, held_out.time_of_day)
            for name, (value, cells) in guessed.items():
                sums.setdefault(name, _Sum()).add(value, cells)
            for family, value in rebuilt.by_family.items():
                sums.setdefault(family, _Sum()).add(value, guessed[f"{family}/{MEAN}"][1])
        pairs = _pairs_apart(trainer, held_out.batches) if recipe.person_weight else {}
    model.train(was_training)
    return {name: value.mean for name, value in sums.items()} | pairs


def held_out_objective(recipe: Recipe, found: Mapping[str, float]) -> float:
    """What early stopping watches: the weighted sum that training descends, on held-out people."""
    return recipe.aim_weight * found["loss"] + recipe.person_weight * found.get("person", 0.0)


def _guessed(
    model: DayTransformer, tokens: Tokens, hidden: HiddenCells, time_of_day: TimeOfDay
) -> dict[str, tuple[float, int]]:
    """Error and cells of each guess, over all hidden cells and by family."""
    truth, seen, cells = (
        model.unfold(x).cpu().numpy() for x in (tokens.values, tokens.seen, hidden.cells)
    )  # fmt: skip
    binary, family = model.binary.cpu().numpy(), hidden.family.cpu().numpy()
    half = np.where(binary, np.float32(0.5), np.float32(0))
    known = seen & ~cells
    guesses = {
        MEAN: np.broadcast_to(half, truth.shape[1:]),
        LINE: np.where(known.any(axis=1, keepdims=True), straight_line(truth, known), half),
        TIME_OF_DAY: time_of_day.guess(truth.shape[1]),
    }
    found: dict[str, tuple[float, int]] = {}
    for name, guess in guesses.items():
        errors = error(guess.astype(np.float32), truth, binary)
        for prefix, rows in (("", np.arange(len(truth))), *((f"{k.name.lower()}/", family == k) for k in Family)):
            counted = errors[rows][cells[rows]]
            if len(counted):
                found[prefix + name] = (float(counted.mean(dtype=np.float64)), len(counted))
    return found


def _pairs_apart(trainer: Trainer, batches: Sequence[WindowBatch]) -> dict[str, float]:
    """Loss and accuracy of telling held-out people apart by their first and last window among these, batch by batch."""
    loss, accuracy = _Sum(), _Sum()
    for i, batch in enumerate(batches):
        names = dict.fromkeys(batch.people)
        places = [[k for k, p in enumerate(batch.people) if p == name] for name in names]
        two = np.array([(rows[0], rows[-1]) for rows in places if len(rows) > 1])
        projector = trainer.released_projector
        if len(two) < 2 or projector is None:
            continue
        told = same_person(
            trainer.released,
            projector,
            batch.take(two[:, 0]),
            batch.take(two[:, 1]),
            np.random.default_rng([trainer.seed, PERSON + i]),
            keep_tokens=trainer.recipe.keep_tokens,
            temperature=trainer.recipe.temperature,
        )
        loss.add(float(told.loss), len(two))
        accuracy.add(told.accuracy, len(two))
    return {"person": loss.mean, "person_accuracy": accuracy.mean} if loss.cells else {}
