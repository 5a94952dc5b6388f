"""A recording: the samples of one channel from one device on one person, each with its instant and its clock.

It promises sorted times, one value a sample, nothing out of range; it does not promise regular
sampling or whole days (that is `prepare`).
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Float32, Int32, Int64

from sennight.errors import ReadError
from sennight.record.channel import Channel

SECONDS_PER_DAY = 86_400
MAX_OFFSET_S = 18 * 3600  # beyond any place on earth (UTC-12 to UTC+14); more means that the unit is wrong


class Clock(StrEnum):
    """How much is known of the recording's time.

    INSTANT  UTC instants with the offset of the place where they were recorded.
    LOCAL    local wall-clock times whose zone is not known (offset 0 is stored).
    WEEKDAY  only the weekday and the local time are known; the dates are placeholders.
    """

    INSTANT = "instant"
    LOCAL = "local"
    WEEKDAY = "weekday"


@dataclass(frozen=True, kw_only=True, eq=False)
class Recording:
    """Samples of one channel. `rejected_utc` keeps when the out-of-range values were, so that
    prepare can give those minutes their reason.

    Raises: ReadError if times are not sorted, lengths differ, or a value is not finite or out of
    the channel's range; `Recording.from_samples` sorts and drops instead.
    """

    person: str
    device: str
    channel: Channel
    times_utc: Int64[np.ndarray, " n"]
    utc_offset_s: Int32[np.ndarray, " n"]
    values: Float32[np.ndarray, " n"]
    rejected_utc: Int64[np.ndarray, " k"]
    clock: Clock
    source: str
    source_sha256: str

    def __post_init__(self) -> None:
        n = len(self.times_utc)
        where = f"{self.source}, channel {self.channel.name}"
        if not (len(self.utc_offset_s) == n == len(self.values)):
            raise ReadError("times, offsets and values differ in length", where=where)
        if not _in_order(self.times_utc):
            raise ReadError(
                "samples are not in time order", where=where, todo="Use Recording.from_samples, which sorts."
            )
        if n and not bool(((self.utc_offset_s >= -MAX_OFFSET_S) & (self.utc_offset_s <= MAX_OFFSET_S)).all()):
            raise ReadError("a UTC offset beyond 18 hours", where=where, todo="Offsets are in seconds.")
        # One comparison each way is false for NaN too.
        if n and not bool(((self.values >= self.channel.low) & (self.values <= self.channel.high)).all()):
            raise ReadError("a value that is not finite or out of the channel's range", where=where)

    @classmethod
    def from_samples(
        cls,
        *,
        person: str,
        device: str,
        channel: Channel,
        times_utc: Int64[np.ndarray, " n"],
        utc_offset_s: Int32[np.ndarray, " n"] | int,
        values: np.ndarray,
        clock: Clock,
        source: str,
        source_sha256: str = "",
        keep: np.ndarray | None = None,
    ) -> "Recording":
        """Build a recording from samples in any order.

        Samples where `keep` is False were never measured and leave no trace; finite values out of
        range and NaN are dropped, and their times kept in `rejected_utc`.
        """
        offsets = np.broadcast_to(np.asarray(utc_offset_s, dtype=np.int32), times_utc.shape)
        if keep is not None:
            times_utc, offsets, values = times_utc[keep], offsets[keep], values[keep]
        with np.errstate(over="ignore"):  # a double beyond single precision becomes infinite, which no range holds
            values = values.astype(np.float32, copy=False)
        if not _in_order(times_utc):
            order = np.argsort(times_utc, kind="stable")
            times_utc, offsets, values = times_utc[order], offsets[order], values[order]
        good = (values >= channel.low) & (values <= channel.high)
        if bool(good.all()):
            rejected = np.empty(0, dtype=np.int64)
        else:
            rejected = times_utc[~good]
            times_utc, offsets, values = times_utc[good], offsets[good], values[good]
        return cls(
            person=person,
            device=device,
            channel=channel,
            times_utc=times_utc,
            utc_offset_s=np.ascontiguousarray(offsets),
            values=values,
            rejected_utc=rejected,
            clock=clock,
            source=source,
            source_sha256=source_sha256,
        )

    @property
    def n_rejected(self) -> int:
        """How many values were out of range."""
        return len(self.rejected_utc)


def _in_order(times_utc: Int64[np.ndarray, " n"]) -> bool:
    # Compared, not subtracted: a damaged file can hold times whose difference does not fit into 64 bits.
    return not bool((times_utc[1:] < times_utc[:-1]).any())
