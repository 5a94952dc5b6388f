from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sennight.errors import PrepareError
from sennight.prepare.wear import (
    FROZEN_PULSE_MIN,
    NO_PULSE_MIN,
    STILL_MIN,
    Wear,
    choi_2011,
    choose_wear,
    mark_wear,
    no_pulse,
    still,
    troiano_2008,
    window_90,
)
from sennight.record import VALID_DAY_MINUTES, Why

PACK = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "nhanes_2005_2006" / "mini_200.parquet"


MOVING = 5


def counts(*parts: tuple[int, int]) -> np.ndarray:
    """counts((90, 0), (2, 500)): 90 minutes of 0, then 2 of 500, between two times MOVING minutes of plain movement."""
    return np.concatenate([np.full(n, value) for n, value in ((MOVING, 999), *parts, (MOVING, 999))]).astype(np.float32)


def off_minutes(off: np.ndarray) -> int:
    return int(off.sum())


@pytest.mark.parametrize(
    ("parts", "off"),
    [
        ([(89, 0)], 0),
        ([(90, 0)], 90),
        ([(45, 0), (2, 500), (45, 0)], 92),  # a spike of 2 minutes alone in an hour of rest is overlooked, however high
        ([(45, 0), (3, 500), (45, 0)], 0),  # one of 3 minutes is not
        ([(90, 0), (3, 5), (90, 0)], 180),
        ([(60, 0), (1, 5), (29, 0), (1, 5), (60, 0)], 0),  # two spikes 29 minutes apart keep each other
        ([(60, 0), (1, 5), (30, 0), (1, 5), (60, 0)], 152),
        ([(90, 0), (1, 5), (29, 0)], 90),  # movement within 30 minutes after: the spike is wear, the rest before is not
    ],
)
def test_choi_follows_the_paper_by_hand(parts: list[tuple[int, int]], off: int) -> None:
    assert off_minutes(choi_2011(counts(*parts))) == off


@pytest.mark.parametrize(
    ("parts", "off"),
    [
        ([(59, 0)], 0),
        ([(60, 0)], 60),
        ([(30, 0), (2, 100), (30, 0)], 62),
        ([(30, 0), (2, 101), (30, 0)], 0),  # a minute above 100 ends the rest
        ([(30, 0), (3, 5), (30, 0)], 0),  # so do three minutes in a row
        ([(20, 0), (2, 5), (20, 0), (2, 5), (20, 0)], 64),
        ([(60, 0), (2, 5)], 60),  # movement that leads into movement is not rest
    ],
)
def test_troiano_follows_the_paper_by_hand(parts: list[tuple[int, int]], off: int) -> None:
    assert off_minutes(troiano_2008(counts(*parts))) == off


def knocked() -> np.ndarray:
    """Three days of counts by formula: rests of all lengths, and knocks against the table."""
    i = np.arange(4_320)
    edge = (i < 10) | (i >= 4_310)
    moving = (np.sin(2 * np.pi * i / 611) + 0.6 * np.sin(2 * np.pi * i / 173) > -0.25) | edge
    knocks = np.where(i % 67 == 0, 40.0, 0) + np.where(
        i % 5 == 0, np.select([i % 89 == 0, i % 89 == 1], [150.0, 30.0]), 0
    )
    knocks = np.where(i // 700 % 2 == 0, knocks, np.where(i % 43 < 3, 20.0, 0))
    return np.where(moving, np.round(300 + 250 * np.sin(i * i * 0.013)), knocks).astype(np.float32)


def rests(off: np.ndarray) -> list[tuple[int, int]]:
    """First and last minute of each time off the body."""
    change = np.diff(np.concatenate([[0], off.astype(np.int8), [0]]))
    return [*zip(np.flatnonzero(change == 1).tolist(), (np.flatnonzero(change == -1) - 1).tolist(), strict=True)]


def test_choi_agrees_with_his_own_program() -> None:
    """`marking` of the R package PhysicalActivity (frame 90, streamFrame 30) on `knocked()`: every minute."""
    assert rests(choi_2011(knocked())) == [(1_614, 1_741), (2_830, 2_947), (3_378, 3_525)]


def test_troiano_agrees_with_a_public_program_but_for_weak_minutes_before_movement() -> None:
    """troiano_2007_calculate_non_wear_time of Syed et al. (2020, ActiGraph-ActiWave-Analysis) on `knocked()`. It counts
    one or two weak minutes that lead into movement to the rest before them: 3 of 4,320 minutes (359, 3526, 3527).
    """
    theirs = [(285, 359), (446, 540), (1_501, 1_561), (1_614, 1_754), (2_830, 2_969), (3_378, 3_527), (4_228, 4_299)]
    ours = rests(troiano_2008(knocked()))
    assert ours == [(a, {359: 358, 3_527: 3_525}.get(b, b)) for a, b in theirs]


@pytest.mark.parametrize(
    ("parts", "off"),
    [
        ([(89, 0)], 0),
        ([(88, 0), (2, 99)], 90),
        ([(88, 0), (2, 100)], 0),
        ([(44, 0), (3, 5), (44, 0)], 0),
        ([(100, 0), (1, 5)], 101),
    ],
)
def test_the_90_minute_window_allows_two_weak_minutes_anywhere(parts: list[tuple[int, int]], off: int) -> None:
    assert off_minutes(window_90(counts(*parts))) == off


def test_choi_overlooks_a_short_movement_at_the_very_edge_of_a_recording() -> None:
    assert choi_2011(np.array([7] + 90 * [0], dtype=np.float32)).all()
    assert off_minutes(troiano_2008(np.array([7] + 90 * [0], dtype=np.float32))) == 90


def test_a_recording_shorter_than_a_window_is_worn() -> None:
    short = np.zeros(30, dtype=np.float32)
    assert not any(rule(short).any() for rule in (choi_2011, troiano_2008, window_90))


def test_what_raw_samples_say_needs_raw_samples(table) -> None:
    counted = table(hip_counts=counts((100, 0)))
    lying = np.arange(110) >= 50
    assert choose_wear(counted) is Wear.CHOI_2011
    assert choose_wear(counted, lying=lying) is Wear.VAN_HEES_2013
    marked = mark_wear(counted, lying=lying)
    assert ((marked.why[:, 0] == Why.OFF_BODY) == lying).all()
    assert ((mark_wear(counted, rule=Wear.VAN_HEES_2013, lying=lying).why == Why.OFF_BODY)[:, 0] == lying).all()
    with pytest.raises(PrepareError, match="needs raw samples"):
        mark_wear(counted, rule=Wear.VAN_HEES_2013)


def test_off_body_takes_every_channel_of_the_device(table) -> None:
    marked = mark_wear(table(hip_counts=counts((100, 0)), steps=np.ones(110)))
    assert (marked.why[5:105] == Why.OFF_BODY).all()
    assert (marked.values[5:105] == 0).all()
    assert (marked.why[:5] == Why.SEEN).all()
    assert (marked.why[105:] == Why.SEEN).all()


def test_a_saturated_minute_is_movement(table) -> None:
    worn = table(hip_counts=counts((100, 0)))
    worn.why[40:44, 0] = Why.OUT_OF_RANGE
    assert not (mark_wear(worn).why == Why.OFF_BODY).any()


def test_a_device_that_was_off_keeps_that_reason(table) -> None:
    off = table(hip_counts=counts((100, 0)))
    off.why[10:80, 0] = Why.DEVICE_OFF
    marked = mark_wear(off)
    assert (marked.why[10:80] == Why.DEVICE_OFF).all()
    assert (marked.why[5:10] == Why.OFF_BODY).all()


def night(pulse: np.ndarray, table, **more: object):
    return table(heart_rate=pulse, steps=np.zeros(len(pulse)), **more)


def sleeping_pulse(minutes: int) -> np.ndarray:
    return 52 + np.arange(minutes) % 7


def test_a_minute_without_pulse_at_night_stays_on_body(table) -> None:
    pulse = sleeping_pulse(480).astype(np.float32)
    pulse[100 : 100 + NO_PULSE_MIN - 1] = np.nan
    marked = mark_wear(night(pulse, table))
    assert (marked.why[:, 1] == Why.SEEN).all()
    assert (marked.why[100 : 100 + NO_PULSE_MIN - 1, 0] == Why.NOT_MEASURED).all()


def test_half_an_hour_without_pulse_and_movement_is_off_body(table) -> None:
    pulse = sleeping_pulse(480).astype(np.float32)
    pulse[100 : 100 + NO_PULSE_MIN] = np.nan
    marked = mark_wear(night(pulse, table))
    assert (marked.why[100 : 100 + NO_PULSE_MIN] == Why.OFF_BODY).all()
    assert (marked.why == Why.OFF_BODY).any(axis=1).sum() == NO_PULSE_MIN


def test_steps_without_pulse_are_worn(table) -> None:
    pulse = sleeping_pulse(480).astype(np.float32)
    pulse[100:160] = np.nan
    steps = np.zeros(480)
    steps[100:160:20] = 30  # loose on a walking wrist
    assert not no_pulse(table(heart_rate=pulse, steps=steps)).any()


def test_a_frozen_pulse_on_a_still_device_is_off_body(table) -> None:
    """Failure 3, T-12."""
    pulse = sleeping_pulse(480)
    pulse[100 : 100 + FROZEN_PULSE_MIN] = 70
    off = no_pulse(night(pulse, table))
    assert np.flatnonzero(off).tolist() == list(range(100, 100 + FROZEN_PULSE_MIN))
    pulse[100] = 71
    assert not no_pulse(night(pulse, table)).any()


def test_a_pulse_taken_rarely_does_not_decide(table) -> None:
    rare = np.full(480, np.nan)
    rare[::20] = 60
    assert choose_wear(table(heart_rate=rare, steps=np.zeros(480))) is Wear.STILL


def test_basal_minutes_without_steps_are_off_body_only_when_they_last(table) -> None:
    still_long, still_short = np.ones(600), np.ones(600)
    still_short[:: STILL_MIN - 1] = 1.2
    assert still(table(steps=np.zeros(600), mets=still_long)).all()
    assert not still(table(steps=np.zeros(600), mets=still_short)).any()


def test_a_minute_that_the_device_calls_asleep_is_worn(table) -> None:
    asleep = np.zeros(600)
    asleep[50:550] = 1
    assert not still(table(steps=np.zeros(600), asleep=asleep)).any()


def test_a_night_whose_stages_came_without_its_pulse_is_worn(table) -> None:
    deep, pulse = np.zeros(600), 60.0 + np.arange(600) % 7
    deep[200:500], pulse[150:550] = 1, np.nan
    off = no_pulse(table(heart_rate=pulse, sleep_deep=deep, steps=np.zeros(600)))
    assert np.flatnonzero(off).tolist() == [*range(150, 200), *range(500, 550)]


@pytest.mark.parametrize(
    ("columns", "rule"),
    [
        (("heart_rate", "steps", "wrist_counts"), Wear.HEART_RATE),
        (("wrist_counts", "steps"), Wear.CHOI_2011),
        (("mets",), Wear.STILL),
        (("glucose",), Wear.NONE),
    ],
)
def test_auto_takes_the_best_evidence_the_device_has(table, columns: tuple[str, ...], rule: Wear) -> None:
    assert choose_wear(table(**dict.fromkeys(columns, np.full(30, 60.0)))) is rule


def test_a_glucose_sensor_is_never_marked(table) -> None:
    glucose = table(glucose=np.full(600, 100.0))
    assert mark_wear(glucose) is glucose


def test_a_rule_without_its_channel_is_refused(table) -> None:
    with pytest.raises(PrepareError, match="hip_counts"):
        mark_wear(table(steps=np.zeros(100)), rule=Wear.CHOI_2011)


@pytest.mark.real
def test_the_rules_agree_with_the_wear_flags_of_the_nhanes_pack() -> None:
    if not PACK.exists():
        pytest.skip(f"{PACK} is not here")
    pack = pl.read_parquet(PACK, columns=["seqn", "day", "counts", "wear_bits"]).sort("seqn", "day")
    people = len(pack) // 7
    recorded = pack["counts"].to_numpy().reshape(people, -1).clip(0).astype(np.float32)
    flags = np.unpackbits(np.frombuffer(b"".join(pack["wear_bits"]), dtype=np.uint8)).reshape(people, -1) == 1

    def compare(rule) -> tuple[float, int]:
        worn = np.stack([~rule(one) for one in recorded])
        valid = worn.reshape(people, 7, -1).sum(axis=2) >= VALID_DAY_MINUTES
        return float((worn == flags).mean()), int(valid.sum())

    valid_by_flags = int((flags.reshape(people, 7, -1).sum(axis=2) >= VALID_DAY_MINUTES).sum())
    choi, troiano = compare(choi_2011), compare(troiano_2008)
    assert compare(window_90) == (1.0, valid_by_flags)
    assert choi[0] > 0.985
    assert abs(choi[1] - valid_by_flags) <= 0.01 * valid_by_flags
    assert choi[0] > troiano[0]
    assert abs(choi[1] - valid_by_flags) < abs(troiano[1] - valid_by_flags)
