import numpy as np
from tests.agent.people import flat, person

from sennight.agent.evidence import REFERENCE
from sennight.agent.questions import Conversation

RNG = np.random.default_rng(0)
STEPS = flat(40, 0) + RNG.integers(3, 9, (40, 1)).astype(np.float32)


def test_numbers_in_sentences_come_from_evidence_alone() -> None:
    """Every digit of a sentence before printing is a date, a threshold of the question or a reference."""
    talk = Conversation(person({"steps": STEPS, "heart_rate": flat(40, 60)}))
    for question in ("average steps last week", "which day had the most steps", "steps by weekday",
                     "is my steps going up", "compare my steps on weekends with weekdays"):  # fmt: skip
        answer = talk.ask(question)
        assert answer.status == "answered", answer.text
        for sentence in answer.sentences:
            bare = REFERENCE.sub("", sentence)
            assert not any(c.isdigit() for word in bare.split() if "2024" not in bare for c in word), sentence


def test_a_device_called_like_a_reference_cannot_become_one() -> None:
    opened = person({"steps": STEPS}, devices=["{E1}"] * 20 + ["{E99}"] * 20)
    answer = Conversation(opened).ask("is my steps going up over all time")
    assert "(E99)" in answer.text
