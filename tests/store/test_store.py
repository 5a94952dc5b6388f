"""Reading: days, weeks, all; and no damage that goes unnoticed."""

import contextlib
import datetime as dt
import hashlib
import json
import os
import pickle
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import zarr

from sennight.errors import SennightError, StoreError
from sennight.record import Facts, PersonDays, WindowBatch
from sennight.store import Manifest, Store, StoreWriter

CHANNELS = ("heart_rate", "steps", "mims")
START = dt.date(2024, 12, 30).toordinal()
FLIPS = 200  # in each kind of file
MakeDay = Callable[..., PersonDays]


def same(one: WindowBatch, other: WindowBatch) -> bool:
    return (
        (one.people, one.ordinal, one.channels) == (other.people, other.ordinal, other.channels)
        and np.array_equal(one.weekday, other.weekday)
        and np.array_equal(one.day_of_year, other.day_of_year)
        and np.array_equal(one.seen, other.seen)
        and np.array_equal(one.values, other.values)
    )


def make_store(path: Path, days: list[PersonDays]) -> Store:
    with StoreWriter(path, channels=CHANNELS, provenance={}, shard_rows=4) as writer:
        writer.extend(days)
    return Store.open(path)


# --- what is read ---


def test_days_come_back_in_the_order_asked_for(store: Store, cohort: list[PersonDays]) -> None:
    rows = np.array([12, 0, 5, 5, 3])
    assert same(store.read(rows), WindowBatch.stack([cohort[i] for i in rows]))


def test_everything_at_once_is_every_day(store: Store, cohort: list[PersonDays]) -> None:
    assert same(store.read_all(), WindowBatch.stack(cohort))


def test_the_index_says_who_and_when(store: Store, cohort: list[PersonDays]) -> None:
    assert store.people == ("anna", "bo", "cleo", "dee")
    assert store.channels == CHANNELS
    assert len(store) == 13
    assert store.complete
    assert store.index["worn_minutes"].to_list() == [day.worn_minutes for day in cohort]
    assert store.index["shard"].to_list() == [i // 4 for i in range(13)]
    assert store.index["first_date"].to_list() == [day.first_date for day in cohort]


def test_weekday_and_day_of_year_follow_the_date_over_new_year(store: Store) -> None:
    batch = store.read(np.array([0, 1, 2, 11]))
    assert batch.weekday.tolist() == [0, 1, 2, 1]
    assert batch.day_of_year.tolist() == [365, 366, 1, -1]


def test_facts_come_back(store: Store, facts: Facts) -> None:
    assert store.facts.people == facts.people
    assert list(store.facts.columns) == list(facts.columns)
    for name, column in facts.columns.items():
        back = store.facts.columns[name]
        assert (back.name, back.unit, back.source) == (column.name, column.unit, column.source)
        assert np.array_equal(back.person_code, column.person_code)
        assert np.array_equal(back.values, column.values)
        assert np.array_equal(back.dates, column.dates, equal_nan=True)
        assert back.dates.dtype == column.dates.dtype


def test_a_finished_store_is_plain_zarr_and_parquet(written: Path, store: Store, cohort: list[PersonDays]) -> None:
    array = zarr.open_array(str(written / "samples"), mode="r")
    assert array.shape == (13, 3, 1440)
    assert array.attrs["channels"] == list(CHANNELS)
    for row, day in enumerate(cohort):
        assert np.array_equal(array[row].T, np.where(day.seen, day.values, np.nan), equal_nan=True)
    assert pl.read_parquet(written / "index" / "*.parquet").equals(store.index)


# --- weeks ---


def test_weeks_start_on_recorded_days_and_do_not_overlap(store: Store) -> None:
    weeks = store.weeks()
    # cleo has days 0, 2, 3, 4, 5, 6 and 7: a first week with one day missing, a second one of one day.
    assert weeks["worn_minutes"].to_list() == [
        int(
            store.index.filter(pl.col("person") == name, pl.col("ordinal").is_between(first, first + 6))[
                "worn_minutes"
            ].sum()
        )
        for _, name, first, _, _ in weeks.rows()
    ]
    assert weeks.drop("worn_minutes").rows() == [
        (0, "anna", START, 3),
        (3, "bo", START, 1),
        (4, "cleo", START, 6),
        (10, "cleo", START + 7, 1),
        (11, "dee", 1, 2),
    ]


def test_a_week_after_a_long_gap_starts_with_the_next_recorded_day(tmp_path: Path, make_day: MakeDay) -> None:
    store = make_store(tmp_path / "s", [make_day("anna", i) for i in (10, 16, 17, 40, 46, 47)])
    assert store.weeks()["ordinal"].to_list() == [10, 17, 40, 47]
    assert store.weeks()["days"].to_list() == [2, 1, 2, 1]


def test_a_day_missing_inside_a_week_is_unseen_and_the_others_keep_their_place(
    store: Store, cohort: list[PersonDays]
) -> None:
    week = store.read_weeks(np.array([4]))
    values, seen = week.values[0].reshape(7, 1440, 3), week.seen[0].reshape(7, 1440, 3)
    assert not seen[1].any()
    assert not values[1].any()
    for day, row in zip((0, 2, 3, 4, 5, 6), range(4, 10), strict=True):
        assert np.array_equal(values[day], cohort[row].values)
        assert np.array_equal(seen[day], cohort[row].seen)


def test_a_person_with_few_days_has_one_padded_week_without_anybody_elses(
    store: Store, cohort: list[PersonDays]
) -> None:
    week = store.read_weeks(np.array([3, 11]))
    assert week.people == ("bo", "dee")
    assert week.weekday.tolist() == [0, 1]
    assert week.day_of_year.tolist() == [365, -1]
    assert np.array_equal(week.values[0, :1440], cohort[3].values)
    assert not week.seen[0, 1440:].any()
    assert np.array_equal(week.values[1, 1440:2880], cohort[12].values)
    assert not week.seen[1, 2880:].any()


def test_a_week_may_start_at_any_row_and_cross_shards(store: Store, cohort: list[PersonDays]) -> None:
    week = store.read_weeks(np.array([6, 6]))
    assert np.array_equal(week.values[0], week.values[1])
    assert np.array_equal(week.values[0, : 5 * 1440].reshape(5, 1440, 3), np.stack([d.values for d in cohort[6:11]]))
    assert not week.seen[0, 5 * 1440 :].any()


def test_weeks_of_many_people_are_those_found_one_day_at_a_time(tmp_path: Path, make_day: MakeDay) -> None:
    rng = np.random.default_rng(0)
    days: list[PersonDays] = []
    expected = []
    for person in range(12):
        last = None
        for ordinal in np.sort(rng.choice(60, rng.integers(1, 25), replace=False)).tolist():
            if last is None or ordinal >= last + 7:
                expected.append((len(days), f"p{person}", ordinal))
                last = ordinal
            days.append(make_day(f"p{person}", ordinal, dated=False, channels=("steps",)))
    store = make_store(tmp_path / "s", days)
    assert store.weeks().select("row", "person", "ordinal").rows() == expected
    assert store.weeks()["days"].sum() == len(days)


def test_reads_from_memory_are_the_same(store: Store) -> None:
    rows, starts = np.array([12, 0, 5, 5]), store.weeks()["row"].to_numpy()
    days, weeks, everything = store.read(rows), store.read_weeks(starts), store.read_all()
    cells = 13 * 3 * 1440
    assert not store.cache(cells * 5 - 1)
    assert store.cache(cells * 5)
    assert same(store.read(rows), days)
    assert same(store.read_weeks(starts), weeks)
    assert same(store.read_all(), everything)


def test_what_is_read_may_be_changed_without_changing_what_is_kept(store: Store) -> None:
    store.cache(10**9)
    for read in (store.read_all, lambda: store.read(np.arange(3))):
        before = read()
        kept = before.values.copy()
        before.values[...] = -1
        assert np.array_equal(read().values, kept)


def test_a_store_can_be_sent_to_another_process(store: Store) -> None:
    store.read(np.array([0]))
    again = pickle.loads(pickle.dumps(store))
    assert same(again.read_all(), store.read_all())


def test_a_forked_child_is_told_instead_of_killed(store: Store) -> None:
    store.read(np.array([0]))
    child = os.fork()
    if not child:
        try:
            store.read(np.array([1]))
        except StoreError:
            os._exit(7)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


def test_many_threads_may_read_one_store(store: Store, cohort: list[PersonDays]) -> None:
    wrong = []

    def read(seed: int) -> None:
        rng = np.random.default_rng(seed)
        for _ in range(10):
            rows = rng.integers(0, 13, 5)
            if not np.array_equal(store.read(rows).values, np.stack([cohort[i].values for i in rows])):
                wrong.append(rows)

    threads = [threading.Thread(target=read, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_readers_beside_a_writer_see_whole_commits_only(tmp_path: Path, make_day: MakeDay) -> None:
    days = [make_day(f"p{i // 3}", i % 3, dated=False) for i in range(60)]
    path = tmp_path / "s"
    sizes: list[int] = []
    trouble: list[Exception] = []
    done = threading.Event()

    def keep_reading() -> None:
        while not done.is_set():
            try:
                store = Store.open(path)
                batch = store.read_all()
            except SennightError as error:
                if (path / "manifest.json").exists() and "there is no store" not in str(error):
                    trouble.append(error)
                continue
            sizes.append(len(store))
            if not all(np.array_equal(batch.values[i], days[i].values) for i in range(len(store))):
                trouble.append(AssertionError("a reader saw other minutes"))

    readers = [threading.Thread(target=keep_reading) for _ in range(3)]
    for reader in readers:
        reader.start()
    with StoreWriter(path, channels=CHANNELS, provenance={}, shard_rows=4) as writer:
        for day in days:
            writer.append(day)
    done.set()
    for reader in readers:
        reader.join()
    assert not trouble
    assert all(size % 3 == 0 for size in sizes)
    assert len(Store.open(path)) == 60


# --- what is refused ---


def test_a_row_that_does_not_exist_is_refused(store: Store) -> None:
    for rows in ([13], [-1], [0, 99]):
        with pytest.raises(StoreError, match="beyond the 13"):
            store.read(np.array(rows))
        with pytest.raises(StoreError, match="beyond the 13"):
            store.read_weeks(np.array(rows))


def test_a_folder_without_a_store_is_said_to_be_none(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent"):
        with pytest.raises(StoreError, match="no store"):
            Store.open(path)


KINDS = {
    "shard": "samples/c.1.0.0",
    "index": "index/000001.parquet",
    "facts": "facts.parquet",
    "zarr.json": "samples/zarr.json",
    "manifest": "manifest.json",
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_flipped_bit_is_found_and_none_is_read_as_a_value(written: Path, kind: str) -> None:
    file = written / KINDS[kind]
    good = file.read_bytes()
    whole = Store.open(written).read_all()
    rng = np.random.default_rng(len(kind))
    for bit in rng.choice(len(good) * 8, FLIPS, replace=len(good) * 8 < FLIPS).tolist():
        bad = bytearray(good)
        bad[bit // 8] ^= 1 << bit % 8
        file.write_bytes(bad)
        with pytest.raises(StoreError, match=file.name if kind != "manifest" else "manifest|format version"):
            Store.open(written).verify()
        if "shard" in kind:
            with pytest.raises(StoreError, match=file.name):
                Store.open(written).read_all()
            # Without whole-file hashes: an error, or a bit that nobody reads.
            with contextlib.suppress(StoreError):
                assert same(Store.open(written, check="chunks").read_all(), whole)
    file.write_bytes(good)
    Store.open(written).verify()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("damage", ["truncated", "empty", "missing", "longer"])
def test_a_file_of_another_length_is_named_when_the_store_is_opened(written: Path, kind: str, damage: str) -> None:
    file = written / KINDS[kind]
    content = file.read_bytes()
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes({"truncated": content[:-1], "empty": b"", "longer": content + b"\0"}[damage])
    with pytest.raises(StoreError) as caught:
        Store.open(written)
    assert file.name in caught.value.where or (kind, damage) == ("manifest", "missing")


@pytest.mark.parametrize("check", ["shards", None])
def test_swapped_shards_are_found(tmp_path: Path, make_day: MakeDay, check: str | None) -> None:
    # The same four days in another order pack to the same length, so that only the hash can tell.
    days = [make_day("anna", i, dated=False) for i in range(8)]
    for day, value in zip(days, (1, 2, 3, 4, 4, 3, 2, 1), strict=True):
        day.values[...] = value
        day.seen[...] = True
    store = make_store(tmp_path / "s", days)
    one, two = (tmp_path / "s" / entry.samples.path for entry in store.manifest.commits)
    assert one.stat().st_size == two.stat().st_size
    content = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(content)
    opened = Store.open(tmp_path / "s", check=check)  # type: ignore[arg-type]
    with pytest.raises(StoreError, match="not what was written") as caught:
        opened.read(np.array([5]))
    assert caught.value.where == str(two)
    with pytest.raises(StoreError, match="not what was written"):
        opened.verify()


def test_a_shard_that_vanishes_or_changes_while_open_is_an_error_not_missing_minutes(written: Path) -> None:
    for check in ("shards", "chunks"):
        store = Store.open(written, check=check)  # type: ignore[arg-type]
        file = written / "samples/c.0.0.0"
        content = file.read_bytes()
        file.unlink()
        with pytest.raises(StoreError):
            store.read(np.array([0]))
        file.write_bytes(content)


def test_a_manifest_of_an_earlier_commit_is_found(tmp_path: Path, written: Path, cohort: list[PersonDays]) -> None:
    old = Store.open(written).manifest
    other = tmp_path / "other"
    with StoreWriter(other, channels=CHANNELS, provenance={"made": "synthetic"}, shard_rows=4) as writer:
        writer.extend(cohort[3:])
    (other / "manifest.json").write_bytes(old.to_bytes())
    with pytest.raises(StoreError):
        Store.open(other).verify()
    opened = Store.open(written)
    shutil.copy(written / "manifest.json", other / "manifest.json")
    make_store(tmp_path / "third", cohort[:5])
    shutil.copy(tmp_path / "third" / "manifest.json", written / "manifest.json")
    with pytest.raises(StoreError, match="another store"):
        opened.verify()


def _resigned(path: Path, **changes: object) -> None:
    """Change a manifest and make its hash hold again, as a hostile or a newer writer would."""
    body = {**json.loads((path / "manifest.json").read_bytes()), **changes}
    del body["sha256"]
    dumped = json.dumps(body, indent=1).encode()
    signed = {**body, "sha256": hashlib.sha256(dumped).hexdigest()}
    (path / "manifest.json").write_bytes(json.dumps(signed, indent=1).encode())


def test_a_newer_format_asks_for_a_newer_sennight(written: Path) -> None:
    _resigned(written, format_version=2)
    with pytest.raises(StoreError, match="version 2") as caught:
        Store.open(written)
    assert "newer sennight" in caught.value.todo


def test_a_channel_whose_unit_has_changed_is_refused(written: Path) -> None:
    channels = [{"name": "heart_rate", "unit": "1/min"}, *({"name": n, "unit": "1"} for n in ("a", "b"))]
    manifest = Store.open(written).manifest
    body = json.loads(manifest.to_bytes())
    body["channels"] = channels
    lines = ["sennight person-days", *(f"{c['name']} {c['unit']}" for c in channels)]
    lines += [c.content_sha256 for c in manifest.commits]
    _resigned(written, channels=channels, fingerprint=hashlib.sha256("\n".join(lines).encode()).hexdigest())
    with pytest.raises(StoreError, match="'heart_rate' is stored in 1/min"):
        Store.open(written)


def test_an_index_that_does_not_count_its_rows_is_refused(written: Path) -> None:
    manifest = Store.open(written).manifest
    commits = json.loads(manifest.to_bytes())["commits"]
    for part in (b"PAR1 not really PAR1", _parquet(pl.DataFrame({"row": [1]})), _moved(written)):
        (written / "index/000000.parquet").write_bytes(part)
        entry = {"path": "index/000000.parquet", "size": len(part), "sha256": hashlib.sha256(part).hexdigest()}
        _resigned(written, commits=[{**commits[0], "index": entry}, *commits[1:]])
        with pytest.raises(StoreError, match=r"table|count its rows"):
            Store.open(written)


def _parquet(table: pl.DataFrame) -> bytes:
    from io import BytesIO

    buffer = BytesIO()
    table.write_parquet(buffer)
    return buffer.getvalue()


def _moved(store: Path) -> bytes:
    return _parquet(pl.read_parquet(store / "index/000001.parquet"))


def test_an_unfinished_store_says_so_and_verifies(tmp_path: Path, cohort: list[PersonDays]) -> None:
    writer = StoreWriter(tmp_path / "s", channels=CHANNELS, provenance={}, shard_rows=4)
    writer.extend(cohort[:9])
    store = Store.open(tmp_path / "s")
    assert not store.complete
    assert store.people == ("anna", "bo")
    assert not store.facts.columns
    store.verify()
    writer.extend(cohort[9:])
    writer.close()
    store.verify()  # it has grown since, and what was opened is still there
    assert same(store.read_all(), WindowBatch.stack(cohort[:4]))
    assert isinstance(Manifest.load(tmp_path / "s"), Manifest)
