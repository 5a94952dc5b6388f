"""Sleep and wake from movement: plain loops over the papers' formulas, figures of another package, gaps."""

import numpy as np
import pytest

from sennight.signals import sleep_wake
from sennight.signals.sleep_wake import Scores


def made_up(n: int = 1_440) -> np.ndarray:
    """Counts of a day by formula, so that anybody can make the same."""
    i = np.arange(n)
    wave = 120 * np.sin(2 * np.pi * (i - 300) / 700) + 90 * np.sin(i * i * 0.013) + 40 * np.cos(i * 0.9)
    return np.maximum(0, np.round(wave))


def all_seen(x: np.ndarray) -> np.ndarray:
    return np.ones(len(x), dtype=np.bool_)


def scores(text: str) -> Scores:
    """S asleep, W awake, ? not known."""
    return Scores(
        asleep=np.array([c == "S" for c in text], dtype=bool), known=np.array([c != "?" for c in text], dtype=bool)
    )


def written(of: Scores) -> str:
    return "".join("?" if not k else "S" if a else "W" for a, k in zip(of.asleep, of.known, strict=True))


# --- Cole-Kripke --------------------------------------------------------------------------------------------------


def test_cole_kripke_is_the_weighted_sum_of_its_paper() -> None:
    x = made_up() / 30
    found = sleep_wake.cole_kripke(x, all_seen(x))
    for t in range(4, len(x) - 2):
        a, b, c, d, e, f, g = x[t - 4 : t + 3]
        index = 0.001 * (106 * a + 54 * b + 58 * c + 76 * d + 230 * e + 74 * f + 67 * g)
        assert found.asleep[t] == (index < 1)


def test_cole_kripke_agrees_with_pyactigraphy() -> None:
    """pyActigraphy 1.2.2, settings "mean", on `made_up() / 30`: 850 minutes asleep of those whose window is whole."""
    x = made_up() / 30
    inside = np.zeros(len(x), dtype=bool)
    inside[4:-4] = True  # its window is nine minutes wide, two weights are zero
    assert int(sleep_wake.cole_kripke(x, all_seen(x)).asleep[inside].sum()) == 850


def test_a_still_night_is_asleep_and_a_walk_is_awake() -> None:
    x = np.concatenate([np.full(60, 3_000.0), np.zeros(60)])
    found = sleep_wake.cole_kripke(sleep_wake.actilife_scaled(x), all_seen(x))
    assert not found.asleep[4:60].any()
    assert found.asleep[64:118].all()


def test_counts_are_scaled_as_actilife_does() -> None:
    assert sleep_wake.actilife_scaled(np.array([0.0, 150.0, 30_000.0, 1e6])).tolist() == [0, 1.5, 300, 300]


# --- Sadeh --------------------------------------------------------------------------------------------------------


def test_sadeh_is_the_index_of_its_paper() -> None:
    x = made_up()
    found = sleep_wake.sadeh(x, all_seen(x))
    y = np.minimum(x, 300)
    for t in range(5, len(x) - 5):
        around = y[t - 5 : t + 6]
        moderate = sum(50 <= v < 100 for v in around)
        spread = np.sqrt(((y[t - 5 : t + 1] - y[t - 5 : t + 1].mean()) ** 2).sum() / 5)
        index = 7.601 - 0.065 * around.mean() - 1.08 * moderate - 0.056 * spread - 0.703 * np.log(y[t] + 1)
        assert found.asleep[t] == (index >= 0), t


def test_sadeh_is_close_to_pyactigraphy() -> None:
    """pyActigraphy 1.2.2 on `made_up()`: 700 minutes asleep. It takes the logarithm of the minute after, leaves 50 out
    of the moderate range and has no upper limit; here, by the paper, it is 697.
    """
    x = made_up()
    assert abs(int(sleep_wake.sadeh(x, all_seen(x)).asleep.sum()) - 700) <= 5


# --- gaps ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rule", "before", "after"), [(sleep_wake.cole_kripke, 4, 2), (sleep_wake.sadeh, 5, 5)])
def test_what_lies_beside_a_gap_is_not_known(rule: type, before: int, after: int) -> None:
    x, seen = np.zeros(100), np.ones(100, dtype=np.bool_)
    seen[50] = False
    found = rule(x, seen)
    expected = np.zeros(100, dtype=bool)
    expected[before : 100 - after] = True
    expected[50 - after : 50 + before + 1] = False
    np.testing.assert_array_equal(found.known, expected)
    np.testing.assert_array_equal(found.asleep, expected)


def test_a_recording_shorter_than_the_window_is_not_known() -> None:
    for rule in (sleep_wake.cole_kripke, sleep_wake.sadeh):
        for n in (0, 3):
            assert not rule(np.zeros(n), np.ones(n, dtype=np.bool_)).known.any()


# --- Webster ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("WWW" + "S" * 20, "WWW" + "S" * 20),
        ("W" * 4 + "S" * 20, "W" * 5 + "S" * 19),  # (a)
        ("W" * 9 + "S" * 20, "W" * 10 + "S" * 19),
        ("W" * 10 + "S" * 20, "W" * 13 + "S" * 17),  # (b)
        ("W" * 15 + "S" * 20, "W" * 19 + "S" * 16),  # (c)
        ("W" * 10 + "S" * 6 + "W" * 10, "W" * 26),  # (d)
        ("W" * 10 + "S" * 7 + "W" * 10, "W" * 13 + "S" * 4 + "W" * 10),
        ("W" * 10 + "S" * 6 + "W" * 9, "W" * 13 + "S" * 3 + "W" * 9),
        ("W" * 20 + "S" * 10 + "W" * 20, "W" * 50),  # (e)
        ("W" * 20 + "S" * 11 + "W" * 20, "W" * 24 + "S" * 7 + "W" * 20),
        ("S" * 8, "S" * 8),
        ("W" * 15 + "SS", "W" * 17),
        ("W" * 3 + "?" + "W" * 3 + "S" * 9, "W" * 3 + "?" + "W" * 3 + "S" * 9),
        ("W" * 20 + "S" * 5 + "?" + "W" * 20, "W" * 24 + "S" + "?" + "W" * 20),
        ("", ""),
    ],
)
def test_webster_rescores_as_its_rules_say(given: str, expected: str) -> None:
    assert written(sleep_wake.webster(scores(given))) == expected


def test_webster_agrees_with_pyactigraphy() -> None:
    """pyActigraphy 1.2.2 on its own scores of `made_up()`: 850 minutes asleep become 839."""
    x = made_up() / 30
    found = sleep_wake.cole_kripke(x, all_seen(x))
    ends = np.zeros(len(x), dtype=bool)
    ends[:4] = ends[-4:] = True  # not scored there, which it counts as awake
    given = Scores(asleep=found.asleep & ~ends, known=all_seen(x))
    assert int(given.asleep.sum()) == 850
    assert int(sleep_wake.webster(given).asleep.sum()) == 839


# --- van Hees -----------------------------------------------------------------------------------------------------


def test_a_bout_is_more_than_five_minutes_without_a_change_of_posture() -> None:
    """By the angle every 5 s: changes at epochs 40 and 101 leave 61 epochs, at 101 and 161 only 60."""
    angle = np.concatenate([np.arange(40) * 10.0 % 70, np.full(61, 20.0), np.full(60, 40.0), np.arange(9) * 10.0])
    found = sleep_wake.sustained_inactivity(angle, all_seen(angle))
    assert np.flatnonzero(found.asleep).tolist() == list(range(40, 101))


def arm(n: int = 1_440) -> np.ndarray:
    """Two hours of angles by formula: an arm that turns now and then, with longer and shorter rests between."""
    k = np.arange(n)
    return 30 * np.sin(np.floor(k / 73) * 2.3) + 25 * np.sin(np.floor(k / 131) * 1.1) + 1.5 * np.cos(k * 1.7)


BOUTS_BY_NIMBALWEAR = [
    (0, 72), (146, 218), (219, 291), (292, 364), (438, 510), (524, 654), (657, 729), (803, 875), (949, 1_021),
    (1_095, 1_167), (1_179, 1_240), (1_241, 1_309), (1_314, 1_386),
]  # fmt: skip


def test_bouts_agree_with_nimbalwear() -> None:
    """nimbalwear 0.21.8 detect_sleep_bouts on the differences of `arm()`: the same thirteen bouts, epoch by epoch."""
    angle = arm()
    found = sleep_wake.sustained_inactivity(angle, all_seen(angle)).asleep
    expected = np.zeros(len(angle), dtype=np.bool_)
    for first, last in BOUTS_BY_NIMBALWEAR:
        expected[first : last + 1] = True
    np.testing.assert_array_equal(found, expected)


BOUTS_BY_GGIR = [
    (145, 364), (437, 510), (523, 654), (656, 729), (802, 875), (948, 1_021), (1_094, 1_167), (1_178, 1_309),
    (1_313, 1_386),
]  # fmt: skip


def test_bouts_agree_with_ggir_but_for_the_epoch_before_each() -> None:
    """GGIR's HASIB, "vanHees2015" (its source of commit 11ac794 in R 4.2.2), on `arm()`: it counts the epoch before the
    change of posture to the bout that follows, and leaves out what lies before the first change.
    """
    angle = arm()
    found = sleep_wake.sustained_inactivity(angle, all_seen(angle)).asleep
    expected = np.zeros(len(angle), dtype=np.bool_)
    for first, last in BOUTS_BY_GGIR:
        expected[first : last + 1] = True
    first_change = int(np.flatnonzero(np.abs(np.diff(angle)) > 5)[0])
    differ = np.flatnonzero(found != expected)
    assert first_change == BOUTS_BY_NIMBALWEAR[0][1] == 72
    assert differ[differ > first_change].tolist() == [
        first - 1 for first, _ in BOUTS_BY_NIMBALWEAR[1:] if not found[first - 1]
    ]
    assert expected[differ[differ > first_change]].all()


def test_slow_turning_is_no_change_of_posture_and_five_degrees_are_none() -> None:
    slow = np.arange(200) * 0.4
    assert sleep_wake.sustained_inactivity(slow, all_seen(slow)).asleep.all()
    five = np.where(np.arange(200) % 2, 5.0, 0.0)
    assert sleep_wake.sustained_inactivity(five, all_seen(five)).asleep.all()
    more = np.where(np.arange(200) % 2, 5.1, 0.0)
    assert not sleep_wake.sustained_inactivity(more, all_seen(more)).asleep.any()


def test_a_gap_is_never_sleep_and_ends_a_bout() -> None:
    angle, seen = np.zeros(100), np.ones(100, dtype=np.bool_)
    seen[50] = False
    found = sleep_wake.sustained_inactivity(np.where(seen, angle, np.nan), seen)
    assert not found.asleep.any()  # 50 and 49 epochs are shorter than five minutes
    assert found.known.sum() == 99
    seen[50], seen[99] = True, False
    assert np.flatnonzero(~sleep_wake.sustained_inactivity(angle, seen).asleep).tolist() == [99]


def test_epochs_of_another_length_count_in_minutes() -> None:
    angle = np.zeros(11)
    assert sleep_wake.sustained_inactivity(angle, all_seen(angle), epoch_s=30).asleep.all()
    assert not sleep_wake.sustained_inactivity(angle[:10], all_seen(angle[:10]), epoch_s=30).asleep.any()
    assert not len(sleep_wake.sustained_inactivity(angle[:0], all_seen(angle[:0])).asleep)
