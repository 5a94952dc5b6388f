import numpy as np
import pytest
from tests.agent.people import flat, person

from sennight.agent.evidence import Origin
from sennight.agent.tools import TOOLS, Declined, Found


def test_a_hole_counts_as_the_persons_usual_and_says_that_it_is_estimated() -> None:
    rng = np.random.default_rng(0)
    steps = rng.poisson(5, (20, 1440)).astype(np.float32)
    hole = np.zeros((20, 1440), dtype=bool)
    hole[19, 600:840] = True
    reply = TOOLS["fill"].call(person({"steps": steps}, unseen={"steps": hole}), {"metric": "steps", "window": "today"})
    assert isinstance(reply, Found)
    found = reply.evidence[0]
    truth = float(steps[19].sum())
    assert found.origin is Origin.FILLED
    assert found.interval is not None
    assert found.interval.low - 50 <= truth <= found.interval.high + 50
    assert found.value == pytest.approx(truth, rel=0.02)
    assert "240 of 1,440 minutes" in found.method


def test_a_mean_has_nothing_to_fill_and_few_whole_days_teach_nothing() -> None:
    opened = person({"heart_rate": flat(20, 60), "steps": flat(20, 1)})
    assert isinstance(TOOLS["fill"].call(opened, {"metric": "mean_heart_rate"}), Declined)
    assert isinstance(TOOLS["fill"].call(person({"steps": flat(5, 1)}), {"metric": "steps"}), Declined)
