"""With folds, whoever is judged was never pretrained on by the model that embeds them."""

from pathlib import Path

import pytest

from sennight.errors import InputError
from sennight.pretrain.recipes import Recipe
from sennight.pretrain.run import LOG, MODEL, pretraining_people
from sennight.record import folds
from sennight.stages.pretrained import pretrain_folds, some_people
from sennight.stages.who import people_who_count
from sennight.store import Store

K = 3


def test_no_fold_saw_the_people_it_judges_and_all_saw_everybody_else(store: Store, fold_run: Path) -> None:
    judged = people_who_count(store)
    assert 0 < len(judged) < len(store.people)  # some of the cohort have too few days to be judged
    fold = folds(judged, k=K)
    for i in range(K):
        mine = {person for person, f in zip(judged, fold.tolist(), strict=True) if f == i}
        seen = pretraining_people(fold_run / f"fold-{i}")
        assert mine
        assert not seen & mine
        assert seen | mine == set(store.people)


def test_every_fold_leaves_a_finished_model_of_its_own(fold_run: Path) -> None:
    weights = {(fold_run / f"fold-{i}" / MODEL / "model.safetensors").read_bytes() for i in range(K)}
    assert len(weights) == K
    assert not (fold_run / f"fold-{K}").exists()


def test_progress_hears_every_step_of_every_fold_and_the_same_command_continues(
    store: Store, recipe: Recipe, tmp_path: Path
) -> None:
    class Stopped(Exception):
        pass

    heard: list[tuple[int, int]] = []

    def stop(fold: int, line: object) -> None:
        heard.append((fold, line.step))  # type: ignore[attr-defined]
        if heard[-1] == (1, 1):
            raise Stopped

    with pytest.raises(Stopped):
        pretrain_folds(store, recipe, tmp_path, k=2, progress=stop)
    first = (tmp_path / "fold-0" / LOG).read_bytes()
    reports = pretrain_folds(store, recipe, tmp_path, k=2, progress=lambda fold, line: heard.append((fold, line.step)))
    assert heard == [(0, 1), (0, 2), (1, 1), (1, 1), (1, 2)]
    assert (tmp_path / "fold-0" / LOG).read_bytes() == first
    assert [r.model for r in reports] == [tmp_path / "fold-0" / MODEL, tmp_path / "fold-1" / MODEL]


def test_another_seed_draws_other_folds(store: Store, recipe: Recipe, tmp_path: Path) -> None:
    reports = pretrain_folds(store, recipe.with_settings({"steps": "1"}), tmp_path, k=2, seed=7)
    judged = people_who_count(store)
    fold = dict(zip(judged, folds(judged, k=2, seed=7).tolist(), strict=True))
    for i, report in enumerate(reports):
        assert {fold.get(p) for p in (*report.train_people, *report.validate_people)} == {None, 1 - i}


def test_more_people_hold_all_of_fewer_and_too_many_are_refused() -> None:
    people = [f"p{i:03d}" for i in range(100)]
    few, more = (some_people(people, n, seed=3) for n in (20, 60))
    assert len(few) == 20
    assert set(few) < set(more)
    assert more == sorted(more)
    assert some_people(people, None, seed=3) == people
    assert some_people(people, 20, seed=4) != few
    with pytest.raises(InputError, match="101 people of 100"):
        some_people(people, 101, seed=3)


def test_one_fold_alone_with_some_of_the_people_outside_it(store: Store, recipe: Recipe, tmp_path: Path) -> None:
    (report,) = pretrain_folds(store, recipe, tmp_path, k=K, only_folds=(1,), people=len(store.people) // 2)
    judged = people_who_count(store)
    mine = {person for person, f in zip(judged, folds(judged, k=K).tolist(), strict=True) if f == 1}
    seen = pretraining_people(tmp_path / "fold-1")
    assert report.model == tmp_path / "fold-1" / MODEL
    assert not (tmp_path / "fold-0").exists()
    assert len(seen) == len(store.people) // 2
    assert not seen & mine
    with pytest.raises(InputError, match="no fold 3"):
        pretrain_folds(store, recipe, tmp_path, k=K, only_folds=(K,))
