"""P1, P2 and P5 in small, on made-up people: every tool exact, hardly an answer wrong, phrasings agree."""

from sennight.agent.exam.grading import Mark
from sennight.agent.exam.people import candidates
from sennight.agent.exam.sitting import PHRASINGS, sit


def test_a_small_sitting_is_exact_and_phrasings_agree() -> None:
    people = candidates(None, synthetic="synthetic:people=2,days=45,seed=21")
    sitting = sit(people, questions=40, seed=7, phrasing_sets=2)
    assert sitting.asked == 80
    assert sitting.tools == {Mark.RIGHT: 80}
    assert sitting.unanswerable >= 0.1 * 80
    assert sitting.engine[Mark.WRONG] == 0
    assert sitting.engine[Mark.RIGHT] >= 0.95 * 80
    assert sitting.phrased["contradicting sets"] == 0
    assert sitting.phrased["answered"] >= 0.95 * 4 * PHRASINGS
    plain = sitting.to_json()
    assert plain["longest_reply_bytes"] <= 8_192
    assert plain["people"] == {"synthetic": 2}
