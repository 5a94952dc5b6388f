"""Made-up people for the agent's tests, with truths that are known because they are written here."""

from datetime import date

import numpy as np

from sennight.agent.person import Minutes, OpenPerson, Segment
from sennight.agent.profile import Profile
from sennight.record import MINUTES_PER_DAY, Clock, Why


def person(
    channels: dict[str, np.ndarray],
    *,
    first: date = date(2024, 3, 4),
    unseen: dict[str, np.ndarray] | None = None,
    devices: list[str] | None = None,
    profile: Profile | None = None,
    offset_min: int = 60,
) -> OpenPerson:
    """A person from [day, 1440] arrays by channel, from Monday 4 March 2024 on; `unseen` marks holes."""
    days = len(next(iter(channels.values())))
    device = devices or ["Watch A"] * days
    ordinal = first.toordinal() + np.arange(days)
    minutes = {}
    for name, values in channels.items():
        hole = (unseen or {}).get(name, np.zeros((days, MINUTES_PER_DAY), dtype=bool))
        why = np.where(hole, Why.OFF_BODY, Why.SEEN).astype(np.uint8)
        minutes[name] = Minutes(values=np.where(hole, 0, values).astype(np.float32), why=why)
    starts = [i for i in range(days) if i == 0 or device[i] != device[i - 1]]
    segments = tuple(
        Segment(device=device[a], first=date.fromordinal(int(ordinal[a])), last=date.fromordinal(int(ordinal[b - 1])))
        for a, b in zip(starts, [*starts[1:], days], strict=True)
    )
    return OpenPerson(
        id="p1", today=date.fromordinal(int(ordinal[-1])), clock=Clock.INSTANT, ordinal=ordinal, minutes=minutes,
        offset_min=np.full((days, 2), offset_min, dtype=np.int16), device=tuple(device), segments=segments,
        profile=profile or Profile(),
    )  # fmt: skip


def flat(days: int, value: float) -> np.ndarray:
    """The same value in every minute."""
    return np.full((days, MINUTES_PER_DAY), value, dtype=np.float32)
