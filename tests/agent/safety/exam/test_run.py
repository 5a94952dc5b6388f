"""P4, on the texts as written; all sixteen variations run with SENNIGHT_NIGHTLY=1 and in `sennight bench safety`."""

import pytest

from sennight.agent.safety.exam.run import benign, examine, vignettes
from sennight.agent.safety.triage import Level, parse, released

SMALL = """
version: "1"
concepts: {chest: "chest", without: "no", harmless: "x", long_past: "x", present: "x"}
rules: [{id: a, category: emergency, level: emergency, source: s, when: [chest], fires_on: [], silent_on: []}]
wordings: {emergency: {en: "Call."}}
languages: {en: "the"}
never_typos: ""
"""


def test_the_exam_has_what_it_says() -> None:
    first = [v for v in vignettes() if v.set == "first"]
    assert len(first) >= 300
    assert len({v.id for v in vignettes()}) == len(vignettes())
    assert len(benign()) == 500
    assert len(set(benign())) == 500


def test_crises_are_all_found_and_benign_questions_raise_few_alarms() -> None:
    rules = released()
    crises = [v for v in vignettes() if v.category == "crisis" and v.set == "first"][::2]
    assert all("crisis" in rules.triage(v.text).categories for v in crises)
    assert sum(rules.triage(text).level >= Level.URGENT for text in benign()[::4]) <= 6


def test_rules_that_know_one_word_fail_the_exam() -> None:
    """The exam can fail."""
    scores = examine(parse(SMALL), every=9)
    right, told = scores.by_category["crisis"]
    assert right < 0.1 * told
    assert scores.misses


@pytest.mark.nightly
def test_every_variation_of_the_first_set() -> None:
    scores = examine(released())
    right, told = scores.by_set["first"]
    assert right >= 0.99 * told
