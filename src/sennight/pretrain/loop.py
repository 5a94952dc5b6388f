"""The pretraining loop: one plain `while`; its body is next batch, hide and loss, step, validate, record, save.

It takes batches, not a path; what it writes goes through the callables it is handed. Everything
random in step n is drawn from (seed, n), so a resumed run continues exactly where it stopped.
"""

import ctypes
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from sennight.backbones.day_transformer.precision import fast_fp32
from sennight.errors import InputError
from sennight.pretrain.lesson import Batch
from sennight.pretrain.recipes import Recipe
from sennight.pretrain.together import total
from sennight.pretrain.trainer import Trainer
from sennight.pretrain.validation import HeldOut, held_out_objective, validate

HOLD_BYTES = 2**31 - 1  # the largest that can be said to glibc
M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # of malloc.h
DEFAULT_TRIM_BYTES, DEFAULT_MMAPS = 128 * 1024, 65_536  # what glibc starts with
TRIM_EVERY = 20  # steps; packed batches differ in size, and glibc keeps 6 MB a step of what they leave between them
MAX_SKIPPED_IN_A_ROW = 10  # steps without a finite loss and gradient; more means that training diverged
NOTHING_HIDDEN = "nothing hidden"


@dataclass(frozen=True, kw_only=True)
class StepRecord:
    """One line of the learning curve; validation figures only on steps that validate.

    `loss` is the weighted sum; `parts` its parts before weighting, and how often a window's nearest was its person's.
    `skipped` says why no step was taken, "" if it was; `loader_share`, how much of `seconds` went on waiting for
    the batch.
    """

    step: int
    loss: float
    learning_rate: float
    gradient_norm: float
    skipped: str
    windows: int
    seconds: float
    loader_share: float
    parts: dict[str, float]
    validation: dict[str, float] | None = None


def learning_rate(recipe: Recipe, step: int) -> float:
    """Linear warm-up, then cosine to zero."""
    warmup = max(1, round(recipe.warmup_share * recipe.steps))
    if step < warmup:
        return recipe.learning_rate * (step + 1) / warmup
    return recipe.learning_rate * 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, recipe.steps - warmup)))


@contextmanager
def held_memory() -> Iterator[None]:
    """Have the C library keep freed blocks instead of fetching them anew: a tenth to a fifth of a step's time.

    Else every array above 32 MB comes as fresh pages that are zeroed first. Its defaults come back at the end. Does
    nothing where it cannot.
    """
    _allocate(mmaps=0, trim_bytes=HOLD_BYTES)
    try:
        yield
    finally:
        _allocate(mmaps=DEFAULT_MMAPS, trim_bytes=DEFAULT_TRIM_BYTES)
        give_back_memory()


def _allocate(*, mmaps: int, trim_bytes: int) -> None:
    try:
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(M_MMAP_MAX, mmaps)
        libc.mallopt(M_TRIM_THRESHOLD, trim_bytes)
    except (OSError, AttributeError):
        return


@held_memory()
def train(
    trainer: Trainer,
    batches: Iterator[Batch],
    held_out: HeldOut | None,
    *,
    record: Callable[[StepRecord], None],
    save: Callable[[Trainer], None],
    keep_best: Callable[[Trainer], None] | None = None,
) -> None:
    """Train from the trainer's step to the recipe's end, or until held-out people fare no better (`patience`).

    `batches` must start at the trainer's step. A step whose loss or gradient is not finite, or whose gradient is a
    spike, is skipped and recorded. `keep_best` hears when held-out people fare better than ever.
    Raises: InputError after `MAX_SKIPPED_IN_A_ROW` steps that were not finite; the last checkpoint stands.
    """
    recipe, unlucky = trainer.recipe, 0
    trainer.model.train()
    while trainer.step < recipe.steps and not trainer.has_stalled:
        begin = time.perf_counter()
        batch = next(batches)
        waited = time.perf_counter() - begin
        taken = take_step(trainer, batch)
        seconds = time.perf_counter() - begin
        trainer.step += 1
        is_last = trainer.step == recipe.steps
        due = trainer.step % recipe.validate_every == 0 or is_last or trainer.step == 1
        found = validate(trainer, held_out) if due and held_out else None
        record(
            StepRecord(
                step=trainer.step,
                loss=taken.loss,
                learning_rate=taken.learning_rate,
                gradient_norm=taken.gradient_norm,
                skipped=taken.skipped,
                windows=len(batch),
                seconds=seconds,
                loader_share=waited / seconds,
                parts=taken.parts,
                validation=found,
            )
        )
        unlucky = unlucky + 1 if taken.skipped in ("not finite", NOTHING_HIDDEN) else 0
        if unlucky >= MAX_SKIPPED_IN_A_ROW:
            raise _diverged(unlucky)
        if found and trainer.judge(held_out_objective(recipe, found)) and keep_best:
            keep_best(trainer)
        if trainer.step % TRIM_EVERY == 0:
            give_back_memory()
        if trainer.step % recipe.save_every == 0 or is_last or trainer.has_stalled:
            save(trainer)


def _diverged(steps: int) -> InputError:
    return InputError(
        f"training diverged: {steps} steps in a row without a finite loss",
        todo="Lower it with --set learning_rate=...; the last good checkpoint is kept.",
    )


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What one step did: its loss, gradient norm before clipping, why it was skipped ("" if not), the loss's parts."""

    loss: float
    learning_rate: float
    gradient_norm: float
    skipped: str
    parts: dict[str, float]


@fast_fp32()
def take_step(trainer: Trainer, batch: Batch) -> Taken:
    """One descent."""
    rate = learning_rate(trainer.recipe, trainer.step)
    rng, part = np.random.default_rng([trainer.seed, trainer.step]), trainer.part
    loss = trainer.spread(batch, rng, part)
    told = trainer.lesson.told
    norm, skipped = (0.0, NOTHING_HIDDEN) if told.empty else trainer.descend(loss, learning_rate=rate)
    return Taken(
        loss=total(float(loss.detach()), part) / part.size,
        learning_rate=rate,
        gradient_norm=norm,
        skipped=skipped,
        parts={name: total(value, part) / part.size for name, value in told.parts.items()},
    )


def give_back_memory() -> None:
    """Ask the C library to return freed memory; does nothing where it cannot (only glibc can)."""
    try:
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    except (OSError, AttributeError):
        return
