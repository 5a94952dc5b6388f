"""Forecasts by the day transformer: its encoder with a straight head, and its decoder through the filler.

The encoder says what the days before the cut were like; the filler is asked for the hours after the cut as for any hole
whose right side is missing. Both get timelines from which everything after the cut has been taken.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from sennight.backbones.backbone import Backbone
from sennight.backbones.day_transformer.model import DayTransformer
from sennight.errors import InputError
from sennight.generate.baselines import Cells
from sennight.generate.decode import decode
from sennight.generate.fill import Filler, Guess
from sennight.generate.forecast.panel import HOURS, Panel
from sennight.generate.forecast.plain import Ridge
from sennight.generate.timeline import Timeline
from sennight.record import MINUTES_PER_DAY, VALID_DAY_MINUTES

COMPONENTS = 16  # directions of the embedding that the head sees; a few hundred pairs cannot teach it more


def embed_histories(
    panel: Panel, people: Mapping[str, Timeline], backbone: Backbone, *, days: int
) -> Float64[np.ndarray, "N E"]:
    """The mean vector of the windows that were worn in the `days` before each cut; 0 where none was."""
    window = backbone.config.window_days if isinstance(backbone, DayTransformer) else 1
    days_of: dict[str, dict[int, np.ndarray]] = {}
    held: dict[tuple[str, int], np.ndarray] = {}
    out = np.zeros((len(panel), backbone.width))
    for i, (person, cut) in enumerate(zip(panel.person, panel.cut.tolist(), strict=True)):
        if (person, cut) not in held:
            # A day that ended before the cut is the same whatever came after it, so it is looked at once. A longer
            # window can lie across the cut, and is looked at again as it was then.
            if window > 1:
                known = _vectors(people[person].until(cut * MINUTES_PER_DAY), backbone, window)
            else:
                known = days_of.setdefault(person, {}) or _vectors(people[person], backbone, window)
                days_of[person] = known
            mine = [v for first, v in known.items() if cut - max(days, window) <= first < cut]
            held[person, cut] = np.mean(mine, axis=0) if mine else np.zeros(backbone.width)
        out[i] = held[person, cut]
    return out


def _vectors(shown: Timeline, backbone: Backbone, window: int) -> dict[int, np.ndarray]:
    """The vector of every window that was worn, by its first day."""
    batch = shown.windows(window)
    if isinstance(backbone, DayTransformer):
        batch = batch.select(backbone.channels)
    worn = np.asarray(batch.seen.any(axis=2)).sum(axis=1)
    rows = np.flatnonzero(worn >= VALID_DAY_MINUTES)
    if not len(rows):
        return {}
    vectors = backbone.encode_windows(batch.take(rows)).astype(np.float64)
    return {int(row) * window: vector for row, vector in zip(rows, vectors, strict=True)}


@dataclass(frozen=True, kw_only=True, eq=False)
class EncoderHead:
    """Directions of the embedding, and a straight head over them and the history; fitted on training pairs."""

    centre: Float64[np.ndarray, " E"]
    directions: Float64[np.ndarray, "E K"]
    head: Ridge

    @classmethod
    def fit(cls, panel: Panel, embedding: Float64[np.ndarray, "N E"]) -> "EncoderHead":
        """Principal directions, scaled to spread 1, then least squares."""
        centre = embedding.mean(axis=0)
        _, spread, directions = np.linalg.svd(embedding - centre, full_matrices=False)
        k = min(COMPONENTS, int((spread > 1e-6 * max(float(spread.max(initial=0)), 1e-12)).sum()))
        scaled = directions[:k].T / np.maximum(spread[:k] / np.sqrt(len(panel)), 1e-9)
        return cls(centre=centre, directions=scaled, head=Ridge.fit(panel, (embedding - centre) @ scaled))

    def __call__(self, panel: Panel, embedding: Float64[np.ndarray, "N E"]) -> Float64[np.ndarray, "N H"]:
        return self.head(panel, (embedding - self.centre) @ self.directions)


@dataclass(frozen=True, kw_only=True, eq=False)
class AheadMinutes:
    """The minutes after a cut as the filler guesses them, one channel: means and a band in its unit."""

    mean: Float64[np.ndarray, " minute"]
    low: Float64[np.ndarray, " minute"]
    high: Float64[np.ndarray, " minute"]


def ahead(timeline: Timeline, filler: Filler, *, cut_minute: int, minutes: int) -> dict[str, AheadMinutes]:
    """The next minutes of every channel the person has shown before the cut, minute by minute.

    Raises: InputError if nothing was seen before the cut.
    """
    shown = _lengthened(timeline.until(cut_minute), cut_minute + minutes)
    wanted, guess = _asked(shown, filler, cut_minute, minutes)
    if not wanted.any():
        raise InputError("nothing was seen before the cut", todo="Choose a later one, or another person.")
    at = np.nonzero(wanted)[1]
    return {
        name: AheadMinutes(
            mean=guess.natural[at == k].astype(np.float64),
            low=guess.low[at == k].astype(np.float64),
            high=guess.high[at == k].astype(np.float64),
        )
        for k, name in enumerate(shown.channels)
        if (at == k).any()
    }


def _asked(shown: Timeline, filler: Filler, cut_minute: int, minutes: int) -> tuple[np.ndarray, Guess]:
    wanted = np.zeros(shown.seen.shape, dtype=np.bool_)
    wanted[cut_minute : cut_minute + minutes] = shown.seen.any(axis=0)
    return wanted, filler.guess(shown, wanted)


def _lengthened(timeline: Timeline, minutes: int) -> Timeline:
    """With unseen days at its end, so that it reaches that far."""
    more = max(0, -(-minutes // MINUTES_PER_DAY) - timeline.days)
    pad = ((0, more * MINUTES_PER_DAY), (0, 0))
    last = int(timeline.weekday[-1])
    weekday = (last + 1 + np.arange(more)) % 7 if last >= 0 else np.full(more, -1)
    return Timeline(
        person=timeline.person, first_ordinal=timeline.first_ordinal, day=timeline.day,
        weekday=np.concatenate([timeline.weekday, weekday]),
        day_of_year=np.concatenate([timeline.day_of_year, np.full(more, -1)]),
        values=np.pad(timeline.values, pad), seen=np.pad(timeline.seen, pad), channels=timeline.channels,
    )  # fmt: skip


def filler_hours(
    panel: Panel, people: Mapping[str, Timeline], filler: Filler, channel: str, *, decoder: bool
) -> Float64[np.ndarray, "N H"]:
    """Hourly means of a channel after each cut: the filler's, or with `decoder` the day transformer's own alone.

    Raises: InputError if the decoder is asked for and there is none.
    """
    if decoder and filler.model is None:
        raise InputError("this filler has no day transformer", todo="Learn one with --backbone.")
    k = filler.channels.index(channel)
    minutes = panel.horizon * MINUTES_PER_DAY // HOURS
    made = np.zeros((len(panel), panel.horizon))
    for i, (person, cut) in enumerate(zip(panel.person, panel.cut.tolist(), strict=True)):
        start = cut * MINUTES_PER_DAY
        shown = _lengthened(people[person].until(start), start + minutes)
        wanted = np.zeros(shown.seen.shape, dtype=np.bool_)
        wanted[start : start + minutes, k] = True
        if decoder and filler.model is not None:
            cells = Cells.of(wanted)
            x = filler.scales.natural(np.nan_to_num(decode(filler.model, shown, cells)), cells.channel)
        else:
            x = filler.guess(shown, wanted).natural
        made[i] = x.reshape(panel.horizon, -1).mean(axis=1)
    return made
