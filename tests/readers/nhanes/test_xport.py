"""Transport files: exact numbers, constant memory, and honest words about files that are something else."""

import struct
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sennight.errors import ReadError, SennightBug
from sennight.readers.nhanes.xport import Rows, decode_numbers, is_xport, missing_marks, read_layout, read_table

LARGEST, SMALLEST = 16.0**62, 16.0**-64
numbers = st.floats(min_value=-LARGEST, max_value=LARGEST).filter(lambda x: x == 0 or abs(x) > SMALLEST)
letters = st.text(st.characters(min_codepoint=33, max_codepoint=255, exclude_categories=("Cc",)), max_size=9)
SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "nhanes_2005_2006"


@given(
    rows=st.lists(st.tuples(numbers, st.integers(-(10**6), 10**6), letters), max_size=40),
    short=st.integers(4, 8),
    namestr=st.sampled_from([140, 136]),
)
@settings(max_examples=60, deadline=None)
def test_what_was_written_is_read_to_the_last_bit(xport_writer, rows, short, namestr):
    columns = {
        "ID": np.arange(len(rows), dtype=np.float64),
        "VALUE": np.array([r[0] for r in rows], dtype=np.float64),
        "SHORT": np.array([float(r[1]) for r in rows]),
        "NAME": np.array([r[2] for r in rows], dtype="U9"),
    }
    with tempfile.TemporaryDirectory() as folder:
        path = xport_writer(Path(folder) / "t.xpt", columns, lengths={"SHORT": short, "NAME": 9}, namestr_bytes=namestr)
        table = read_table(path)
    assert table["VALUE"].tobytes() == columns["VALUE"].tobytes() or np.array_equal(table["VALUE"], columns["VALUE"])
    assert np.array_equal(table["SHORT"], columns["SHORT"])
    assert table["NAME"].tolist() == [r[2] for r in rows]


@given(st.integers(0, 2**56 - 1), st.integers(0, 127), st.booleans())
@settings(max_examples=200, deadline=None)
def test_any_bit_pattern_is_rounded_to_the_nearest_double(fraction, exponent, negative):
    from fractions import Fraction

    word = np.array([(int(negative) << 63) | (exponent << 56) | fraction], dtype=np.uint64)
    if fraction == 0:
        return
    exact = Fraction(fraction, 2**56) * Fraction(16) ** (exponent - 64)
    assert decode_numbers(word)[0] == float(-exact if negative else exact)


def test_two_byte_numbers_and_negative_zero_are_read(xport_writer, tmp_path):
    path = xport_writer(tmp_path / "t.xpt", {"A": np.array([1.0, -15.0, -0.0])}, lengths={"A": 2})
    values = read_table(path)["A"]
    assert values.tolist() == [1.0, -15.0, 0.0]
    assert np.signbit(values[2])


def test_missing_numbers_keep_their_marks(xport_writer, tmp_path):
    path = xport_writer(
        tmp_path / "t.xpt",
        {"A": np.arange(5.0), "B": np.arange(5.0)},
        lengths={"A": 3},
        marks={"A": {0: ".", 2: "A", 3: "_", 4: "Z"}},
    )
    table = read_table(path)
    assert np.isnan(table["A"]).tolist() == [True, False, True, True, True]
    assert table.marks["A"].tolist() == [ord("."), 0, ord("A"), ord("_"), ord("Z")]
    assert "B" not in table.marks
    assert missing_marks(np.array([0x2E << 56, 0], dtype=np.uint64)).tolist() == [46, 0]


def test_columns_can_be_chosen_and_rows_come_in_chunks(xport_writer, tmp_path):
    path = xport_writer(tmp_path / "t.xpt", {"A": np.arange(100.0), "B": -np.arange(100.0), "T": ["x"] * 100})
    layout = read_layout(path)
    assert (layout.n_rows, layout.names, layout.label) == (100, ("A", "B", "T"), "Synthetic table")
    assert layout.variable("B").label == "label of B"
    with Rows(layout) as rows:
        parts = list(rows.chunks(columns=["B"], rows=33))
        assert [len(p) for p in parts] == [33, 33, 33, 1]
        assert [p.first_row for p in parts] == [0, 33, 66, 99]
        assert np.array_equal(np.concatenate([p["B"] for p in parts]), -np.arange(100.0))
        assert set(parts[0].values) == {"B"}
        assert rows.take(98, 200)["A"].tolist() == [98.0, 99.0]
        with pytest.raises(ReadError, match="no variable C"):
            rows.take(0, 1, columns=["C"])
    with pytest.raises(SennightBug):
        rows.take(0, 1)


def test_rows_that_were_forgotten_can_be_read_again(xport_writer, tmp_path):
    path = xport_writer(tmp_path / "t.xpt", {"A": np.arange(5_000.0)})
    with Rows(read_layout(path)) as rows:
        before = rows.take(0, 5_000)["A"]
        rows.forget(0, 5_000)
        assert np.array_equal(rows.take(0, 5_000)["A"], before)


@pytest.mark.parametrize("n", [0, 1, 9, 10, 11, 20])
def test_blank_padding_is_never_taken_for_a_row(xport_writer, tmp_path, n):
    # 8-byte rows: the last 80-byte record is padded with up to nine rows' worth of blanks.
    path = xport_writer(tmp_path / "t.xpt", {"A": np.arange(n) + 1.0})
    assert read_layout(path).n_rows == n
    assert len(read_table(path)["A"]) == n


@given(cut=st.integers(0, 3_000))
@settings(max_examples=80, deadline=None)
def test_a_truncated_file_is_refused_or_ends_on_a_whole_record(xport_writer, cut):
    with tempfile.TemporaryDirectory() as folder:
        path = xport_writer(Path(folder) / "t.xpt", {"A": np.arange(1, 150.0), "B": np.arange(1, 150.0)})
        whole, n = path.read_bytes(), read_layout(path).n_rows
        path.write_bytes(whole[: min(cut, len(whole) - 1)])
        if not _readable(path):
            with pytest.raises(ReadError) as refused:
                read_table(path)
            assert refused.value.where == str(path)
            assert refused.value.todo
            return
        table = read_table(path)
    # The format has no row count: a cut between two records and two rows at once cannot be told.
    assert cut % 80 == 0
    assert len(table) < n
    assert np.array_equal(table["A"], np.arange(1.0, len(table) + 1))


def _readable(path):
    try:
        read_layout(path)
    except ReadError:
        return False
    return True


@pytest.mark.parametrize(
    ("content", "looks_like"),
    [
        (b"PK\x03\x04rest", "a zip archive"),
        (b"<!DOCTYPE html><html>404</html>", "a web page"),
        (b"PAR1....", "a parquet file"),
        (b"HEADER RECORD*******LIBV8   HEADER RECORD!!!!!!!0000", "version 8"),
        (b"", "an empty file"),
        (b"SEQN,PAXN\n1,2\n", "not a SAS transport file"),
    ],
)
def test_another_kind_of_file_is_named(tmp_path, content, looks_like):
    path = tmp_path / "BPX_D.XPT"
    path.write_bytes(content)
    assert not is_xport(path)
    with pytest.raises(ReadError, match=looks_like):
        read_layout(path)


def test_two_tables_in_one_file_are_refused(xport_writer, tmp_path):
    first = xport_writer(tmp_path / "a.xpt", {"A": np.arange(10.0)})
    second = xport_writer(tmp_path / "b.xpt", {"A": np.arange(10.0)})
    both = tmp_path / "both.xpt"
    both.write_bytes(first.read_bytes() + second.read_bytes()[240:])
    with pytest.raises(ReadError, match="more than one table"):
        read_table(both)


def test_a_damaged_variable_description_is_refused(xport_writer, tmp_path):
    path = xport_writer(tmp_path / "t.xpt", {"A": np.arange(10.0)})
    raw = bytearray(path.read_bytes())
    raw[640:642] = struct.pack(">h", 7)  # kind: neither number nor text
    path.write_bytes(raw)
    with pytest.raises(ReadError, match="damaged"):
        read_layout(path)


def test_a_folder_is_no_transport_file(tmp_path):
    assert not is_xport(tmp_path)


@pytest.mark.real
def test_all_official_tables_parse_with_their_published_numbers_of_rows():
    if not SHARED.exists():
        pytest.skip("the official tables are not beside this checkout")
    tables = {p.stem: read_layout(p) for p in sorted((SHARED / "xpt").glob("*.XPT"))}
    assert len(tables) == 27
    # Published record counts, NHANES 2005-2006.
    published = {"DEMO_D": 10_348, "BPX_D": 9_950, "DPQ_D": 5_334, "RXQ_RX_D": 18_005, "BMX_D": 9_950, "GHB_D": 6_980}
    assert {name: tables[name].n_rows for name in published} == published
    demo = read_table(tables["DEMO_D"].path)
    assert (demo["SEQN"] == np.arange(31_127, 41_475)).all()
    assert set(np.unique(demo["RIAGENDR"])) == {1.0, 2.0}
    assert demo["RIDAGEYR"].min() == 0
    assert demo["RIDAGEYR"].max() == 85
    medicines = read_table(tables["RXQ_RX_D"].path, columns=["RXDDRUG"])["RXDDRUG"]
    assert (medicines == "LEVOTHYROXINE").sum() == 314
