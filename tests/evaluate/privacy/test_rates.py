"""Rates of an attack: against a reference, against a hand count, and honest where people are few."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from sennight.errors import InputError
from sennight.evaluate.privacy.rates import exact_interval, leak


def test_the_auc_is_the_reference_implementations() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        member = rng.random(60) < 0.5
        score = np.round(rng.normal(size=60) + member, 1)
        assert leak("a", score, member).auc == pytest.approx(roc_auc_score(member, score), abs=1e-12)


def test_rates_count_members_above_what_few_others_reach() -> None:
    others = np.arange(1000.0)
    members = np.concatenate([np.full(30, 2000.0), np.full(20, 995.5), np.full(50, -1.0)])
    found = leak("a", np.concatenate([members, others]), np.arange(1100) < 100)
    assert found.rates[0].value == 0.5  # at most ten others: above 989
    assert found.rates[1].value == 0.3  # at most one other: above 998
    assert found.rates[1].fewest == 0.001


def test_chance_stays_within_what_it_says_and_is_private() -> None:
    """P-01: 1,000 against 1,000 cannot be told from chance within .025."""
    rng = np.random.default_rng(1)
    member = np.arange(2000) < 1000
    outside = 0
    for _ in range(200):
        found = leak("a", rng.normal(size=2000), member)
        outside += not found.low <= 0.5 <= found.high
    assert found.half_width == pytest.approx(0.0253, abs=2e-4)
    assert outside <= 20  # of 200 at 95 %: 10 expected
    assert found.private


def test_a_leak_is_not_private() -> None:
    rng = np.random.default_rng(2)
    member = np.arange(2000) < 1000
    assert not leak("a", rng.normal(size=2000) + 0.4 * member, member).private


def test_no_hits_in_so_many_tries_bound_the_rate() -> None:
    assert exact_interval(0, 300) == (0.0, pytest.approx(0.0122, abs=2e-4))
    assert exact_interval(300, 300)[1] == 1.0
    assert exact_interval(10, 100) == (pytest.approx(0.0490, abs=2e-4), pytest.approx(0.1762, abs=2e-4))


def test_an_attack_without_others_is_refused() -> None:
    with pytest.raises(InputError, match="members, others"):
        leak("a", np.ones(3), np.ones(3, dtype=np.bool_))
