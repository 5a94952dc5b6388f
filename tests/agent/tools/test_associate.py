import numpy as np
from tests.agent.people import flat, person

from sennight.agent.evidence import Direction
from sennight.agent.tools import TOOLS, Declined, Found
from sennight.agent.tools.associate import ONLY

RNG = np.random.default_rng(3)
LEVEL = RNG.permutation(60).astype(np.float32)
STEPS = flat(60, 1) + LEVEL[:, None]
HEART = flat(60, 60) + np.roll(LEVEL, 1)[:, None]  # the pulse of a day follows the steps of the day before


def told(lag: int, **more: object):  # type: ignore[no-untyped-def]
    opened = person({"steps": STEPS, "heart_rate": HEART}, **more)  # type: ignore[arg-type]
    return TOOLS["associate"].call(opened, {"x": "steps", "y": "mean_heart_rate", "lag": lag})


def test_a_lagged_association_is_found_at_its_lag_alone() -> None:
    reply, other = told(1), told(0)
    assert isinstance(reply, Found)
    assert isinstance(other, Found)
    rho, p = reply.evidence
    assert float(rho.value) > 0.99
    assert float(p.value) <= 0.01
    assert rho.direction is Direction.UP
    assert other.evidence[0].direction is Direction.UNCLEAR
    assert ONLY in rho.caveats


def test_no_direction_across_a_device_change() -> None:
    reply = told(1, devices=["A"] * 30 + ["B"] * 30)
    assert isinstance(reply, Found)
    assert reply.evidence[0].direction is Direction.UNCLEAR


def test_fourteen_pairs_are_needed() -> None:
    few = person({"steps": STEPS[:10], "heart_rate": HEART[:10]})
    reply = TOOLS["associate"].call(few, {"x": "steps", "y": "mean_heart_rate"})
    assert isinstance(reply, Declined)
    assert "10 days have both" in reply.said
