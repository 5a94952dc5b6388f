"""The process that decodes: a line in, a line out; its memory is held by the kernel."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from sennight.parquet import trial

PLENTY = 512 * 1024**2


def _asked(*questions: dict[str, Any]) -> list[dict[str, Any]]:
    lines = "".join(json.dumps(q) + "\n" for q in questions)
    ran = subprocess.run(
        [sys.executable, "-I", str(trial.CHILD)],
        input=lines,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return [json.loads(line) for line in ran.stdout.splitlines()]


def test_it_says_that_it_runs_then_answers_each_question(tmp_path: Path) -> None:
    sound, junk = tmp_path / "a.parquet", tmp_path / "b.parquet"
    pl.DataFrame({"n": [1, 2]}).write_parquet(sound)
    junk.write_bytes(b"PAR1 and nothing else PAR1")
    of = {"most_bytes": PLENTY}
    ready, schema, whole, column, absent, damaged = _asked(
        {"path": str(sound), "columns": [], **of},
        {"path": str(sound), "columns": None, **of},
        {"path": str(sound), "columns": ["n"], **of},
        {"path": str(sound), "columns": ["m"], **of},
        {"path": str(junk), "columns": [], **of},
    )
    assert ready == schema == whole == column == {}
    assert "error" in absent
    assert "error" in damaged


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux holds a process to its address space")
def test_what_it_may_take_is_held_by_the_kernel(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame({"n": np.zeros(20_000_000, dtype=np.int64)}).write_parquet(path)
    few, many = (_asked({"path": str(path), "columns": ["n"], "most_bytes": n << 20}) for n in (32, 1_024))
    assert many == [{}, {}]
    assert len(few) == 1 or "error" in few[1]
