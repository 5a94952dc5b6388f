"""A filler comes back as it was, or not at all."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from sennight.backbones.day_transformer import DayTransformerConfig, Layout, Size
from sennight.backbones.released import load
from sennight.errors import CheckpointError
from sennight.generate.fill import Filler, fill
from sennight.generate.saved import load_filler, save_filler
from sennight.record import WindowBatch


def test_it_fills_the_same_after_a_round_trip(
    filler: Filler, make_person: Callable[..., WindowBatch], tmp_path: Path
) -> None:
    torch.manual_seed(1)
    config = DayTransformerConfig(scales=filler.scales.scales, size=Size.XXS, layout=Layout.JOINT, patch_minutes=30)
    whole = replace(filler, model=config.build())
    save_filler(whole, tmp_path / "filler", provenance={"seed": 0})
    back = load_filler(tmp_path / "filler")
    assert back.fingerprint == whole.fingerprint != filler.fingerprint
    days = make_person("new", days=2)
    assert np.array_equal(fill(days, back).values, fill(days, whole).values)


def test_a_released_model_is_named_and_not_copied(filler: Filler, tmp_path: Path) -> None:
    whole = replace(filler, model=load("sennight-xs"))
    save_filler(whole, tmp_path / "filler", provenance={}, released="sennight-xs")
    assert not (tmp_path / "filler" / "model").exists()
    assert load_filler(tmp_path / "filler").fingerprint == whole.fingerprint


def test_damage_is_noticed(filler: Filler, tmp_path: Path) -> None:
    folder = tmp_path / "filler"
    with pytest.raises(CheckpointError, match="no filler"):
        load_filler(folder)
    save_filler(filler, folder, provenance={})
    described = json.loads((folder / "filler.json").read_text())
    (folder / "filler.json").write_text(json.dumps(described | {"share": 0.5}))
    with pytest.raises(CheckpointError, match="not the one"):
        load_filler(folder)
    (folder / "filler.json").write_text(json.dumps(described))
    numbers = folder / "filler.safetensors"
    numbers.write_bytes(numbers.read_bytes()[:-1] + b"x")
    with pytest.raises(CheckpointError, match="damaged"):
        load_filler(folder)
