"""Tables in text: forty ways in which they are written, right or a typed error; T-15 and failure 5."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sennight.errors import ReadError
from sennight.readers import delimited
from sennight.readers.delimited import columns_of, delimited_blocks, numbers, read_delimited, wall_times
from sennight.readers.guard import Member, members
from sennight.readers.reader import ReadReport

ROWS = [["2024-03-14", "60", "a"], ["2024-03-15", "61", "b"], ["2024-03-16", "62", "c"]]
HEADER = ["day", "pulse", "note"]


def _member(folder: Path, content: bytes | str) -> Member:
    path = folder / "table.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return members(path)[0]


def _text(*, sep: str = ",", end: str = "\n", header: Sequence[str] = HEADER, rows: Sequence[list[str]] = ROWS) -> str:
    return "".join(sep.join(cells) + end for cells in [header, *rows])


# What is written, and the option that the reader of it needs; all of them hold the same three rows.
RIGHT: dict[str, tuple[str | bytes, tuple[str, ...]]] = {
    "plain": (_text(), ()),
    "no line feed at the end": (_text().rstrip("\n"), ()),
    "semicolons": (_text(sep=";"), ()),
    "tabs": (_text(sep="\t"), ()),
    "bars": (_text(sep="|"), ()),
    "a mark in front": ("\ufeff" + _text(), ()),
    "UTF-16 with mark": (_text().encode("utf-16"), ()),
    "UTF-16 big end first": (b"\xfe\xff" + _text().encode("utf-16-be"), ()),
    "UTF-16 without mark": (_text().encode("utf-16-le"), ()),
    "UTF-32": (_text().encode("utf-32"), ()),
    "Windows line ends": (_text(end="\r\n"), ()),
    "old Macintosh line ends": (_text(end="\r"), ()),
    "mixed line ends": ("day,pulse,note\r\n2024-03-14,60,a\n2024-03-15,61,b\r2024-03-16,62,c\n", ()),
    "blank lines": ("\nday,pulse,note\n\n2024-03-14,60,a\n\n\n2024-03-15,61,b\n2024-03-16,62,c\n\n", ()),
    "blanks around cells": ("day , pulse,note\n2024-03-14, 60 ,a\n 2024-03-15,61,b\n2024-03-16,62, c\n", ()),
    "everything quoted": (
        '"day","pulse","note"\n"2024-03-14","60","a"\n"2024-03-15","61","b"\n"2024-03-16","62","c"\n',
        (),
    ),
    "a comma at the end of each row": ("day,pulse,note\n2024-03-14,60,a,\n2024-03-15,61,b,\n2024-03-16,62,c,\n", ()),
    "a comma at the end of each line": (
        "day,pulse,note,\n2024-03-14,60,a,\n2024-03-15,61,b,\n2024-03-16,62,c,\n",
        (),
    ),
    "a comma at the end of some rows": ("day,pulse,note\n2024-03-14,60,a,\n2024-03-15,61,b\n2024-03-16,62,c,\n", ()),
    "a line about the table": ("com.vendor.table,63001,3\n" + _text(), ("day", "pulse")),
    "a line about the table, found by shape": ("some words\n" + _text(), ()),
    "ten lines before the header": ("".join(f"Key {i}: value\n" for i in range(10)) + _text(), ()),
    "a header that comes late": ("x\n" * 150 + _text(), ("pulse",)),
    "what Excel says of itself": ("sep=;\n" + _text(sep=";"), ()),
}


@pytest.mark.parametrize("case", RIGHT, ids=lambda c: c.replace(" ", "-"))
def test_these_ways_of_writing_give_the_same_table(case: str, tmp_path: Path) -> None:
    content, needed = RIGHT[case]
    frame = read_delimited(_member(tmp_path, content), needed=needed)
    assert frame.columns == HEADER
    assert frame.rows() == [tuple(row) for row in ROWS]


# What is wrong, and a word of the sentence that says so.
WRONG: dict[str, tuple[str | bytes, tuple[str, ...], str]] = {
    "nothing": (b"", (), "empty"),
    "only a mark": (b"\xef\xbb\xbf", (), "without"),
    "a web page": (b"<!DOCTYPE html><html><body>Sign in</body></html>", (), "HTML"),
    "a zip": (b"PK\x03\x04" + bytes(50), (), "zip"),
    "a picture": (b"\x89PNG\r\n" + bytes(200), (), "picture"),
    "random bytes": (bytes(range(256)) * 20, (), "binary"),
    "no column": ("one\ntwo\nthree\n", (), "columns"),
    "a missing column": (_text(), ("day", "steps"), "steps"),
    "another table": ("a,b\n1,2\n", ("day", "pulse"), "day, pulse"),
    "rows wider than the header": ("a,b\n1,2,3\n4,5,6\n7,8,9\n", (), "cells"),
    "a decimal comma between commas": ("day,kg\n" + "2024-03-14,60,5\n" * 3, (), "cells"),
    "a quotation mark that never closes": ('day,note\n2024-03-14,a\n2024-03-15,"b\n', (), "middle of a cell"),
    "half a row": ("day,pulse,note\n2024-03-14,60,a\n2024-0", (), "fewer cells"),
}


@pytest.mark.parametrize("case", WRONG, ids=lambda c: c.replace(" ", "-"))
def test_these_are_refused_in_a_sentence(case: str, tmp_path: Path) -> None:
    content, needed, word = WRONG[case]
    (tmp_path / "table.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    member = Member(
        name="table.csv",
        size=len(content),
        open=(tmp_path / "table.csv").open("rb").__class__ and (lambda: (tmp_path / "table.csv").open("rb")),
    )
    with pytest.raises(ReadError, match=word):
        read_delimited(member, needed=needed)


def test_latin_letters_outside_utf8_are_read_as_windows_writes_them(tmp_path: Path) -> None:
    frame = read_delimited(_member(tmp_path, "Gewicht;Größe\n70;Maß\n".encode("cp1252")))
    assert frame.columns == ["Gewicht", "Größe"]
    assert frame["Größe"].to_list() == ["Maß"]


def test_a_stray_byte_in_utf8_is_damage_and_not_another_encoding(tmp_path: Path) -> None:
    frame = read_delimited(_member(tmp_path, "a,b\nGröße,1\n".encode() + b"x\xff,2\n"))
    assert frame["a"].to_list() == ["Größe", "x\ufffd"]


def test_letters_cut_by_a_block_are_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "BLOCK_BYTES", 7)
    rows = "".join(f"ä{i},ß\r\n" for i in range(50))
    frame = read_delimited(_member(tmp_path, "ö,b\r\n" + rows))
    assert frame["ö"].to_list() == [f"ä{i}" for i in range(50)]
    frame = read_delimited(_member(tmp_path, ("a,b\r\n" + rows).encode("cp1252")))
    assert frame["a"].to_list() == [f"ä{i}" for i in range(50)]


def test_commas_line_feeds_and_marks_inside_quotes_stay_in_their_cell(tmp_path: Path) -> None:
    cells = [['Watch, 44 "mm"', "1"], ["two\nlines", "2"], ['{"a": [1, 2]}', "3"], ["plain", "4"]]
    out = io.StringIO()
    csv.writer(out).writerows([["device", "n"], *cells])
    frame = read_delimited(_member(tmp_path, out.getvalue()))
    assert frame.rows() == [tuple(row) for row in cells]


@pytest.mark.parametrize("block", [64, 1_000, 1 << 20])
def test_quoted_cells_survive_any_size_of_block(block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "BLOCK_BYTES", block)
    rng = np.random.default_rng(3)
    alphabet = list('ab,"\n;é ')
    cells = [["".join(rng.choice(alphabet, size=6)).strip() or "x", str(i), ""] for i in range(200)]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([["text", "n", "empty"], *cells])
    frame = read_delimited(_member(tmp_path, out.getvalue()), needed=("text", "n"))
    assert frame["n"].to_list() == [str(i) for i in range(200)]
    assert [t or "" for t in frame["text"]] == [c[0] for c in cells]
    assert frame["empty"].null_count() == 200


def test_a_row_that_does_not_fit_becomes_nulls_and_the_others_stay(tmp_path: Path) -> None:
    """Failure 5: commas in device strings shift columns; nothing of such a row may land in the wrong one."""
    frame = read_delimited(_member(tmp_path, _text() + "2024-03-17,Watch, 44 mm,63,d\n2024-03-18\n2024-03-19,64,e\n"))
    assert frame.rows()[3:] == [(None, None, None), (None, None, None), ("2024-03-19", "64", "e")]


def test_writers_that_leave_out_empty_cells_at_the_end_are_understood(tmp_path: Path) -> None:
    frame = read_delimited(_member(tmp_path, "day,pulse,note\n2024-03-14,60\n2024-03-15,61\n2024-03-16,62,c\n"))
    assert frame["pulse"].to_list() == ["60", "61", "62"]
    assert frame["note"].to_list() == [None, None, "c"]


def test_a_file_that_is_cut_short_keeps_what_came_before_and_says_so(tmp_path: Path) -> None:
    """Failure 11, for tables."""
    for content, why in (
        (_text() + "2024-03-17,6", delimited.CUT_IN_A_ROW),
        (_text() + '2024-03-17,63,"unfin', delimited.CUT_IN_A_CELL),
        (_text() + '2024-03-17,63,"unfinished\n2024-03-18,64,f\n', delimited.UNCLOSED),
    ):
        report = ReadReport(reader="r", source="s")
        frame = read_delimited(_member(tmp_path, content), report=report)
        assert frame.rows()[:3] == [tuple(row) for row in ROWS]
        assert report.cut_short == {"table.csv": why}


def test_a_mark_inside_a_cell_is_a_letter(tmp_path: Path) -> None:
    frame = read_delimited(_member(tmp_path, "size,pulse\n5'11\",60\n5'12,61\n"))
    assert frame["pulse"].to_list() == ["60", "61"]
    assert frame["size"].to_list() == ["5'11\"", "5'12"]


def test_a_cell_without_end_stops_reading_and_not_the_machine(tmp_path: Path) -> None:
    report = ReadReport(reader="r", source="s")
    frame = read_delimited(_member(tmp_path, 'a,b\n1,2\n3,"' + "x" * 300_000), report=report)
    assert frame.rows() == [("1", "2")]
    assert report.cut_short == {"table.csv": delimited.UNCLOSED}


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "BLOCK_BYTES", 1_000)
    monkeypatch.setattr(delimited, "MAX_LINE_CHARACTERS", 5_000)
    with pytest.raises(ReadError, match="does not end"):
        read_delimited(_member(tmp_path, "a,b\n1," + "x" * 20_000))


def test_a_table_beyond_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "MAX_DELIMITED_BYTES", 10)
    with pytest.raises(ReadError, match="above 10 bytes"):
        read_delimited(_member(tmp_path, _text()))


def test_only_the_wanted_columns_are_kept(tmp_path: Path) -> None:
    frame = read_delimited(_member(tmp_path, _text()), columns=("note", "day", "absent"))
    assert frame.columns == ["day", "note"]


def test_a_header_alone_is_a_table_without_rows(tmp_path: Path) -> None:
    frame = read_delimited(_member(tmp_path, "day,pulse\n"), needed=("day",))
    assert frame.columns == ["day", "pulse"]
    assert len(frame) == 0
    assert len(read_delimited(_member(tmp_path, "day,pulse"))) == 0


def test_blocks_are_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Failure 6: a table of any size in bounded memory."""
    monkeypatch.setattr(delimited, "BLOCK_BYTES", 100)
    text = "n,square\n" + "".join(f"{i},{i * i}\n" for i in range(1_000))
    blocks = list(delimited_blocks(_member(tmp_path, text), needed=("n",)))
    assert len(blocks) > 50
    assert pl.concat(blocks)["square"].cast(pl.Int64).to_list() == [i * i for i in range(1_000)]


def test_names_are_made_different_and_empty_ones_get_a_place(tmp_path: Path) -> None:
    assert columns_of(_member(tmp_path, "t,x,x,,x\n1,2,3,4,5\n"), needed=("t",)) == (
        "t",
        "x",
        "x #2",
        "column 4",
        "x #3",
    )


def test_stray_zero_bytes_are_left_out(tmp_path: Path) -> None:
    text = _text(rows=ROWS * 20)
    frame = read_delimited(_member(tmp_path, text.replace("2024-03-16,62,c", "2024-03-16,6\x002,c", 1)))
    assert frame["pulse"].to_list() == ["60", "61", "62"] * 20


def test_numbers_and_times_are_offered_here_too() -> None:
    assert numbers(pl.Series(["1,5"])).tolist() == [1.5]
    assert wall_times(pl.Series(["1970-01-02"]))[0].tolist() == [86_400]


@pytest.mark.parametrize("seed", range(5))
def test_random_damage_gives_a_table_or_a_read_error(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    whole = np.frombuffer((_text(rows=ROWS * 30) + '2024-03-17,63,"a, b"\n').encode(), dtype=np.uint8)
    for _ in range(60):
        raw = whole.copy()
        raw[rng.integers(0, len(raw), size=5)] = rng.integers(0, 256, size=5)
        cut = int(rng.integers(1, len(raw)))
        try:
            frame = read_delimited(_member(tmp_path, raw[:cut].tobytes()), report=ReadReport(reader="r", source="s"))
        except ReadError:
            continue
        assert len(frame) <= 95
        assert all(kind == pl.String for kind in frame.dtypes)
