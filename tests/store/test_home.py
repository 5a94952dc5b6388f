"""A home on disk: closed to others, the same after the same import, whole or old."""

import os
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import StoreError
from sennight.record import CHANNELS, Clock, Fact, Facts, Recording
from sennight.store.home import Home, facts_of, samples_of


def recording(n: int, *, value: float = 1.0) -> Recording:
    return Recording.from_samples(
        person="p", device="A", channel=CHANNELS["steps"], times_utc=60 * np.arange(n, dtype=np.int64), utc_offset_s=0,
        values=np.full(n, value), clock=Clock.LOCAL, source="s",
    )  # fmt: skip


def add(home: Home, n: int, facts: Facts | None = None, **more: object) -> bool:
    new = home.add([recording(n)], facts or Facts.none(), person="p", source="export.zip", reader="fitbit")
    home.write_days({"ordinal": np.arange(n)}, {"n": n})
    return new


def test_everything_is_for_the_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        home = Home(tmp_path / "home")
        add(home, 5)
        home.write_profile({"born": 1980})
    finally:
        os.umask(old)
    modes = {p: p.stat().st_mode & 0o777 for p in (tmp_path / "home").rglob("*")}
    assert modes
    assert all(mode == (0o700 if p.is_dir() else 0o600) for p, mode in modes.items())
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700


def test_the_same_import_twice_is_one_and_a_newer_one_takes_the_place_of_what_it_holds(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    assert add(home, 5)
    assert not add(Home(tmp_path / "home"), 5)
    home = Home(tmp_path / "home")
    assert add(home, 9)
    assert [one["samples"] for one in home.imports] == [9]
    assert len(list((tmp_path / "home" / "imports").glob("*.parquet"))) == 2
    assert [len(r.times_utc) for r in Home(tmp_path / "home").recordings()] == [9]


def test_an_older_export_beside_a_newer_one_is_kept(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    add(home, 9)
    home.add([recording(5, value=7.0)], Facts.none(), person="p", source="old.zip", reader="fitbit")
    assert len(home.imports) == 2


def test_days_come_back_as_they_were_and_old_ones_are_removed(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    add(home, 5)
    add(home, 6)
    arrays, described = Home(tmp_path / "home").days()
    assert arrays["ordinal"].tolist() == [0, 1, 2, 3, 4, 5]
    assert described == {"n": 6}
    assert len(list((tmp_path / "home").glob("days-*"))) == 1
    with pytest.raises(ValueError, match="read-only"):
        arrays["ordinal"][0] = 9


def test_a_home_has_one_owner(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    add(home, 5)
    with pytest.raises(StoreError, match="this home is of person 'p'"):
        home.add([recording(5)], Facts.none(), person="q", source="x", reader="y")


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_text("x")
    with pytest.raises(StoreError, match="no home"):
        Home(tmp_path)


@pytest.mark.parametrize("broken", ["{", "[]", '{"format": 99, "person": "", "imports": [], "days": ""}'])
def test_a_damaged_or_newer_home_says_so(tmp_path: Path, broken: str) -> None:
    (tmp_path / "home.json").write_text(broken)
    with pytest.raises(StoreError):
        Home(tmp_path)


def test_an_empty_home_says_how_to_fill_it(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nothing was imported") as error:
        Home(tmp_path / "none").days()
    assert "sennight import" in error.value.todo


def test_tables_are_in_one_order_and_undated_facts_are_left() -> None:
    a, b = recording(3), recording(3, value=2.0)
    assert samples_of([a, b]).equals(samples_of([b, a]))
    facts = Facts.from_rows(
        [Fact("p", "age", 40.0, "years", "s"), Fact("p", "day_steps", 9.0, "steps", "s", date(2024, 1, 2))]
    )
    assert facts_of(facts)["name"].to_list() == ["day_steps"]


def test_a_profile_that_is_no_object_is_refused(tmp_path: Path) -> None:
    (tmp_path / "profile.json").write_text("[1]")
    with pytest.raises(StoreError, match="no object"):
        Home(tmp_path).profile()
