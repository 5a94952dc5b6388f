"""What a file looks like, said in words."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from pathlib import Path

import pytest

from sennight.errors import ReadError
from sennight.readers import read
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
        (b"\xef\xbb\xbf", "nothing but the mark"),
        (b"\xff\xfe", "nothing but the mark"),
        (b"bplist00\xd4\x01", "iCloud"),
        (b"7z\xbc\xaf\x27\x1c\0", "7z"),
        (b"Rar!\x1a\x07\x01\0", "RAR"),
        (b"x" * 257 + b"ustar", "tar archive"),
        (b"\0\0\0\x18ftypheic", "phone"),
        (b"<?xml version='1.0'?><ClinicalDocument/>", "clinical document"),
    ],
)
def test_first_bytes_say_what_it_is(head: bytes, words: str) -> None:
    assert words in kind_of_bytes(head)


def test_a_folder_and_a_missing_file_have_words_too(tmp_path: Path) -> None:
    assert kind_of(tmp_path) == "a folder"
    assert "cannot be opened" in kind_of(tmp_path / "nowhere")


# --- I-12: what people hand over instead of an export -----------------------------------------------------------------


def _zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return buffer.getvalue()


def _tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("export.xml"))
    return buffer.getvalue()


def _encrypted() -> bytes:
    raw = bytearray(_zip({"export.xml": b"<HealthData/>"}))
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    return bytes(raw)


WRONG = {
    "a zip renamed fit": ("ride.fit", _zip({"a.txt": b"x"}), "a zip archive"),
    "a fit renamed csv": ("ride.csv", b"\x0e\x10\x43\x08\0\0\0\0.NOT", "binary"),
    "an HTML error page": ("export.zip", b"<!DOCTYPE html><html><body>404</body></html>", "HTML page"),
    "an HTML page named json": ("sleep.json", b"\n<html><title>Sign in</title></html>", "HTML page"),
    "an empty file": ("export.xml", b"", "empty file"),
    "only a mark": ("export.csv", b"\xef\xbb\xbf", "nothing but the mark"),
    "only a UTF-16 mark": ("export.csv", b"\xff\xfe", "nothing but the mark"),
    "an encrypted zip": ("export.zip", _encrypted(), "encrypted"),
    "a nested zip": ("export.zip", _zip({"export.zip": _zip({"a": b"x"})}), "another archive in it"),
    "an empty zip": ("export.zip", _zip({}), "empty zip"),
    "a zip cut short": ("export.zip", _zip({"a.txt": b"x" * 999})[:-30], "cut short"),
    "a zip of pictures": ("export.zip", _zip({"a.jpg": b"\xff\xd8\xff"}), "a zip archive"),
    "a tar archive": ("export.tar", _tar(), "tar archive"),
    "a gzip file": ("export.tar.gz", gzip.compress(_tar()), "gzip"),
    "a bzip2 file": ("export.bz2", bz2.compress(b"x"), "bzip2"),
    "an xz file": ("export.xz", lzma.compress(b"x"), "xz"),
    "a zstd file": ("export.zst", b"\x28\xb5\x2f\xfd\0", "zstd"),
    "a 7z archive": ("export.7z", b"7z\xbc\xaf\x27\x1c\0\4", "7z"),
    "a RAR archive": ("export.rar", b"Rar!\x1a\x07\x01\0", "RAR"),
    "a stub of iCloud": ("export.zip", b"bplist00\xd3\1\2\3", "iCloud"),
    "a PDF report": ("health.pdf", b"%PDF-1.7\n", "PDF"),
    "a picture": ("screen.png", b"\x89PNG\r\n\x1a\n", "PNG"),
    "an old workbook": ("export.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Microsoft Office"),
    "the clinical document": ("export_cda.xml", b"<?xml version='1.0'?>\n<ClinicalDocument/>", "clinical document"),
    "a binary": ("export.bin", bytes(range(256)) * 4, "binary"),
    "foreign XML": ("feed.xml", b"<?xml version='1.0'?><rss/>", "an XML file"),
}


@pytest.mark.parametrize(("name", "raw", "words"), WRONG.values(), ids=WRONG)
def test_what_is_no_export_is_named_in_a_sentence(name: str, raw: bytes, words: str, tmp_path: Path) -> None:
    """I-12."""
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(ReadError) as caught:
        list(read(tmp_path / name).people)
    assert words in caught.value.what
    assert caught.value.where
    assert caught.value.todo
