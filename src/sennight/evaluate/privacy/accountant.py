"""An accountant of our own for DP-SGD: what epsilon so many noisy steps on Poisson-drawn people really cost.

Two ways that share no code: Renyi divergences of whole orders, and the distribution of the privacy loss itself,
composed by Fourier transform. The second is tighter and is what an outside library's figure is held against. The unit
is whatever one draw adds or removes: here a person with all their days, never a day.
Sources: Mironov 2019 (arXiv 1908.10530), Balle 2020 (arXiv 1905.09982), Koskela 2020 (arXiv 1906.03049),
Jagielski 2020 for the audit (arXiv 2006.07709).
"""

import numpy as np
from jaxtyping import Float64
from scipy.optimize import brentq
from scipy.special import gammaln, log_ndtr, logsumexp, ndtr
from scipy.stats import norm

from sennight.errors import InputError
from sennight.evaluate.privacy.rates import exact_interval

ORDERS = (*range(2, 129), 160, 192, 256, 384, 512)
CELLS = 2**18  # of the grid of privacy losses
TAIL_SD = 20.0  # noise so many sd away is left out (below 1e-80)
MOST = 1e6  # an epsilon above this protects nobody


def rdp_epsilon(*, rate: float, noise: float, steps: int, delta: float) -> float:
    """Epsilon by Renyi divergences. `rate` is the share of people drawn a step, `noise` its sd over the clipping norm.

    Raises: InputError if a setting makes no sense.
    """
    _check(rate, noise, steps, delta)
    if rate == 0 or steps == 0:
        return 0.0
    best = MOST
    for order in ORDERS:
        if rate == 1:
            divergence = order / (2 * noise**2)
        else:
            k = np.arange(order + 1)
            terms = gammaln(order + 1) - gammaln(k + 1) - gammaln(order - k + 1)
            terms = terms + k * np.log(rate) + (order - k) * np.log1p(-rate) + (k * k - k) / (2 * noise**2)
            divergence = float(logsumexp(terms)) / (order - 1)
        epsilon = steps * divergence + np.log1p(-1 / order) - (np.log(delta) + np.log(order)) / (order - 1)
        best = min(best, float(epsilon))
    return max(best, 0.0)


def loss_epsilon(*, rate: float, noise: float, steps: int, delta: float) -> float:
    """Epsilon by the composed distribution of the privacy loss, the worse of adding and removing a person.

    Raises: InputError if a setting makes no sense.
    """
    _check(rate, noise, steps, delta)
    if rate == 0 or steps == 0:
        return 0.0
    reach = 2 * rdp_epsilon(rate=rate, noise=noise, steps=steps, delta=delta * 1e-6) + 20
    cells = CELLS
    grid = np.arange(cells, dtype=np.float64) * (2 * reach / cells) - reach
    return max(_of_direction(grid, rate, noise, steps, delta, removed=removed) for removed in (True, False))


def gaussian_epsilon(*, noise: float, steps: int, delta: float) -> float:
    """Exact epsilon when everybody takes part in every step, in closed form: what the others are tested on.

    Source: Balle and Wang 2018 (arXiv 1805.06530).
    """
    mu = np.sqrt(steps) / noise

    def excess(epsilon: float) -> float:
        second = np.exp(epsilon + log_ndtr(-mu / 2 - epsilon / mu))
        return float(ndtr(mu / 2 - epsilon / mu) - second - delta)

    return 0.0 if excess(0.0) <= 0 else float(brentq(excess, 0.0, mu * mu / 2 + 40 * mu, xtol=1e-10))


def epsilon_seen(*, true_positives: int, members: int, false_positives: int, others: int, delta: float) -> float:
    """The least epsilon (with 95 % confidence) that an attack's hits are possible with; 0 where they say nothing.

    A canary audit: a mechanism that claims less than this is broken.
    """
    low_hit, _ = exact_interval(true_positives, members)
    _, high_false = exact_interval(false_positives, others)
    if low_hit <= delta:
        return 0.0
    return max(0.0, float(np.log((low_hit - delta) / high_false)))


def noise_for(*, epsilon: float, rate: float, steps: int, delta: float) -> float:
    """The least noise that keeps within epsilon. Raises: InputError if none up to 1,000 does."""

    def excess(log_noise: float) -> float:
        return rdp_epsilon(rate=rate, noise=float(np.exp(log_noise)), steps=steps, delta=delta) - epsilon

    if excess(np.log(1_000.0)) > 0:
        raise InputError(f"no noise keeps {steps} steps within epsilon {epsilon:g}", todo="Allow more, or fewer steps.")
    return float(np.exp(brentq(excess, np.log(0.05), np.log(1_000.0), xtol=1e-6)))


def _of_direction(
    grid: Float64[np.ndarray, " cell"], rate: float, noise: float, steps: int, delta: float, *, removed: bool
) -> float:
    mass, beyond = _loss_mass(grid, rate, noise, removed=removed)
    # The grid starts at -reach: the transform counts cells from there, so n steps shift by n - 1 starts too many.
    zero = round(float(-grid[0] / (grid[1] - grid[0])))
    composed = np.fft.irfft(np.fft.rfft(np.roll(mass, -zero)) ** steps, n=len(grid))
    composed = np.roll(np.maximum(composed, 0.0), zero)
    lost = 1 - (1 - beyond) ** steps

    def excess(epsilon: float) -> float:
        above = grid > epsilon
        return float(lost + (composed[above] * -np.expm1(epsilon - grid[above])).sum() - delta)

    if excess(0.0) <= 0:
        return 0.0
    if excess(grid[-2]) > 0:
        return MOST
    return float(brentq(excess, 0.0, grid[-2], xtol=1e-9))


def _loss_mass(
    grid: Float64[np.ndarray, " cell"], rate: float, noise: float, *, removed: bool
) -> tuple[Float64[np.ndarray, " cell"], float]:
    """Chance of each privacy loss of one step, a loss lying between two cells shared so that its mean is kept.

    With x the noisy sum along the person's direction: P draws N(1) with chance `rate`, else N(0); Q draws N(0).
    """
    width = grid[1] - grid[0]
    x = np.linspace(-TAIL_SD * noise, TAIL_SD * noise + 1, 4 * len(grid) + 1)
    middle = (x[1:] + x[:-1]) / 2
    plain = np.diff(norm.cdf(x, 0, noise))
    mixed = (1 - rate) * plain + rate * np.diff(norm.cdf(x, 1, noise))
    shift = (2 * middle - 1) / (2 * noise**2)
    log_ratio = np.logaddexp(np.log1p(-rate), np.log(rate) + shift) if rate < 1 else shift
    loss, chance = (log_ratio, mixed) if removed else (-log_ratio, plain)
    inside = (loss > grid[0]) & (loss < grid[-1] - width)
    place = (loss[inside] - grid[0]) / width
    below = np.floor(place).astype(np.int64)
    share = place - below
    mass = np.bincount(below, weights=chance[inside] * (1 - share), minlength=len(grid))
    mass = mass + np.bincount(below + 1, weights=chance[inside] * share, minlength=len(grid))
    return mass[: len(grid)], float(chance[loss >= grid[-1] - width].sum())


def _check(rate: float, noise: float, steps: int, delta: float) -> None:
    if not 0 <= rate <= 1 or noise <= 0 or steps < 0 or not 0 < delta < 1:
        raise InputError(
            f"rate {rate:g}, noise {noise:g}, {steps} steps, delta {delta:g} make no mechanism",
            todo="Rate lies in [0, 1], delta in (0, 1), noise is above 0.",
        )
