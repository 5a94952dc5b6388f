"""The pretraining loop: one plain `for`; its body is next batch, hide and loss, step, record, save.

It takes batches, not a path; what it writes goes through the two callables it is handed. Everything
random in step n is drawn from (seed, n), so a resumed run continues exactly where it stopped.
"""

import ctypes
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from sennight.backbones.day_transformer.model import DayTransformer
from sennight.backbones.day_transformer.precision import fast_fp32, precision_on
from sennight.errors import InputError
from sennight.pretrain.objectives import Projector, aim, same_person
from sennight.pretrain.recipes import Recipe
from sennight.record import WindowBatch

HOLD_BYTES = 2**31 - 1  # the largest that can be said to glibc
M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # of malloc.h
TRIM_EVERY = 20  # steps; packed batches differ in size, and glibc keeps 6 MB a step of what they leave between them
MAX_SKIPPED_IN_A_ROW = 10  # steps whose loss or gradient was not finite; more means that training diverged


@dataclass(frozen=True, kw_only=True)
class StepRecord:
    """One line of the learning curve; validation figures only on steps that validate.

    `loss` is the weighted sum; `parts` its parts before weighting, and how often a window's nearest was its person's.
    """

    step: int
    loss: float
    learning_rate: float
    gradient_norm: float
    skipped: bool
    windows: int
    seconds: float
    parts: dict[str, float]
    validation: dict[str, float] | None = None


class Trainer:
    """Model, projector (if people are told apart), optimizer and step: all that a checkpoint of a run has to hold."""

    def __init__(self, model: DayTransformer, recipe: Recipe, *, seed: int) -> None:
        self.model = model
        self.model.precision = precision_on(model.mean.device, recipe.precision)
        self.recipe = recipe
        self.seed = seed
        self.step = 0
        self.projector = (
            Projector(model.width, numbers=model.day_vector.inputs if model.day_vector is not None else 0)
            if recipe.person_weight
            else None
        )
        self.optimizer = torch.optim.AdamW(
            [p for _, p in self.parameters()],
            lr=recipe.learning_rate,
            weight_decay=recipe.weight_decay,
            betas=(0.9, 0.95),
        )

    def parameters(self) -> list[tuple[str, torch.nn.Parameter]]:
        """Everything that is trained, by name: the model's, then the projector's."""
        own = [] if self.projector is None else self.projector.named_parameters(prefix="projector")
        return [*self.model.named_parameters(), *own]

    def tensors(self) -> dict[str, torch.Tensor]:
        """Optimizer state and projector as named tensors, for safetensors."""
        names = [name for name, _ in self.parameters()]
        state = self.optimizer.state_dict()["state"]
        held = {f"{names[i]}/{key}": value for i, entry in state.items() for key, value in entry.items()}
        return held | {n: p.detach() for n, p in self.parameters() if n.startswith("projector.")}

    def resume(self, step: int, tensors: dict[str, torch.Tensor]) -> None:
        """Continue after `step` finished steps. Raises: InputError if the tensors are of another model."""
        names = [name for name, _ in self.parameters()]
        state = self.optimizer.state_dict()
        keys = ("step", "exp_avg", "exp_avg_sq")
        try:
            # A weight that no loss reaches (the decoder, without reconstruction) has no state.
            state["state"] = {
                i: {k: tensors[f"{name}/{k}"] for k in keys}
                for i, name in enumerate(names)
                if f"{name}/step" in tensors
            }
            with torch.no_grad():
                for name, parameter in self.parameters():
                    if name.startswith("projector."):
                        parameter.copy_(tensors[name])
        except KeyError as error:
            raise InputError("the checkpoint holds no optimizer state for this model") from error
        self.optimizer.load_state_dict(state)
        self.step = step


def learning_rate(recipe: Recipe, step: int) -> float:
    """Linear warm-up, then cosine to zero."""
    warmup = max(1, round(recipe.warmup_share * recipe.steps))
    if step < warmup:
        return recipe.learning_rate * (step + 1) / warmup
    return recipe.learning_rate * 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, recipe.steps - warmup)))


def train(
    trainer: Trainer,
    batches: Iterator[WindowBatch],
    validation: Sequence[WindowBatch],
    *,
    record: Callable[[StepRecord], None],
    save: Callable[[Trainer], None],
) -> None:
    """Train from the trainer's step to the recipe's end.

    `batches` must start at the trainer's step. A step whose loss or gradient is not finite is skipped
    and recorded. Raises: InputError after `MAX_SKIPPED_IN_A_ROW` such steps.
    """
    recipe, skipped_in_a_row = trainer.recipe, 0
    trainer.model.train()
    hold_memory()
    while trainer.step < recipe.steps:
        begin = time.perf_counter()
        batch = next(batches)
        loss, norm, skipped, parts = take_step(trainer, batch)
        skipped_in_a_row = skipped_in_a_row + 1 if skipped else 0
        trainer.step += 1
        is_last = trainer.step == recipe.steps
        due = trainer.step % recipe.validate_every == 0 or is_last or trainer.step == 1
        record(
            StepRecord(
                step=trainer.step,
                loss=loss,
                learning_rate=learning_rate(recipe, trainer.step - 1),
                gradient_norm=norm,
                skipped=skipped,
                windows=len(batch),
                seconds=time.perf_counter() - begin,
                parts=parts,
                validation=validate(trainer.model, validation, seed=trainer.seed) if due and validation else None,
            )
        )
        if skipped_in_a_row >= MAX_SKIPPED_IN_A_ROW:
            raise InputError(
                f"training diverged: {skipped_in_a_row} steps in a row without a finite loss",
                todo="Lower it with --set learning_rate=...; the last good checkpoint is kept.",
            )
        if trainer.step % TRIM_EVERY == 0:
            give_back_memory()
        if trainer.step % recipe.save_every == 0 or is_last:
            save(trainer)


def hold_memory() -> None:
    """Ask the C library to keep freed blocks instead of fetching them anew: a tenth to a fifth of a step's time.

    Else every array above 32 MB comes as fresh pages that are zeroed first. Does nothing where it cannot.
    """
    try:
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(M_MMAP_MAX, 0)
        libc.mallopt(M_TRIM_THRESHOLD, HOLD_BYTES)
    except (OSError, AttributeError):
        return


def give_back_memory() -> None:
    """Ask the C library to return freed memory; does nothing where it cannot (only glibc can)."""
    try:
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    except (OSError, AttributeError):
        return


@fast_fp32()
def take_step(trainer: Trainer, batch: WindowBatch) -> tuple[float, float, bool, dict[str, float]]:
    """One descent: loss, gradient norm before clipping, whether the step was skipped, and the loss's parts."""
    rate = learning_rate(trainer.recipe, trainer.step)
    for group in trainer.optimizer.param_groups:
        group["lr"] = rate
    loss, parts, empty = objective(trainer, batch, np.random.default_rng([trainer.seed, trainer.step]))
    trainer.optimizer.zero_grad(set_to_none=False)
    loss.backward()  # type: ignore[no-untyped-call]
    norm = float(torch.nn.utils.clip_grad_norm_([p for _, p in trainer.parameters()], trainer.recipe.clip_norm))
    value = float(loss.detach())
    if not (math.isfinite(value) and math.isfinite(norm)) or empty:
        return value, norm, True, parts
    trainer.optimizer.step()
    return value, norm, False, parts


def objective(
    trainer: Trainer, batch: WindowBatch, rng: np.random.Generator
) -> tuple[torch.Tensor, dict[str, float], bool]:
    """The weighted loss of a batch, its parts, and whether there was nothing in it to learn from."""
    recipe, empty = trainer.recipe, False
    parts: dict[str, float] = {}
    loss = torch.zeros(())
    if trainer.projector is not None:
        half = len(batch) // 2
        told = same_person(
            trainer.model,
            trainer.projector,
            batch.take(np.arange(half)),
            batch.take(np.arange(half, 2 * half)),
            rng,
            keep_tokens=recipe.keep_tokens,
            temperature=recipe.temperature,
            blank_share=recipe.blank_share,
        )
        loss = loss + recipe.person_weight * told.loss + recipe.other_day_weight * told.other_day
        parts |= {"person": float(told.loss.detach()), "person_accuracy": told.accuracy}
        if recipe.other_day_weight:
            parts["other_day"] = float(told.other_day.detach())
    if recipe.aim_weight:
        some = batch if recipe.aim_windows >= len(batch) else batch.take(np.arange(recipe.aim_windows))
        rebuilt = aim(trainer.model, some, rng)
        loss, empty = loss + recipe.aim_weight * rebuilt.loss, rebuilt.cells == 0
        parts["aim"] = float(rebuilt.loss.detach())
    return loss, parts, empty


@fast_fp32()
def validate(model: DayTransformer, batches: Sequence[WindowBatch], *, seed: int) -> dict[str, float]:
    """Mean reconstruction error on held-out people, over all hidden cells and by family; same masks every time.

    Beside it `mean_baseline`: the error of guessing each channel's training mean, on the same cells.
    """
    was_training = model.training
    model.eval()
    total, cells, baseline = 0.0, 0, 0.0
    families: dict[str, list[float]] = {}
    with torch.no_grad():
        for i, batch in enumerate(batches):
            result = aim(model, batch, np.random.default_rng([seed, 2**31 + i]))
            total += float(result.loss) * result.cells
            baseline += result.mean_baseline * result.cells
            cells += result.cells
            for name, value in result.by_family.items():
                families.setdefault(name, []).append(value)
    model.train(was_training)
    cells = max(cells, 1)
    return {
        "loss": total / cells,
        "mean_baseline": baseline / cells,
        **{name: float(np.mean(v)) for name, v in families.items()},
    }
