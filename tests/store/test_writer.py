"""The writer: exact, atomic, resumable, and the same bytes for the same input."""

import datetime as dt
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sennight.errors import InputError, StoreError
from sennight.record import Fact, Facts, PersonDays
from sennight.store import Store, StoreWriter

CHANNELS = ("heart_rate", "steps", "mims")
Contents = Callable[[Path], dict[str, bytes]]
MakeDay = Callable[..., PersonDays]


def writer(path: Path, **changes: object) -> StoreWriter:
    options = {"channels": CHANNELS, "provenance": {"made": "synthetic"}, "shard_rows": 4, **changes}
    return StoreWriter(path, **options)  # type: ignore[arg-type]


def fill(path: Path, days: list[PersonDays], facts: Facts) -> None:
    with writer(path) as w:
        w.extend(days)
        w.add_facts(facts)


def break_off(path: Path, days: list[PersonDays]) -> None:
    """Write these days and then fail, as a reader would on a damaged export."""

    def source() -> Iterator[PersonDays]:
        yield from days
        raise RuntimeError("the export is damaged")

    with pytest.raises(RuntimeError, match="damaged"), writer(path) as w:
        w.extend(source())


SPECIAL = np.array([-0.0, 1e-45, -1e-38, 3.4e38, 16777217, 0.1, 65504.5], dtype=np.float32)


@settings(max_examples=12, deadline=None)
@given(
    days_each=st.lists(st.integers(1, 5), min_size=1, max_size=4),
    shard_rows=st.integers(1, 6),
    seen_share=st.sampled_from([0.0, 0.3, 1.0]),
    seed=st.integers(0, 2**32),
)
def test_every_bit_of_every_seen_minute_comes_back(
    days_each: list[int], shard_rows: int, seen_share: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    days = []
    for person, n in enumerate(days_each):
        for ordinal in np.sort(rng.choice(40, n, replace=False)).tolist():
            values = rng.integers(0, 2**32, (1440, 3), dtype=np.uint32).view(np.float32).copy()
            values[: len(SPECIAL), 0] = SPECIAL
            seen = (rng.random(values.shape) < seen_share) & np.isfinite(values)
            days.append(
                PersonDays(
                    person=f"p{person}",
                    first_date=None,
                    ordinal=ordinal,
                    weekday=-1,
                    values=np.where(seen, values, np.float32(0)),
                    seen=seen,
                    channels=CHANNELS,
                )
            )
    with tempfile.TemporaryDirectory() as folder:
        with writer(Path(folder) / "s", shard_rows=shard_rows) as w:
            w.extend(days)
        store = Store.open(Path(folder) / "s")
        for batch in (store.read(np.arange(len(days))), store.read_all()):
            for i, day in enumerate(days):
                assert np.array_equal(batch.seen[i], day.seen)
                assert np.array_equal(batch.values[i].copy().view(np.uint32), day.values.view(np.uint32))
            assert batch.people == tuple(d.person for d in days)
            assert batch.ordinal == tuple(d.ordinal for d in days)


def test_the_same_input_gives_the_same_bytes(
    tmp_path: Path, written: Path, cohort: list[PersonDays], facts: Facts, contents: Contents
) -> None:
    fill(tmp_path / "again", cohort, facts)
    assert contents(tmp_path / "again") == contents(written)


def test_another_minute_gives_another_fingerprint(tmp_path: Path, written: Path, cohort: list[PersonDays]) -> None:
    cohort[5].values[np.flatnonzero(cohort[5].seen[:, 0])[0], 0] += 1
    fill(tmp_path / "other", cohort, Facts.none())
    assert Store.open(tmp_path / "other").fingerprint != Store.open(written).fingerprint


def test_facts_do_not_change_the_fingerprint_but_the_manifest(
    tmp_path: Path, store: Store, cohort: list[PersonDays]
) -> None:
    fill(tmp_path / "other", cohort, Facts.none())
    other = Store.open(tmp_path / "other")
    assert other.fingerprint == store.fingerprint
    assert other.manifest != store.manifest


@pytest.mark.parametrize("given_days", range(14))
@pytest.mark.parametrize("skip", [False, True])
def test_broken_off_after_any_day_it_opens_with_whole_people_and_a_re_run_ends_in_the_same_bytes(
    tmp_path: Path,
    written: Path,
    cohort: list[PersonDays],
    facts: Facts,
    contents: Contents,
    given_days: int,
    skip: bool,
) -> None:
    path = tmp_path / "broken"
    break_off(path, cohort[:given_days])
    store = Store.open(path)
    assert not store.complete
    # Shards of 4 rows; anna has rows 0-2, bo 3, cleo 4-10, dee 11-12. Who may still get days is not counted.
    assert len(store) == {0: 0, 1: 3, 2: 4, 3: 11}[given_days // 4]
    if len(store):
        whole = Store.open(written)
        assert np.array_equal(store.read_all().values, whole.read(np.arange(len(store))).values)
        assert store.people == whole.people[: len(store.people)]
    with writer(path) as w:
        done = w.skip_done() if skip else frozenset()
        assert done == (set(store.people) if skip else set())
        w.extend(day for day in cohort if day.person not in done)
        w.add_facts(facts)
    assert contents(path) == contents(written)


def test_a_finished_store_is_left_alone_by_a_re_run(
    written: Path, cohort: list[PersonDays], facts: Facts, contents: Contents
) -> None:
    before = contents(written)
    fill(written, cohort, facts)
    assert contents(written) == before
    with writer(written) as w:
        assert w.skip_done() == {"anna", "bo", "cleo", "dee"}
        w.add_facts(facts)
    assert contents(written) == before


@pytest.mark.parametrize("change", ["fewer days", "fewer shards", "more days", "other minutes", "other facts"])
def test_a_finished_store_refuses_another_input_and_stays_as_it_was(
    written: Path, cohort: list[PersonDays], facts: Facts, contents: Contents, make_day: MakeDay, change: str
) -> None:
    before = contents(written)
    days = {
        "fewer days": cohort[:-1],
        "fewer shards": cohort[:8],
        "more days": [*cohort, *(make_day("eve", 739000 + i) for i in range(9))],
        "other minutes": [make_day("anna", 12), *cohort[1:3], *cohort[3:]],
        "other facts": cohort,
    }[change]
    if change == "other minutes":
        days[0] = make_day("anna", cohort[0].ordinal - 1)
    other = Facts.from_rows([Fact("anna", "age", 42.0, "a", "survey")]) if change == "other facts" else facts
    with pytest.raises(StoreError):
        fill(written, days, other)
    assert contents(written) == before
    Store.open(written).verify()


def test_an_unfinished_store_refuses_fewer_days_than_it_holds(
    tmp_path: Path, cohort: list[PersonDays], facts: Facts
) -> None:
    break_off(tmp_path / "s", cohort[:8])
    with pytest.raises(StoreError, match="fewer days"):
        fill(tmp_path / "s", cohort[:4], facts)


def test_a_damaged_shard_is_mended_by_writing_the_store_again(
    written: Path, cohort: list[PersonDays], facts: Facts, contents: Contents
) -> None:
    before = contents(written)
    (written / "samples/c.1.0.0").write_bytes(b"nonsense")
    (written / "index/000002.parquet").unlink()
    (written / "facts.parquet").write_bytes(b"")
    fill(written, cohort, facts)
    assert contents(written) == before


def test_what_a_killed_run_left_is_removed(
    tmp_path: Path, written: Path, cohort: list[PersonDays], facts: Facts, contents: Contents
) -> None:
    path = tmp_path / "killed"
    break_off(path, cohort[:4])
    for leftover in ("samples/c.1.0.0", "samples/c.9.0.0.tmp", "index/000007.parquet", "facts.parquet.tmp"):
        (path / leftover).write_bytes(b"half of somebody's minutes")
    (path / "notes.txt").write_text("not ours")
    fill(path, cohort, facts)
    assert (path / "notes.txt").read_text() == "not ours"
    (path / "notes.txt").unlink()
    assert contents(path) == contents(written)


def test_a_week_becomes_seven_days(tmp_path: Path, make_day: MakeDay) -> None:
    week = make_day("anna", dt.date(2024, 12, 30).toordinal(), days=7, channels=("steps",))
    fill(tmp_path / "s", [week], Facts.none())
    store = Store.open(tmp_path / "s")
    assert store.index["first_date"].to_list() == [dt.date(2024, 12, 30) + dt.timedelta(days=i) for i in range(7)]
    assert store.index["weekday"].to_list() == list(range(7))
    assert store.index["worn_minutes"].to_list() == week.seen.reshape(7, 1440).sum(axis=1).tolist()
    batch = store.read_weeks(np.array([0]))
    assert np.array_equal(batch.values[0, :, [1]], week.values.T)
    assert not batch.seen[0, :, [0, 2]].any()


def test_an_empty_store_can_be_finished_and_read(tmp_path: Path) -> None:
    fill(tmp_path / "s", [], Facts.none())
    store = Store.open(tmp_path / "s")
    assert store.complete
    assert len(store.read_all()) == len(store.weeks()) == len(store.people) == 0
    assert len(store.read_weeks(np.arange(0))) == 0


def test_a_folder_that_is_no_store_is_refused_and_untouched(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("ten years of work")
    with pytest.raises(StoreError, match="no store"):
        writer(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]
    with pytest.raises(StoreError):
        writer(tmp_path / "thesis.txt")


@pytest.mark.parametrize(
    "changes", [{"channels": ("steps",)}, {"provenance": {"made": "elsewhere"}}, {"shard_rows": 5}]
)
def test_a_store_of_something_else_is_refused(written: Path, changes: dict[str, object], contents: Contents) -> None:
    before = contents(written)
    with pytest.raises(StoreError, match="other channels or provenance"):
        writer(written, **changes)
    assert contents(written) == before


def test_two_writers_cannot_share_a_folder(tmp_path: Path) -> None:
    """Failure 16: the second is told at once and in words, and the kernel lets go of the lock with the first."""
    with writer(tmp_path / "s"), pytest.raises(StoreError, match="another process"):
        writer(tmp_path / "s")
    writer(tmp_path / "s").close()  # and the lock is gone with the writer


def test_days_out_of_order_are_refused(tmp_path: Path, make_day: MakeDay) -> None:
    with pytest.raises(StoreError, match="date order"), writer(tmp_path / "s") as w:
        w.extend([make_day("anna", 5), make_day("anna", 5)])
    with pytest.raises(StoreError, match="date order"), writer(tmp_path / "s") as w:
        w.extend([make_day("anna", 5, days=7), make_day("anna", 11)])
    with pytest.raises(StoreError, match="another person"), writer(tmp_path / "s") as w:
        w.extend([make_day("anna", 5), make_day("bo", 5), make_day("anna", 6)])


def test_a_channel_beyond_those_of_the_store_is_refused(tmp_path: Path, make_day: MakeDay) -> None:
    with pytest.raises(StoreError, match="glucose"), writer(tmp_path / "s") as w:
        w.append(make_day("anna", 5, channels=("steps", "glucose")))
    with pytest.raises(InputError, match="not in the registry"):
        writer(tmp_path / "t", channels=("stepz",))
    assert not (tmp_path / "t").exists()


def test_provenance_must_be_plain_json(tmp_path: Path) -> None:
    for odd in ({"when": dt.date(2024, 1, 1)}, {"share": float("nan")}):
        with pytest.raises(StoreError, match="JSON"):
            writer(tmp_path / "s", provenance=odd)


def test_a_closed_writer_takes_no_more(tmp_path: Path, make_day: MakeDay) -> None:
    w = writer(tmp_path / "s")
    w.close()
    with pytest.raises(StoreError, match="closed"):
        w.append(make_day("anna", 5))
    with pytest.raises(StoreError, match="closed"):
        w.close()


@pytest.mark.parametrize("umask", [0, 0o777])
def test_only_the_owner_can_read_whatever_the_umask(
    tmp_path: Path, cohort: list[PersonDays], facts: Facts, umask: int
) -> None:
    before = os.umask(umask)
    try:
        fill(tmp_path / "new" / "s", cohort, facts)
    finally:
        os.umask(before)
    for path in [tmp_path / "new", *(tmp_path / "new").rglob("*")]:
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path
