"""Bounds of settings: what they let through, what they refuse, and how they are told."""

import pytest

from sennight.errors import InputError
from sennight.heads import BoostedConfig, HeadSpec, LinearConfig, grammar
from sennight.heads.setting import Choice, Number, Several, Text, Words, check_settings


@pytest.mark.parametrize(
    ("bounds", "good", "bad"),
    [
        (Number(low=1, high=3), [1, 2.5, 3], [0.9, 4, float("nan"), float("inf"), True, "2", None]),
        (Number(low=1, high=3, whole=True, optional=True), [1, 3, None], [2.0, 0, 4, False]),
        (Choice(words=("a", "b")), ["a"], ["c", "", None, 1]),
        (Several(of=Number(low=0, high=1), at_most=2), [(0.5,), (0, 1)], [(), (1, 1, 1), (2,), [1], 1]),
        (Words(at_most=2), [(), ("heart_rate",)], [("a", "b", "c"), ("",), (1,), "heart_rate", ("\x1b[2J",)]),
        (Text(longest=4), ["", "abcd"], ["abcde", 3, None, "\x00"]),
    ],
)
def test_what_is_inside_passes_and_what_is_outside_is_told(bounds, good, bad):
    assert [bounds.complaint(value) for value in good] == [""] * len(good)
    assert all(bounds.complaint(value) for value in bad)


def test_a_config_out_of_bounds_names_the_setting_and_where_it_may_lie():
    with pytest.raises(InputError, match=r"leaves of head 'boosted'.*from 2 to 128"):
        BoostedConfig(leaves=1)
    check_settings(BoostedConfig(leaves=2))


def test_a_grammar_is_plain_data_with_every_field():
    told = grammar(HeadSpec)
    assert told["calibration"] == {"kind": "choice", "words": ["none", "platt", "isotonic", "temperature"]}
    assert told["model"] == {"kind": "head"}
    assert told["components"] == {"kind": "whole", "low": 1, "high": 1024, "log": True, "optional": True}
    assert grammar(LinearConfig())["l2"]["at_most"] == 20
