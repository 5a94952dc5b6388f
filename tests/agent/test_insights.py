"""P7 in small: shuffled weeks stay silent, planted changes are found; nothing is said across a device change."""

import numpy as np
from tests.agent.people import flat, person

from sennight.agent.insights import change_sentence, changes, discoveries, insights_answer, means_by_week, shuffled_p

DAYS = 112
RNG = np.random.default_rng(5)
LEVEL = RNG.normal(10, 1.5, DAYS).clip(1).astype(np.float32)


def lately(more: float) -> np.ndarray:
    level = LEVEL.copy()
    level[-28:] += more
    return flat(DAYS, 0) + level[:, None]


def test_a_change_of_the_last_four_weeks_is_said_with_both_means() -> None:
    opened = person({"steps": lately(4), "heart_rate": flat(DAYS, 60) + LEVEL[:, None]})
    told = [c for c in changes(opened) if c.said]
    assert [c.recent.metric for c in told] == ["steps"]
    answer = insights_answer(opened, "anything notable?", "insights")
    assert "more than" in answer.text
    assert "chance" in answer.text
    assert change_sentence(opened, told[0], 0).startswith("Steps, last four weeks: {E1}")


def test_nothing_notable_is_an_answer() -> None:
    assert insights_answer(person({"steps": lately(0)}), "", "").text.startswith("Nothing notable")
    assert "too little to compare" in insights_answer(person({"steps": lately(0)[:20]}), "", "").text


def test_a_new_device_is_not_compared_with_the_old_one() -> None:
    changed = person({"steps": lately(9)}, devices=["A"] * (DAYS - 28) + ["B"] * 28)
    assert changes(changed) == ()


def test_benjamini_and_hochberg_let_through_what_they_should() -> None:
    assert discoveries(np.array([0.001, 0.02, 0.9, 0.04]), 0.1).tolist() == [True, True, False, True]
    assert not discoveries(np.array([0.2, 0.3]), 0.1).any()
    assert discoveries(np.zeros(0), 0.1).tolist() == []


def test_p_is_exact_where_there_are_few_weeks() -> None:
    assert shuffled_p(np.array([1.0, 2.0, 3.0]), np.array([9.0])) == 0.25
    rng = np.random.default_rng(0)
    ps = [shuffled_p(rng.normal(size=12), rng.normal(size=4)) for _ in range(300)]
    assert 0.05 < np.mean(np.array(ps) <= 0.1) < 0.15


def test_a_weekly_pattern_is_no_change() -> None:
    ordinal = np.arange(700_000, 700_070)
    value = np.where(ordinal % 7 < 2, 10.0, 5.0)
    past, recent = means_by_week(value, ordinal, 700_069)
    assert (len(past), len(recent)) == (6, 4)
    assert np.ptp(np.concatenate([past, recent])) < 1e-9
