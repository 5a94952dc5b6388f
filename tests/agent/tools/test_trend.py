import numpy as np
import pytest
from tests.agent.people import flat, person

from sennight.agent.evidence import Direction
from sennight.agent.tools import TOOLS, Declined, Found

RISING = flat(28, 0) + np.arange(5, 33, dtype=np.float32)[:, None]  # 1,440 steps more each day


def test_a_straight_rise_has_its_slope_a_week() -> None:
    reply = TOOLS["trend"].call(person({"steps": RISING}), {"metric": "steps", "window": "all"})
    assert isinstance(reply, Found)
    assert reply.evidence[0].value == pytest.approx(7 * 1440)
    assert reply.evidence[0].direction is Direction.UP


def test_after_a_device_change_only_the_new_device_speaks() -> None:
    jump = np.concatenate([flat(14, 2), flat(14, 9)])
    opened = person({"steps": jump}, devices=["A"] * 14 + ["B"] * 14)
    reply = TOOLS["trend"].call(opened, {"metric": "steps", "window": "all"})
    assert isinstance(reply, Found)
    slope = reply.evidence[0]
    assert (slope.value, slope.direction, slope.valid_days) == (0, Direction.UNCLEAR, 14)
    assert [(e.statistic, e.about) for e in reply.evidence[1:]] == [("device_change", "B")]


def test_a_jump_of_level_is_dated() -> None:
    rng = np.random.default_rng(0)
    jump = np.concatenate([flat(40, 2), flat(40, 9)]) + rng.integers(0, 3, (80, 1)).astype(np.float32)
    reply = TOOLS["trend"].call(person({"steps": jump}), {"metric": "steps", "window": "all"})
    assert isinstance(reply, Found)
    change = next(e for e in reply.evidence if e.statistic == "change")
    assert change.value == "2024-04-13"


def test_nothing_is_said_of_six_days() -> None:
    assert isinstance(TOOLS["trend"].call(person({"steps": RISING[:6]}), {"metric": "steps"}), Declined)
    changed = person({"steps": RISING[:12]}, devices=["A"] * 7 + ["B"] * 5)
    reply = TOOLS["trend"].call(changed, {"metric": "steps"})
    assert isinstance(reply, Found)
    assert not any(e.statistic == "slope" for e in reply.evidence)
