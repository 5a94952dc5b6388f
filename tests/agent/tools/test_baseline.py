import numpy as np
from tests.agent.people import flat, person

from sennight.agent.evidence import Direction
from sennight.agent.tools import TOOLS, Declined, Found

RNG = np.random.default_rng(0)
USUAL = flat(40, 5) + RNG.integers(-1, 2, (40, 1)).astype(np.float32)
STEPS = np.concatenate([USUAL, flat(7, 20)])


def test_a_week_far_from_usual_is_told_with_the_usual_range() -> None:
    reply = TOOLS["baseline"].call(person({"steps": STEPS}), {"metric": "steps"})
    assert isinstance(reply, Found)
    now, middle, low, high, away = reply.evidence
    past = USUAL.sum(axis=1, dtype=np.float64)
    assert now.value == 20 * 1440
    assert middle.value == np.median(past)
    assert (low.value, high.value) == tuple(np.quantile(past, [0.1, 0.9]))
    assert away.direction is Direction.UP
    assert middle.valid_days == 40


def test_days_of_an_older_device_are_no_baseline() -> None:
    opened = person({"steps": STEPS}, devices=["A"] * 35 + ["B"] * 12)
    reply = TOOLS["baseline"].call(opened, {"metric": "steps"})
    assert isinstance(reply, Declined)
    assert reply.evidence[0].value == 20 * 1440
    assert "5 days" in reply.said
