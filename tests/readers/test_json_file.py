"""JSON of strangers: one typed error, numbers that are numbers."""

import json
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.guard import members
from sennight.readers.json_file import load_json, number


def loaded(folder: Path, content: bytes) -> object:
    path = folder / "a.json"
    path.write_bytes(content)
    return load_json(members(path)[0])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_usual_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    assert loaded(tmp_path, json.dumps({"día": [1]}, ensure_ascii=False).encode(encoding)) == {"día": [1]}


@pytest.mark.parametrize(
    "content", [b"", b"{", b'[{"a": 1}, {"a"', b"[" * 200_000, b"\xff\xfe\xff", b"<html>", b'{"a": 1} {"b": 2}']
)
def test_whatever_is_wrong_is_one_read_error(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ReadError, match="damaged or cut short"):
        loaded(tmp_path, content)


def test_a_number_of_a_million_digits_takes_no_time_and_is_infinite(tmp_path: Path) -> None:
    assert loaded(tmp_path, b"[1" + b"0" * 1_000_000 + b"]") == [float("inf")]


@pytest.mark.parametrize(("value", "expected"), [("72", 72.0), (72, 72.0), (" 7.5 ", 7.5), ("-1", -1.0)])
def test_numbers_come_as_numbers_or_text(value: object, expected: float) -> None:
    assert number(value) == expected


@pytest.mark.parametrize("value", [None, "", "--", "N/A", True, False, {}, [1]])
def test_what_is_no_number_is_missing_and_never_zero(value: object) -> None:
    """Failure 27, T-13."""
    assert np.isnan(number(value))
