"""What a file looks like, said in words."""

from pathlib import Path

import pytest

from sennight.readers.kind import kind_of, kind_of_bytes


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"PK\x03\x04....", "zip"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"%PDF-1.7", "PDF"),
        (b"\xef\xbb\xbf  <!DOCTYPE html><html>", "HTML"),
        (b"<?xml version='1.0'?>", "XML"),
        (b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!", "SAS transport"),
        (b"PAR1\x15", "Parquet"),
        (b'[{"a": 1}]', "JSON"),
        (b"\x0e\x10\x43\x08\x78\x06\x09\x00.FIT", "FIT"),
        (b"\xff\xfea\x00,\x00", "UTF-16"),
        (b"a,b\n1,2\n", "text"),
        (b"\x00\x01\x02\x03", "binary"),
        (b"", "empty"),
    ],
)
def test_first_bytes_say_what_it_is(head: bytes, words: str) -> None:
    assert words in kind_of_bytes(head)


def test_a_folder_and_a_missing_file_have_words_too(tmp_path: Path) -> None:
    assert kind_of(tmp_path) == "a folder"
    assert "cannot be opened" in kind_of(tmp_path / "nowhere")
