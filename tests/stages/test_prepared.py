"""Preparing ends in a whole store with its reports, whatever stops it on the way."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import InputError, StoreError
from sennight.readers import Reading, ReadReport
from sennight.record import Clock, Facts, Person, Recording, Role, channel
from sennight.stages.prepared import READ_REPORT, WEAR_REPORT, prepare_store, store_of
from sennight.store import Store

Contents = Callable[[Path], dict[str, bytes]]
SMALL = "synthetic:people=4,days=2,channels=heart_rate+steps+on_body"


def test_a_cohort_becomes_a_store_with_its_reports(tmp_path: Path) -> None:
    report = prepare_store(SMALL, tmp_path / "store")
    store = Store.open(tmp_path / "store")
    assert store.complete
    assert len(store.people) == 4
    assert len(store) == report.wear["person_days"]
    assert store.facts.latest("age_years").keys() == set(store.people)
    assert json.loads((store.path / READ_REPORT).read_text()) == report.read
    assert json.loads((store.path / WEAR_REPORT).read_text()) == report.wear
    assert report.read["reader"] == "synthetic"
    assert report.read["records_seen"] == report.read["records_kept"] + sum(report.read["dropped"].values())


def test_a_store_is_taken_as_it_is_and_anything_else_is_prepared_once(tmp_path: Path) -> None:
    first = store_of(SMALL, tmp_path / "kept")
    assert first.path == tmp_path / "kept"
    stamp = (tmp_path / "kept" / "manifest.json").stat().st_mtime_ns
    assert store_of(SMALL, tmp_path / "kept").fingerprint == first.fingerprint
    assert (tmp_path / "kept" / "manifest.json").stat().st_mtime_ns == stamp
    assert store_of(tmp_path / "kept", tmp_path / "other").path == tmp_path / "kept"
    assert not (tmp_path / "other").exists()


def test_what_says_whether_a_device_was_worn_stays_out_of_the_store(store: Store) -> None:
    assert store.channels == ("heart_rate", "steps")
    assert {channel(name).role for name in store.channels} == {Role.SIGNAL}


def test_nobody_but_the_owner_can_read_the_reports(tmp_path: Path) -> None:
    prepare_store(SMALL, tmp_path / "store")
    assert [p for p in (tmp_path / "store").rglob("*") if p.is_file() and p.stat().st_mode & 0o077] == []


def test_preparing_again_changes_no_byte(tmp_path: Path, contents: Contents) -> None:
    prepare_store(SMALL, tmp_path / "store")
    before = contents(tmp_path / "store")
    prepare_store(SMALL, tmp_path / "store")
    assert contents(tmp_path / "store") == before


def test_a_limit_stops_after_so_many_people_and_progress_counts_them(tmp_path: Path) -> None:
    heard: list[tuple[int, int | None]] = []
    prepare_store(SMALL, tmp_path / "store", people=3, progress=lambda done, total: heard.append((done, total)))
    store = Store.open(tmp_path / "store")
    assert len(store.people) == 3
    assert store.facts.people == store.people  # of those who were left out nothing is kept
    assert heard == [(1, 3), (2, 3), (3, 3)]
    prepare_store(SMALL, tmp_path / "all", people=9, progress=lambda done, total: heard.append((done, total)))
    assert heard[3:] == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_other_people_in_the_same_store_are_refused(tmp_path: Path, contents: Contents) -> None:
    prepare_store(SMALL, tmp_path / "store")
    before = contents(tmp_path / "store")
    for source, people in ((SMALL, 2), (f"{SMALL},seed=1", None)):
        with pytest.raises(StoreError):
            prepare_store(source, tmp_path / "store", people=people)
    assert contents(tmp_path / "store") == before


def test_a_source_without_a_signal_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing was measured that a model can use"):
        prepare_store("synthetic:people=1,days=1,channels=on_body", tmp_path / "store")
    assert not (tmp_path / "store").exists()


def test_a_cohort_that_wore_nothing_is_refused_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unworn = Recording.from_samples(
        person="p", device="band", channel=channel("heart_rate"), times_utc=np.arange(5, dtype=np.int64) * 60,
        utc_offset_s=0, values=np.zeros(5), clock=Clock.INSTANT, source="made up",
    )  # fmt: skip
    reading = Reading(
        people=iter([Person(id="p", recordings=(unworn,))]), facts=Facts.none(),
        report=ReadReport(reader="made up", source="made up"), channels=("heart_rate",),
    )  # fmt: skip
    monkeypatch.setattr("sennight.stages.prepared.read", lambda source, mapping: reading)
    with pytest.raises(InputError, match="no minute was worn") as refused:
        prepare_store("made up", tmp_path / "store")
    assert "what was dropped" in refused.value.todo
    assert not (tmp_path / "store").exists()


# One process imports everything and forks a child for each attempt, so that a kill costs no new import.
KILLS = """
import os, random, signal, sys, time
from pathlib import Path
import scipy.signal
import tensorstore
from sennight import printing
from sennight.cli import main
from sennight.stages import prepared
from sennight.store import StoreWriter

StoreWriter.__init__.__kwdefaults__["shard_rows"] = 4  # many commits, so that kills fall between them

def start(out):
    child = os.fork()
    if not child:
        os.close(2)
        os.open(os.devnull, os.O_WRONLY)
        os.dup2(2, 1)
        main(["prepare", sys.argv[1], "--out", str(out)])
    return child

folder, rng = Path(sys.argv[2]), random.Random(0)
print(os.waitstatus_to_exitcode(os.waitpid(start(folder / "whole"), 0)[1]))
for i, shards in enumerate((0, 2, 4, 6, 7)):  # of eight
    out = folder / f"killed-{i}"
    child = start(out)
    while not out.exists() or len(list(out.glob("index/*.parquet"))) < shards:
        time.sleep(0.001)
    time.sleep(0.02 * rng.random())
    os.kill(child, signal.SIGKILL)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_kill_9_leaves_a_store_that_opens_or_none_and_a_re_run_the_same_bytes(
    tmp_path: Path, contents: Contents, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = "synthetic:people=16,days=2,channels=heart_rate+steps+on_body"
    told = subprocess.run(
        [sys.executable, "-c", KILLS, source, str(tmp_path)], capture_output=True, text=True, check=True, timeout=120
    )
    codes = told.stdout.split()
    assert codes[:4] == ["0", "-9", "-9", "-9"]
    assert set(codes[4:]) <= {"-9", "0"}  # a fast machine may be done before the late ones
    whole = contents(tmp_path / "whole")
    assert {READ_REPORT, WEAR_REPORT, "manifest.json", "index/000007.parquet"} <= set(whole)
    monkeypatch.setattr("sennight.stages.prepared.StoreWriter", _small_shards)
    for i in range(5):
        killed = tmp_path / f"killed-{i}"
        if (killed / "manifest.json").exists():
            Store.open(killed).verify()
        prepare_store(source, killed)
        assert contents(killed) == whole


def _small_shards(*args: object, **kwargs: object) -> object:
    from sennight.store import StoreWriter

    return StoreWriter(*args, **kwargs, shard_rows=4)  # type: ignore[arg-type]


def _fitbit(path: Path, minutes: range) -> None:
    """A made-up Fitbit export of these minutes of one morning."""
    steps = [{"dateTime": f"03/01/24 {8 + m // 60:02d}:{m % 60:02d}:00", "value": str(m % 90)} for m in minutes]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Takeout/Fitbit/Global Export Data/steps-2024-03-01.json", json.dumps(steps))


def test_overlapping_exports_in_either_order_and_copies_give_the_same_store(tmp_path: Path) -> None:
    """I-10: what was asked for in January and again in March is one life."""
    early, late = range(300), range(200, 700)
    made = []
    for place, parts in enumerate([(early, late), (late, early), (early, late, early), (early, late, late)]):
        home = tmp_path / str(place) / "home"
        home.mkdir(parents=True)
        for i, minutes in enumerate(parts):
            _fitbit(home / f"export-{i}.zip", minutes)
        prepare_store(home, tmp_path / str(place) / "store")
        made.append(Store.open(tmp_path / str(place) / "store"))
    assert len({store.fingerprint for store in made}) == 1
    assert made[0].read(np.array([0])).seen.sum() == 700
