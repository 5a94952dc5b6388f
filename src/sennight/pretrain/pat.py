"""Pretraining PAT as published: 90 % of a week's patches are taken out, and all of the week is rebuilt from the rest.

The folder of a run looks like any other (`run.json`, `people.json`, `log.jsonl`, `checkpoints/step-...`, `model`) and
embeds and fine-tunes like one. Which weeks and patches step n sees follows from (seed, n) alone, so a run that was
stopped goes on to the same bytes at equal threads.

As published: Adam, constant rate, batch of 128, squared error over everything, kept patches included. Different:
patches are drawn for each week by itself (the notebooks draw once a batch), and minutes are standardised by training
people for everybody (see `sennight.backbones.minute_scale`).
"""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Int64

from sennight.backbones.checkpoint import Checkpoint, load_network, save
from sennight.backbones.day_transformer.precision import fast_fp32
from sennight.backbones.minute_scale import minute_moments
from sennight.backbones.pat import PatConfig, PatSize
from sennight.backbones.pat.config import HIDDEN_SHARE, SIZES
from sennight.backbones.pat.model import Pat, PatLoss
from sennight.errors import CheckpointError, InputError
from sennight.pretrain.run import CHECKPOINTS, MODEL, PEOPLE, RUN
from sennight.record import Split, WindowBatch
from sennight.store import Store, batches

LOG = "log.jsonl"
VALIDATE_SHARE = 0.1
FIT_WINDOWS = 256  # at a time, while minutes are standardised
ADAM = ("step", "exp_avg", "exp_avg_sq")


@dataclass(frozen=True, kw_only=True)
class PatRecipe:
    """Everything that decides a run beside data and seed. Raises: InputError if a number is below 1."""

    name: str
    size: PatSize = PatSize.S
    steps: int = 1_000
    batch: int = 128
    at_once: int = 32
    """Weeks that go through the network together; gradients of a batch add up."""
    learning_rate: float = 1e-3
    validate_every: int = 100
    validate_windows: int = 256
    save_every: int = 100

    def __post_init__(self) -> None:
        if min(self.steps, self.batch, self.at_once, self.validate_every, self.save_every) < 1:
            raise InputError("steps, batch, at_once, validate_every and save_every are at least 1")

    def with_settings(self, settings: dict[str, str]) -> "PatRecipe":
        """The recipe with `key=value` overrides. Raises: InputError on an unknown key or value."""
        known = {f.name: type(getattr(self, f.name)) for f in fields(self) if f.name != "name"}
        try:
            return replace(self, **{key: known[key](text) for key, text in settings.items()})
        except (KeyError, ValueError) as error:
            raise InputError(
                f"a PAT recipe cannot be set so: {error}", todo=f"Settings: {', '.join(known)}."
            ) from error


def pat_s() -> PatRecipe:
    """PAT-S for 1,000 steps of 128 weeks.

    Command: `sennight pretrain STORE --recipe pat_s --folds 5 --threads 1`. Cost: about 40 minutes of one core a fold
    (`benchmarks/pat.py`: weeks a second). Expect an error on hidden patches of held-out people below that of guessing
    0, the mean of each minute; it has not been run to its end yet.
    """
    return PatRecipe(name="pat_s")


def pat_m() -> PatRecipe:
    """PAT-M; as `pat_s`, at about twice the cost. Command: `sennight pretrain STORE --recipe pat_m --folds 5`."""
    return PatRecipe(name="pat_m", size=PatSize.M, learning_rate=SIZES[PatSize.M].learning_rate)


def pat_l() -> PatRecipe:
    """PAT-L; as `pat_s`, at about eight times the cost. Command: `sennight pretrain STORE --recipe pat_l --folds 5`."""
    return PatRecipe(name="pat_l", size=PatSize.L, at_once=16, learning_rate=SIZES[PatSize.L].learning_rate)


PAT_RECIPES: dict[str, Callable[[], PatRecipe]] = {"pat_s": pat_s, "pat_m": pat_m, "pat_l": pat_l}


@dataclass(frozen=True, kw_only=True)
class PatStep:
    """One line of the curve; where it was due, `loss` over hidden patches of held-out people and that of guessing 0."""

    step: int
    loss: float
    hidden: float
    kept: float
    validation: dict[str, float] | None = None


@dataclass(frozen=True, kw_only=True)
class PatReport:
    """Where the model lies and what it was trained on."""

    model: Path
    steps: int
    train_people: tuple[str, ...]
    validate_people: tuple[str, ...]
    windows: int
    validation: dict[str, float]


def pretrain_pat(
    store: Store,
    recipe: PatRecipe,
    out: Path,
    *,
    people: Sequence[str] | None = None,
    seed: int = 0,
    progress: Callable[[PatStep], None] | None = None,
) -> PatReport:
    """Pretrain on the unlabelled weeks of `people` (all by default; a tenth of them validate); resumes.

    Raises: InputError if too little is left to train on, or `out` holds another run.
    """
    split = Split.by_person(people or store.people, seed=seed, validate_share=VALIDATE_SHARE, test_share=0.0)
    rows, held_out = _weeks_of(store, split.train), _weeks_of(store, split.validate)[: recipe.validate_windows]
    if len(rows) < recipe.batch or not len(held_out):
        raise InputError(f"{len(rows)} weeks to train on and {len(held_out)} to validate on are too few")
    described = {"recipe": asdict(recipe), "seed": seed, "store": store.fingerprint, "split": split.sha256}
    _claim(out, described, split)
    model, optimizer, step = _start(store, rows, recipe, out, seed)
    kept_lines = [line for line in read_lines(out) if line["step"] <= step]
    (out / LOG).write_text("".join(json.dumps(line) + "\n" for line in kept_lines))
    last: dict[str, float] = next((line["validation"] for line in reversed(kept_lines) if line["validation"]), {})
    for batch in _endless(store, rows, recipe, step, seed):
        if step >= recipe.steps:
            break
        with fast_fp32():
            told = take_step(model, optimizer, batch, recipe, np.random.default_rng([seed, step]))
        step += 1
        due = step % recipe.validate_every == 0 or step == recipe.steps
        line = PatStep(
            step=step, loss=float(told.loss), hidden=told.hidden, kept=told.kept,
            validation=validate(model, store.read_weeks(held_out), recipe, seed=seed) if due else None,
        )  # fmt: skip
        last = line.validation or last
        with (out / LOG).open("a") as file:
            file.write(json.dumps(asdict(line)) + "\n")
        if step % recipe.save_every == 0 or step == recipe.steps:
            _save(model, optimizer, step, described, out)
        if progress:
            progress(line)
    if not (out / MODEL).exists():
        save(Checkpoint(model=model, step=step, provenance=described), out / MODEL)
    return PatReport(
        model=out / MODEL, steps=step, train_people=split.train, validate_people=split.validate, windows=len(rows),
        validation=dict(last),
    )  # fmt: skip


def take_step(
    model: Pat, optimizer: torch.optim.Optimizer, batch: WindowBatch, recipe: PatRecipe, rng: np.random.Generator
) -> PatLoss:
    """One descent; dropout is drawn from `rng` too."""
    model.train()
    torch.manual_seed(int(rng.integers(2**31)))
    optimizer.zero_grad()
    kept = draw_kept(len(batch), model.config.patches, rng)
    parts = []
    for i in range(0, len(batch), recipe.at_once):
        places = np.arange(i, min(i + recipe.at_once, len(batch)))
        told = model.reconstruction_loss(model.patches(batch.take(places)), kept[places])
        share = len(places) / len(batch)
        (told.loss * share).backward()  # type: ignore[no-untyped-call]
        parts.append((share * float(told.loss.detach()), share * told.hidden, share * told.kept))
    optimizer.step()
    loss, hidden, seen = (float(sum(column)) for column in zip(*parts, strict=True))
    return PatLoss(loss=torch.tensor(loss), hidden=hidden, kept=seen)


def draw_kept(windows: int, patches: int, rng: np.random.Generator) -> Int64[torch.Tensor, "B V"]:
    """The tenth of each window's patches that is kept, in order."""
    n = patches - round(HIDDEN_SHARE * patches)
    return torch.from_numpy(np.sort(rng.permuted(np.tile(np.arange(patches), (windows, 1)), axis=1)[:, :n], axis=1))


def validate(model: Pat, batch: WindowBatch, recipe: PatRecipe, *, seed: int) -> dict[str, float]:
    """Error on hidden patches of held-out people, the same patches every time, and that of guessing 0 there."""
    model.eval()
    kept = draw_kept(len(batch), model.config.patches, np.random.default_rng([seed, 2**31]))
    error = baseline = 0.0
    with torch.no_grad():
        for i in range(0, len(batch), recipe.at_once):
            places = np.arange(i, min(i + recipe.at_once, len(batch)))
            patches = model.patches(batch.take(places))
            error += len(places) * model.reconstruction_loss(patches, kept[places]).hidden
            is_kept = torch.zeros(patches.shape[:2], dtype=torch.bool).scatter(1, kept[places], True)
            baseline += len(places) * float((patches**2).mean(dim=2)[~is_kept].mean())
    return {"loss": error / len(batch), "mean_baseline": baseline / len(batch)}


def read_lines(out: Path) -> list[dict[str, Any]]:
    """The lines of the curve that parse; a kill can cut the last one."""
    lines: list[dict[str, Any]] = []
    for text in (out / LOG).read_text().splitlines() if (out / LOG).exists() else ():
        try:
            lines.append(json.loads(text))
        except ValueError:
            break
    return lines


def _weeks_of(store: Store, people: Sequence[str]) -> Int64[np.ndarray, " week"]:
    weeks = store.weeks()
    return weeks["row"].to_numpy()[weeks["person"].is_in(list(people)).to_numpy()].astype(np.int64)


def _endless(store: Store, rows: np.ndarray, recipe: PatRecipe, step: int, seed: int) -> Iterator[WindowBatch]:
    """Batches from `step` on; short last batches of an epoch are skipped."""
    per_epoch = len(rows) // recipe.batch
    while True:
        epoch, first = divmod(step, per_epoch)
        stream = batches(store, rows, batch=recipe.batch, seed=seed, epoch=epoch, windows=7, first_step=first)
        for _ in range(first, per_epoch):
            yield next(stream)
            step += 1
        stream.close()  # type: ignore[attr-defined]


def _start(
    store: Store, rows: np.ndarray, recipe: PatRecipe, out: Path, seed: int
) -> tuple[Pat, torch.optim.Adam, int]:
    """Fresh, or from the latest checkpoint that opens."""
    for folder in sorted((out / CHECKPOINTS).glob("step-*"), reverse=True):
        try:
            found = load_network(folder)
        except CheckpointError:
            continue
        if isinstance(found.model, Pat):
            optimizer = torch.optim.Adam(found.model.parameters(), lr=recipe.learning_rate)
            state, names = optimizer.state_dict(), [name for name, _ in found.model.named_parameters()]
            state["state"] = {
                i: {key: found.trainer[f"{name}/{key}"] for key in ADAM}
                for i, name in enumerate(names)
                if f"{name}/step" in found.trainer
            }
            optimizer.load_state_dict(state)
            return found.model, optimizer, found.step
    torch.manual_seed(seed)
    model = PatConfig(channels=store.channels, size=recipe.size).build()
    parts = (store.read_weeks(rows[i : i + FIT_WINDOWS]) for i in range(0, len(rows), FIT_WINDOWS))
    model.scale.fit(minute_moments(parts, store.channels))
    return model, torch.optim.Adam(model.parameters(), lr=recipe.learning_rate), 0


def _save(model: Pat, optimizer: torch.optim.Adam, step: int, described: dict[str, Any], out: Path) -> None:
    names = [name for name, _ in model.named_parameters()]
    held = optimizer.state_dict()["state"]
    trainer = {f"{names[i]}/{key}": entry[key] for i, entry in held.items() for key in ADAM}
    save(
        Checkpoint(model=model, step=step, provenance=described, trainer=trainer),
        out / CHECKPOINTS / f"step-{step:08d}",
    )
    for old in sorted((out / CHECKPOINTS).glob("step-*"))[:-2]:
        shutil.rmtree(old, ignore_errors=True)


def _claim(out: Path, described: dict[str, Any], split: Split) -> None:
    text = json.dumps(described, indent=2, sort_keys=True) + "\n"
    if (out / RUN).exists() and (out / RUN).read_text() != text:
        raise InputError(
            "another pretraining run lives here: its data, recipe or seed differ", where=str(out),
            todo="Choose another --out, or remove that folder.",
        )  # fmt: skip
    out.mkdir(parents=True, exist_ok=True)
    (out / PEOPLE).write_text(json.dumps({"train": split.train, "validate": split.validate}))
    (out / RUN).write_text(text)
