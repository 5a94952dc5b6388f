import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sennight.agent.verify.numerals import numerals


@pytest.mark.parametrize(
    "text",
    [
        "You walked 9000 steps", "about ninety beats", "twenty-one", "twentyone", "half of it", "doubled", "XIV nights",
        "\u0663\u0664 beats", "\u2462 times", "\u00bd", "x\u00b2", "\u4e09 nights", "12%", "so % of it", "n\u0456ne",
        "s e v e n nights", "se-ven nights", "siebenundzwanzig zwanzig", "one hour", "a couple of nights",
        "zw\u00f6lf N\u00e4chte", "\uff19\uff10", "{E1} and 3",
    ],
)  # fmt: skip
def test_numbers_in_any_dress_are_found(text: str) -> None:
    assert numerals(text)


@pytest.mark.parametrize(
    "text",
    [
        "You walked {E1} in {E1.window}.",
        "One thing to try is a fixed bedtime.",
        "I mix little.",
        "Your own usual is {E12}.",
    ],
)
def test_words_without_numbers_pass(text: str) -> None:
    assert not numerals(text)


@given(st.integers(0, 10**6), st.text("abc {}E.", max_size=10), st.text("abc {}E.", max_size=10))
@settings(max_examples=200, deadline=None)
def test_no_digit_slips_through_outside_a_whole_reference(number: int, before: str, after: str) -> None:
    assert numerals(f"x {before} {number} {after}")
