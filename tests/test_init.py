"""`import sennight` is light, gives what it lists, and reads and prepares in two lines."""

import subprocess
import sys

import numpy as np
import pytest

import sennight as sn
from sennight.errors import ReadError
from sennight.record import MINUTES_PER_DAY

LIGHT = "import sys, {name}; print(*sorted({{m.partition('.')[0] for m in sys.modules}}))"


def loaded_by(name: str) -> set[str]:
    """Top-level modules that a fresh interpreter holds after an import."""
    code = LIGHT.format(name=name)
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.parametrize("name", ["sennight", "sennight.record", "sennight.config", "sennight.errors"])
def test_the_nouns_need_numpy_and_nothing_heavy(name: str) -> None:
    heavy = {"torch", "polars", "zarr", "tensorstore", "scipy", "sklearn", "httpx2", "typer", "rich", "pydantic"}
    loaded = loaded_by(name)
    assert "sennight" in loaded
    assert not loaded & heavy


@pytest.mark.parametrize("name", ["sennight.readers", "sennight.prepare", "sennight.store", "sennight.tasks"])
def test_everything_below_backbones_runs_without_torch(name: str) -> None:
    assert "torch" not in loaded_by(name)


def test_everything_listed_is_there() -> None:
    assert len(set(sn.__all__)) == len(sn.__all__)
    assert [name for name in sn.__all__ if not hasattr(sn, name)] == []


def test_two_lines_make_days_of_an_export() -> None:
    days = sn.to_days(sn.read("synthetic:people=2,days=2,channels=heart_rate+steps+on_body"))
    assert {d.person for d in days} == {d.person for d in sn.to_days(sn.read("synthetic:people=2,days=2"))}
    assert {d.days for d in days} == {1}
    assert all(isinstance(d, sn.PersonDays) and len(d.values) == MINUTES_PER_DAY for d in days)
    assert all(np.isfinite(d.values).all() for d in days)


def test_a_path_that_is_not_there_is_refused(tmp_path: object) -> None:
    with pytest.raises(ReadError, match="there is no such file or folder"):
        sn.read(f"{tmp_path}/export.zip")
