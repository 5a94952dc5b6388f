"""A store and an export as FHIR: the file on disk, and the store that comes of reading it again. All data synthetic."""

import json
import stat
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sennight.cli import main
from sennight.errors import InputError
from sennight.readers import read
from sennight.stages.exported import export_fhir
from sennight.stages.prepared import prepare_store
from sennight.store import Store

SOURCE = "synthetic:people=2,seed=3,days=3"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "store"
    prepare_store(SOURCE, path)
    return path


@pytest.mark.parametrize("name", ["out.json", "out.ndjson"])
def test_every_minute_of_a_store_reads_back_equal(store: Path, tmp_path: Path, name: str) -> None:
    """Round trip: every person, channel and minute, to the last bit; nothing where nothing was seen."""
    report = export_fhir(store, tmp_path / name)
    opened = Store.open(store)
    reading = read(tmp_path / name)
    people = {p.id.removeprefix("fhir-"): p for p in reading.people}
    assert tuple(people) == tuple(sorted(opened.people))
    assert (report.people, report.undated_days) == (len(people), 0)
    batch, index = opened.read_all(), opened.index
    for who, person in people.items():
        rows = index.filter(pl.col("person") == who)["row"].to_numpy()
        midnights = index[rows]["first_date"].to_numpy().astype("datetime64[s]").astype(np.int64)
        minutes = (midnights[:, None] + 60 * np.arange(1_440)).ravel()
        for recording in person.recordings:
            i = batch.channels.index(recording.channel.name)
            seen = batch.seen[rows, :, i].ravel()
            assert recording.times_utc.tolist() == minutes[seen].tolist()
            np.testing.assert_array_equal(recording.values, batch.values[rows, :, i].ravel()[seen])
        assert {r.channel.name for r in person.recordings} == {
            c for i, c in enumerate(batch.channels) if batch.seen[rows, :, i].any()
        }
    facts = {n: sorted(c.values.tolist()) for n, c in reading.facts.columns.items()}
    assert facts == {n: sorted(c.values.tolist()) for n, c in opened.facts.columns.items()}


def test_an_export_is_read_and_prepared_on_the_way(store: Path, tmp_path: Path) -> None:
    told = []
    report = export_fhir(SOURCE, tmp_path / "new" / "out.json", progress=lambda done, total: told.append((done, total)))
    assert report.minutes == export_fhir(store, tmp_path / "out.json").minutes
    assert told[-1][0] == report.people
    bundle = json.loads((tmp_path / "new" / "out.json").read_text())
    assert len(bundle["entry"]) == report.people + report.minutes + report.facts
    assert stat.S_IMODE((tmp_path / "new" / "out.json").stat().st_mode) == 0o600


def test_days_without_a_date_are_counted_and_alone_refused(tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    pack.mkdir()
    rng = np.random.default_rng(1)
    pl.DataFrame(
        {
            "seqn": [7] * 3, "day": [0, 1, 2], "weekday": [7, 1, 2],
            "counts": pl.Series(rng.integers(0, 900, (3, 1_440), dtype=np.int16)),
            "steps": pl.Series(rng.integers(0, 90, (3, 1_440), dtype=np.uint8)),
        }
    ).write_parquet(pack / "mini_200.parquet")  # fmt: skip
    with pytest.raises(InputError, match="no day has a calendar date"):
        export_fhir(pack / "mini_200.parquet", tmp_path / "out.json")
    assert not list(tmp_path.glob("*out.json*"))


def test_the_verb_writes_the_file_and_says_what_is_in_it(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as done:
        main(["export", str(store), "--fhir", "--out", str(tmp_path / "out.json")])
    assert done.value.code == 0
    assert "2 people" in capsys.readouterr().out
    with pytest.raises(SystemExit) as refused:
        main(["export", str(store), "--out", str(tmp_path / "other.json")])
    assert refused.value.code == 2
    assert not (tmp_path / "other.json").exists()
