"""Which tokens a model may not see while it learns: inherited holes and hidden ones (AIM).

Pure: arrays and a Generator in, masks out, no loop over samples. A token is `patch_minutes` minutes
of one channel (or of all channels together, where the caller passes them folded into one).
Source: LSM-2 / AIM, arXiv 2506.05321 (mix and shares second-hand, see docs/decisions/0005).
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from jaxtyping import Bool, Int8

from sennight.errors import InputError
from sennight.record.part import WHOLE, Part

RANDOM_SHARE = 0.8
TIME_SHARE = 0.5
CHANNEL_SHARE = 0.5


class Family(IntEnum):
    """How the hidden tokens of a window were drawn."""

    RANDOM = 0
    TIME_BLOCK = 1
    CHANNELS = 2


@dataclass(frozen=True, kw_only=True, eq=False)
class Hidden:
    """`inherited`: tokens without a seen minute; `hidden`: tokens hidden on purpose; never both."""

    inherited: Bool[np.ndarray, "batch patch channel"]
    hidden: Bool[np.ndarray, "batch patch channel"]
    family: Int8[np.ndarray, " batch"]

    @property
    def kept(self) -> Bool[np.ndarray, "batch patch channel"]:
        """The tokens an encoder may compute."""
        return ~(self.inherited | self.hidden)


def seen_tokens(
    seen: Bool[np.ndarray, "batch minute channel"], patch_minutes: int
) -> Bool[np.ndarray, "batch patch channel"]:
    """Tokens with at least one seen minute. Raises: InputError if patches do not divide the window."""
    b, t, c = seen.shape
    if t % patch_minutes:
        raise InputError(f"patches of {patch_minutes} minutes do not divide a window of {t}")
    return np.logical_or.reduce(seen.reshape(b, t // patch_minutes, patch_minutes, c), axis=2)


def hide(
    tokens: Bool[np.ndarray, "batch patch channel"],
    *,
    rng: np.random.Generator,
    random_share: float = RANDOM_SHARE,
    time_share: float = TIME_SHARE,
    channel_share: float = CHANNEL_SHARE,
    mix: tuple[float, float, float] = (1 / 3, 1 / 3, 1 / 3),
    part: Part = WHOLE,
) -> Hidden:
    """Hide part of the seen tokens of every window, each window by one family drawn from `mix`.

    RANDOM hides `random_share` of the seen tokens; TIME_BLOCK one contiguous block of
    `time_share` of the window over all channels; CHANNELS `channel_share` of the channels the
    window has (rounded down, at least one; a window with one channel draws RANDOM instead, since
    hiding its only channel would leave nothing to see). Inherited tokens are never hidden. Of a batch that is shared
    `tokens` are those of one `part`.
    """
    b, s, c = tokens.shape
    n, mine = part.whole(b), part.rows(b)
    family = np.asarray(rng.choice(3, size=n, p=np.asarray(mix) / sum(mix)), dtype=np.int8)[mine]
    has_channel = tokens.any(axis=1)
    family[(family == Family.CHANNELS) & (has_channel.sum(axis=1) < 2)] = Family.RANDOM

    # One uniform key a token; unseen tokens get keys beyond all others, so ranks count seen ones only.
    keys = np.where(tokens, rng.random((n, s, c))[mine], 2.0).reshape(b, s * c)
    ranks = keys.argsort(axis=1).argsort(axis=1).reshape(b, s, c)
    n_random = np.rint(random_share * tokens.sum(axis=(1, 2)))
    by_random = ranks < n_random[:, None, None]

    length = round(time_share * s)
    start = rng.integers(0, s - length + 1, size=n)[mine]
    places = np.arange(s)
    by_time = ((places >= start[:, None]) & (places < start[:, None] + length))[:, :, None]

    channel_keys = np.where(has_channel, rng.random((n, c))[mine], 2.0)
    channel_ranks = channel_keys.argsort(axis=1).argsort(axis=1)
    n_channels = np.maximum(1, np.floor(channel_share * has_channel.sum(axis=1)))
    by_channel = (channel_ranks < n_channels[:, None])[:, None, :]

    pick = family[:, None, None]
    drawn = np.where(pick == Family.RANDOM, by_random, np.where(pick == Family.TIME_BLOCK, by_time, by_channel))
    return Hidden(inherited=~tokens, hidden=drawn & tokens, family=family)
