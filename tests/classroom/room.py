"""People with a known signal, for the tests of the classroom."""

from pathlib import Path

import numpy as np

from sennight.classroom.examiner import Examiner
from sennight.classroom.material import SEALED, Material
from sennight.classroom.notebook import Notebook
from sennight.tasks import TaskKind


def examiner(
    folder: Path | None = None, *, n: int = 300, seed: int = 0, isolated: bool = False, noise: bool = False
) -> Examiner:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 20)).astype(np.float32)
    score = (0 if noise else x[:, :4].sum(axis=1)) + 2 * rng.normal(size=n)
    sealed = n // 3
    fold = np.concatenate([np.full(sealed, SEALED), np.arange(n - sealed) % 3]).astype(np.int16)
    book = Notebook(folder / "notebook.jsonl") if folder else None
    y = (score > 0).astype(np.float64)
    return Examiner(Material(x=x, fold=fold), y, kind=TaskKind.YES_NO, notebook=book, isolated=isolated)
