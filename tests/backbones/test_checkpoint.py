"""Checkpoints come back equal, are never half there, and never unpickle anything."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from sennight.backbones.checkpoint import CONFIG, MODEL, Checkpoint, load, save
from sennight.backbones.day_transformer import ChannelScale, DayTransformerConfig, Size, Transform
from sennight.backbones.day_transformer.model import DayTransformer
from sennight.errors import CheckpointError
from sennight.record import WindowBatch


def model(seed: int = 0) -> DayTransformer:
    torch.manual_seed(seed)
    scales = (ChannelScale(channel="heart_rate", transform=Transform.PLAIN, mean=70.0, sd=12.0),)
    return DayTransformerConfig(scales=scales, size=Size.XXS).build()


def test_a_loaded_model_gives_the_same_bits(tmp_path: Path, windows: Callable[..., WindowBatch]) -> None:
    before = model()
    save(Checkpoint(model=before, step=7, provenance={"seed": 3}, trainer={"a": torch.ones(2)}), tmp_path / "c")
    after = load(tmp_path / "c")
    batch = windows(3, channels=("heart_rate",))
    assert np.array_equal(before.encode_windows(batch), after.model.encode_windows(batch))
    assert after.model.fingerprint == before.fingerprint
    assert (after.step, after.provenance, after.trainer["a"].tolist()) == (7, {"seed": 3}, [1.0, 1.0])


def test_saving_again_replaces(tmp_path: Path) -> None:
    save(Checkpoint(model=model(0), step=1, provenance={}), tmp_path / "c")
    save(Checkpoint(model=model(1), step=2, provenance={}), tmp_path / "c")
    assert load(tmp_path / "c").step == 2
    assert [p.name for p in tmp_path.iterdir()] == ["c"]


@pytest.mark.parametrize("name", [CONFIG, MODEL])
def test_a_flipped_or_missing_byte_is_noticed(tmp_path: Path, name: str) -> None:
    save(Checkpoint(model=model(), step=1, provenance={}), tmp_path / "c")
    path = tmp_path / "c" / name
    content = bytearray(path.read_bytes())
    path.write_bytes(bytes(content[: len(content) // 2]))
    with pytest.raises(CheckpointError):
        load(tmp_path / "c")
    path.unlink()
    with pytest.raises(CheckpointError):
        load(tmp_path / "c")


def test_weights_of_another_shape_are_refused(tmp_path: Path) -> None:
    save(Checkpoint(model=model(), step=1, provenance={}), tmp_path / "c")
    described = json.loads((tmp_path / "c" / CONFIG).read_text())
    described["config"]["size"] = "xs"
    (tmp_path / "c" / CONFIG).write_text(json.dumps(described))
    with pytest.raises(CheckpointError, match="do not fit"):
        load(tmp_path / "c")


def test_a_newer_format_is_refused_with_a_sentence(tmp_path: Path) -> None:
    save(Checkpoint(model=model(), step=1, provenance={}), tmp_path / "c")
    described = json.loads((tmp_path / "c" / CONFIG).read_text())
    (tmp_path / "c" / CONFIG).write_text(json.dumps({**described, "format": 99}))
    with pytest.raises(CheckpointError, match="format 99"):
        load(tmp_path / "c")


def test_an_empty_folder_is_no_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no checkpoint"):
        load(tmp_path)


KILLED = """
import sys, torch
from pathlib import Path
from sennight.backbones.checkpoint import Checkpoint, save
from sennight.backbones.day_transformer import ChannelScale, DayTransformerConfig, Size, Transform
scales = (ChannelScale(channel="heart_rate", transform=Transform.PLAIN, mean=70.0, sd=12.0),)
model = DayTransformerConfig(scales=scales, size=Size.XXS).build()
step = 0
while True:
    step += 1
    save(Checkpoint(model=model, step=step, provenance={}), Path(sys.argv[1]))
    print(step, flush=True)
"""


def test_a_kill_between_the_two_renames_leaves_the_old_checkpoint(tmp_path: Path) -> None:
    save(Checkpoint(model=model(), step=1, provenance={}), tmp_path / "c")
    (tmp_path / "c").rename(tmp_path / ".c.old")
    assert load(tmp_path / "c").step == 1
    save(Checkpoint(model=model(), step=2, provenance={}), tmp_path / "c")
    assert load(tmp_path / "c").step == 2
    assert [p.name for p in tmp_path.iterdir()] == ["c"]


def test_kill_9_while_saving_leaves_a_checkpoint_that_opens(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    folder = tmp_path / "c"
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(folder)], stdout=subprocess.PIPE, env={**os.environ, "OMP_NUM_THREADS": "1"}
    ) as child:
        assert child.stdout is not None
        for _ in range(5):
            child.stdout.readline()
        time.sleep(float(rng.uniform(0, 0.05)))
        child.send_signal(signal.SIGKILL)
    assert load(folder).step >= 5
