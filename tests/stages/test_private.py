"""A private run keeps its epsilon, says so in its checkpoint, and can be audited like any other."""

from dataclasses import replace
from pathlib import Path

import pytest

from sennight.backbones.checkpoint import load
from sennight.errors import InputError
from sennight.pretrain.recipes import Recipe
from sennight.pretrain.run import MODEL, pretraining_people
from sennight.stages.private import pretrain_private
from sennight.store import Store

pytest.importorskip("opacus", reason="opacus is not installed (extra: privacy)")


def test_a_private_run_spends_no_more_than_it_was_given(store: Store, recipe: Recipe, tmp_path: Path) -> None:
    """P-07: two accountants agree before anything is written."""
    spent = pretrain_private(store, recipe, tmp_path / "run", epsilon=8.0, noise_seed=0)
    assert 0 < spent.epsilon <= 8.0
    kept = load(tmp_path / "run" / MODEL)
    assert kept.provenance["privacy"]["unit"] == "person"
    assert kept.provenance["privacy"]["epsilon"] == spent.epsilon
    assert pretraining_people(tmp_path / "run") == set(store.people)
    with pytest.raises(InputError, match="lives here"):
        pretrain_private(store, recipe, tmp_path / "run", epsilon=8.0)


def test_comparing_people_cannot_be_private(store: Store, recipe: Recipe, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="reconstruction"):
        pretrain_private(store, replace(recipe, person_weight=1.0), tmp_path, epsilon=8.0)
