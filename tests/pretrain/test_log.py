"""JSON lines are the truth of a run; TensorBoard shows the same figures where it is installed."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from sennight.errors import InputError
from sennight.pretrain.log import LOG, JsonLines, TensorBoard, last_validation, read_curve
from sennight.pretrain.loop import StepRecord

LINE = StepRecord(
    step=1, loss=2.0, learning_rate=1e-3, gradient_norm=0.5, skipped="", windows=8, seconds=0.1, loader_share=0.01,
    parts={"aim": 2.0},
)  # fmt: skip


def test_a_log_opened_again_forgets_what_the_checkpoint_does_not_have(tmp_path: Path) -> None:
    log = JsonLines(tmp_path / LOG, keep_to=0)
    for step in range(1, 6):
        log.append(replace(LINE, step=step, validation={"loss": float(step)} if step % 2 == 0 else None))
    assert last_validation(tmp_path) == {"loss": 4.0}
    JsonLines(tmp_path / LOG, keep_to=3)
    assert [line["step"] for line in read_curve(tmp_path)] == [1, 2, 3]
    assert last_validation(tmp_path) == {"loss": 2.0}
    assert last_validation(tmp_path / "absent") == {}


def test_a_cut_last_line_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / LOG).write_text(json.dumps({"step": 1}) + "\n" + '{"step": 2, "lo')
    assert read_curve(tmp_path) == [{"step": 1}]


def test_tensorboard_gets_every_figure_under_its_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, float, int]] = []
    opened: list[tuple[str, int]] = []

    class Writer:
        def __init__(self, folder: str, *, purge_step: int) -> None:
            opened.append((folder, purge_step))

        def add_scalar(self, name: str, value: float, step: int) -> None:
            seen.append((name, value, step))

        def close(self) -> None:
            opened.append(("closed", 0))

    stand_in = ModuleType("torch.utils.tensorboard")
    stand_in.SummaryWriter = Writer  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", stand_in)
    board = TensorBoard(tmp_path, keep_to=4)
    board.append(replace(LINE, step=5, validation={"random/mean_baseline": 1.5}))
    board.close()
    assert opened == [(str(tmp_path), 5), ("closed", 0)]
    assert {("train/loss", 2.0, 5), ("train/aim", 2.0, 5), ("held_out/random/mean_baseline", 1.5, 5)} <= set(seen)


def test_tensorboard_that_is_not_installed_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(InputError, match="not installed") as error:
        TensorBoard(tmp_path, keep_to=0)
    assert "sennight[train]" in error.value.todo
