from sennight.agent.safety.words import fold
from sennight.agent.verify.words import released


def test_lists_are_folded_and_directions_are_told_apart() -> None:
    words = released()
    lists = (words.numbers, words.counted, words.up, words.down, words.verdicts, words.still, words.units)
    assert all(fold(w) == w for one in lists for w in one)
    assert not words.up & words.down
    assert not (words.up | words.down) & words.verdicts


def test_patterns_take_stems() -> None:
    assert released().causes.search("it was caused by coffee")
    assert released().windows.search("on wednesdays")
    assert not released().causes.search("you walked")
