import numpy as np
import pytest

from sennight.agent.safety.exam.run import benign_lines, vignettes
from sennight.agent.safety.net import SLOTS, Net, learn, released, vector
from sennight.agent.safety.triage import Level
from sennight.agent.safety.triage import released as rules
from sennight.agent.safety.words import tokens


def test_the_released_net_catches_most_of_the_last_vignettes_and_few_calm_questions() -> None:
    """None of these texts was used to learn it."""
    net, last = released(), [v for v in vignettes() if v.set == "last" and v.level >= Level.URGENT]
    caught = sum(rules().triage(v.text).stops for v in last)
    assert caught >= 0.7 * len(last)
    calm = benign_lines("benign_last.txt")
    assert sum(net.catches(tokens(text)) for text in calm) <= 0.1 * len(calm)


def test_a_sentence_that_is_added_lowers_no_score() -> None:
    net = released()
    alone = net.score(tokens("I can hardly breathe"))
    for added in ("It is nothing.", "How many steps did I walk last week?", "I feel fine and I am dramatic."):
        assert net.score(tokens(f"{added}\nI can hardly breathe")) >= alone
        assert net.score(tokens(f"I can hardly breathe. {added}")) >= alone


def test_it_is_numbers_that_come_back_the_same() -> None:
    net = released()
    again = Net.from_json(net.to_json())
    assert np.array_equal(again.weights, net.weights)
    assert again.score(tokens("my chest hurts")) == net.score(tokens("my chest hurts"))
    assert len(net.weights) == SLOTS


def test_a_vector_has_length_one_in_words_and_in_pieces() -> None:
    _, values = vector(("my", "chest", "hurts", "my"))
    assert float(values @ values) == pytest.approx(2.0)


def test_a_net_learns_what_it_is_shown() -> None:
    trouble = [
        f"{a} {b}" for a in ("chest hurts", "cannot breathe", "bleeding hard") for b in ("now", "badly", "again")
    ]
    calm = [f"how many {a} {b}" for a in ("steps", "hours", "nights") for b in ("last week", "in may", "today")]
    net = learn(trouble, calm, version="t", let_through=0.1)
    assert net.score(tokens("chest hurts a lot")) > 0 > net.score(tokens("how many nights in june"))
