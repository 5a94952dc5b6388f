import numpy as np
from tests.agent.people import flat, person

from sennight.agent.evidence import Origin
from sennight.agent.tools import TOOLS, Declined, Found

# Weekends have twice the steps, every week alike but for a little noise.
RNG = np.random.default_rng(0)
LEVEL = np.where(np.arange(56) % 7 >= 5, 10, 5) + RNG.integers(0, 2, 56)
PERSON = person({"steps": flat(56, 0) + LEVEL[:, None].astype(np.float32)})


def test_the_weekend_is_foreseen_and_bands_hold_it() -> None:
    reply = TOOLS["forecast"].call(PERSON, {"metric": "steps", "days": 7})
    assert isinstance(reply, Found)
    assert reply.evidence[0].about == "2024-04-29"
    values = np.array([float(e.value) for e in reply.evidence])
    assert values[5:].min() > 1.4 * values[:5].max()
    for e, truth in zip(reply.evidence, np.where(np.arange(7) >= 5, 10.5, 5.5) * 1440, strict=True):
        assert e.interval is not None
        assert e.interval.low - 720 <= truth <= e.interval.high + 720
        assert e.origin is Origin.PREDICTED


def test_three_weeks_are_needed() -> None:
    few = person({"steps": flat(20, 3)})
    assert isinstance(TOOLS["forecast"].call(few, {"metric": "steps"}), Declined)
