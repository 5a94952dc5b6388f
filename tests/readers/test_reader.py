"""The report of a reading adds up."""

from pathlib import Path

from sennight.readers.reader import ReadReport, sha256_of


def test_every_record_is_kept_or_dropped_for_a_reason() -> None:
    report = ReadReport(reader="table", source="a.csv")
    report.keep(seen=10)
    report.keep(seen=5, dropped=2, reason="not a number")
    report.keep(seen=0, dropped=0, reason="never happened")
    assert (report.records_seen, report.records_kept, report.records_dropped) == (15, 13, 2)
    assert dict(report.dropped) == {"not a number": 2}


def test_a_hash_is_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert sha256_of(tmp_path / "a").startswith("ba7816bf")
