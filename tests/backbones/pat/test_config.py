"""Three sizes, as published; settings that make no sense are refused."""

from dataclasses import asdict

import pytest

from sennight.backbones.pat import PatConfig, PatSize
from sennight.errors import InputError


@pytest.mark.parametrize(("size", "patches"), [("s", 560), ("m", 560), ("l", 1120)])
def test_a_week_has_the_published_number_of_patches(size: str, patches: int) -> None:
    assert PatConfig(channels=("hip_counts",), size=PatSize(size)).patches == patches


def test_a_config_survives_a_round_trip_and_unknown_keys_are_refused() -> None:
    config = PatConfig(channels=("hip_counts",), size=PatSize.L)
    assert PatConfig.from_dict(asdict(config)) == config
    with pytest.raises(InputError, match="does not parse"):
        PatConfig.from_dict({**asdict(config), "heads": 3})


def test_no_channel_a_channel_twice_and_other_windows_are_refused() -> None:
    for wrong in ({"channels": ()}, {"channels": ("steps", "steps")}, {"channels": ("steps",), "window_days": 3}):
        with pytest.raises(InputError):
            PatConfig(**wrong)  # type: ignore[arg-type]
