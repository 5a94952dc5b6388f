"""Non-wear from raw acceleration: a plain look at every hour, another package's figures, gaps and ends."""

import numpy as np
import pytest

from sennight.signals import nonwear
from sennight.signals.nonwear import NonWear, SpreadOfBlocks

NOT_WORN_BY_SKDH = [
    59,
    60,
    61,
    63,
    64,
    65,
    66,
    68,
    69,
    70,
    73,
    74,
    75,
    78,
    79,
    80,
    81,
    82,
    83,
    84,
    85,
    86,
    87,
    88,
    89,
    90,
    91,
    92,
    93,
    94,
    95,
    96,
    97,
    98,
    99,
    166,
    167,
    170,
    171,
    172,
    175,
    176,
    177,
]
RATE = 4
START = 1_709_287_200  # a full hour
QUARTER_S = 900


def signal(minutes: int, *, still: tuple[tuple[int, int], ...], noise_g: float = 0.002, seed: int = 0) -> np.ndarray:
    """A wrist that moves, except in these minutes, where only the sensor's noise is left. [n 3]"""
    rng = np.random.default_rng(seed)
    minute = np.arange(minutes * 60 * RATE) // (60 * RATE)
    quiet = np.zeros(len(minute), dtype=bool)
    for begin, end in still:
        quiet |= (minute >= begin) & (minute < end)
    spread = np.where(quiet, noise_g, 0.2)[:, None]
    return (rng.normal(0, 1, (len(minute), 3)) * spread + [0, 0, 1]).astype(np.float32)


def times(n: int, *, start: float = START) -> np.ndarray:
    return start + np.arange(n) / RATE


def off(utc: np.ndarray, xyz: np.ndarray, rule: NonWear, *, piece: int = 10_000) -> np.ndarray:
    """Quarters, counted from the first, in which the device was not worn."""
    spread = SpreadOfBlocks()
    for i in range(0, len(utc), piece):
        spread.add(utc[i : i + piece], xyz[i : i + piece])
    starts, found = nonwear.off_body(spread.blocks(), rule=rule)
    assert (np.diff(starts) == QUARTER_S).all()
    return np.flatnonzero(found)


def plainly(xyz: np.ndarray, rule: NonWear) -> list[int]:
    """The rule as its words say, on a recording that begins at a full hour and has no gap."""
    quarter, n = QUARTER_S * RATE, len(xyz) // (QUARTER_S * RATE)
    found = set()

    def still(part: np.ndarray) -> bool:
        sd, extent = part.std(axis=0, ddof=1), np.ptp(part, axis=0)
        if rule is NonWear.VAN_HEES_2011:
            return bool((sd < 0.003).sum() >= 2 or (extent < 0.05).sum() >= 2)
        return bool(((sd < 0.013) & (extent < 0.05)).sum() >= 2)

    x = xyz.astype(np.float64)
    for q in range(n):
        if rule is NonWear.VAN_HEES_2013:
            begin = min(max(q * quarter - 3 * quarter // 2, 0), len(x) - 4 * quarter)
            found |= {q} if still(x[begin : begin + 4 * quarter]) else set()
        elif rule is NonWear.GGIR_2023 and q + 4 <= n:
            found |= set(range(q, q + 4)) if still(x[q * quarter : (q + 4) * quarter]) else set()
        elif rule is NonWear.VAN_HEES_2011 and q % 2 == 0 and q + 2 <= n:
            found |= {q, q + 1} if still(x[q * quarter : (q + 2) * quarter]) else set()
    return sorted(found)


@pytest.mark.parametrize("rule", NonWear)
def test_each_rule_is_what_its_words_say(rule: NonWear) -> None:
    x = signal(480, still=((65, 190), (210, 255), (300, 400), (440, 480)))
    found = off(times(len(x)), x, rule).tolist()
    assert found == plainly(x, rule)
    assert 0 < len(found) < 32


def lying() -> np.ndarray:
    """Sixteen hours at 4 Hz by formula: six times on a table. [n 3]"""
    k = np.arange(960 * 60 * RATE)
    minute = k / (60 * RATE)
    still = np.zeros(len(k), dtype=np.bool_)
    for begin, end in ((65, 190), (210, 255), (300, 400), (437, 600), (700, 733), (790, 960)):
        still |= (minute >= begin) & (minute < end)
    size = np.where(still, 0.002, 0.2)
    waves = np.stack([np.sin(k * (0.7 + 0.31 * axis)) * size for axis in range(3)], axis=1)
    return (waves + np.array([0, 0, 1])).astype(np.float32)


@pytest.mark.parametrize(
    ("rule", "quarters"),
    [
        (NonWear.VAN_HEES_2011, [*range(6, 12), 14, 15, *range(20, 26), *range(30, 40), *range(54, 64)]),
        (NonWear.VAN_HEES_2013, [*range(6, 11), *range(22, 25), *range(31, 38), *range(55, 64)]),
        (NonWear.GGIR_2023, [*range(5, 12), *range(20, 26), *range(30, 40), *range(53, 64)]),
    ],
)
def test_quarters_agree_with_other_packages(rule: NonWear, quarters: list[int]) -> None:
    """On `lying()`, every quarter: paat 1.0.0 detect_non_wear_time_hees2011 in half hours (2011), GGIR's own
    detect_nonwear_clipping (2013 and 2023; its source of commit 0eeaf6d in R 4.2.2), wristpy 0.2.10 detect_nonwear
    (2023; it looks at the standard deviation alone, which here says what the range says).
    """
    x = lying()
    assert off(times(len(x)), x, rule).tolist() == quarters


@pytest.mark.parametrize(
    ("rule", "quarters"),
    [(NonWear.VAN_HEES_2013, [*range(6, 11), *range(22, 25)]), (NonWear.GGIR_2023, [*range(5, 12), *range(20, 26)])],
)
def test_quarters_agree_with_ggir_on_noise(rule: NonWear, quarters: list[int]) -> None:
    """GGIR's detect_nonwear_clipping of the same samples. Its rule of 2023 looks at less than an hour where the
    recording ends and calls the last half hour (30, 31) not worn too; of so short a rest nothing is said here.
    """
    x = signal(480, still=((65, 190), (210, 255), (300, 400), (440, 480)))
    assert off(times(len(x)), x, rule).tolist() == quarters


@pytest.mark.parametrize("piece", [1, 101, 1_000, 10**6])
def test_how_samples_arrive_changes_nothing(piece: int) -> None:
    x = signal(150, still=((20, 100),))
    if piece == 1:
        x = x[: 100 * 60 * RATE : 60]  # every fifteenth second
        utc = START + np.arange(len(x)) * 15.0
        assert len(off(utc, x, NonWear.GGIR_2023, piece=1)) == 0  # too few seconds to say anything
        return
    whole = off(times(len(x)), x, NonWear.VAN_HEES_2013, piece=10**6)
    np.testing.assert_array_equal(off(times(len(x)), x, NonWear.VAN_HEES_2013, piece=piece), whole)
    assert len(whole)


def test_one_axis_that_moves_is_not_enough_and_two_are() -> None:
    x = signal(120, still=((0, 120),))
    x[:, 0] = signal(120, still=())[:, 0]
    assert len(off(times(len(x)), x, NonWear.VAN_HEES_2013)) == 8
    x[:, 1] = x[:, 0]
    assert len(off(times(len(x)), x, NonWear.VAN_HEES_2013)) == 0


def test_a_knock_within_the_hour_is_a_range_that_nobody_at_rest_has() -> None:
    x = signal(120, still=((0, 120),))
    x[60 * 60 * RATE] += 0.06
    assert off(times(len(x)), x, NonWear.GGIR_2023).tolist() == [0, 1, 2, 3]  # every hour that holds it is worn


def test_what_was_not_recorded_is_not_called_off_body() -> None:
    x = signal(240, still=((0, 240),))
    utc = times(len(x))
    gap = (utc >= START + 3_600 + 600) & (utc < START + 7_200 + 600)
    found = off(utc[~gap], x[~gap], NonWear.VAN_HEES_2013).tolist()
    assert found == [0, 1, 2, 3, 9, 10, 11, 12, 13, 14, 15]  # 4 was cut after ten minutes, 8 began then
    short = utc < START + 3_500
    assert off(utc[short][: 45 * 60 * RATE], x[short][: 45 * 60 * RATE], NonWear.VAN_HEES_2013).tolist() == []


def test_quarters_are_those_of_the_clock() -> None:
    x = signal(130, still=((0, 130),))
    spread = SpreadOfBlocks()
    spread.add(times(len(x), start=START + 400), x)
    starts, found = nonwear.off_body(spread.blocks())
    assert starts[0] == START
    assert np.flatnonzero(~found).tolist() == [0, 9]  # the first and the last were recorded in part


def test_nothing_gives_nothing() -> None:
    spread = SpreadOfBlocks()
    spread.add(np.empty(0), np.empty((0, 3), dtype=np.float32))
    starts, found = nonwear.off_body(spread.blocks())
    assert len(starts) == len(found) == 0


# --- temperature --------------------------------------------------------------------------------------------------


def minutes_of(n: int = 180) -> tuple[np.ndarray, np.ndarray]:
    """Spread on three axes and temperature, by formula."""
    k = np.arange(n)
    temperature = np.round(27 + 4 * np.sin(k / 17.0) + 0.3 * np.cos(k * 1.3), 2)
    sd = np.where((k // 20) % 3 == 1, 0.001, 0.05)
    return np.stack([sd, sd, 2 * sd], axis=1), temperature


def test_temperature_and_spread_agree_with_scikit_digital_health() -> None:
    """skdh 0.17.18 CtaWearDetection(sd_crit=0.013) on samples with these spreads and temperatures: 137 minutes worn."""
    sd, temperature = minutes_of()
    worn = nonwear.zhou_2015(sd, temperature, np.ones(180, dtype=np.bool_))
    assert int(worn.sum()) == 137
    assert np.flatnonzero(~worn).tolist() == NOT_WORN_BY_SKDH


@pytest.mark.parametrize(
    ("temperatures", "still", "expected"),
    [
        ([30.0, 26.0, 25.9], False, [True, True, False]),
        ([30.0, 25.0, 25.0], True, [True, False, False]),
        ([20.0, 20.5, 20.4, 20.4, 21.0, 21.0], False, [True, True, False, False, True, True]),
        ([20.0, 27.0, 20.0], True, [False, True, False]),
    ],
)
def test_the_rules_one_by_one(temperatures: list[float], still: bool, expected: list[bool]) -> None:
    n = len(temperatures)
    sd = np.full((n, 3), 0.001 if still else 0.1)
    assert nonwear.zhou_2015(sd, np.array(temperatures), np.ones(n, dtype=np.bool_)).tolist() == expected


def test_a_minute_that_was_not_seen_is_not_worn_and_compares_with_nothing() -> None:
    seen = np.array([True, False, True, True])
    worn = nonwear.zhou_2015(np.full((4, 3), 0.1), np.array([24.0, np.nan, 20.0, 19.0]), seen)
    assert worn.tolist() == [True, False, True, False]
