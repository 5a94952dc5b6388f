"""What a block cost is its own wall time and its own peak of memory."""

import time
from pathlib import Path

import numpy as np
import pytest

from sennight.evaluate.report import StageCost
from sennight.stages.cost import bytes_read, measured

MEGABYTES = 200


def can_forget_the_peak() -> bool:
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return False
    return True


def test_a_block_is_timed_and_named_and_blocks_come_in_order() -> None:
    costs: list[StageCost] = []
    with measured("first", costs):
        time.sleep(0.02)
    with measured("second", costs):
        pass
    assert [c.name for c in costs] == ["first", "second"]
    assert costs[0].seconds >= 0.02
    assert all(c.peak_mb is not None and c.peak_mb > 1 for c in costs)


def test_the_peak_holds_what_was_let_go_again() -> None:
    costs: list[StageCost] = []
    with measured("small", costs):
        pass
    with measured("large", costs):
        np.ones(MEGABYTES * 2**20, dtype=np.uint8)
    small, large = (c.peak_mb or 0 for c in costs)
    assert large - small > MEGABYTES * 0.8


@pytest.mark.skipif(not can_forget_the_peak(), reason="this system cannot forget a process's peak")
def test_a_small_block_after_a_large_one_is_small() -> None:
    costs: list[StageCost] = []
    for name, size in (("large", MEGABYTES * 2**20), ("small", 1)):
        with measured(name, costs):
            np.ones(size, dtype=np.uint8)
    large, small = (c.peak_mb or 0 for c in costs)
    assert large - small > MEGABYTES * 0.8


def test_a_block_that_fails_passes_its_failure_on() -> None:
    with pytest.raises(RuntimeError, match="on purpose"), measured("broken", []):
        raise RuntimeError("on purpose")


def test_what_was_read_is_counted_where_the_system_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(bytes(1_000_000))
    before = bytes_read()
    path.read_bytes()
    after = bytes_read()
    assert (before is None and after is None) or (after or 0) - (before or 0) >= 1_000_000
