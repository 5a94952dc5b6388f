from datetime import date

import numpy as np
import pytest

from sennight.evaluate.report.actogram import actogram, draw_actogram, missing_runs
from sennight.evaluate.report.figures import NARROW, WIDE, Frame
from sennight.record import PersonDays


def window(ordinal: int, *, days: int = 1, first: date | None = None, weekday: int = -1, seen: slice = slice(None),
           channels: tuple[str, ...] = ("heart_rate",), value: float = 70.0) -> PersonDays:  # fmt: skip
    there = np.zeros((1440 * days, len(channels)), dtype=np.bool_)
    there[seen] = True
    return PersonDays(
        person="p", first_date=first, ordinal=ordinal, weekday=weekday, seen=there,
        values=np.where(there, value, 0).astype(np.float32), channels=channels,
    )  # fmt: skip


def test_missing_minutes_are_never_a_zero() -> None:
    shown = actogram([window(1, seen=slice(0, 720))])
    (day,) = shown.days
    assert missing_runs(day.seen[:, 0]) == [(144, 288)]
    assert (day.values[:144, 0] == 70).all()
    plot = draw_actogram(shown, WIDE).axes[0]
    drawn = np.concatenate([patch.get_xy() for patch in plot.patches])
    assert drawn[:, 0].max() <= 12
    (hatched,) = plot.collections
    assert hatched.get_hatch()
    assert hatched.get_paths()[0].vertices[:, 0].min() == pytest.approx(12)


def test_a_bin_needs_half_of_its_minutes() -> None:
    assert not actogram([window(1, seen=slice(0, 2))]).days[0].seen.any()
    assert actogram([window(1, seen=slice(0, 3))]).days[0].seen.sum() == 1


def test_the_mean_of_a_bin_is_over_the_minutes_seen() -> None:
    assert actogram([window(1, seen=slice(0, 3))]).days[0].values[0, 0] == pytest.approx(70)


def test_a_day_between_two_windows_is_shown_as_missing() -> None:
    shown = actogram([window(4, first=date(2026, 3, 5)), window(2, first=date(2026, 3, 3))])
    assert [day.label for day in shown.days] == ["Tue 2026-03-03", "Wed 2026-03-04", "Thu 2026-03-05"]
    assert [bool(day.seen.any()) for day in shown.days] == [True, False, True]


def test_a_week_is_seven_days() -> None:
    shown = actogram([window(10, days=7, weekday=5, seen=slice(1440, 2880))])
    assert [bool(day.seen.any()) for day in shown.days] == [False, True, False, False, False, False, False]
    assert [day.label for day in shown.days][:3] == ["Sat, day 1", "Sun, day 2", "Mon, day 3"]


def test_days_without_a_date_or_weekday_are_numbered() -> None:
    assert [day.label for day in actogram([window(1), window(2)]).days] == ["day 1", "day 2"]


def test_what_is_beyond_the_page_is_counted() -> None:
    names = ("heart_rate", "steps", "rmssd", "sdnn", "pnn20", "spo2", "eda_level", "skin_temperature", "mims")
    shown = actogram([window(day, channels=names) for day in range(20)])
    assert (len(shown.days), shown.left_out_days) == (14, 6)
    assert (len(shown.channels), shown.left_out_channels) == (6, 3)


def test_a_channel_that_was_never_seen_is_not_drawn() -> None:
    assert actogram([window(1, seen=slice(0, 0))]).channels == ()
    assert actogram([]).days == ()


def test_only_the_channels_asked_for_are_drawn() -> None:
    shown = actogram([window(1, channels=("heart_rate", "steps"))], channels=("steps", "not_there"))
    assert shown.channels == ("steps",)


@pytest.mark.parametrize("frame", [WIDE, NARROW])
def test_the_labels_of_an_actogram_are_not_cut(frame: Frame) -> None:
    shown = actogram([window(d, first=date(2026, 3, d), channels=("heart_rate", "steps")) for d in range(1, 4)])
    figure = draw_actogram(shown, frame)
    figure.draw_without_rendering()
    for plot in figure.axes:
        for label in (*plot.get_xticklabels(), *plot.get_yticklabels(), *plot.texts):
            box = label.get_window_extent()
            assert box.x0 >= -0.5, label.get_text()
            assert box.x1 <= figure.bbox.x1 + 0.5, label.get_text()
