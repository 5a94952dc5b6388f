"""A pretraining run over a store: split people, fit scales, train, checkpoint, resume.

The folder of a run holds `run.json` (what decides it), `people.json` (who trained and who validated, for
the overlap with who is judged), `log.jsonl` (one line a step, the truth of the learning curve),
`checkpoints/step-...` and, at the end, `model`. Running the same command again
continues where it stopped, to the same bytes as a run that never stopped (at equal threads).
"""

import json
import os
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
from sennight.pretrain.loop import StepRecord, Trainer, train
from sennight.pretrain.recipes import Recipe
from sennight.record import MINUTES_PER_DAY, Role, Split, WindowBatch, channel
from sennight.store import Store, batches, pairs

RUN, PEOPLE, LOG, CHECKPOINTS, MODEL = "run.json", "people.json", "log.jsonl", "checkpoints", "model"
SCALE_WINDOWS = 2_000  # windows drawn to fit scales; more moves a mean by under 1 % of its sd
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


def pretrain(
    store: Store,
    recipe: Recipe,
    out: Path,
    *,
    people: Sequence[str] | None = None,
    channels: Sequence[str] | None = None,
    seed: int = 0,
    progress: Callable[[StepRecord], None] | None = None,
) -> PretrainReport:
    """Pretrain on the unlabelled days of `people` (all of the store by default; a tenth of them validate).

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
    names = tuple(c for c in (channels or store.channels) if channel(c).role is Role.SIGNAL)
    described = _describe(store, recipe, split, names, seed)
    _claim(out, described, split)
    trainer = _trainer(store, rows, recipe, names, out, seed)
    log = _Log(out / LOG, keep_to=trainer.step)
    last: dict[str, float] = {}

    def record(line: StepRecord) -> None:
        log.append(line)
        last.update(line.validation or {})
        if progress:
            progress(line)

    def keep(trainer: Trainer) -> None:
        done = Checkpoint(
            model=trainer.model,
            step=trainer.step,
            provenance={**described, **_machine(trainer)},
            trainer=trainer.tensors(),
        )
        save(done, out / CHECKPOINTS / f"step-{trainer.step:08d}")
        for old in sorted((out / CHECKPOINTS).glob("step-*"))[:-KEEP_CHECKPOINTS]:
            shutil.rmtree(old, ignore_errors=True)

    if trainer.step < recipe.steps:
        validation = [
            _read(store, held_out[i : i + recipe.batch], recipe, names) for i in range(0, len(held_out), recipe.batch)
        ]
        stream = (_with(names, batch) for batch in _endless(store, rows, recipe, trainer.step, seed))
        train(trainer, stream, validation, record=record, save=keep)
    else:
        last.update(log.last_validation())
    if not (out / MODEL).exists():
        save(
            Checkpoint(model=trainer.model, step=trainer.step, provenance={**described, **_machine(trainer)}),
            out / MODEL,
        )
    return PretrainReport(
        model=out / MODEL,
        steps=trainer.step,
        train_people=split.train,
        validate_people=split.validate,
        windows=len(rows),
        validation=last,
    )


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
    index = store.index if recipe.window_days == 1 else store.index[store.weeks()["row"].to_numpy()]
    enough = index["worn_minutes"].to_numpy() >= recipe.min_seen_share * MINUTES_PER_DAY
    mine = index["person"].is_in(list(people)).to_numpy()
    return index["row"].to_numpy()[enough & mine].astype(np.int64)


def _read(store: Store, rows: np.ndarray, recipe: Recipe, channels: tuple[str, ...]) -> WindowBatch:
    return _with(channels, store.read_weeks(rows) if recipe.window_days == 7 else store.read(rows))


def _with(channels: tuple[str, ...], batch: WindowBatch) -> WindowBatch:
    return batch if batch.channels == channels else batch.select(channels)


def _endless(store: Store, rows: np.ndarray, recipe: Recipe, step: int, seed: int) -> Iterator[WindowBatch]:
    """Batches from `step` on; which windows step n gets depends on (seed, n) alone. Short last batches are skipped."""
    windows: Literal[1, 7] = 7 if recipe.window_days == 7 else 1
    if recipe.person_weight:
        yield from pairs(store, rows, people=recipe.batch // 2, seed=seed, windows=windows, first_step=step)
    per_epoch = len(rows) // recipe.batch
    while True:
        epoch, first = divmod(step, per_epoch)
        stream = batches(store, rows, batch=recipe.batch, seed=seed, epoch=epoch, windows=windows, first_step=first)
        for _ in range(first, per_epoch):
            yield next(stream)
            step += 1
        stream.close()  # type: ignore[attr-defined]


def _trainer(
    store: Store, rows: np.ndarray, recipe: Recipe, channels: tuple[str, ...], out: Path, seed: int
) -> Trainer:
    """A fresh trainer, or the one of the latest checkpoint that opens."""
    for folder in sorted((out / CHECKPOINTS).glob("step-*"), reverse=True):
        try:
            found = load(folder)
        except CheckpointError:
            continue
        trainer = Trainer(found.model, recipe, seed=seed)
        trainer.resume(found.step, dict(found.trainer))
        return trainer
    sample = np.sort(np.random.default_rng([seed, 1]).permutation(rows)[:SCALE_WINDOWS])
    batch = _read(store, sample, recipe, channels).select(channels)
    scales = fit_scales(batch, channels)
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
        model.day_vector.fit(batch)
    return Trainer(model, recipe, seed=seed)


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


def _machine(trainer: Trainer) -> dict[str, Any]:
    return {
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


class _Log:
    """JSON lines, one a step; opened again after a kill, it forgets the steps the checkpoint does not have."""

    def __init__(self, path: Path, *, keep_to: int) -> None:
        self.path = path
        kept = [line for line in _lines(path) if line["step"] <= keep_to]
        fresh = path.with_suffix(".tmp")
        fresh.write_text("".join(json.dumps(line) + "\n" for line in kept))
        fresh.replace(path)

    def append(self, line: StepRecord) -> None:
        with self.path.open("a") as file:
            file.write(json.dumps(asdict(line)) + "\n")
            if line.validation:
                file.flush()
                os.fsync(file.fileno())

    def last_validation(self) -> dict[str, float]:
        found = [line["validation"] for line in _lines(self.path) if line.get("validation")]
        return dict(found[-1]) if found else {}


def _lines(path: Path) -> list[dict[str, Any]]:
    """The lines that parse; a kill can cut the last one."""
    lines = []
    for text in path.read_text().splitlines() if path.exists() else ():
        try:
            lines.append(json.loads(text))
        except ValueError:
            break
    return lines


def read_curve(out: Path) -> list[dict[str, Any]]:
    """The learning curve of a run, a dict a step (see `StepRecord`)."""
    return _lines(out / LOG)
