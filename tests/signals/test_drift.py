"""A device that changes is noticed in two weeks, and a life that does not is left alone."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sennight.signals.drift import ALLOWANCE, REFERENCE_DAYS, alarms, changes, standard

YEAR = 365


def life(rng: np.random.Generator, n: int, *, like_yesterday: float = 0.3) -> np.ndarray:
    """Daily figures with weekends and days that resemble each other, spread about 1 around 20."""
    noise, days = rng.normal(size=n) * np.sqrt(1 - like_yesterday**2), np.zeros(n)
    for i in range(1, n):
        days[i] = like_yesterday * days[i - 1] + noise[i]
    return 20 + days + 0.4 * np.isin(np.arange(n) % 7, (5, 6))


def of_device(rng: np.random.Generator, n: int) -> dict[str, np.ndarray]:
    return {name: life(rng, n) for name in ("pulse", "steps", "sleep")}


def test_a_new_device_is_noticed_within_two_weeks() -> None:
    """N-09: all figures move by 2.5 spreads; forty people."""
    rng, noticed = np.random.default_rng(0), 0
    for _ in range(40):
        figures = of_device(rng, 114)
        for days in figures.values():
            days[100:] += 2.5
        found = [a for a in alarms(figures) if a.noticed >= 100]
        noticed += bool(found)
        if found:
            assert {c.direction for c in found[0].changes.values()} == {1}
    assert noticed >= 36, noticed


def test_a_life_without_a_new_device_is_left_alone() -> None:
    """N-09: at most one false alarm a person-year, over forty years."""
    rng = np.random.default_rng(1)
    false = sum(len(alarms(of_device(rng, YEAR + 42))) for _ in range(40))
    assert false <= 40 / 4  # far below the bar of one a year


def test_one_odd_day_a_slow_season_and_a_single_figure_raise_nothing() -> None:
    rng = np.random.default_rng(2)
    odd = life(rng, 120)
    odd[90] += 100
    assert changes(odd) == []
    season = life(rng, YEAR) + np.sin(np.linspace(0, 2 * np.pi, YEAR))
    assert len(changes(season)) <= 1
    figures = of_device(rng, 140)
    figures["steps"][100:] += 5  # a holiday: more steps, the same pulse
    assert changes(figures["steps"])
    assert alarms(figures) == []


def test_days_that_are_not_known_wait_and_weeks_after_a_change_are_a_new_reference() -> None:
    days = np.full(200, np.nan)
    assert changes(days) == []
    assert standard(np.full(30, 5.0), 20) is None  # too few known days before
    rng = np.random.default_rng(3)
    stepped = life(rng, 300)
    stepped[100:] += 4
    found = changes(stepped)
    assert len(found) == 1  # once, not every week from then on
    assert found[0].began <= 102 + REFERENCE_DAYS
    assert ALLOWANCE > 0


def test_on_four_months_of_real_days() -> None:
    """N-09: LifeSnaps, people who kept their device; and the same with every figure moved by three spreads."""
    folder = Path(__file__).resolve().parents[3] / "shared" / "data" / "lifesnaps"
    if not folder.is_dir():
        pytest.skip("the public set is not beside this checkout")
    names = {"resting_hr": 0.0, "bpm": 0.0, "rmssd": 0.0, "steps": 0.0, "sedentary_minutes": 0.0, "minutesAsleep": 0.0}
    table = pl.read_parquet(folder / "daily.parquet", columns=["id", "date", *names])
    years, false, noticed, asked = 0.0, 0, 0, 0
    for part in table.partition_by("id"):
        day = part["date"].to_numpy().astype("datetime64[D]").astype(int)
        figures = {}
        for name in names:
            series = np.full(day.max() - day.min() + 1, np.nan)
            values = part[name].cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy()
            series[day - day.min()] = np.where(values == 0, np.nan, values)
            if sum(standard(series, i) is not None for i in range(len(series))) >= 14:
                figures[name] = series
        if len(figures) < 2:
            continue
        watched = max(sum(standard(s, i) is not None for i in range(len(s))) for s in figures.values())
        years, false = years + watched / 365.25, false + len(alarms(figures))
        at, moved = len(next(iter(figures.values()))) * 2 // 3, {}
        for name, series in figures.items():
            before = series[max(at - 42, 0) : at - 14]
            before = before[np.isfinite(before)]
            spread = 1.4826 * np.median(np.abs(before - np.median(before))) if len(before) else 0.0
            moved[name] = np.where(np.arange(len(series)) >= at, series + 3 * spread, series)[: at + 14]
        if min(np.isfinite(s[at:]).sum() for s in moved.values()) >= 8:
            asked += 1
            noticed += any(a.noticed >= at for a in alarms(moved))
    assert years > 4
    assert false / years <= 1
    assert noticed / asked >= 0.9
