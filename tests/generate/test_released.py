"""The released filler is found by its name and fills; a name that is none is answered with the nearest."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sennight.errors import CheckpointError
from sennight.generate.fill import fill
from sennight.generate.released import DEFAULT, filler_folder, released_fillers
from sennight.generate.saved import load_daily_bands, load_filler
from sennight.record import WindowBatch


def test_the_released_filler_fills_with_nothing_to_configure(make_person: Callable[..., WindowBatch]) -> None:
    assert DEFAULT in released_fillers()
    filler = load_filler(filler_folder(DEFAULT))
    assert {"steps", "hip_counts", "wrist_counts", "mets", "energy", "asleep"} <= set(filler.channels)
    assert filler.model is not None
    days = make_person("new", days=3)
    filled = fill(days, filler)
    steps = filled.windows.channels.index("steps")
    assert filled.filled[..., steps].any()
    assert (filled.values[..., steps] >= 0).all()
    assert not filled.filled[..., 1 - steps].any()  # nobody with a heart rate was among those it learnt from
    assert load_daily_bands(filler_folder(DEFAULT)).share == 0.9


def test_it_is_small() -> None:
    assert sum(p.stat().st_size for p in filler_folder(DEFAULT).iterdir()) < 1_000_000


def test_names_and_folders(tmp_path: Path) -> None:
    assert filler_folder(tmp_path) == tmp_path
    with pytest.raises(CheckpointError, match="no released filler"):
        filler_folder("sennight-filer")
