"""The reader as a whole: what it claims, whom it yields, what it says about it."""

from pathlib import Path

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.nhanes import READER, tables_in
from sennight.readers.reader import sha256_of

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "nhanes_2005_2006"


@pytest.fixture
def folder(tmp_path, xport_writer, hip_minutes):
    """A small synthetic survey: three participants with minutes, four with demographics."""
    xport_writer(tmp_path / "paxraw_d.xpt", hip_minutes([101, 102, 103], minutes=200, status=[(1, 1), (2, 1), (1, 1)]))
    demo = {"SEQN": np.array([101.0, 102, 103, 104]), "RIDAGEYR": np.array([40.0, 50, 60, 70])}
    xport_writer(tmp_path / "DEMO_D.XPT", demo)
    xport_writer(tmp_path / "WHQ_D.XPT", {"SEQN": np.array([101.0]), "WHD010": np.array([70.0])})
    return tmp_path


def test_people_facts_and_report_of_a_folder(folder):
    assert READER.claims(folder)
    reading = READER.read(folder)
    assert reading.n_people == 3
    assert reading.facts.latest("age_years")["nhanes-104"] == 70
    assert reading.facts.latest("accel_reliable") == {"nhanes-101": 1, "nhanes-102": 0, "nhanes-103": 1}
    people = list(reading.people)
    assert [p.id for p in people] == ["nhanes-101", "nhanes-102", "nhanes-103"]
    assert {r.channel.name for r in people[0].recordings} == {"hip_counts", "steps"}
    assert people[0].recordings[0].source_sha256 == sha256_of(folder / "paxraw_d.xpt")
    report = reading.report
    assert (report.files, report.records_seen, report.records_kept, report.records_dropped) == (3, 600, 600, 0)
    assert report.unknown == {"table WHQ_D": 1}
    assert report.notes


def test_seen_records_are_kept_or_dropped(tmp_path, xport_writer, hip_minutes):
    columns = hip_minutes([1, 2], minutes=100)
    columns["PAXINTEN"][[3, 150]] = 32767
    columns["PAXHOUR"][10] = 5
    xport_writer(tmp_path / "PAXRAW_C.XPT", columns)
    reading = READER.read(tmp_path / "PAXRAW_C.XPT")
    assert len(list(reading.people)) == 2
    assert (reading.report.records_kept, reading.report.records_dropped) == (197, 3)


def test_a_wrist_cycle_takes_its_start_from_the_header_table(tmp_path, xport_writer, wrist_minutes):
    xport_writer(tmp_path / "PAXMIN_H.xpt", wrist_minutes(73_557, minutes=300))
    xport_writer(tmp_path / "PAXHD_H.xpt", {"SEQN": np.array([73_557.0]), "PAXFTIME": ["16:30:00"]})
    (person,) = READER.read(tmp_path).people
    mims = next(r for r in person.recordings if r.channel.name == "mims")
    assert len(mims.values) == 300
    assert mims.times_utc[0] % 86_400 == 59_400


def test_label_tables_alone_give_facts_and_nobody(tmp_path, xport_writer):
    xport_writer(tmp_path / "DEMO_H.XPT", {"SEQN": np.array([5.0]), "RIAGENDR": np.array([2.0])})
    reading = READER.read(tmp_path)
    assert list(reading.people) == []
    assert reading.n_people == 0
    assert reading.facts.latest("sex_female") == {"nhanes-5": 1}
    assert reading.facts.columns["sex_female"].source.startswith("NHANES 2013-2014")


def test_cycles_side_by_side_are_read_together(tmp_path, xport_writer, hip_minutes):
    xport_writer(tmp_path / "PAXRAW_C.XPT", hip_minutes([1], minutes=60, steps=False))
    xport_writer(tmp_path / "PAXRAW_D.XPT", hip_minutes([2], minutes=60))
    xport_writer(tmp_path / "DEMO_C.XPT", {"SEQN": np.array([1.0]), "RIDAGEYR": np.array([30.0])})
    xport_writer(tmp_path / "DEMO_D.XPT", {"SEQN": np.array([2.0]), "RIDAGEYR": np.array([40.0])})
    reading = READER.read(tmp_path)
    assert [p.id for p in reading.people] == ["nhanes-1", "nhanes-2"]
    assert reading.facts.latest("age_years") == {"nhanes-1": 30, "nhanes-2": 40}


def test_claims_go_by_name_and_stay_within_one_folder(tmp_path, folder):
    assert READER.claims(folder / "DEMO_D.XPT")
    assert READER.claims(folder / "paxraw_d.xpt")
    assert not READER.claims(folder / "WHQ_D.XPT")
    assert not READER.claims(folder.parent)
    assert not READER.claims(tmp_path / "absent")
    (tmp_path / "DEMO_D.csv").write_text("")
    assert not READER.claims(tmp_path / "DEMO_D.csv")


def test_a_file_that_only_bears_the_name_is_refused_with_what_it_looks_like(tmp_path):
    (tmp_path / "PAXRAW_D.XPT").write_bytes(b"<!DOCTYPE html><html>Page not found</html>")
    with pytest.raises(ReadError, match="a web page"):
        READER.read(tmp_path)


def test_a_minute_file_without_a_needed_variable_is_refused(tmp_path, xport_writer, hip_minutes):
    columns = hip_minutes([1], minutes=20)
    del columns["PAXINTEN"]
    xport_writer(tmp_path / "PAXRAW_D.XPT", columns)
    with pytest.raises(ReadError, match="PAXINTEN"):
        READER.read(tmp_path)


def test_a_variable_of_the_other_kind_is_refused(tmp_path, xport_writer):
    xport_writer(tmp_path / "DEMO_D.XPT", {"SEQN": np.array([1.0]), "RIDAGEYR": ["forty"]})
    with pytest.raises(ReadError, match="RIDAGEYR of table DEMO_D should be a number"):
        READER.read(tmp_path)


def test_a_label_table_without_participants_is_refused(tmp_path, xport_writer):
    xport_writer(tmp_path / "DEMO_D.XPT", {"RIDAGEYR": np.array([1.0])})
    with pytest.raises(ReadError, match="SEQN"):
        READER.read(tmp_path)


def test_nothing_to_read_and_a_table_twice_are_refused(tmp_path, xport_writer):
    with pytest.raises(ReadError, match="no table"):
        tables_in(tmp_path)
    for name in ("DEMO_D.XPT", "demo_d.xpt"):
        xport_writer(tmp_path / name, {"SEQN": np.array([1.0])})
    if len(list(tmp_path.iterdir())) == 2:  # file systems that tell case apart
        with pytest.raises(ReadError, match="twice"):
            tables_in(tmp_path)


@pytest.mark.real
def test_the_official_folder_is_claimed_and_its_parent_is_not():
    if not SHARED.exists():
        pytest.skip("the official tables are not beside this checkout")
    assert READER.claims(SHARED / "xpt")
    assert not READER.claims(SHARED)
    reading = READER.read(SHARED / "xpt")
    assert len(reading.facts.people) == 10_348
    assert len(reading.facts.columns) == 82
    assert list(reading.people) == []
