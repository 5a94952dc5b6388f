"""Non-wear from raw acceleration: a device that lies still longer than anybody does, or lies still and is cold.

Samples become the spread (standard deviation and range) of blocks of seven and a half minutes, in constant memory; the
published rules then look at those. Stillness over a stretch that was not wholly recorded says nothing, and nothing is
said of it. Rules for activity counts (Choi, Troiano) stand in `prepare.wear`.
"""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64

BLOCK_S = 450  # seconds; half of a quarter of an hour, so that an hour can be centred on a quarter
QUARTER, HALF_HOUR, HOUR = 2, 4, 8  # in blocks
QUARTER_MIN = 15  # minutes of the quarters that are judged
# A block that lacks more than a tenth of its seconds may hide a movement (ours).
MIN_SECONDS_OF_BLOCK = 405

STILL_AXES = 2  # of three
# van Hees et al. (2011), PLoS ONE 6(7): e22922: spread of a GENEA at rest.
SD_2011_G, RANGE_G = 0.003, 0.050
# van Hees et al. (2013), PLoS ONE 8(4): e61691: hours that move by a quarter; 13 mg for GENEActiv and others.
SD_2013_G = 0.013

# Zhou et al. (2015), BMJ Open 5: e007447, after two public implementations (Vert 2022; scikit-digital-health), which
# call a spread still below 13 mg and below 3 mg.
COLD_C = 26.0
STILL_G = 0.013


class NonWear(StrEnum):
    """Which rule of van Hees: what is looked at, and what is then called not worn.

    VAN_HEES_2011  half hours one after the other; standard deviation below 3 mg or range below 50 mg on two axes.
    VAN_HEES_2013  each quarter by the hour around it; below 13 mg and 50 mg on two axes.
    GGIR_2023      hours that move by a quarter, the same limits; every quarter of such an hour.
    """

    VAN_HEES_2011 = "van Hees 2011"
    VAN_HEES_2013 = "van Hees 2013"
    GGIR_2023 = "GGIR 2023"


@dataclass(frozen=True, kw_only=True, eq=False)
class Blocks:
    """Spread of acceleration in blocks of 450 s that hold samples. `start_s` ascends and is a multiple of 450."""

    start_s: Int64[np.ndarray, " block"]
    seconds: Int64[np.ndarray, " block"]
    n: Float64[np.ndarray, " block"]
    total: Float64[np.ndarray, "block 3"]
    squares: Float64[np.ndarray, "block 3"]
    lowest: Float64[np.ndarray, "block 3"]
    highest: Float64[np.ndarray, "block 3"]


@dataclass(kw_only=True)
class SpreadOfBlocks:
    """Collects samples, in blocks of any length and in time order, and keeps seven numbers a block and axis."""

    _parts: list[Blocks] = field(default_factory=list)
    _last_second: float = -np.inf

    def add(self, utc: Float64[np.ndarray, " n"], xyz_g: Float32[np.ndarray, "n 3"]) -> None:
        """Take samples: seconds since 1970 that never go back, and g on each axis."""
        if not len(utc):
            return
        block = np.floor(utc / BLOCK_S).astype(np.int64)
        at = np.concatenate([[0], np.flatnonzero(np.diff(block)) + 1])
        x = xyz_g.astype(np.float64)
        new_second = np.concatenate([[True], np.diff(np.floor(utc)) > 0])
        new_second[0] = np.floor(utc[0]) > self._last_second
        self._last_second = float(np.floor(utc[-1]))
        self._parts.append(
            Blocks(
                start_s=block[at] * BLOCK_S,
                seconds=np.add.reduceat(new_second.astype(np.int64), at),
                n=np.diff(np.append(at, len(utc))).astype(np.float64),
                total=np.add.reduceat(x, at),
                squares=np.add.reduceat(x**2, at),
                lowest=np.minimum.reduceat(x, at),
                highest=np.maximum.reduceat(x, at),
            )
        )

    def blocks(self) -> Blocks:
        """All blocks, those that came in pieces joined."""
        parts = self._parts
        start = np.concatenate([np.empty(0, dtype=np.int64), *(p.start_s for p in parts)])
        at = np.concatenate([[0], np.flatnonzero(np.diff(start)) + 1]) if len(start) else np.empty(0, dtype=np.int64)

        def joined(name: str, how: np.ufunc, empty: np.ndarray) -> np.ndarray:
            rows = np.concatenate([empty, *(getattr(p, name) for p in parts)])
            return how.reduceat(rows, at) if len(at) else rows

        none, axes = np.empty(0), np.empty((0, 3))
        return Blocks(
            start_s=start[at],
            seconds=joined("seconds", np.add, none.astype(np.int64)),
            n=joined("n", np.add, none),
            total=joined("total", np.add, axes),
            squares=joined("squares", np.add, axes),
            lowest=joined("lowest", np.minimum, axes),
            highest=joined("highest", np.maximum, axes),
        )


def off_body(
    blocks: Blocks, *, rule: NonWear = NonWear.VAN_HEES_2013
) -> tuple[Int64[np.ndarray, " quarter"], Bool[np.ndarray, " quarter"]]:
    """Starts of all quarters of an hour from the first to the last block, and whether the device was not worn then.

    At the ends of a recording, and beside gaps, the hour around a quarter is moved to lie within what was recorded;
    a stretch shorter than the rule's window is called worn, as nothing can be said against it.
    Source: van Hees et al. (2011), PLoS ONE 6(7): e22922; van Hees et al. (2013), PLoS ONE 8(4): e61691; GGIR.
    """
    if not len(blocks.start_s):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.bool_)
    quarter_s = QUARTER * BLOCK_S
    first = int(blocks.start_s[0] // quarter_s)
    n_quarters = int(blocks.start_s[-1] // quarter_s) - first + 1
    off = np.zeros(n_quarters, dtype=np.bool_)
    number = blocks.start_s // BLOCK_S - first * QUARTER
    whole = np.flatnonzero(blocks.seconds >= MIN_SECONDS_OF_BLOCK)
    for stretch in np.split(whole, np.flatnonzero(np.diff(number[whole]) != 1) + 1):
        if len(stretch):
            _mark(off, blocks, stretch, int(number[stretch[0]]), rule)
    return (first + np.arange(n_quarters)) * quarter_s, off


def _mark(off: np.ndarray, blocks: Blocks, stretch: np.ndarray, begin: int, rule: NonWear) -> None:
    """Mark the quarters of one stretch without gaps; `begin` is the number of its first block."""
    length = HALF_HOUR if rule is NonWear.VAN_HEES_2011 else HOUR
    if len(stretch) < length:
        return
    still = _still(blocks, stretch, length, rule)  # of the window that begins at each block
    quarters = np.arange(-(-begin // QUARTER), (begin + len(stretch)) // QUARTER)
    at = quarters * QUARTER - begin  # where each whole quarter of the stretch begins, in its blocks
    if rule is NonWear.VAN_HEES_2013:
        centred = np.clip(at - (HOUR - QUARTER) // 2, 0, len(still) - 1)
        off[quarters[still[centred]]] = True
        return
    step = QUARTER if rule is NonWear.GGIR_2023 else HALF_HOUR
    for start in at[at % step == at[0] % step] if len(at) else at:
        if start < len(still) and still[start]:
            off[(begin + start) // QUARTER : (begin + start + length) // QUARTER] = True


def _still(blocks: Blocks, stretch: np.ndarray, length: int, rule: NonWear) -> np.ndarray:
    """Whether two axes hardly vary within `length` blocks from each block on."""
    window = np.lib.stride_tricks.sliding_window_view

    def sums(rows: np.ndarray) -> np.ndarray:
        return window(rows[stretch], length, axis=0).sum(axis=-1)

    n = sums(blocks.n)[:, None]
    total = sums(blocks.total)
    variance = np.maximum(sums(blocks.squares) - total**2 / n, 0.0) / np.maximum(n - 1, 1)
    sd = np.sqrt(variance)
    extent = window(blocks.highest[stretch], length, axis=0).max(axis=-1) - window(
        blocks.lowest[stretch], length, axis=0
    ).min(axis=-1)
    if rule is NonWear.VAN_HEES_2011:
        return ((sd < SD_2011_G).sum(axis=1) >= STILL_AXES) | ((extent < RANGE_G).sum(axis=1) >= STILL_AXES)
    return ((sd < SD_2013_G) & (extent < RANGE_G)).sum(axis=1) >= STILL_AXES


def zhou_2015(
    sd_g: Float64[np.ndarray, "minute 3"],
    temperature_c: Float64[np.ndarray, " minute"],
    seen: Bool[np.ndarray, " minute"],
    *,
    cold_c: float = COLD_C,
    still_g: float = STILL_G,
) -> Bool[np.ndarray, " minute"]:
    """Worn or not, minute by minute, from the spread of acceleration and the temperature beside the skin.

    Warm is worn; cold and still (two axes) is not worn; cold and moving is worn while the temperature rises and not
    worn while it falls, and as the minute before if it does neither. A minute that was not seen is not worn, and the
    one after it is compared with nothing: it counts as worn. `temperature_c` may be NaN where `seen` is False.
    Source: Zhou et al. (2015), BMJ Open 5: e007447, in windows of a minute.
    """
    warm = temperature_c >= cold_c
    still = (sd_g < still_g).sum(axis=1) >= STILL_AXES
    before = np.concatenate([[np.nan], np.where(seen, temperature_c, np.nan)[:-1]])
    worn = np.zeros(len(seen), dtype=np.bool_)
    for i in np.flatnonzero(seen):
        if warm[i] or still[i]:
            worn[i] = warm[i]
        elif temperature_c[i] == before[i]:
            worn[i] = worn[i - 1]
        else:
            worn[i] = not temperature_c[i] < before[i]
    return worn
