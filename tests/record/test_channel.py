"""Channels refuse what cannot be, and the registry holds what it says it holds."""

import math

import pytest

from sennight.errors import InputError
from sennight.record import CHANNELS, Channel, Fold, Kind, Role, channel
from sennight.record.channel import PUBLIC_CHANNELS, SENSORFM_CHANNELS, UNITS


def made(**changes: object) -> Channel:
    fields = {
        "name": "made_up", "unit": "ms", "low": 0.0, "high": 1.0, "fold": Fold.MEAN, "kind": Kind.CONTINUOUS,
        "sensor": "none", **changes,
    }  # fmt: skip
    return Channel(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(("low", "high"), [(1.0, 1.0), (2.0, 1.0), (math.nan, 1.0), (0.0, math.nan)])
def test_a_range_that_is_none_is_refused(low: float, high: float) -> None:
    with pytest.raises(InputError, match="channel made_up: low must be below high"):
        made(low=low, high=high)


def test_an_unknown_unit_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match="unit 'beats/minute' is not known") as refused:
        made(unit="beats/minute")
    assert refused.value.todo == "Did you mean 'beats/min'?"


def test_a_unit_like_no_other_is_refused_with_all_that_are_known() -> None:
    with pytest.raises(InputError) as refused:
        made(unit="furlongs per fortnight and a half")
    assert all(unit in refused.value.todo for unit in UNITS)


def test_a_channel_is_a_signal_unless_it_says_otherwise() -> None:
    assert made().role is Role.SIGNAL


def test_the_registry_loses_no_channel_to_a_name_given_twice() -> None:
    assert len(SENSORFM_CHANNELS) == 34
    assert len(CHANNELS) == len(SENSORFM_CHANNELS) + len(PUBLIC_CHANNELS)
    assert all(name == c.name for name, c in CHANNELS.items())


def test_published_means_lie_in_the_range_of_their_channel() -> None:
    for c in SENSORFM_CHANNELS:
        assert c.mean is not None
        assert c.sd is not None
        assert c.low <= c.mean <= c.high, c.name
        assert c.sd > 0, c.name


def test_binary_channels_run_from_0_to_1_and_counts_from_0() -> None:
    for c in CHANNELS.values():
        if c.kind is Kind.BINARY:
            assert (c.low, c.high) == (0, 1), c.name
        if c.kind is Kind.COUNT:
            assert c.low == 0, c.name


def test_what_says_whether_a_device_was_worn_never_feeds_a_model() -> None:
    found = {c.name for c in CHANNELS.values() if c.role is Role.STATUS}
    assert found == {"on_body", "device_on", "worn_by_spread", "rest_interval"}


def test_looking_up_gives_the_registered_channel() -> None:
    assert channel("heart_rate") is CHANNELS["heart_rate"]


def test_looking_up_a_name_nearly_right_says_the_right_one() -> None:
    with pytest.raises(InputError, match="channel 'hart_rate' is not in the registry") as refused:
        channel("hart_rate")
    assert refused.value.todo.startswith("Did you mean 'heart_rate'?")


def test_looking_up_nonsense_guesses_nothing_and_says_where_to_look() -> None:
    with pytest.raises(InputError) as refused:
        channel("zzzz")
    assert refused.value.todo == "`sennight list channels` shows all."
