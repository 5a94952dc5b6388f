from sennight.agent.safety.claims import released
from sennight.agent.talk.knowledge import entries, explained


def test_every_text_has_a_source_and_keeps_to_the_claims_list() -> None:
    for entry in entries():
        assert len(entry.source) > 10
        assert not released().lint(entry.says), entry.terms


def test_the_longest_term_decides_and_unknown_words_explain_nothing() -> None:
    found = explained("What is a resting heart rate?")
    assert found is not None
    assert "resting heart rate" in found.terms
    assert explained("What is love?") is None
