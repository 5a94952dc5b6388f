"""A pretraining run over a store: split people, fit scales, train, checkpoint, resume.

The folder of a run holds `run.json` (what decides it), `people.json` (who trained and who validated, for
the overlap with who is judged), `log.jsonl` (one line a step, the truth of the learning curve), `checkpoints/step-...`,
`best` (where the recipe may stop early) and, at the end, `model`. Running the same command again
continues where it stopped, to the same bytes as a run that never stopped (at equal threads).
"""

import json
import platform
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Int64

from sennight.backbones.checkpoint import Checkpoint, load, save
from sennight.backbones.day_transformer import ChannelScale, DayTransformerConfig, Transform
from sennight.backbones.day_transformer.precision import fp32_setting
from sennight.errors import CheckpointError, InputError
from sennight.pretrain.baselines import TimeOfDay
from sennight.pretrain.counted import Counted, counted_batches, is_counted
from sennight.pretrain.lesson import Batch
from sennight.pretrain.log import LOG, TENSORBOARD, JsonLines, TensorBoard, last_validation, read_curve
from sennight.pretrain.loop import StepRecord, train
from sennight.pretrain.recipes import Recipe
from sennight.pretrain.together import wait
from sennight.pretrain.trainer import Trainer
from sennight.pretrain.validation import HeldOut
from sennight.record import MINUTES_PER_DAY, WHOLE, Part, Role, Split, WindowBatch, channel
from sennight.store import Store, batches, pairs

__all__ = ["CHECKPOINTS", "LOG", "MODEL", "PEOPLE", "RUN", "PretrainReport", "pretrain", "read_curve"]
RUN, PEOPLE, CHECKPOINTS, BEST, MODEL = "run.json", "people.json", "checkpoints", "best", "model"
SCALE_WINDOWS = 2_000  # windows drawn to fit scales; more moves a mean by under 1 % of its sd
PROFILE_DAYS = 500  # of them that give the means by time of day: 15,000 minutes each
MIN_SD = 1e-3  # a channel that never varies is left unscaled rather than divided by 0
KEEP_CHECKPOINTS = 2
VALIDATE_SHARE = 0.1


@dataclass(frozen=True, kw_only=True)
class PretrainReport:
    """Where the model lies and what it was trained on."""

    model: Path
    steps: int
    train_people: tuple[str, ...]
    validate_people: tuple[str, ...]
    windows: int
    validation: dict[str, float]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Plan:
    """What decides a run, worked out: rows of the store to train on and to hold out, and what will be said of it."""

    store: Store
    recipe: Recipe
    out: Path
    seed: int
    channels: tuple[str, ...]
    rows: Int64[np.ndarray, " to_train"]
    held_out: Int64[np.ndarray, " to_validate"]
    described: dict[str, Any]
    part: Part


def pretrain(
    store: Store,
    recipe: Recipe,
    out: Path,
    *,
    people: Sequence[str] | None = None,
    channels: Sequence[str] | None = None,
    seed: int = 0,
    tensorboard: bool = False,
    part: Part = WHOLE,
    progress: Callable[[StepRecord], None] | None = None,
) -> PretrainReport:
    """Pretrain on the unlabelled days of `people` (all of the store by default; a tenth of them validate).

    With `tensorboard` the curve also goes to a folder of that name, for looking while it trains. Where processes train
    together (`pretrain.together`) each calls this with its `part`; the first writes.
    Raises: InputError if too little is left to train on, or `out` holds another run; CheckpointError
    if the disk refuses.
    """
    split = Split.by_person(people or store.people, seed=seed, validate_share=VALIDATE_SHARE, test_share=0.0)
    rows = _trainable_rows(store, split.train, recipe)
    held_out = _trainable_rows(store, split.validate, recipe)[: recipe.validate_windows]
    if len(rows) < recipe.batch or not len(held_out):
        raise InputError(
            f"{len(rows)} windows to train on and {len(held_out)} to validate on are too few",
            where=str(store.path),
            todo=f"At least one batch is needed: lower it with --set batch=... (now {recipe.batch}) or add people.",
        )
    names = tuple(c for c in (channels or recipe.channels or store.channels) if channel(c).role is Role.SIGNAL)
    lacking = sorted(set(recipe.channels) - set(store.channels))
    if lacking:
        raise InputError(f"the recipe learns from {', '.join(lacking)}, which the store lacks", where=str(store.path))
    described = _describe(store, recipe, split, names, seed)
    if part.rank == 0:
        _claim(out, described, split)
    wait(part)
    if not (out / MODEL).exists():
        plan = _Plan(
            store=store, recipe=recipe, out=out, seed=seed, channels=names, rows=rows, held_out=held_out,
            described=described, part=part,
        )  # fmt: skip
        _train(plan, tensorboard=tensorboard, progress=progress)
    wait(part)
    return PretrainReport(
        model=out / MODEL,
        steps=load(out / MODEL).step,
        train_people=split.train,
        validate_people=split.validate,
        windows=len(rows),
        validation=last_validation(out),
    )


def _train(plan: _Plan, *, tensorboard: bool, progress: Callable[[StepRecord], None] | None) -> None:
    """Start or continue the run, to its end and its model."""
    recipe, out = plan.recipe, plan.out
    sample = _read(plan, np.sort(np.random.default_rng([plan.seed, 1]).permutation(plan.rows)[:SCALE_WINDOWS]))
    trainer = _trainer(plan, sample)
    writes = plan.part.rank == 0
    log = JsonLines(out / LOG, keep_to=trainer.step) if writes else None
    board = TensorBoard(out / TENSORBOARD, keep_to=trainer.step) if tensorboard and writes else None

    def record(line: StepRecord) -> None:
        if log is None:
            return
        log.append(line)
        if board:
            board.append(line)
        if progress:
            progress(line)

    def keep(trainer: Trainer) -> None:
        if not writes:
            return
        done = Checkpoint(
            model=trainer.model, step=trainer.step, provenance=_provenance(plan, trainer), trainer=trainer.tensors()
        )
        save(done, out / CHECKPOINTS / f"step-{trainer.step:08d}")
        for old in sorted((out / CHECKPOINTS).glob("step-*"))[:-KEEP_CHECKPOINTS]:
            shutil.rmtree(old, ignore_errors=True)

    def keep_model(trainer: Trainer, folder: Path) -> None:
        if not writes:
            return
        done = Checkpoint(model=trainer.released, step=trainer.step, provenance=_provenance(plan, trainer))
        save(done, folder)

    train(
        trainer,
        _endless(plan, trainer),
        _held_out(plan, sample, trainer),
        record=record,
        save=keep,
        keep_best=(lambda trainer: keep_model(trainer, out / BEST)) if recipe.patience else None,
    )
    if writes and (out / BEST).exists():
        save(load(out / BEST), out / MODEL)
    else:
        keep_model(trainer, out / MODEL)
    if board:
        board.close()


def fit_scales(batch: WindowBatch, channels: Sequence[str]) -> tuple[ChannelScale, ...]:
    """Mean and sd of each channel over the seen minutes of these windows, after its transform."""
    scales = []
    for name in channels:
        transform = ChannelScale.default_transform(name)
        mean, sd = 0.0, 1.0
        if name in batch.channels and transform is not Transform.BINARY:
            k = batch.channels.index(name)
            x = batch.values[..., k][batch.seen[..., k]].astype(np.float64)
            x = np.log1p(np.maximum(x, 0)) if transform is Transform.LOG else x
            if len(x):
                mean, sd = float(x.mean()), max(float(x.std()), MIN_SD)
        scales.append(ChannelScale(channel=name, transform=transform, mean=mean, sd=sd))
    return tuple(scales)


def _trainable_rows(store: Store, people: Sequence[str], recipe: Recipe) -> Int64[np.ndarray, " window"]:
    """Rows (of first days, for weeks) with enough seen, of these people, in store order."""
    index = store.index if recipe.window_days == 1 else store.weeks()
    enough = index["worn_minutes"].to_numpy() >= recipe.min_seen_share * MINUTES_PER_DAY * recipe.window_days
    mine = index["person"].is_in(list(people)).to_numpy()
    return index["row"].to_numpy()[enough & mine].astype(np.int64)


def _read(plan: _Plan, rows: np.ndarray) -> WindowBatch:
    store = plan.store
    return _with(plan.channels, store.read_weeks(rows) if plan.recipe.window_days == 7 else store.read(rows))


def _with(channels: tuple[str, ...], batch: WindowBatch) -> WindowBatch:
    return batch if batch.channels == channels else batch.select(channels)


def _endless(plan: _Plan, trainer: Trainer) -> Iterator[Batch]:
    """Batches from its step on; which windows step n gets depends on (seed, n) alone. Short last ones are skipped."""
    store, rows, recipe, seed, step = plan.store, plan.rows, plan.recipe, plan.seed, trainer.step
    if is_counted(recipe, windows=len(rows), channels=len(plan.channels)):
        counted = Counted.of(trainer.model, rows, lambda some: _read(plan, some))
        yield from counted_batches(store, counted, trainer.model, recipe, seed=seed, first_step=step, part=plan.part)
    windows: Literal[1, 7] = 7 if recipe.window_days == 7 else 1
    if recipe.person_weight:
        for batch in pairs(store, rows, people=recipe.batch // 2, seed=seed, windows=windows, first_step=step):
            yield _with(plan.channels, batch)
    per_epoch = len(rows) // recipe.batch
    while True:
        epoch, first = divmod(step, per_epoch)
        stream = batches(
            store, rows, batch=recipe.batch, seed=seed, epoch=epoch, windows=windows, first_step=first, part=plan.part
        )
        for _ in range(first, per_epoch):
            yield _with(plan.channels, next(stream))
            step += 1
        stream.close()  # type: ignore[attr-defined]


def _trainer(plan: _Plan, sample: WindowBatch) -> Trainer:
    """A fresh trainer, its scales fitted on the sample; or the one of the latest checkpoint that opens."""
    recipe, seed = plan.recipe, plan.seed
    for folder in sorted((plan.out / CHECKPOINTS).glob("step-*"), reverse=True):
        try:
            found = load(folder)
        except CheckpointError:
            continue
        trainer = Trainer(found.model, recipe, seed=seed, part=plan.part)
        trainer.resume(found.step, dict(found.trainer))
        return trainer
    scales = fit_scales(sample, plan.channels)
    torch.manual_seed(seed)
    config = DayTransformerConfig(
        scales=scales,
        size=recipe.size,
        layout=recipe.layout,
        patch_minutes=recipe.patch_minutes,
        window_days=recipe.window_days,
        date_parts=recipe.date_parts,
        pool=recipe.pool,
        attention=recipe.attention,
        vector=recipe.vector,
        vector_from=recipe.vector_from,
    )
    model = config.build()
    if model.day_vector is not None:
        model.day_vector.fit(sample)
    return Trainer(model, recipe, seed=seed, part=plan.part)


def _held_out(plan: _Plan, sample: WindowBatch, trainer: Trainer) -> HeldOut:
    """Windows to validate on, and the time-of-day means of training people to hold them against."""
    model, batch = trainer.model, plan.recipe.batch
    few = min(len(sample), PROFILE_DAYS // plan.recipe.window_days)
    tokens = model.tokens(sample.take(np.linspace(0, len(sample) - 1, few).astype(np.int64)))
    return HeldOut(
        batches=[_read(plan, plan.held_out[i : i + batch]) for i in range(0, len(plan.held_out), batch)],
        time_of_day=TimeOfDay.fit(model.unfold(tokens.values).numpy(), model.unfold(tokens.seen).numpy()),
    )


def _describe(store: Store, recipe: Recipe, split: Split, channels: tuple[str, ...], seed: int) -> dict[str, Any]:
    from sennight import __version__

    return {
        "sennight": __version__,
        "recipe": asdict(recipe),
        "seed": seed,
        "channels": list(channels),
        "store": store.fingerprint,
        "split": split.sha256,
        "train_people": len(split.train),
        "validate_people": len(split.validate),
    }


def _provenance(plan: _Plan, trainer: Trainer) -> dict[str, Any]:
    return {
        **plan.described,
        "torch": torch.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "precision": trainer.model.precision.value,
        "threads": torch.get_num_threads(),
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "fp32_products": fp32_setting(),
    }


def _claim(out: Path, described: dict[str, Any], split: Split) -> None:
    """Make the folder this run's, or see that it already is."""
    text = json.dumps(described, indent=2, sort_keys=True) + "\n"
    path = out / RUN
    if path.exists():
        if path.read_text() != text:
            raise InputError(
                "another pretraining run lives here: its data, recipe or seed differ",
                where=str(out),
                todo="Choose another --out, or remove that folder.",
            )
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
        # run.json comes last: a folder with one is a run whose other parts are there.
        people = json.dumps({"train": split.train, "validate": split.validate})
        for name, content in ((PEOPLE, people), (RUN, text)):
            fresh = out / f".{name}.tmp"
            fresh.write_text(content)
            fresh.replace(out / name)
    except OSError as error:
        raise CheckpointError(f"the run cannot be written: {error.strerror}", where=str(out)) from error


def pretraining_people(run: Path) -> frozenset[str]:
    """Everybody whose days a run saw, to train or to validate. Raises: CheckpointError if this is no run."""
    try:
        listed = json.loads((run / PEOPLE).read_text())
        return frozenset((*listed["train"], *listed["validate"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError("there is no pretraining run here", where=str(run), todo="Give its --out.") from error
