"""The checksum of FIT files."""

from types import ModuleType

import numpy as np
import pytest

from sennight.readers.garmin.crc import crc16


@pytest.mark.parametrize("size", [0, 1, 255, 256, 2_047, 2_048, 2_049, 5_000, 70_001])
def test_it_is_the_plain_checksum_at_every_length(size: int, w: ModuleType) -> None:
    raw = np.random.default_rng(size).bytes(size)
    assert crc16(raw) == w.checksum(raw)


def test_every_flipped_bit_shows() -> None:
    """I-05."""
    raw = bytearray(np.random.default_rng(0).bytes(3_000))
    whole = crc16(bytes(raw))
    for bit in np.random.default_rng(1).integers(0, 24_000, size=50):
        raw[bit // 8] ^= 1 << (bit % 8)
        assert crc16(bytes(raw)) != whole
        raw[bit // 8] ^= 1 << (bit % 8)
