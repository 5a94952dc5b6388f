"""Membership: can one tell from a model whether a person was among those it learned from?

Three attacks on one number a person (the mean loss over their days; lower is better known). The plain one takes the
loss itself. LiRA asks whether that loss is more like what shadow models give to people they saw than to people they
did not. RMIA asks how much better the model knows this person than other people, beside what reference models know.
Sources: Yeom 2018 (arXiv 1709.01604), Carlini 2022 (LiRA, arXiv 2112.03570), Zarifzadeh 2024 (RMIA, arXiv 2312.03262).
"""

import numpy as np
from jaxtyping import Bool, Float64

from sennight.errors import InputError

Losses = Float64[np.ndarray, " person"]
ShadowLosses = Float64[np.ndarray, "shadow person"]
Inside = Bool[np.ndarray, "shadow person"]
SMALLEST_SPREAD = 1e-9
GAMMA = 1.0  # RMIA: how much likelier than another person counts


def shadow_halves(n_people: int, *, shadows: int, seed: int) -> Inside:
    """Who each shadow learns from: halves in complementary pairs, so that everybody is in exactly half of them.

    Raises: InputError if `shadows` is odd or below 2.
    """
    if shadows < 2 or shadows % 2:
        raise InputError(f"{shadows} shadow models: they come in pairs of halves", todo="Take 2, 4, 8, ...")
    rng, inside = np.random.default_rng([seed, shadows]), np.zeros((shadows, n_people), dtype=np.bool_)
    for pair in range(shadows // 2):
        first = rng.permutation(n_people)[: n_people // 2]
        inside[2 * pair, first] = True
        inside[2 * pair + 1] = ~inside[2 * pair]
    return inside


def by_loss(loss: Losses) -> Losses:
    """The plain attack: who is known well is a member."""
    return -loss


def lira(loss: Losses, shadow_loss: ShadowLosses, inside: Inside) -> Losses:
    """Log likelihood ratio of a person's loss under shadows that saw them and shadows that did not.

    A person's own two means, and one spread of each kind pooled over people: with a handful of shadows a spread of
    one's own is too rough. Raises: InputError if a person is in none or in all of the shadows.
    """
    _both_kinds(inside)
    mean_in, sd_in = _mean_and_spread(shadow_loss, inside)
    mean_out, sd_out = _mean_and_spread(shadow_loss, ~inside)
    return _log_density(loss, mean_in, sd_in) - _log_density(loss, mean_out, sd_out)


def rmia(loss: Losses, reference_loss: ShadowLosses, *, gamma: float = GAMMA) -> Losses:
    """Share of people whom this person outdoes: known better by the model than by the references, by more than they.

    Every other person of the pool serves as the population.
    """
    # Likelihood up to a constant; the spread of losses is its natural temperature.
    unit = max(float(reference_loss.std()), SMALLEST_SPREAD)
    log_ratio = -loss / unit - np.log(np.exp(-(reference_loss - loss.mean()) / unit).mean(axis=0)) + loss.mean() / unit
    order = np.sort(log_ratio)
    below = np.searchsorted(order, log_ratio - np.log(gamma), "right") - 1
    # Ties of the share are parted by the ratio itself, so that few people still have many thresholds.
    return below / max(len(loss) - 1, 1) + 1e-9 * np.tanh(log_ratio)


def _both_kinds(inside: Inside) -> None:
    count = inside.sum(axis=0)
    if (count == 0).any() or (count == len(inside)).any():
        raise InputError("somebody is in none or in all of the shadow models", todo="Draw them with shadow_halves.")


def _mean_and_spread(loss: ShadowLosses, chosen: Inside) -> tuple[Losses, float]:
    """Mean a person over the chosen shadows; the spread around it, pooled over people."""
    count = chosen.sum(axis=0)
    mean = np.where(chosen, loss, 0.0).sum(axis=0) / count
    squares = np.where(chosen, (loss - mean) ** 2, 0.0).sum()
    freedom = max(int(count.sum()) - len(count), 1)
    # A person's new loss strays by the spread and by the error of the mean that it is held against.
    spread = np.sqrt(squares / freedom * (1 + 1 / float(count.mean())))
    return mean, max(float(spread), SMALLEST_SPREAD)


def _log_density(loss: Losses, mean: Losses, sd: float) -> Losses:
    return -((loss - mean) ** 2) / (2 * sd**2) - np.log(sd)


def matched(
    member: Bool[np.ndarray, " person"], stratum: np.ndarray, *, most: int, seed: int
) -> Bool[np.ndarray, " person"]:
    """Who is compared: in each stratum as many members as others, at most `most` of each, drawn at random.

    Without it an attack could tell members by age or sex alone, which the model need not have given away.
    """
    rng = np.random.default_rng([seed, most])
    pairs: list[tuple[int, int]] = []
    for s in np.unique(stratum):
        inside, outside = (np.flatnonzero((stratum == s) & side) for side in (member, ~member))
        n = min(len(inside), len(outside))
        pairs += zip(rng.permutation(inside)[:n].tolist(), rng.permutation(outside)[:n].tolist(), strict=True)
    chosen = np.zeros(len(member), dtype=np.bool_)
    for i in rng.permutation(len(pairs))[:most]:
        chosen[list(pairs[i])] = True
    return chosen
