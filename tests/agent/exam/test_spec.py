from datetime import date

import numpy as np

from sennight.agent.exam.spec import KINDS, Known, draw

KNOWN = Known(
    metrics={"steps": 8_000.0, "mean_heart_rate": 70.0, "sleep_onset": -30.0}, by_minute=frozenset({"steps", "mean_heart_rate"}),
    missing=("glucose",), first=date(2024, 1, 1), last=date(2024, 3, 1), states=("walking",),
)  # fmt: skip


def test_the_same_seed_draws_the_same_questions() -> None:
    first, second = ([draw(KNOWN, np.random.default_rng(s)) for s in range(50)] for _ in range(2))
    assert first == second


def test_all_kinds_are_drawn_and_at_least_fifteen_in_a_hundred_have_no_answer() -> None:
    rng = np.random.default_rng(0)
    drawn = [draw(KNOWN, rng) for _ in range(2_000)]
    assert {q.kind for q in drawn} == set(KINDS)
    assert sum(bool(q.why) for q in drawn) / len(drawn) >= 0.15
    assert {q.why for q in drawn} == {"", "not measured", "outside", "no total"}
    for slot in ("hours", "state", "days_when", "condition", "by", "second", "other"):
        assert any(getattr(q, slot) for q in drawn), slot
