"""What was read and worn, in words: every count is right, and no measured value is ever told."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import sennight.readers
from sennight.errors import ReadError
from sennight.printing.summaries import MOST_NOTES, reading_summary, wear_summary
from sennight.readers.reader import Reading, ReadReport
from sennight.record import Clock, Facts, Person, Recording, channel
from sennight.stages.prepared import PrepareReport

PULSE = 173  # beats/min, which must never be printed


def quiet(done: int, total: int | None, note: str = "") -> None:
    """Hear nothing."""


def recording(person: str, device: str, *, first: dt.datetime, n: int, clock: Clock = Clock.INSTANT) -> Recording:
    """`n` minutes of pulse, and one value out of range."""
    start = int(first.timestamp())
    values = np.full(n + 1, PULSE, dtype=np.float32)
    values[-1] = 999
    return Recording.from_samples(
        person=person, device=device, channel=channel("heart_rate"),
        times_utc=start + 60 * np.arange(n + 1, dtype=np.int64), utc_offset_s=2 * 3600, values=values, clock=clock,
        source="made up",
    )  # fmt: skip


def reading(*people: Person, facts: Facts | None = None, notes: int = 1) -> Reading:
    report = ReadReport(reader="table", source="made up", notes=[f"note {i}" for i in range(notes)])

    def each() -> Iterator[Person]:
        for person in people:
            report.keep(100, 10, "no time")
            report.unknown["column x\x1b[2J"] += 1
            yield person

    return Reading(people=each(), facts=facts or Facts.none(), report=report, n_people=len(people))


def summed_up(monkeypatch: pytest.MonkeyPatch, found: Reading) -> str:
    monkeypatch.setattr(sennight.readers, "read", lambda source, mapping=None: found)
    return reading_summary("made-up.csv", tick=quiet).text


EVENING = dt.datetime(2024, 3, 4, 23, 0, tzinfo=dt.UTC)  # 01:00 of the next day where the device was


def test_people_devices_samples_and_dates_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    a = Person(id="a", recordings=(recording("a", "Band 1", first=EVENING, n=5),))
    b = Person(
        id="b",
        recordings=tuple(recording("b", f"Band {i}", first=EVENING + dt.timedelta(days=9), n=5) for i in (1, 2, 3)),
    )
    text = summed_up(monkeypatch, reading(a, b))
    assert "people: 2; dates: 2024-03-05 to 2024-03-14" in text
    (row,) = (line for line in text.splitlines() if line.startswith("heart_rate"))
    assert row.split() == ["heart_rate", "beats/min", "Band", "1,", "Band", "2", "and", "1", "more", "2", "20", "4"]
    assert "records: 200 seen, 180 kept, 20 dropped:\n  20  no time" in text


def test_no_value_and_no_control_character_of_an_export_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    weight = Facts.from_wide(
        people=("a",), values={"weight_kg": np.array([93.75])}, units={"weight_kg": "kg"}, source="made up"
    )
    person = Person(id="a", recordings=(recording("a", "Band\x07", first=EVENING, n=5),))
    text = summed_up(monkeypatch, reading(person, facts=weight))
    assert "facts: 1 value under 1 name of 1 person" in text
    assert str(PULSE) not in text
    assert "93.75" not in text
    assert all(line.isprintable() for line in text.splitlines())


def test_files_that_failed_are_listed_and_make_the_reading_partial(monkeypatch: pytest.MonkeyPatch) -> None:
    """I-11, failure 35."""
    found = reading(Person(id="a", recordings=()))
    found.report.failed["a.fit"] = "a damaged file"
    found.report.cut_short["b.fit"] = "the last record"
    monkeypatch.setattr(sennight.readers, "read", lambda source, mapping=None: found)
    summary = reading_summary("made-up", tick=quiet)
    assert summary.partial
    assert "1 file could NOT be read:\n  a.fit: a damaged file" in summary.text
    assert "1 file damaged or cut short, the rest was kept:\n  b.fit: the last record" in summary.text


def test_placeholder_dates_are_never_shown_as_dates(monkeypatch: pytest.MonkeyPatch) -> None:
    person = Person(id="a", recordings=(recording("a", "hip", first=EVENING, n=5, clock=Clock.WEEKDAY),))
    text = summed_up(monkeypatch, reading(person))
    assert "dates: only weekdays are known" in text
    assert "2024" not in text


def test_an_export_of_facts_alone_is_said_to_hold_no_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    text = summed_up(monkeypatch, reading(Person(id="a", recordings=())))
    assert "no channel was measured" in text
    assert "dates: none" in text


def test_many_notes_become_a_few(monkeypatch: pytest.MonkeyPatch) -> None:
    text = summed_up(monkeypatch, reading(notes=MOST_NOTES + 3))
    assert text.count("note: ") == MOST_NOTES
    assert text.endswith("and 3 notes more")


def test_files_that_were_left_alone_stand_apart_from_records(monkeypatch: pytest.MonkeyPatch) -> None:
    found = reading()
    found.report.unknown.update({"file notes.pdf": 1, "sleep level dream": 70})
    text = summed_up(monkeypatch, found)
    assert "not known to the reader, and left alone:\n  70  sleep level dream" in text
    assert "files that hold nothing for the reader, and were left alone:\n  1  notes.pdf" in text


def test_all_of_a_long_list_is_printed_if_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    found = reading(notes=MOST_NOTES + 3)
    for i in range(40):
        found.report.unknown[f"message {i}"] = found.report.dropped[f"reason {i}"] = 1
        found.report.failed[f"{i}.fit"] = "a damaged file"
    monkeypatch.setattr(sennight.readers, "read", lambda source, mapping=None: found)
    short = reading_summary("made-up", tick=quiet).text
    whole = reading_summary("made-up", every_line=True, tick=quiet).text
    assert "  and 28 kinds more, 28 in all" in short
    assert "  and 28 more" in short
    assert not any(line.strip().startswith("and ") for line in whole.splitlines())
    assert sum(whole.count(f"{what} {i}\n") for what in ("message", "reason") for i in range(40)) == 80
    assert whole.count(".fit: a damaged file") == 40


def test_several_readers_are_listed_and_people_of_facts_alone_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    weight = Facts.from_wide(
        people=("a",), values={"weight_kg": np.array([93.75])}, units={"weight_kg": "kg"}, source="made up"
    )
    found = reading(facts=weight)
    found.report.reader = "oura, polar"
    text = summed_up(monkeypatch, found)
    assert "exports of 2 kinds, read by\n  oura   Oura: account export" in text
    assert "people: 1, of whom only facts are known; dates: none" in text


def test_progress_is_told_a_person_at_a_time() -> None:
    heard: list[tuple[int, int | None]] = []
    text = reading_summary(
        "synthetic:people=3,days=1,channels=steps", tick=lambda done, total, note="": heard.append((done, total))
    ).text
    assert heard == [(1, 3), (2, 3), (3, 3)]
    assert "synthetic people: nothing here was measured on anybody" in text


def test_a_source_that_cannot_be_read_is_the_readers_error(tmp_path: Path) -> None:
    with pytest.raises(ReadError):
        reading_summary(tmp_path, tick=quiet)


def test_what_was_worn_is_told_with_the_reason_for_the_rest() -> None:
    seen = {"seen": 750, "off_body": 2, "device_off": 0, "not_measured": 248, "out_of_range": 0, "clock_skipped": 0}
    report = PrepareReport(
        read={
            "records_seen": 12_000, "records_kept": 11_000, "dropped": {"no time": 1_000}, "unknown": {}, "notes": [],
        },
        wear={
            "people": 3, "people_with_days": 2, "person_days": 14, "valid_days": 12, "valid_day_minutes": 600,
            "samples_out_of_range": 5, "minutes": {"steps": seen},
            "wear_rules": {"heart rate": 2}, "merge_rules": {},
        },
    )  # fmt: skip
    lines = wear_summary(report).splitlines()
    assert lines[0] == "people: 3, of whom 2 wore a device"
    assert lines[1] == "days: 14, of which 12 valid (worn for 600 minutes or more)"
    assert "records: 12,000 seen, 11,000 kept, 1,000 dropped:" in lines
    header, row = (next(x for x in lines if x.startswith(name)) for name in ("channel", "steps"))
    # Reasons that never occur are no columns.
    assert header.split("  ")[-3:] == ["seen", "off body", "not measured"]
    assert row.split() == ["steps", "1,000", "75", "%", "0.2", "%", "25", "%"]
    assert lines[-2:] == ["wear found by:", "  2  heart rate"]
