"""Two processes learn what one learns, up to the order of sums, and the first of them writes."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sennight.backbones.checkpoint import load
from sennight.pretrain.together import everybody, joined, total
from sennight.record import WHOLE

STEPS = 6
WITH_PAIRS = ("layout=joint", "patch_minutes=60", "vector=16", "person_weight=0.3", "other_day_weight=1",
              "aim_windows=8")  # fmt: skip
ALONE = ("layout=channel", "aim_weight=1", "person_weight=0", "other_day_weight=0", "vector=0")
WEEKS = ("layout=joint", "patch_minutes=60", "vector=16", "person_weight=0.3", "other_day_weight=1", "aim_windows=4",
         "window_days=7")  # fmt: skip


@pytest.fixture(scope="module", name="store")
def _store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("together") / "store"
    words = ["prepare", "synthetic:people=24,days=7,seed=1", "--out", str(path)]
    done = subprocess.run(
        [sys.executable, "-m", "sennight", *words], capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return path


def run(store: Path, out: Path, settings: tuple[str, ...], *, processes: int) -> list[dict[str, object]]:
    """Pretrain by the command line; the learning curve."""
    words = ["-m", "sennight", "pretrain", str(store), "--out", str(out), "--recipe", "demo", "--threads", "1"]
    more = (f"steps={STEPS}", "batch=16", "precision=fp32", f"validate_every={STEPS}", "save_every=3", *settings)
    for setting in more:
        words += ["--set", setting]
    ranks = []
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    for rank in range(processes):
        alone = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "WORLD_SIZE": str(processes), "RANK": str(rank)}
        environment = {**os.environ, "OMP_NUM_THREADS": "1", **(alone if processes > 1 else {})}
        ranks.append(subprocess.Popen([sys.executable, *words], env=environment, stderr=subprocess.PIPE, text=True))
    for process in ranks:
        _, err = process.communicate(timeout=300)
        assert process.returncode == 0, err
    return [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("settings", [WITH_PAIRS, ALONE, WEEKS], ids=["pairs", "reconstruction", "weeks"])
def test_two_processes_have_the_loss_of_one(store: Path, tmp_path: Path, settings: tuple[str, ...]) -> None:
    one = run(store, tmp_path / "one", settings, processes=1)
    two = run(store, tmp_path / "two", settings, processes=2)
    assert len(one) == len(two) == STEPS, "the first process writes, the other does not"
    for a, b in zip(one, two, strict=True):
        assert b["loss"] == pytest.approx(a["loss"], rel=1e-5)
        assert b["parts"] == pytest.approx(a["parts"], rel=1e-5, abs=1e-6)
    assert two[0]["loss"] == pytest.approx(one[0]["loss"], rel=1e-6)
    weights = [load(tmp_path / name / "model").model.state_dict() for name in ("one", "two")]
    for name, value in weights[0].items():
        np.testing.assert_allclose(weights[1][name].numpy(), value.numpy(), atol=2e-3, err_msg=name)


def test_alone_nothing_is_joined_and_nothing_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with joined() as part:
        assert part is WHOLE
    held = torch.ones(3)
    assert everybody(held, WHOLE) is held
    assert total(2.5, WHOLE) == 2.5
