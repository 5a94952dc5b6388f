"""Apple's times, alone and in thousands, in all the spellings of the years."""

import datetime as dt

import numpy as np
import pytest

from sennight.readers.apple_health.stamps import stamp, stamps

INSTANT = int(dt.datetime(2019, 6, 11, 13, 0, 0, tzinfo=dt.UTC).timestamp())


def _rows(texts: list[str]) -> np.ndarray:
    return np.frombuffer("".join(texts).encode(), dtype=np.uint8).reshape(-1, 25)


@pytest.mark.parametrize(
    ("text", "offset_h"),
    [
        ("2019-06-11 15:00:00 +0200", 2),
        ("2019-06-11 15:00:00 +02:00", 2),
        ("2019-06-11T15:00:00+0200", 2),
        ("2019-06-11T13:00:00Z", 0),
        ("2019-06-11T15:00:00.250+02:00", 2),
        ("20190611150000+0200", 2),
        ("20190611060000-0700", -7),
        ("2019-06-11 3:00:00 PM +0200", 2),
        ("2019-06-11 3:00:00\u202fpm +0200", 2),
        ("2019-06-11 3:00:00 p.m. +0200", 2),
        ("2019-06-12 12:00:00 AM +1100", 11),
    ],
)
def test_one_instant_in_every_spelling(text: str, offset_h: int) -> None:
    """T-06."""
    assert stamp(text) == (INSTANT, offset_h * 3_600)


@pytest.mark.parametrize(
    "text",
    [
        "", "yesterday", "2019-06-11", "2019-06-11 15:00:00", "2019-02-30 15:00:00 +0200", "2019-06-11 24:00:00 +0200",
        "2019-06-11 15:00:60 +0200", "2019-06-11 15:00:00 +1900", "2019-06-11 15:00:00 +0260",
        "0000-06-11 15:00:00 +0200", "2019-06-11 13:00:00 PM +0200",
        "2562-13-11 15:00:00 +0700", "٢٠١٩-06-11 15:00:00 +0200",
    ],
)  # fmt: skip
def test_what_is_no_instant_is_none(text: str) -> None:
    assert stamp(text) is None
    if len(text.encode()) == 25:
        assert not stamps(_rows([text]))[2][0]


def test_many_at_once_equal_one_by_one() -> None:
    rng = np.random.default_rng(3)
    zones = [dt.timezone(dt.timedelta(minutes=int(m))) for m in rng.integers(-72, 57, 400) * 15]
    # Years 1900 to 2199, with every end of February.
    seconds = [int(s) for s in rng.integers(-2_208_988_800, 7_258_000_000, 400)]
    texts = [
        dt.datetime.fromtimestamp(s, tz=z).strftime("%Y-%m-%d %H:%M:%S %z") for s, z in zip(seconds, zones, strict=True)
    ]
    texts += [f"{y}-02-{d} 23:59:59 -0330" for y in (1900, 2000, 2023, 2024) for d in (28, 29)]
    utc, offset, good = stamps(_rows(texts))
    for i, text in enumerate(texts):
        assert (stamp(text) is not None) == good[i], text
        if good[i]:
            assert stamp(text) == (utc[i], offset[i])
    assert utc[:400].tolist() == seconds
    assert good[-8:].tolist() == [True, False, True, True, True, False, True, True]


def test_a_broken_byte_anywhere_is_noticed_or_is_another_stamp() -> None:
    text = b"2019-06-11 15:00:00 +0200"
    for at in range(25):
        for byte in (0, 32, 47, 58, 255):
            broken = text[:at] + bytes([byte]) + text[at + 1 :]
            assert not stamps(np.frombuffer(broken, dtype=np.uint8)[None])[2][0] or broken == text
