"""Packed and wide samples: the maker's own examples, and every number there and back."""

import importlib.util
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sennight.readers.actigraph.samples import unpack12, unpack16

_spec = importlib.util.spec_from_file_location("made_actigraph", Path(__file__).parents[1] / "samples" / "actigraph.py")
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)


def as_rows(payload: bytes) -> np.ndarray:
    return np.frombuffer(payload, dtype=np.uint8)[None, :]


def test_the_makers_example_of_packed_samples() -> None:
    raw = bytes.fromhex("00 60 08 EB D0 07 00 9E BF 00 70 08 EB F0")
    got = unpack12(as_rows(raw), steps_per_g=341.0)[0]
    np.testing.assert_allclose(got, [[0.023, 0.018, -0.947], [0.026, 0.021, -0.941], [0.023, 0.021, -0.941]], atol=5e-4)


def test_the_makers_example_of_wide_samples() -> None:
    got = unpack16(as_rows(bytes.fromhex("000000000000 3000ccff4201")), steps_per_g=256.0)[0]
    np.testing.assert_allclose(got, [[0, 0, 0], [0.188, -0.203, 1.258]], atol=5e-4)


@given(st.lists(st.lists(st.integers(-2_048, 2_047), min_size=3, max_size=3), min_size=1, max_size=40))
def test_packed_samples_come_back_whatever_they_are(steps: list[list[int]]) -> None:
    got = unpack12(as_rows(made.packed(np.array(steps))), steps_per_g=1.0)[0]
    np.testing.assert_array_equal(got, steps)


@given(st.lists(st.lists(st.integers(-32_768, 32_767), min_size=3, max_size=3), min_size=1, max_size=40))
def test_wide_samples_come_back_whatever_they_are(steps: list[list[int]]) -> None:
    got = unpack16(as_rows(made.wide(np.array(steps))), steps_per_g=1.0)[0]
    np.testing.assert_array_equal(got, steps)


def test_bytes_short_of_a_sample_are_none() -> None:
    """Failure 9."""
    for size in range(14):
        raw = np.zeros((2, size), dtype=np.uint8)
        assert unpack12(raw, steps_per_g=1.0).shape == (2, size * 8 // 36, 3)
        assert unpack16(raw, steps_per_g=1.0).shape == (2, size // 6, 3)
