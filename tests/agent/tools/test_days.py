import numpy as np
from tests.agent.people import flat, person

from sennight.agent.tools import TOOLS, Declined, Found

STEPS = np.concatenate([flat(1, v) for v in (3, 1, 5, 5, 2)])
PERSON = person({"steps": STEPS})


def listed(**arguments: object) -> list[tuple[str, float]]:
    reply = TOOLS["days"].call(PERSON, {"metric": "steps", **arguments})
    assert isinstance(reply, Found), reply
    return [(e.about, float(e.value)) for e in reply.evidence]


def test_the_most_and_the_least_with_ties_to_the_earlier_day() -> None:
    assert listed(n=2) == [("2024-03-06", 7200), ("2024-03-07", 7200)]
    assert listed(which="bottom") == [("2024-03-05", 1440)]


def test_a_threshold_counts_days_and_their_share() -> None:
    found = listed(which="threshold", condition=">= 4320", n=10)
    assert found[:2] == [(">= 4320 steps", 3), (">= 4320 steps", 0.6)]
    assert [day for day, _ in found[2:]] == ["2024-03-07", "2024-03-06", "2024-03-04"]


def test_no_day_is_a_count_of_zero_not_a_refusal() -> None:
    assert listed(which="threshold", condition=">99999")[0][1] == 0


def test_a_threshold_without_a_condition_is_declined() -> None:
    assert isinstance(TOOLS["days"].call(PERSON, {"metric": "steps", "which": "threshold"}), Declined)
