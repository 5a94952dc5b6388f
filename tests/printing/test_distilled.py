"""Bars as lines: what holds, what does not, and what could not be assessed."""

from sennight.evaluate.distilled import Bar
from sennight.printing.distilled import bar_line


def test_a_bar_says_whether_it_holds() -> None:
    assert bar_line(Bar(name="kept", measured=0.954, asked=0.9, holds=True)) == "kept: 0.954 (asked: 0.90) holds"
    assert bar_line(Bar(name="kept", measured=0.5, asked=0.9, holds=False)).endswith("DOES NOT HOLD")
    assert bar_line(Bar(name="gap", measured=None, asked=0.05, holds=None)) == "gap: - (asked: 0.05) not assessed"
