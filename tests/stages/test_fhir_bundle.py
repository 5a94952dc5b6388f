"""Days and facts as FHIR resources, held against the public models of fhir.resources. All data synthetic."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sennight.readers.fhir import READER
from sennight.record import CHANNELS, Fact, Facts, PersonDays
from sennight.stages.fhir_bundle import alone, days_of, entry, facts_of, patient

resources = pytest.importorskip("fhir.resources.R4B", reason="fhir.resources is a development dependency")
bundles = pytest.importorskip("fhir.resources.R4B.bundle")
observations = pytest.importorskip("fhir.resources.R4B.observation")

DAY = dt.date(2024, 3, 1)


def _day(channels: tuple[str, ...], *, date: dt.date | None = DAY, days: int = 1, seed: int = 0) -> PersonDays:
    rng = np.random.default_rng(seed)
    seen = rng.random((1_440 * days, len(channels))) < 0.7
    low = np.array([CHANNELS[c].low for c in channels])
    high = np.array([min(CHANNELS[c].high, CHANNELS[c].low + 200) for c in channels])
    values = (low + (high - low) * rng.random(seen.shape)).astype(np.float32)
    binary = [CHANNELS[c].unit == "binary" for c in channels]
    values[:, binary] = np.round(values[:, binary])
    return PersonDays(
        person="anna_7", first_date=date, ordinal=1, weekday=4, values=np.where(seen, values, 0).astype(np.float32),
        seen=seen, channels=channels,
    )  # fmt: skip


FACTS = Facts.from_rows(
    [
        Fact("anna_7", "weight_kg", 80.5, "kg", "scale", DAY), Fact("anna_7", "weight_kg", 81.0, "kg", "scale", DAY),
        Fact("anna_7", "age_years", 41.0, "years", "asked"), Fact("anna_7", "hba1c", 5.4, "%", "lab", DAY),
        Fact("anna_7", "phq9", 3.0, "points", "asked", DAY),
    ]
)  # fmt: skip


def _bundle(*made: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "collection", "entry": [entry(r) for r in (patient("anna_7"), *made)]}


def test_every_channel_makes_an_observation_that_the_public_model_takes() -> None:
    made = list(days_of(_day(tuple(CHANNELS))))
    assert len(made) == len(CHANNELS)
    bundle = bundles.Bundle.model_validate(_bundle(*made, *facts_of(FACTS)))
    assert len(bundle.entry) == 1 + len(CHANNELS) + 5


def test_a_resource_alone_refers_to_its_patient_by_kind() -> None:
    (made,) = days_of(_day(("heart_rate",)))
    observations.Observation.model_validate(alone(made))
    assert alone(made)["subject"]["reference"] == f"Patient/{patient('anna_7')['id']}"
    assert alone(patient("anna_7")) == patient("anna_7")


def test_standard_codes_and_units_are_written_where_they_exist() -> None:
    pulse, own = days_of(_day(("heart_rate", "enmo")))
    assert [c["code"] for c in pulse["code"]["coding"]] == ["8867-4", "heart_rate"]
    assert pulse["valueSampledData"]["origin"]["code"] == "/min"
    assert [c["code"] for c in own["code"]["coding"]] == ["enmo"]
    weight = next(iter(facts_of(FACTS)))
    assert (weight["code"]["coding"][0]["code"], weight["valueQuantity"]["code"]) == ("29463-7", "kg")


def test_a_minute_that_was_not_seen_is_marked_and_never_zero() -> None:
    """Failure 27."""
    day = _day(("steps",))
    (made,) = days_of(day)
    words = made["valueSampledData"]["data"].split(" ")
    assert len(words) == 1_440
    assert [w == "E" for w in words] == (~day.seen[:, 0]).tolist()
    assert not any("e" in w for w in words)


def test_a_channel_without_a_minute_and_a_day_without_a_date_have_none() -> None:
    day = _day(("steps", "heart_rate"))
    empty = PersonDays(
        person="anna_7", first_date=DAY, ordinal=1, weekday=4, values=day.values * np.array([1, 0], dtype=np.float32),
        seen=day.seen & [True, False], channels=day.channels,
    )  # fmt: skip
    assert [m["code"]["text"] for m in days_of(empty)] == ["steps"]
    assert list(days_of(_day(("steps",), date=None))) == []


def test_a_week_is_seven_days(tmp_path: Path) -> None:
    made = list(days_of(_day(("steps",), days=7)))
    assert [m["effectiveDateTime"] for m in made] == [str(DAY + dt.timedelta(days=i)) for i in range(7)]
    assert len({m["id"] for m in made}) == 7


@pytest.mark.parametrize("seed", range(3))
def test_what_is_written_reads_back_equal(tmp_path: Path, seed: int) -> None:
    """I-13: every channel, every minute, to the last bit; nothing where nothing was seen."""
    day = _day(tuple(CHANNELS), seed=seed)
    (tmp_path / "a.json").write_text(json.dumps(_bundle(*days_of(day), *facts_of(FACTS))))
    reading = READER.read(tmp_path / "a.json")
    (person,) = reading.people
    midnight = int(dt.datetime.combine(DAY, dt.time(), dt.UTC).timestamp())
    assert {r.channel.name for r in person.recordings} == set(CHANNELS)
    for recording in person.recordings:
        i = day.channels.index(recording.channel.name)
        minute = (recording.times_utc - midnight) // 60
        np.testing.assert_array_equal(minute, np.flatnonzero(day.seen[:, i]), err_msg=recording.channel.name)
        np.testing.assert_array_equal(recording.values, day.values[minute, i])
    assert reading.report.records_dropped == 0
    assert {(n, c.unit, tuple(c.values), tuple(map(str, c.dates))) for n, c in reading.facts.columns.items()} == {
        (n, c.unit, tuple(c.values), tuple(map(str, c.dates))) for n, c in FACTS.columns.items()
    }
