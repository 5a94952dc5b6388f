"""Pretrain: a store becomes a run; with folds, one model a fold on everybody outside it.

So whoever is judged was never pretrained on by the model that embeds them (docs/decisions/0009).
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from sennight.errors import InputError
from sennight.pretrain.loop import StepRecord
from sennight.pretrain.pat import PatRecipe, PatReport, PatStep, pretrain_pat
from sennight.pretrain.recipes import Recipe
from sennight.pretrain.run import PretrainReport, pretrain
from sennight.record import WHOLE, Part, folds
from sennight.stages.who import people_who_count
from sennight.store import Store


def pretrain_folds(
    store: Store,
    recipe: Recipe,
    out: Path,
    *,
    k: int,
    seed: int = 0,
    only_folds: Sequence[int] = (),
    people: int | None = None,
    tensorboard: bool = False,
    part: Part = WHOLE,
    progress: Callable[[int, StepRecord], None] | None = None,
) -> list[PretrainReport]:
    """One model a fold, each pretrained on everybody outside its fold (those too few days to be judged included).

    `only_folds` makes the models of these alone; `people` takes so many of those outside, always the same ones first,
    so that more people hold all of fewer. Raises: InputError, CheckpointError as `pretrain`.
    """
    judged = people_who_count(store)
    fold = dict(zip(judged, folds(judged, k=k, seed=seed).tolist(), strict=True))
    reports = []
    for i in only_folds or range(k):
        if not 0 <= i < k:
            raise InputError(f"there is no fold {i}", todo=f"Of {k} folds the first is 0, the last {k - 1}.")
        outside = some_people([p for p in store.people if fold.get(p) != i], people, seed=seed)
        heard = (lambda line, i=i: progress(i, line)) if progress else None
        reports.append(
            pretrain(
                store, recipe, out / f"fold-{i}", people=outside, seed=seed, tensorboard=tensorboard, part=part,
                progress=heard,
            )
        )  # fmt: skip
    return reports


def some_people(people: Sequence[str], n: int | None, *, seed: int) -> list[str]:
    """So many of these people (all if None), drawn by the seed; more of them hold all of fewer.

    Raises: InputError if there are fewer.
    """
    if n is None:
        return list(people)
    if not 0 < n <= len(people):
        raise InputError(f"{n} people of {len(people)} were asked for")
    drawn = np.random.default_rng([seed, 5]).permutation(len(people))[:n]
    return [people[i] for i in sorted(drawn.tolist())]


def pretrain_pat_folds(
    store: Store,
    recipe: PatRecipe,
    out: Path,
    *,
    k: int,
    seed: int = 0,
    progress: Callable[[int, PatStep], None] | None = None,
) -> list[PatReport]:
    """The same for PAT; `k` of 0 is one model on everybody. Raises: InputError, CheckpointError."""
    if not k:
        everybody = (lambda line: progress(0, line)) if progress else None
        return [pretrain_pat(store, recipe, out, seed=seed, progress=everybody)]
    judged = people_who_count(store)
    fold = dict(zip(judged, folds(judged, k=k, seed=seed).tolist(), strict=True))
    reports = []
    for i in range(k):
        outside = [p for p in store.people if fold.get(p) != i]
        heard = (lambda line, i=i: progress(i, line)) if progress else None
        reports.append(pretrain_pat(store, recipe, out / f"fold-{i}", people=outside, seed=seed, progress=heard))
    return reports
