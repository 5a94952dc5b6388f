import random

from sennight.agent.safety.exam.variations import VARIATIONS


def test_there_are_sixteen_and_each_but_the_first_changes_the_text() -> None:
    assert len(VARIATIONS) == 16
    text = "My heart is racing, and I fainted twice"
    told = {name: vary(text, "en", random.Random(1)) for name, vary in VARIATIONS.items()}
    assert told.pop("as written") == text
    assert text not in told.values()
    assert len(set(told.values())) == 15
