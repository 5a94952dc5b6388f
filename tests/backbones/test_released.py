"""Released weights load by name with no network, embed days, and come with a card that says what they are."""

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from sennight.backbones import card, load, released
from sennight.backbones.backbone import Backbone
from sennight.backbones.checkpoint import CONFIG
from sennight.errors import CheckpointError
from sennight.record import WindowBatch

MOST_BYTES = 60_000_000
WEIGHTS = Path(str(files("sennight.backbones").joinpath("weights")))


@pytest.mark.parametrize("name", released())
def test_a_release_embeds_days(name: str, windows: Callable[..., WindowBatch]) -> None:
    model = load(name)
    assert isinstance(model, Backbone)
    batch = windows(3, channels=("hip_counts",), days=model.config.window_days)
    vectors = model.encode_windows(batch.select(model.channels))
    assert vectors.shape == (3, model.width)
    assert np.isfinite(vectors).all()
    assert np.ptp(vectors, axis=0).max() > 0


@pytest.mark.parametrize("name", released())
def test_a_card_names_data_seed_limits_and_the_file_it_is_of(name: str) -> None:
    text = card(name)
    described = json.loads((WEIGHTS / name / CONFIG).read_text())
    for needed in ("public domain", "seed", "Limits", "not a diagnosis", described["sha256"]["model.safetensors"]):
        assert needed in text, needed


def test_all_releases_together_are_small() -> None:
    assert sum(f.stat().st_size for f in WEIGHTS.rglob("*") if f.is_file()) < MOST_BYTES


def test_there_is_at_least_one_and_an_unknown_name_is_refused(tmp_path: Path) -> None:
    assert "sennight-xs" in released()
    with pytest.raises(CheckpointError, match="sennight-xs"):
        load("sennight-sx")
    with pytest.raises(CheckpointError, match="no checkpoint here"):
        load(tmp_path)
