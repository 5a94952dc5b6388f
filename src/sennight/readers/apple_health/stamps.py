"""Stamps: Apple's "2019-06-11 15:00:00 +0200", one by one in any of its spellings, or thousands at once as bytes.

Early exports wrote "20150616071820-0700"; phones set to a 12-hour clock may write "3:00:00 PM". A stamp without an
offset is no instant, so it is not understood.
"""

import datetime as dt
import re

import numpy as np
from jaxtyping import Bool, Int32, Int64, UInt8

from sennight.record.recording import MAX_OFFSET_S

STAMP_BYTES = 25
_STAMP = re.compile(
    r"\s*(\d{4})[-/.]?(\d\d)[-/.]?(\d\d)[T\s]*(\d\d?):?(\d\d):?(\d\d)(?:[.,]\d+)?"
    r"[\s\u202f]*([AaPp]\.?\s?[Mm]\.?)?[\s\u202f]*(?:(Z)|([+-])(\d\d):?(\d\d))\s*",
    re.ASCII,
)
_DIGITS = np.array([0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18, 21, 22, 23, 24])
_MARKS = np.array([4, 7, 10, 13, 16, 19])
_MARK_BYTES = np.frombuffer(b"-- :: ", dtype=np.uint8)
_MONTH_DAYS = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
# Days before each month of a year that starts in March, so that the leap day comes last.
_BEFORE_MONTH = np.array([0, 306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275])
_DAYS_TO_1970 = 719_468  # from 1 March of year 0


def stamp(text: str) -> tuple[int, int] | None:
    """Seconds since 1970 and the offset in seconds, or None if it is no instant.

    >>> stamp("2019-06-11 15:00:00 +0200")
    (1560258000, 7200)
    """
    found = _STAMP.fullmatch(text)
    if not found:
        return None
    year, month, day, hour, minute, second = (int(g) for g in found.groups()[:6])
    half, zulu, sign, h, m = found.groups()[6:]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half[0] in "Pp" else 0)
    offset = 0 if zulu else (-1 if sign == "-" else 1) * (int(h) * 3_600 + int(m) * 60)
    if abs(offset) > MAX_OFFSET_S or (not zulu and int(m) > 59):
        return None
    try:
        wall = dt.datetime(year, month, day, hour, minute, second, tzinfo=dt.UTC)
    except ValueError:
        return None
    return int(wall.timestamp()) - offset, offset


def stamps(
    rows: UInt8[np.ndarray, "n 25"],
) -> tuple[Int64[np.ndarray, " n"], Int32[np.ndarray, " n"], Bool[np.ndarray, " n"]]:
    """Seconds since 1970, offsets and whether they are right, of stamps of exactly the usual 25 bytes.

    >>> stamps(np.frombuffer(b"2019-06-11 15:00:00 +0200", dtype=np.uint8)[None])[0].tolist()
    [1560258000]
    """
    d = (rows[:, _DIGITS] - np.uint8(48)).T  # [digit, n]; below "0" wraps around to more than 9
    plus, minus = rows[:, 20] == 0x2B, rows[:, 20] == 0x2D
    good = (d <= 9).all(axis=0) & (rows[:, _MARKS] == _MARK_BYTES).all(axis=1) & (plus | minus)
    n = d.astype(np.int32)
    year = n[0] * 1_000 + n[1] * 100 + n[2] * 10 + n[3]
    month, day, hour, minute, second, off_h, off_m = (n[i] * 10 + n[i + 1] for i in range(4, 18, 2))
    offset = (off_h * 3_600 + off_m * 60) * np.where(minus, -1, 1).astype(np.int32)
    good &= (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1) & (hour < 24) & (minute < 60) & (second < 60)
    month = np.where(good, month, 1)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    good &= (day <= _MONTH_DAYS[month] - ((month == 2) & ~leap)) & (off_m < 60) & (np.abs(offset) <= MAX_OFFSET_S)
    y = (year - (month <= 2)).astype(np.int64)
    days = y * 365 + y // 4 - y // 100 + y // 400 + _BEFORE_MONTH[month] + day - 1 - _DAYS_TO_1970
    return days * 86_400 + (hour * 3_600 + minute * 60 + second - offset), offset, good
