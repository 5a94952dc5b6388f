import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sennight.agent.safety.words import Vocabulary, fold, one_slip, tokens


def words(text: str) -> list[str]:
    return [t.word for t in tokens(text)]


def test_a_text_is_folded_to_plain_small_letters() -> None:
    assert fold("ÄRGER, Crème, straße") == "arger, creme, strasse"
    assert fold("ch\u0435st p\u200bain \uff50\uff41\uff49\uff4e") == "chest pain pain"


def test_numbers_units_and_spaced_letters_are_read() -> None:
    read = tokens("38,5 C, six weeks, s u i c i d e, su1c1de, 40mg")
    assert [t.number for t in read if t.number is not None] == [38.5, 6.0, 40.0]
    assert "suicide" in {w for t in read for w in (t.word, *t.also)}
    assert sum("suicide" in {t.word, *t.also} for t in read) == 2


def test_sentences_end_and_commas_stand() -> None:
    assert words("No. It hurts, now!") == ["no", ".", "it", "hurts", ",", "now", "."]


@pytest.mark.parametrize(
    ("typed", "meant"), [("brething", True), ("braething", True), ("chess", False), ("brea", False)]
)
def test_one_slip_is_forgiven_in_long_words(typed: str, meant: bool) -> None:
    vocabulary = Vocabulary(["breathing", "chest"], never_typos=["chess"])
    assert bool(vocabulary.meant(tokens(typed)[0])) is meant


def test_words_that_silence_are_taken_literally() -> None:
    vocabulary = Vocabulary(["keinen", "suicid*"])
    assert not vocabulary.said(tokens("einen")[0])
    assert vocabulary.meant(tokens("suicidal")[0]) == {"suicid*"}


@given(st.text("abcde", min_size=1, max_size=8), st.integers(0, 7), st.sampled_from("abcde"))
@settings(max_examples=200, deadline=None)
def test_every_single_slip_is_one(word: str, place: int, letter: str) -> None:
    place = min(place, len(word) - 1)
    assert one_slip(word, word[:place] + letter + word[place + 1 :])
    assert one_slip(word, word[:place] + word[place + 1 :])
    assert one_slip(word, word[:place] + letter + word[place:])


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_text_can_be_read(text: str) -> None:
    assert all(t.word for t in tokens(text))
