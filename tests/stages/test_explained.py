"""From a store to two pictures and their checks."""

import json
from pathlib import Path

import pytest

from sennight.backbones.day_transformer import Layout, Size
from sennight.errors import InputError
from sennight.pretrain.recipes import Recipe
from sennight.pretrain.run import pretrain
from sennight.stages.explained import explain_store
from sennight.store import Store


def test_a_question_is_explained_in_one_person_and_over_some(store: Store, run, tmp_path: Path) -> None:
    heard: list[int] = []
    report = explain_store(
        store, run.model, "sex", tmp_path, n_people=2, progress=lambda done, total: heard.append(done)
    )
    assert heard == [1, 2]
    assert report.days.is_file()
    assert report.week is not None
    assert report.unit == "log-odds"
    assert -1 <= report.shifted_r <= 1
    assert 0 <= report.beaten <= 1
    assert json.loads((tmp_path / "explain.json").read_text())["n_people"] == 2


def test_a_backbone_without_weights_has_no_random_twin(store: Store, tmp_path: Path) -> None:
    report = explain_store(store, "engineered", "age", tmp_path, n_people=1)
    assert report.random_r != report.random_r
    assert json.loads((tmp_path / "explain.json").read_text())["random_r"] is None


def test_an_unknown_question_or_person_is_refused(store: Store, run, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no question"):
        explain_store(store, run.model, "happiness", tmp_path)
    with pytest.raises(InputError, match="too few valid days"):
        explain_store(store, run.model, "sex", tmp_path, person="nobody")


def test_a_model_whose_vector_needs_no_tokens_is_explained_without_attention(store: Store, tmp_path: Path) -> None:
    recipe = Recipe(
        name="test", size=Size.XXS, layout=Layout.JOINT, patch_minutes=60, vector=32, person_weight=0.3, steps=2,
        batch=8,
        validate_windows=8, validate_every=2, save_every=2,
    )  # fmt: skip
    made = pretrain(store, recipe, tmp_path / "run")
    report = explain_store(store, made.model, "sex", tmp_path / "told", n_people=2)
    assert report.days.is_file()
    assert report.random_r == report.random_r  # its random twin keeps the levels it was scaled by
