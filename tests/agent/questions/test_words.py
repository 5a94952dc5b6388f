import pytest

from sennight.agent.metrics import BY_NAME
from sennight.agent.questions.words import METRIC_PHRASES, METRIC_WORDS, edit_distance_at_most_one, mended


def test_every_metric_of_the_lexicon_exists_and_no_phrase_means_two() -> None:
    assert set(METRIC_WORDS) <= set(BY_NAME)
    phrases = [phrase for phrase, _ in METRIC_PHRASES]
    assert len(phrases) == len(set(phrases))


@pytest.mark.parametrize(
    ("a", "b", "near"),
    [("sleep", "slepe", True), ("sleep", "slep", True), ("sleep", "sleepp", True), ("sleep", "sheep", True),
     ("sleep", "step", False), ("heart", "heart", True), ("heart", "hear", True), ("rate", "wages", False)],
)  # fmt: skip
def test_one_slip_is_near(a: str, b: str, near: bool) -> None:
    assert edit_distance_at_most_one(a, b) is near
    assert edit_distance_at_most_one(b, a) is near


@pytest.mark.parametrize(
    ("word", "read"),
    [("averge", "average"), ("yesterdy", "yesterday"), ("restnig", "resting"), ("stairs", "stairs"), ("km", "km"),
     ("sundays", "sundays"), ("xyzzy", "xyzzy"), ("12k", "12k")],
)  # fmt: skip
def test_slips_are_mended_and_unknown_words_left(word: str, read: str) -> None:
    assert mended(word) == read
