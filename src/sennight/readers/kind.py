"""What a file looks like by its first bytes, in words, for messages about files that nobody can read.

Promises to answer for any path that exists and to raise nothing; it reads 4 KiB at most.
"""

from pathlib import Path

HEAD_BYTES = 4_096

# (offset, bytes, words); the first that matches speaks. Source: the formats' own specifications.
_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"PK\x03\x04", "a zip archive"),
    (0, b"PK\x05\x06", "an empty zip archive"),
    (0, b"\x1f\x8b", "a gzip file"),
    (0, b"BZh", "a bzip2 file"),
    (0, b"\xfd7zXZ\x00", "an xz file"),
    (0, b"\x28\xb5\x2f\xfd", "a zstd file"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (0, b"Rar!\x1a\x07", "a RAR archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"%PDF-", "a PDF document"),
    (0, b"PAR1", "a Parquet table"),
    (0, b"HEADER RECORD*******LIBRARY HEADER RECORD", "a SAS transport (XPORT) table"),
    (0, b"HEADER RECORD*******LIBV8", "a SAS transport (XPORT) table, version 8"),
    (0, b"$FL2", "an SPSS table"),
    (0, b"SQLite format 3\x00", "a SQLite database"),
    (0, b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (8, b".FIT", "a FIT file"),
    (0, b"\x89PNG", "a PNG picture"),
    (0, b"\xff\xd8\xff", "a JPEG picture"),
    (0, b"\xd0\xcf\x11\xe0", "an old Microsoft Office file"),
    (0, b"RIFF", "a RIFF (audio or video) file"),
    (4, b"ftyp", "a video or a picture of a phone"),
    (0, b"Obj\x01", "an Avro file"),
    (0, b"bplist00", "an Apple property list (a placeholder of a file that is still in iCloud?)"),
    (0, b"\x04\x22\x4d\x18", "an LZ4 file"),
)
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_INNER_ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".tgz", ".gz")
# Bytes that plain text never holds: control characters other than tab, line feeds, carriage return, escape.
_NOT_TEXT = bytes(set(range(32)) - {9, 10, 12, 13, 27})


def kind_of(path: Path) -> str:
    """In words: "a zip archive", "comma-separated or other text", "a folder", ..."""
    if path.is_dir():
        return "a folder"
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError:
        return "a file that cannot be opened"
    return kind_of_bytes(head)


def kind_of_bytes(head: bytes) -> str:
    """The same for the first bytes of a file."""
    if not head:
        return "an empty file"
    for offset, signature, words in _SIGNATURES:
        if head[offset : offset + len(signature)] == signature:
            return _kind_of_zip(head) if signature == b"PK\x03\x04" else words
    if head in (b"\xef\xbb\xbf", *_UTF16_MARKS):
        return "a text file without text (nothing but the mark of its encoding)"
    if head.startswith(_UTF16_MARKS):
        return "UTF-16 text"
    if head.translate(None, _NOT_TEXT) != head:
        return "a binary file of an unknown format"
    return _kind_of_text(head)


def _kind_of_zip(head: bytes) -> str:
    """Its first file has its name 30 bytes behind the start. Source: the ZIP specification, 4.3.7."""
    first = head[30 : 30 + int.from_bytes(head[26:28], "little")].lower()
    if first.endswith(b".npy"):
        return "an archive of NumPy arrays (npz)"
    nested = first.endswith(tuple(ending.encode() for ending in _INNER_ARCHIVES))
    return "a zip archive with another archive in it (unpack the outer one)" if nested else "a zip archive"


def _kind_of_text(head: bytes) -> str:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "an HTML page (a download that returned a web page instead of the file?)"
    if start.startswith(b"<"):
        if b"<clinicaldocument" in start:
            return "a clinical document (CDA; Apple's export.xml beside it holds the same and is read)"
        return "an XML file"
    if start.startswith((b"{", b"[")):
        return "a JSON file"
    return "a text file"
