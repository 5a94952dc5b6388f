"""Files of one device among others: told by their content, one person each, a bad one never loses the rest."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.device_files import DeviceFiles
from sennight.readers.guard import Member, members
from sennight.readers.reader import ReadReport
from sennight.record import Clock, Recording, channel

FILES = DeviceFiles(suffixes=(".dev",), head=lambda head: head.startswith(b"DEV"))


def read_one(member: Member, person: str, report: ReadReport) -> tuple[Recording, ...]:
    if b"bad" in member.read():
        raise ReadError("a bad file", where=member.name)
    report.keep(seen=1)
    times = np.array([60], dtype=np.int64)
    made = Recording.from_samples(
        person=person, device="d", channel=channel("steps"), times_utc=times, utc_offset_s=0, values=np.ones(1),
        clock=Clock.LOCAL, source=member.name,
    )  # fmt: skip
    return (made,)


def test_content_decides_and_a_suffix_may_be_written_in_capitals(tmp_path: Path) -> None:
    """Failure 15."""
    for name, content in (("A.DEV", b"DEV1"), ("b.dev", b"other"), ("c.txt", b"DEV1"), ("d.dev", b"")):
        (tmp_path / name).write_bytes(content)
    assert FILES.claims(tmp_path)
    assert [m.name for m in FILES.among(members(tmp_path))] == ["A.DEV"]
    # Alone it may be called as it likes.
    assert FILES.claims(tmp_path / "c.txt")
    assert not FILES.claims(tmp_path / "b.dev")
    assert not FILES.claims(tmp_path / "nowhere")


def test_one_bad_file_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    """I-11, failure 35."""
    for name, content in (("a.dev", b"DEV"), ("b.dev", b"DEV bad"), ("c.dev", b"DEV"), ("notes.txt", b"n")):
        (tmp_path / name).write_bytes(content)
    reading = FILES.read(tmp_path, reader="dev", read_file=read_one)
    assert [p.id for p in reading.people] == ["dev-a", "dev-c"]
    assert reading.report.failed == {"b.dev": "a bad file"}
    assert reading.report.partial
    assert reading.report.unknown == {"file .txt": 1}


def test_a_zip_of_a_study_is_as_good_as_its_folder(
    tmp_path: Path, zipped: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    path = zipped(tmp_path / "study.zip", {"x/a.dev": b"DEV", "x/b.dev": b"DEV"})
    assert [p.id for p in FILES.read(path, reader="dev", read_file=read_one).people] == ["dev-a", "dev-b"]


def test_a_folder_without_such_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.dev").write_bytes(b"other")
    with pytest.raises(ReadError, match="no file of this device"):
        FILES.read(tmp_path, reader="dev", read_file=read_one)
