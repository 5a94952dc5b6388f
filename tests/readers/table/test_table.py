"""The table reader as a whole: people whole and once, and the public data sets by their shipped mappings."""

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from sennight.readers import read

SHARED = Path(__file__).resolve().parents[3].parent / "shared"


def test_people_in_several_files_come_out_once_and_whole(study: Any) -> None:
    for month, people in ((1, ("8", "9")), (2, ("9",)), (3, ("10",))):
        rows = "".join(f"{p},2024-0{month}-01 12:00,61\n" for p in people)
        (study.folder / f"m{month}.csv").write_text("who,t,hr\n" + rows)
    reading = study.read(study.long(change=lambda text: text.replace("minutes.*", "m*.csv")))
    people = {p.id: p for p in reading.people}
    assert list(people) == ["study-8", "study-9", "study-10"]
    assert len(people["study-9"].recordings[0].values) == 2
    assert reading.n_people == 3
    assert reading.report.files == 3


def test_two_devices_of_one_channel_stay_apart(study: Any) -> None:
    study.minutes("7,2024-03-01 12:00,61,63", header="who,t,hr,hr2")
    reading = study.read(
        study.long(change=lambda t: t + t[t.index("  - files") :].replace("watch", "strap").replace("hr,", "hr2,"))
    )
    (person,) = reading.people
    assert [(r.device, r.values.tolist()) for r in person.recordings] == [("watch", [61]), ("strap", [63])]


# People read, people with facts, channels; counted from the folders themselves.
REAL = {
    "insomnia_couples": (67, 67, {"wrist_counts", "white_light", "asleep", "rest_interval", "on_body"}),
    "ochauni_fitbit": (4, 4, {"steps", "intensity", "mets", "energy"}),
    "fitabase_2016": (33, 33, {"steps", "intensity", "mets", "energy", "heart_rate"}),
    "cgmacros": (35, 35, {"heart_rate", "energy", "mets", "intensity", "steps", "glucose"}),
    "stress_predict": (
        35,
        0,
        {"heart_rate", "eda_level", "eda_sd", "skin_temperature", "acceleration", "rmssd", "respiration_rate"},
    ),
    "lifesnaps": (0, 52, set()),
    "welltory_covid": (0, 185, set()),
}


@pytest.mark.real
@pytest.mark.parametrize("name", REAL)
def test_real_folders_read_by_their_shipped_mapping(name: str) -> None:
    folder = SHARED / "data" / name
    if not folder.exists():
        pytest.skip(f"{folder} is absent")
    reading = read(folder)
    people = list(reading.people)
    n_people, n_with_facts, channels = REAL[name]
    assert f"read by mapping '{name}'" in reading.report.notes
    assert (len(people), len(reading.facts.people)) == (n_people, n_with_facts)
    assert {r.channel.name for p in people for r in p.recordings} == channels
    assert reading.report.records_seen == reading.report.records_kept + reading.report.records_dropped
    # A conversion that is wrong by a factor would throw values out of range.
    assert reading.report.dropped["out of the channel's range"] == 0


@pytest.mark.real
def test_real_glucose_is_in_milligrams_and_body_weight_in_kilograms() -> None:
    folder = SHARED / "data" / "cgmacros"
    if not folder.exists():
        pytest.skip(f"{folder} is absent")
    reading = read(folder)
    glucose = [r for p in reading.people for r in p.recordings if r.channel.name == "glucose"]
    assert {r.device for r in glucose} == {"Dexcom G6 Pro", "FreeStyle Libre Pro"}
    assert 80 < np.median(np.concatenate([r.values for r in glucose])) < 140
    weight, height = (np.array(list(reading.facts.latest(f).values())) for f in ("weight_kg", "height_cm"))
    bmi = np.array(list(reading.facts.latest("bmi").values()))
    # Weight, height and body mass index were given separately at the source.
    assert np.median(np.abs(weight / (height / 100) ** 2 - bmi)) < 0.1


@pytest.mark.real
def test_the_small_nhanes_pack_equals_its_own_arrays() -> None:
    path = SHARED / "data" / "nhanes_2005_2006" / "mini_200.parquet"
    if not path.exists():
        pytest.skip(f"{path} is absent")
    reading = read(path)
    people = {p.id: p for p in reading.people}
    frame = pl.read_parquet(path)
    assert len(people) == 200
    assert set(people) <= set(reading.facts.people)
    (seqn, *_), rows = next(iter(frame.group_by("seqn", maintain_order=True)))
    counts, steps = (np.concatenate(rows[c].to_numpy()) for c in ("counts", "steps"))
    found = {r.channel.name: r for r in people[f"nhanes-{seqn}"].recordings}
    np.testing.assert_array_equal(found["hip_counts"].values, counts[(counts >= 0) & (counts < 32_767)])
    np.testing.assert_array_equal(found["steps"].values, steps[steps < 255])
    sunday_is_1 = dt.datetime.fromtimestamp(int(found["steps"].times_utc[0]), tz=dt.UTC).isoweekday() % 7 + 1
    assert sunday_is_1 == rows["weekday"][0]
