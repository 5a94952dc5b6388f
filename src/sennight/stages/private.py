"""Private pretraining as a stage: how much noise keeps an epsilon, and a run that an audit can take up.

Scales of channels are fitted on the held-out people, who get no promise: whoever is promised something must not shape
them. The epsilon of opacus is held against the accountant of our own before anything is written.
"""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from sennight import __version__
from sennight.backbones.checkpoint import Checkpoint, save
from sennight.backbones.day_transformer import DayTransformerConfig
from sennight.errors import InputError, SennightBug
from sennight.evaluate.privacy.accountant import loss_epsilon, noise_for
from sennight.pretrain.private import PrivatePlan, PrivateReport, train_privately
from sennight.pretrain.recipes import Recipe
from sennight.pretrain.run import MODEL, PEOPLE, RUN, fit_scales
from sennight.record import Split, WindowBatch
from sennight.stages.who import valid_rows
from sennight.store import Store

WINDOWS = 4  # of a person in a step
AGREE = 0.01  # relative difference of two accountants that is let pass
VALIDATE_SHARE = 0.1


def pretrain_private(
    store: Store,
    recipe: Recipe,
    out: Path,
    *,
    epsilon: float,
    delta: float | None = None,
    seed: int = 0,
    noise_seed: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> PrivateReport:
    """Pretrain within epsilon (delta is 1 over ten times the people by default). `noise_seed` is for tests.

    Raises: InputError if the recipe compares people, `out` holds a run, or nobody is left; SennightBug if the two
    accountants disagree.
    """
    if recipe.person_weight or recipe.window_days != 1:
        raise InputError(
            "private pretraining is of reconstruction, on single days",
            todo="Same person, other day compares people, so no one person's gradient can be told apart.",
        )
    if (out / RUN).exists():
        raise InputError("a pretraining run lives here", where=str(out), todo="Choose another --out.")
    index = store.index[valid_rows(store)].select("person", "row")
    rows = {str(p[0]): part["row"].to_numpy() for p, part in index.partition_by("person", as_dict=True).items()}
    split = Split.by_person(tuple(rows), seed=seed, validate_share=VALIDATE_SHARE, test_share=0.0)
    if not split.train or not split.validate:
        raise InputError("too few people to hold some out", where=str(store.path))
    delta = 1 / (10 * len(split.train)) if delta is None else delta
    rate = min(1.0, recipe.batch / WINDOWS / len(split.train))
    noise = noise_for(epsilon=epsilon, rate=rate, steps=recipe.steps, delta=delta)
    plan = PrivatePlan(steps=recipe.steps, rate=rate, noise=noise, learning_rate=recipe.learning_rate)

    def windows_of(person: str, rng: np.random.Generator) -> WindowBatch:
        return store.read(np.sort(rng.permutation(rows[person])[:WINDOWS]).astype(np.int64))

    held_out = np.sort(np.concatenate([rows[p] for p in split.validate])).astype(np.int64)
    torch.manual_seed(seed)
    model = DayTransformerConfig(
        scales=fit_scales(store.read(held_out), store.channels), size=recipe.size, layout=recipe.layout,
        patch_minutes=recipe.patch_minutes, date_parts=recipe.date_parts, pool=recipe.pool,
    ).build()  # fmt: skip
    spent = train_privately(model, split.train, windows_of, plan, delta=delta, seed=noise_seed, progress=progress)
    ours = loss_epsilon(rate=rate, noise=noise, steps=recipe.steps, delta=delta)
    if abs(spent.epsilon - ours) > AGREE * max(ours, 1e-3) or spent.epsilon > epsilon * (1 + AGREE):
        raise SennightBug(f"two accountants say epsilon {spent.epsilon:.4f} and {ours:.4f}, of {epsilon:.4f} allowed")
    _write(store, recipe, split, model, out, spent, plan, seed)
    return spent


def _write(
    store: Store,
    recipe: Recipe,
    split: Split,
    model: torch.nn.Module,
    out: Path,
    spent: PrivateReport,
    plan: PrivatePlan,
    seed: int,
) -> None:
    """A run's folder: who, what, and the model, with what was spent in its provenance."""
    out.mkdir(parents=True, exist_ok=True)
    described = {
        "sennight": __version__, "recipe": asdict(recipe), "seed": seed, "channels": list(store.channels),
        "store": store.fingerprint, "split": split.sha256, "train_people": len(split.train),
        "validate_people": len(split.validate), "privacy": {**asdict(spent), **asdict(plan), "unit": "person"},
    }  # fmt: skip
    (out / PEOPLE).write_text(json.dumps({"train": split.train, "validate": split.validate}))
    save(Checkpoint(model=model, step=recipe.steps, provenance=described), out / MODEL)
    (out / RUN).write_text(json.dumps(described, indent=2, sort_keys=True) + "\n")
