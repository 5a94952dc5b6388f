"""P3 in small; all 1,000 replies run in `sennight bench safety`."""

from dataclasses import replace

from tests.agent.walker import agent, engine, walker

from sennight.agent.attacks.hostile import FAMILIES, attack, in_words, stray_numerals

PERSON, _ = walker()


def test_no_hostile_reply_delivers_a_number_and_honest_ones_are_told() -> None:
    score = attack(agent, PERSON, replies=len(FAMILIES))
    assert score.strays == ()
    assert score.passed == {}
    assert score.honest == score.honest_of


def test_the_independent_reading_would_find_one() -> None:
    answer = engine(PERSON, "steps?")
    assert stray_numerals(answer) == ()
    for said in ("That is 7.", "That is seven.", "s e v e n hundred", "\u0663", "n\u0456ne"):
        assert stray_numerals(replace(answer, sentences=(*answer.sentences, said))), said


def test_numbers_have_names() -> None:
    assert [in_words(n) for n in (0, 21, 300, 9_040)] == ["zero", "twenty-one", "three hundred", "nine thousand forty"]
