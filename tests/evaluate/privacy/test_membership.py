"""Membership attacks find a leak that was planted, and stay at chance where there is none."""

import numpy as np
import pytest

from sennight.errors import InputError
from sennight.evaluate.privacy.membership import by_loss, lira, matched, rmia, shadow_halves
from sennight.evaluate.privacy.rates import leak

N = 1000


def losses(*, drop: float, spread: float, seed: int = 0, shadows: int = 8):
    """People differ by `spread` in how hard their days are; a model that saw one loses `drop` on them."""
    rng = np.random.default_rng(seed)
    hard = spread * rng.normal(size=N)
    member = np.arange(N) < N // 2
    inside = shadow_halves(N, shadows=shadows, seed=seed)
    noise = 0.1 * rng.normal(size=(shadows + 1, N))
    target = hard - drop * member + noise[0]
    return target, hard - drop * inside + noise[1:], inside, member


def test_every_attack_finds_a_planted_leak_and_shadows_see_through_hard_days() -> None:
    """P-01, P-02."""
    target, shadow, inside, member = losses(drop=0.5, spread=1.0)
    plain = leak("loss", by_loss(target), member)
    assert 0.55 < plain.auc < 0.75
    assert leak("lira", lira(target, shadow, inside), member).auc > 0.95
    assert leak("rmia", rmia(target, shadow[:2]), member).auc > 0.85
    assert leak("lira", lira(target, shadow, inside), member).rates[0].value > 0.5


def test_no_attack_finds_what_is_not_there() -> None:
    """P-01: without a leak every attack stays within what chance allows."""
    for seed in range(5):
        target, shadow, inside, member = losses(drop=0.0, spread=1.0, seed=seed)
        for score in (by_loss(target), lira(target, shadow, inside), rmia(target, shadow[:2])):
            found = leak("a", score, member)
            assert abs(found.auc - 0.5) < 2 * found.half_width
            assert found.rates[0].value < 0.05


def test_everybody_is_in_half_of_the_shadows() -> None:
    inside = shadow_halves(101, shadows=8, seed=3)
    assert (inside.sum(axis=0) == 4).all()
    assert set(inside.sum(axis=1).tolist()) == {50, 51}
    assert (inside != shadow_halves(101, shadows=8, seed=4)).any()
    with pytest.raises(InputError, match="pairs of halves"):
        shadow_halves(10, shadows=3, seed=0)


def test_somebody_in_no_shadow_is_refused() -> None:
    with pytest.raises(InputError, match="none or in all"):
        lira(np.zeros(2), np.zeros((2, 2)), np.array([[True, True], [False, True]]))


def test_rmia_does_not_care_where_losses_lie() -> None:
    target, shadow, _, _ = losses(drop=0.5, spread=1.0)
    assert np.allclose(rmia(target, shadow[:2]), rmia(target + 7, shadow[:2] + 7))
    assert np.isfinite(rmia(target + 5_000, shadow[:2] + 5_000)).all()


def test_members_and_others_are_matched_stratum_by_stratum() -> None:
    """P-01: matched non-members."""
    rng = np.random.default_rng(0)
    stratum, member = rng.integers(0, 4, 500), rng.random(500) < 0.7
    chosen = matched(member, stratum, most=60, seed=0)
    assert (chosen & member).sum() == (chosen & ~member).sum() == 60
    everybody = matched(member, stratum, most=10_000, seed=0)
    for s in range(4):
        assert (everybody & member & (stratum == s)).sum() == (everybody & ~member & (stratum == s)).sum()
