"""Makers of recordings and minute tables for the tests of prepare; everything here is synthetic."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from sennight.record import Clock, MinuteTable, Recording, Why, channel

Record = Callable[..., Recording]
Table = Callable[..., MinuteTable]


@pytest.fixture(scope="session")
def record() -> Record:
    """record("steps", times, values, zone="Europe/Berlin"): a recording; the zone gives each sample its offset."""

    def make(
        name: str,
        times: object,
        values: object,
        *,
        device: str = "watch",
        person: str = "p",
        zone: str = "UTC",
        clock: Clock = Clock.INSTANT,
        source: str = "synthetic",
    ) -> Recording:
        times = np.asarray(times, dtype=np.int64)
        return Recording.from_samples(
            person=person,
            device=device,
            channel=channel(name),
            times_utc=times,
            utc_offset_s=_offsets(times, zone),
            values=np.broadcast_to(np.asarray(values, dtype=np.float32), times.shape),
            clock=clock,
            source=source,
        )

    return make


def _offsets(times: np.ndarray, zone: str) -> np.ndarray:
    local = ZoneInfo(zone)
    hours, back = np.unique(times // 1800, return_inverse=True)  # no zone changes inside a half hour
    seconds = [int(datetime.fromtimestamp(h * 1800, UTC).astimezone(local).utcoffset().total_seconds()) for h in hours]
    return np.array(seconds, dtype=np.int32)[back] if len(times) else np.empty(0, dtype=np.int32)


@pytest.fixture(scope="session")
def table() -> Table:
    """table(steps=[...], heart_rate=[...]): a minute table; NaN is not measured."""

    def make(
        *,
        device: str = "watch",
        person: str = "p",
        start_utc: int = 0,
        offset_min: object = 0,
        clock: Clock = Clock.INSTANT,
        **columns: object,
    ) -> MinuteTable:
        values = np.stack([np.asarray(v, dtype=np.float32) for v in columns.values()], axis=1)
        why = np.where(np.isnan(values), Why.NOT_MEASURED, Why.SEEN).astype(np.uint8)
        return MinuteTable(
            person=person,
            clock=clock,
            start_utc=start_utc,
            offset_min=np.broadcast_to(np.asarray(offset_min, dtype=np.int16), len(values)).copy(),
            values=np.nan_to_num(values),
            why=why,
            channels=tuple(channel(name) for name in columns),
            devices=(device,),
        )

    return make
