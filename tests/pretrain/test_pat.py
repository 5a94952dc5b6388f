"""PAT pretrains, resumes to the same bytes, and hides nine patches of ten."""

from pathlib import Path

import numpy as np
import pytest
import torch

from sennight.backbones.checkpoint import load, load_network
from sennight.backbones.pat import PatSize
from sennight.backbones.pat.model import Pat
from sennight.errors import CheckpointError, InputError
from sennight.pretrain.pat import PAT_RECIPES, PatRecipe, draw_kept, pretrain_pat, read_lines
from sennight.pretrain.run import pretraining_people
from sennight.record import MINUTES_PER_DAY, PersonDays
from sennight.stages.embedded import backbones_of
from sennight.store import Store, StoreWriter

RECIPE = PatRecipe(
    name="test", steps=4, batch=4, at_once=3, learning_rate=3e-3, validate_every=2, validate_windows=2, save_every=2
)


@pytest.fixture(scope="module", name="store")
def _store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Twelve people, two days each, busy by day; how busy differs."""
    folder = tmp_path_factory.mktemp("pat") / "store"
    rng, minute = np.random.default_rng(0), np.arange(MINUTES_PER_DAY)
    with StoreWriter(folder, channels=("hip_counts",), provenance={}) as writer:
        for p in range(12):
            for day in range(2):
                level = (1 + p) * 100 * np.clip(np.sin(2 * np.pi * (minute - 360) / MINUTES_PER_DAY), 0, 1)
                values = (level + rng.exponential(20, MINUTES_PER_DAY)).astype(np.float32)[:, None]
                writer.append(
                    PersonDays(
                        person=f"p{p:02d}",
                        first_date=None,
                        ordinal=day,
                        weekday=day,
                        values=values,
                        seen=np.ones(values.shape, np.bool_),
                        channels=("hip_counts",),
                    )
                )
    return Store.open(folder)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def weights(run: Path) -> bytes:
    return (run / "model" / "model.safetensors").read_bytes()


def test_nine_patches_of_ten_are_hidden_and_each_week_draws_its_own() -> None:
    kept = draw_kept(50, 560, np.random.default_rng(0))
    assert kept.shape == (50, 56)
    assert bool((kept.diff(dim=1) > 0).all()), "in order, none twice"
    assert len({tuple(row.tolist()) for row in kept}) == 50
    assert len(kept.unique()) > 540


def test_the_error_on_hidden_patches_falls(store: Store, tmp_path: Path) -> None:
    report = pretrain_pat(store, RECIPE.with_settings({"steps": "8", "learning_rate": "0.01"}), tmp_path / "run")
    curve = read_lines(tmp_path / "run")
    assert [line["step"] for line in curve] == list(range(1, 9))
    assert curve[-1]["hidden"] < 0.95 * curve[0]["hidden"]
    assert report.validation.keys() == {"loss", "mean_baseline"}
    assert not set(report.train_people) & set(report.validate_people)
    assert pretraining_people(tmp_path / "run") == set(store.people)


def test_a_stopped_run_ends_in_the_same_bytes(store: Store, tmp_path: Path) -> None:
    pretrain_pat(store, RECIPE, tmp_path / "whole", seed=1)

    class Stopped(Exception):
        pass

    def stop(line: object) -> None:
        if line.step == 3:  # type: ignore[attr-defined]
            raise Stopped

    with pytest.raises(Stopped):
        pretrain_pat(store, RECIPE, tmp_path / "stopped", seed=1, progress=stop)
    pretrain_pat(store, RECIPE, tmp_path / "stopped", seed=1)
    assert weights(tmp_path / "stopped") == weights(tmp_path / "whole")
    assert read_lines(tmp_path / "stopped") == read_lines(tmp_path / "whole")


def test_its_model_opens_as_a_backbone_and_not_as_a_day_transformer(store: Store, tmp_path: Path) -> None:
    report = pretrain_pat(store, RECIPE.with_settings({"steps": "1"}), tmp_path / "run")
    (backbone,) = backbones_of(tmp_path / "run", store)
    assert isinstance(backbone, Pat)
    assert backbone.fingerprint == load_network(report.model).model.fingerprint
    with pytest.raises(CheckpointError, match="not of a day transformer"):
        load(report.model)


def test_another_run_too_few_weeks_and_unknown_settings_are_refused(store: Store, tmp_path: Path) -> None:
    pretrain_pat(store, RECIPE.with_settings({"steps": "1"}), tmp_path / "run")
    with pytest.raises(InputError, match="another pretraining run"):
        pretrain_pat(store, RECIPE, tmp_path / "run")
    with pytest.raises(InputError, match="too few"):
        pretrain_pat(store, RECIPE.with_settings({"batch": "100"}), tmp_path / "other")
    with pytest.raises(InputError, match="cannot be set so"):
        RECIPE.with_settings({"depth": "3"})


@pytest.mark.parametrize("name", PAT_RECIPES)
def test_every_recipe_builds_and_says_its_command(name: str) -> None:
    build = PAT_RECIPES[name]
    assert build().size is PatSize(name.removeprefix("pat_"))
    assert f"--recipe {name}" in (build.__doc__ or "")
