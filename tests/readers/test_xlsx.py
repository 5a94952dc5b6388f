"""The first sheet of a workbook as text: shared and inline strings, namespaces, damage, limits."""

import importlib.util
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers import xlsx
from sennight.readers.xlsx import read_sheet, serial_seconds, workbook_head

_spec = importlib.util.spec_from_file_location(
    "made_band", Path(__file__).parent / "samples" / "philips_health_band.py"
)
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)

REAL = Path(__file__).resolve().parents[3] / "shared" / "formats" / "GGIRread"
ROWS = [["a note"], ["t", "v", "w"], ["1", 2.5, None], [None, "x & y", "z"]]


def book(folder: Path, raw: bytes) -> Path:
    path = folder / "book.xlsx"
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("prefix", ["", "x:"])
def test_cells_are_text_and_empty_ones_null(shared: bool, prefix: str, tmp_path: Path) -> None:
    sheet = read_sheet(book(tmp_path, made.workbook(ROWS, shared=shared, prefix=prefix)), needed=("t", "v"))
    assert sheet.preamble == (("a note",),)
    assert sheet.table.columns == ["t", "v", "w"]
    assert sheet.table.rows() == [("1", "2.5", None), (None, "x & y", "z")]
    assert sheet.cut_short == ""


def test_columns_beyond_z_and_rows_longer_than_the_header_keep_their_place(tmp_path: Path) -> None:
    names = [f"c{i}" for i in range(30)]
    sheet = read_sheet(book(tmp_path, made.workbook([names, [*map(str, range(30)), "more"]])), needed=("c29",))
    assert sheet.table.rows() == [tuple(map(str, range(30)))]


def with_sheet(text: str) -> bytes:
    return made.packed({"xl/worksheets/sheet1.xml": text})


def test_a_pointer_that_leads_nowhere_and_an_error_value_are_empty(tmp_path: Path) -> None:
    text = (
        '<worksheet><sheetData><row><c t="str"><v>t</v></c><c t="str"><v>v</v></c></row>'
        '<row><c t="s"><v>99</v></c><c t="e"><v>#N/A</v></c></row><row><c t="s"><v>-1</v></c><c><v>4</v></c></row>'
        "</sheetData></worksheet>"
    )
    sheet = read_sheet(book(tmp_path, with_sheet(text)), needed=("t",))
    assert sheet.table.rows() == [(None, "4")]


def test_rich_and_phonetic_text(tmp_path: Path) -> None:
    strings = "<sst><si><r><t>t</t></r><r><t>t</t></r></si><si><t>v</t><rPh><t>sound</t></rPh></si></sst>"
    text = (
        '<worksheet><sheetData><row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row><row><c><v>1</v></c></row>'
        "</sheetData></worksheet>"
    )
    raw = made.packed({"xl/sharedStrings.xml": strings, "xl/worksheets/sheet1.xml": text})
    assert read_sheet(book(tmp_path, raw), needed=("tt", "v")).table.columns == ["tt", "v"]


def test_names_that_repeat_or_are_missing_get_their_own(tmp_path: Path) -> None:
    sheet = read_sheet(book(tmp_path, made.workbook([["t", "t", None, "t"], ["1", "2", "3", "4"]])), needed=("t",))
    assert sheet.table.columns == ["t", "t #2", "column 3", "t #3"]


def test_rows_before_damage_are_kept_and_it_is_said(tmp_path: Path) -> None:
    """Failure 11 and 25: a sheet whose XML breaks in the middle."""
    text = (
        '<worksheet><sheetData><row><c t="str"><v>t</v></c></row><row><c><v>1</v></c></row>'
        "<row><c><v>2</v></x></row></sheetData></worksheet>"
    )
    sheet = read_sheet(book(tmp_path, with_sheet(text)), needed=("t",))
    assert sheet.table.rows() == [("1",)]
    assert sheet.cut_short


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"no archive", "no Excel workbook"),
        (made.packed({"word/document.xml": "<w/>"}), "without a sheet"),
        (made.workbook([["a", "b"]]), "without the columns t"),
        (with_sheet("<worksheet><sheetData><row>"), "cut short"),
    ],
)
def test_what_is_no_such_sheet_is_refused(raw: bytes, what: str, tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=what):
        read_sheet(book(tmp_path, raw), needed=("t",))


def test_limits_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """I-01: rows and strings have caps; a column far out is left alone instead of making a row of a million cells."""
    cells = '<c t="str" r="A1"><v>t</v></c><c r="ZZZ1"><v>1</v></c>'
    far = f"<worksheet><sheetData><row>{cells}</row></sheetData></worksheet>"
    assert read_sheet(book(tmp_path, with_sheet(far)), needed=("t",)).table.columns == ["t"]
    path = book(tmp_path, made.workbook([["t"], *[[str(i)] for i in range(20)]]))
    monkeypatch.setattr(xlsx, "MAX_ROWS", 5)
    assert "more than 5 rows" in read_sheet(path, needed=("t",)).cut_short
    monkeypatch.setattr(xlsx, "MAX_STRINGS", 5)
    with pytest.raises(ReadError, match="too many strings"):
        read_sheet(path, needed=("t",))


def test_many_rows_come_in_several_frames_and_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "_ROWS_A_FRAME", 7)
    sheet = read_sheet(book(tmp_path, made.workbook([["t"], *[[float(i)] for i in range(20)]])), needed=("t",))
    assert sheet.table["t"].cast(float).to_list() == list(range(20))


def test_excels_own_times_are_days_since_1899() -> None:
    """Failure 12, T-05."""
    expected = np.datetime64("2022-11-04T12:00:30", "s").astype(np.int64)
    assert serial_seconds(np.array([44_869 + 0.5 + 30 / 86_400])).tolist() == [expected]


def test_the_head_shows_names_without_reading_the_rows(tmp_path: Path) -> None:
    assert b"x &amp; y" in workbook_head(book(tmp_path, made.workbook(ROWS)), 10_000)
    assert workbook_head(book(tmp_path, b"PK\x03"), 10) == b""
    broken = io.BytesIO()
    with zipfile.ZipFile(broken, "w") as archive:
        archive.writestr("a", "b")
    with pytest.raises(ReadError):
        workbook_head(book(tmp_path, broken.getvalue()[:-10]), 10)


@pytest.mark.real
def test_a_real_workbook_has_as_many_rows_as_it_says() -> None:
    path = REAL / "DataList_AH1234567890_PhilipsHealthBand.xlsx"
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    sheet = read_sheet(path, needed=("timeStamp",))
    assert sheet.table.shape == (491, 18)
    assert len(sheet.preamble) == 7
