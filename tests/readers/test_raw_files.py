"""One file one person: ids, bad files among good ones, hashes, and where a device was worn."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.guard import Member, members
from sennight.readers.raw_files import MOST_HEADS, Hashed, kinds_of, likely, one_person_a_file, place_of, remark
from sennight.readers.reader import Reading, ReadReport
from sennight.record import CHANNELS, Clock, Recording


def one_recording(person: str) -> Recording:
    return Recording.from_samples(
        person=person,
        device="a device",
        channel=CHANNELS["steps"],
        times_utc=np.array([60]),
        utc_offset_s=0,
        values=np.array([1.0], dtype=np.float32),
        clock=Clock.LOCAL,
        source="a.bin",
    )


def reading(folder: Path, **content: bytes) -> Reading:
    """A file whose content is "bad" raises, "empty" holds nothing."""
    for name, body in content.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(body)

    def read_file(member: Member, person: str, report: ReadReport) -> tuple[Recording, ...]:
        if member.read() == b"bad":
            raise ReadError("a file in tatters", where=member.name)
        report.keep(seen=2, dropped=1, reason="too short")
        return () if member.read() == b"empty" else (one_recording(person),)

    found = members(folder)
    mine = [m for m in found if m.name.endswith(".bin")]
    others = [m for m in found if m not in mine]
    return one_person_a_file(mine, reader="raw", source=folder, others=others, read_file=read_file)


def test_ids_are_the_files_names_and_a_second_of_one_name_gets_a_number(tmp_path: Path) -> None:
    found = reading(tmp_path, a_dot_bin=b"x", b__a_dot_bin=b"x", c_dot_txt=b"")
    assert [p.id for p in found.people] == ["raw-a", "raw-a-2"]
    assert found.report.unknown == {"file .txt": 1}
    assert found.n_people is None


def test_one_bad_file_does_not_lose_the_others(tmp_path: Path) -> None:
    """Failure 35 and I-11."""
    found = reading(tmp_path, a_dot_bin=b"x", b_dot_bin=b"bad", c_dot_bin=b"empty")
    assert [p.id for p in found.people] == ["raw-a"]
    assert found.report.failed["b.bin"] == "a file in tatters"
    assert "too short" in found.report.failed["c.bin"]
    assert found.report.partial


def test_a_single_bad_file_and_nothing_but_bad_files_are_errors(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="in tatters"):
        list(reading(tmp_path, a_dot_bin=b"bad").people)
    with pytest.raises(ReadError, match="none of the device files"):
        list(reading(tmp_path, a_dot_bin=b"bad", b_dot_bin=b"bad").people)


def test_a_file_without_a_minute_says_what_most_of_it_was_dropped_for(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="most of it was dropped: too short"):
        list(reading(tmp_path, a_dot_bin=b"empty").people)


def test_a_stream_is_hashed_to_its_end_whatever_was_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(range(256)) * 5_000)
    stream = Hashed(members(tmp_path)[0])
    assert len(stream.read(1_000_000)) == 1_000_000
    assert stream.sha256() == hashlib.sha256((tmp_path / "a").read_bytes()).hexdigest()


def test_files_with_the_right_ending_are_looked_at_first_and_not_all_of_a_large_folder(tmp_path: Path) -> None:
    for i in range(2 * MOST_HEADS):
        (tmp_path / f"a{i:03d}.txt").write_bytes(b"x")
    (tmp_path / "z.BIN").write_bytes(b"x")
    looked_at = [m.name for m in likely(members(tmp_path), (".bin",))]
    assert looked_at[0] == "z.BIN"
    assert len(looked_at) == MOST_HEADS + 1


def test_a_file_that_cannot_be_opened_does_not_lose_the_others(tmp_path: Path) -> None:
    """Failure 35."""
    for name in "abc":
        (tmp_path / name).write_bytes(name.encode())

    def kind_of(member: Member) -> str:
        if member.name == "b":
            raise ReadError("a damaged file")
        return "mine" if member.read() == b"a" else ""

    assert kinds_of(members(tmp_path), kind_of) == {"a": "mine"}


def test_the_place_is_in_the_words_of_the_settings() -> None:
    assert [place_of(w) for w in ("left wrist", "Right Hip", "waist", "thigh", "")] == ["wrist", "hip", "hip", "", ""]


def test_a_remark_is_made_once() -> None:
    report = ReadReport(reader="raw", source="x")
    for sentence in ("a", "a", "", "b"):
        remark(report, sentence)
    assert report.notes == ["a", "b"]
