import numpy as np
from tests.agent.people import flat, person

from sennight.agent.evidence import Direction, Evidence
from sennight.agent.tools import TOOLS, Found

RNG = np.random.default_rng(0)
STEPS = np.concatenate([flat(7, 2), flat(7, 4)]) + RNG.integers(0, 2, (14, 1)).astype(np.float32)


def compared(devices: list[str] | None = None, **arguments: object) -> tuple[Evidence, ...]:
    reply = TOOLS["compare"].call(person({"steps": STEPS}, devices=devices), {"metric": "steps", **arguments})
    assert isinstance(reply, Found), reply
    return reply.evidence


def test_a_difference_is_exact_and_its_direction_clear() -> None:
    gap, a, b = compared()
    daily = STEPS.sum(axis=1, dtype=np.float64)
    assert gap.value == daily[7:].mean() - daily[:7].mean()
    assert (a.value, b.value) == (daily[:7].mean(), daily[7:].mean())
    assert gap.direction is Direction.UP
    assert gap.interval is not None
    assert gap.interval.low > 0


def test_across_a_device_change_the_numbers_stand_and_no_direction_is_claimed() -> None:
    gap, *_ = compared(devices=["A"] * 7 + ["B"] * 7)
    assert gap.direction is Direction.UNCLEAR
    assert any("different devices" in c for c in gap.caveats)


def test_few_days_give_means_and_no_direction() -> None:
    gap, *_ = compared(a="2024-03-04..2024-03-05", b="2024-03-16..2024-03-17")
    assert gap.direction is Direction.UNCLEAR
    assert gap.interval is None
    assert any("too few" in c for c in gap.caveats)


def test_conditions_choose_the_days_of_each_side() -> None:
    _, a, b = compared(a="all", b="all", a_when="steps<4000", b_when="steps>=4000")
    assert a.valid_days + b.valid_days == 14
    assert float(b.value) > float(a.value)
