"""The accountant: exact where a closed form exists, equal to another library, never below what an attack shows."""

import numpy as np
import pytest
from scipy.stats import norm

from sennight.errors import InputError
from sennight.evaluate.privacy.accountant import (
    ORDERS,
    epsilon_seen,
    gaussian_epsilon,
    loss_epsilon,
    noise_for,
    rdp_epsilon,
)

SETTINGS = [(0.02, 1.0, 1_000), (0.1, 2.0, 300), (0.01, 0.7, 2_000), (0.25, 4.0, 500)]


@pytest.mark.parametrize(("noise", "steps"), [(1.0, 1), (4.0, 10), (20.0, 200), (2.0, 3)])
def test_without_drawing_people_it_is_the_closed_form(noise: float, steps: int) -> None:
    """P-07."""
    exact = gaussian_epsilon(noise=noise, steps=steps, delta=1e-5)
    assert loss_epsilon(rate=1.0, noise=noise, steps=steps, delta=1e-5) == pytest.approx(exact, rel=1e-3)
    assert exact <= rdp_epsilon(rate=1.0, noise=noise, steps=steps, delta=1e-5) <= 1.35 * exact


@pytest.mark.parametrize(("rate", "noise", "steps"), SETTINGS)
def test_the_two_ways_agree_in_their_order(rate: float, noise: float, steps: int) -> None:
    """P-07: the distribution of the loss is tighter than Renyi divergences, and not by much."""
    tight, loose = (f(rate=rate, noise=noise, steps=steps, delta=1e-5) for f in (loss_epsilon, rdp_epsilon))
    assert 0.7 * loose < tight < loose


@pytest.mark.parametrize(("rate", "noise", "steps"), SETTINGS)
def test_it_is_within_a_percent_of_another_librarys(rate: float, noise: float, steps: int) -> None:
    """P-07."""
    accountants = pytest.importorskip("opacus.accountants", reason="opacus is not installed (extra: privacy)")
    theirs = accountants.PRVAccountant()
    theirs.history = [(noise, rate, steps)]
    assert loss_epsilon(rate=rate, noise=noise, steps=steps, delta=1e-5) == pytest.approx(
        theirs.get_epsilon(delta=1e-5), rel=0.01
    )
    renyi = accountants.RDPAccountant()
    renyi.history = [(noise, rate, steps)]
    expected = renyi.get_epsilon(delta=1e-5, alphas=list(ORDERS))
    assert rdp_epsilon(rate=rate, noise=noise, steps=steps, delta=1e-5) == pytest.approx(expected, rel=0.01)


def test_more_noise_and_fewer_steps_cost_less() -> None:
    base = loss_epsilon(rate=0.05, noise=1.0, steps=100, delta=1e-5)
    assert loss_epsilon(rate=0.05, noise=1.2, steps=100, delta=1e-5) < base
    assert loss_epsilon(rate=0.05, noise=1.0, steps=50, delta=1e-5) < base
    assert loss_epsilon(rate=0.0, noise=1.0, steps=50, delta=1e-5) == 0.0


def test_noise_for_an_epsilon_keeps_it() -> None:
    noise = noise_for(epsilon=4.0, rate=0.05, steps=200, delta=1e-5)
    assert rdp_epsilon(rate=0.05, noise=noise, steps=200, delta=1e-5) == pytest.approx(4.0, rel=1e-3)
    with pytest.raises(InputError, match="no noise"):
        noise_for(epsilon=1e-6, rate=1.0, steps=10_000, delta=1e-5)


def canary_audit(noise: float, *, delta: float, tries: int = 4_000, seed: int = 0) -> float:
    """One Gaussian step with and without a canary, told apart at the best of many thresholds on other tries."""
    rng = np.random.default_rng(seed)
    members, others = 1 + noise * rng.normal(size=tries), noise * rng.normal(size=tries)
    threshold = norm.ppf(0.99, 0, noise)
    return epsilon_seen(
        true_positives=int((members > threshold).sum()),
        members=tries,
        false_positives=int((others > threshold).sum()),
        others=tries,
        delta=delta,
    )


def test_a_canary_never_shows_more_than_is_claimed_and_shows_a_broken_promise() -> None:
    """P-07: the canary's lower bound stays below epsilon; without the noise it claims, it does not."""
    delta = 1e-5
    claimed = gaussian_epsilon(noise=1.0, steps=1, delta=delta)
    assert 0.5 < canary_audit(1.0, delta=delta) <= claimed
    assert canary_audit(0.1, delta=delta) > gaussian_epsilon(noise=2.0, steps=1, delta=delta)


def test_nothing_seen_shows_nothing() -> None:
    assert epsilon_seen(true_positives=5, members=100, false_positives=5, others=100, delta=1e-5) == 0.0


def test_settings_without_sense_are_refused() -> None:
    with pytest.raises(InputError, match="make no mechanism"):
        rdp_epsilon(rate=1.5, noise=1.0, steps=1, delta=1e-5)
