import numpy as np
from tests.agent.people import flat, person

from sennight.agent.exam.silence import planted_in, silence, told_as_facts, weeks_of
from sennight.agent.insights import changes

RNG = np.random.default_rng(2)
LEVEL = RNG.normal(10, 2, 140).clip(1).astype(np.float32)
PERSON = person(
    {
        "steps": flat(140, 0) + LEVEL[:, None],
        "heart_rate": flat(140, 60) + RNG.normal(0, 1, (140, 1)).astype(np.float32),
    }
)


def test_weeks_come_back_as_facts_of_the_same_days() -> None:
    table = weeks_of(PERSON)
    assert table is not None
    assert table["steps"].shape == (16, 7)
    again = told_as_facts(PERSON, table)
    fact = again.facts["day_steps"]
    assert len(fact.values) == 112
    assert fact.values[-1] == float(LEVEL[-1]) * 1440


def test_a_planted_change_is_of_its_size_and_in_the_last_four_weeks_alone() -> None:
    table = weeks_of(PERSON)
    assert table is not None
    changed = planted_in(table, "steps", 1.0)
    moved = changed["steps"] - table["steps"]
    assert not moved[:12].any()
    assert np.ptp(moved[12:]) < 1e-6
    assert any(c.recent.metric == "steps" for c in changes(told_as_facts(PERSON, changed)))


def test_shares_are_counted() -> None:
    found = silence([PERSON], rounds=6)
    assert found.judged == found.planted == 6
    assert 0 <= found.false_share <= 0.5
    assert found.found_share >= 0.5
