"""Where the learning curve goes: JSON lines, which are the truth, and TensorBoard, which is for looking."""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sennight.errors import InputError
from sennight.pretrain.loop import StepRecord

LOG, TENSORBOARD = "log.jsonl", "tensorboard"


class JsonLines:
    """One line a step; opened again after a kill, it forgets the steps the checkpoint does not have."""

    def __init__(self, path: Path, *, keep_to: int) -> None:
        self.path = path
        kept = [line for line in _lines(path) if line["step"] <= keep_to]
        fresh = path.with_suffix(".tmp")
        fresh.write_text("".join(json.dumps(line) + "\n" for line in kept))
        fresh.replace(path)

    def append(self, line: StepRecord) -> None:
        """Write one line; on disk for good when it validated."""
        with self.path.open("a") as file:
            file.write(json.dumps(asdict(line)) + "\n")
            if line.validation:
                file.flush()
                os.fsync(file.fileno())


class TensorBoard:
    """The same figures as scalars in `folder`. Raises: InputError if TensorBoard is not installed."""

    def __init__(self, folder: Path, *, keep_to: int) -> None:
        try:
            # Part of the train extra; whoever does not ask for it does not need it.
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as error:
            raise InputError("TensorBoard is not installed", todo="Add it: pip install 'sennight[train]'.") from error
        self._writer = SummaryWriter(str(folder), purge_step=keep_to + 1)

    def append(self, line: StepRecord) -> None:
        """Add the scalars of one step."""
        for name, value in _scalars(line):
            self._writer.add_scalar(name, value, line.step)

    def close(self) -> None:
        """Write out what is buffered."""
        self._writer.close()


def _scalars(line: StepRecord) -> Iterable[tuple[str, float]]:
    for name in ("loss", "learning_rate", "gradient_norm", "seconds", "loader_share"):
        yield f"train/{name}", getattr(line, name)
    for name, value in line.parts.items():
        yield f"train/{name}", value
    for name, value in (line.validation or {}).items():
        yield f"held_out/{name}", value


def _lines(path: Path) -> list[dict[str, Any]]:
    """The lines that parse; a kill can cut the last one."""
    lines = []
    for text in path.read_text().splitlines() if path.exists() else ():
        try:
            lines.append(json.loads(text))
        except ValueError:
            break
    return lines


def read_curve(run: Path) -> list[dict[str, Any]]:
    """The learning curve of a run, a dict a step (see `StepRecord`)."""
    return _lines(run / LOG)


def last_validation(run: Path) -> dict[str, float]:
    """The newest validation figures of a run; none yet: empty."""
    found = [line["validation"] for line in read_curve(run) if line.get("validation")]
    return dict(found[-1]) if found else {}
