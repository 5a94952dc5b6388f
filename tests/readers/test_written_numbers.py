"""Numbers as they are written: decimal signs, thousands, words for nothing, units inside the cell; T-13, T-15."""

import numpy as np
import polars as pl
import pytest

from sennight.errors import ReadError
from sennight.readers.written_numbers import MISSING_WORDS, measured, numbers, unit_of

CASES: dict[str, tuple[list[str], list[float]]] = {
    "plain": (["1", "2.5", "-3", "+4", "1e3"], [1, 2.5, -3, 4, 1_000]),
    "decimal comma": (["61,5", "7", "-0,25"], [61.5, 7, -0.25]),
    "decimal comma, thousands by points": (["1.234,5", "12.345.678", "3"], [1_234.5, 12_345_678, 3]),
    "thousands by commas": (["1,234.5", "12,345,678", "999"], [1_234.5, 12_345_678, 999]),
    "thousands by commas beside fractions": (["1,234", "0.5"], [1_234, 0.5]),
    "a fraction below one shows the sign": (["0,234", "1,234"], [0.234, 1.234]),
    "thousands of Switzerland": (["1'234.5", "12\u2019345"], [1_234.5, 12_345]),
    "thousands by spaces": (["1 234", "12\u00a0345", "1\u202f234\u202f567"], [1_234, 12_345, 1_234_567]),
    "Indian groups": (["1,23,456", "12,34,567.5"], [123_456, 1_234_567.5]),
    "a minus of typesetters": (["\u22125", "5 %"], [-5, 5]),
    "units": (["72 bpm", "73bpm", "74"], [72, 73, 74]),
    "percent": (["97 %", "98%"], [97, 98]),
    "degrees": (["36.6 °C", "36.8°C"], [36.6, 36.8]),
    "exponents with a comma": (["1,5e2", "2"], [150, 2]),
}


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.replace(" ", "-"))
def test_a_column_is_read_by_all_of_its_cells(case: str) -> None:
    texts, expected = CASES[case]
    np.testing.assert_array_equal(numbers(pl.Series(texts)), expected)


@pytest.mark.parametrize("word", [w for w in MISSING_WORDS if w] + ["", "N/A", "NaN", " -- "])
def test_words_for_nothing_are_nothing_and_never_zero(word: str) -> None:
    """T-13 and failure 27."""
    assert np.isnan(numbers(pl.Series([word, "5"]))).tolist() == [True, False]
    assert np.isnan(measured(pl.Series([word, "5"]))).tolist() == [True, False]


@pytest.mark.parametrize("text", ["7h 30m", "12:30", "5'11\"", "2024-01-05", "abc", "1.2.3", "$5", "1,2,3", "--5"])
def test_what_is_no_number_is_told_from_nothing(text: str) -> None:
    column = pl.Series([text, "5", None], dtype=pl.String)
    assert np.isnan(numbers(column, decimal=".")[0])
    assert measured(column).tolist()[:2] == [np.inf, 5]
    assert np.isnan(measured(column)[2])


def test_a_column_that_can_be_read_both_ways_asks() -> None:
    column = pl.Series("steps", ["1,234", "987"])
    with pytest.raises(ReadError, match=r"'steps'.*thousands or fractions"):
        numbers(column)
    assert numbers(column, decimal=".").tolist() == [1_234, 987]
    assert numbers(column, decimal=",").tolist() == [1.234, 987]


def test_a_column_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(ReadError, match="some with a decimal point"):
        numbers(pl.Series(["61,5", "61.5"]))


def test_units_inside_cells_are_told_and_not_mixed() -> None:
    """Failure 4: the unit inside the value."""
    assert unit_of(pl.Series(["70.5 kg", "71 kg", "--"])) == "kg"
    assert unit_of(pl.Series(["70.5", "71"])) == ""
    with pytest.raises(ReadError, match="kg, lb"):
        unit_of(pl.Series(["70 kg", "155 lb"]))
    with pytest.raises(ReadError, match="several units"):
        numbers(pl.Series(["70 kg", "155 lb"]))


def test_a_damaged_cell_is_not_another_unit() -> None:
    column = pl.Series(["60"] * 500 + ["6a", "6b", "61"])
    assert np.isnan(numbers(column)).tolist() == [False] * 500 + [True, True, False]


@pytest.mark.parametrize("name", ["count", "unit", ""])
def test_a_column_may_have_any_name(name: str) -> None:
    """Samsung Health calls its steps `count`."""
    assert numbers(pl.Series(name, ["1,234", "12,345.5", "7"])).tolist() == [1_234, 12_345.5, 7]
    assert np.isnan(numbers(pl.Series(name, ["7", "7 x", "8"]))).sum() <= 1


def test_an_empty_column_has_no_numbers() -> None:
    assert numbers(pl.Series([], dtype=pl.String)).tolist() == []
    assert np.isnan(numbers(pl.Series([None, None], dtype=pl.String))).all()
