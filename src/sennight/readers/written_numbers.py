"""Numbers as people and vendors write them: the decimal sign, thousands and a unit inside the cell, by whole columns.

One cell cannot tell whether 1,234 is a thousand or a little more than one; a column usually can. Where it cannot
either, that is an error that asks, never a guess.
"""

import numpy as np
import polars as pl
from jaxtyping import Float64

from sennight.errors import ReadError

# What stands for "no value" in exports met so far; in small letters.
MISSING_WORDS = (
    "", "-", "--", "---", "\u2013", "\u2014", "n/a", "na", "#n/a", "n.a.", "nan", "null", "nil", "none", "?", "missing",
)  # fmt: skip

STRAY_SHARE = 0.01  # so few cells with another unit are damaged ones
# A number, then perhaps a unit, which holds no digit but the raised ones: 72 bpm, 98 %, 1.234,5 kcal, 7 ml/kg.
_NUMBER_AND_UNIT = (
    r"^([+\-\u2212]?(?:\d[\d.,]*|[.,]\d+)(?:[eE][+-]?\d{1,3})?)\s*([%\u00b0\p{L}][%\u00b0\p{L}/\u00b2\u00b3. ]*)?$"
)
# Spaces of all widths and apostrophes part thousands in many languages.
_GAP = r"(\d)['\u2019 \u00a0\u202f\u2009](\d{3})\b"

_POINT = "."
_COMMA = ","
# Each can only be written by somebody for whom the comma is the decimal sign ...
_DECIMAL_COMMA = (
    r"^[+-]?(?:\d*,(?:\d{1,2}|\d{4,})|0\d*,\d+|,\d+|\d{4,},\d+"
    r"|\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,})(?:[eE]|$)"
)
# ... or parts thousands, or by somebody for whom the point is the decimal sign.
_THOUSANDS_COMMA = r"^[+-]?(?:\d{1,3}(?:,\d{2,3})*,\d{3}\.\d*|\d{1,3}(?:,\d{2,3})+,\d{3})(?:[eE]|$)"
_DECIMAL_POINT = r"^[+-]?(?:\d*\.(?:\d{1,2}|\d{4,})|0\d*\.\d+|\.\d+|\d{4,}\.\d+)(?:[eE]|$)"
_WITH_THOUSANDS = r"^[+-]?(?:\d+|\d{1,3}(?:,\d{2,3})*,\d{3})?(?:\.\d*)?(?:[eE][+-]?\d+)?$"


def numbers(column: pl.Series, *, decimal: str | None = None) -> Float64[np.ndarray, " row"]:
    """A column of text as numbers, NaN where there is none: empty, "--", "N/A", words.

    A unit behind a number is cut away; `unit_of` says which. `decimal` ("." or ",") is for callers who know the sign.

    >>> numbers(pl.Series(["1.234,5", "--", "12,0"])).tolist()
    [1234.5, nan, 12.0]

    Raises: ReadError if the column can be read both ways ("1,234" alone), contradicts itself, or mixes units.
    """
    if decimal != _COMMA:
        # Nearly every column is plain numbers and nothing else.
        plain = column.cast(pl.Float64, strict=False)
        if plain.null_count() == column.null_count():
            return plain.fill_null(np.nan).to_numpy().astype(np.float64)
    text = _bare(column)
    plain = text.cast(pl.Float64, strict=False)
    odd = text.filter(plain.is_null() & text.is_not_null())
    if decimal != _COMMA and not len(odd):
        return plain.fill_null(np.nan).to_numpy().astype(np.float64)
    text = _without_unit(text, name=column.name)
    sign = decimal or _decimal_sign(text, name=column.name)
    if sign == _COMMA:
        swapped = text.str.replace_all(_POINT, "", literal=True).str.replace(_COMMA, _POINT, literal=True)
    else:
        grouped = text.str.contains(_WITH_THOUSANDS).fill_null(value=False)
        stripped = text.str.replace_all(_COMMA, "", literal=True)
        swapped = pl.select(pl.when(grouped).then(stripped)).to_series()
    return swapped.cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy().astype(np.float64)


def measured(column: pl.Series, *, decimal: str = ".") -> Float64[np.ndarray, " row"]:
    """Like `numbers`, but infinite where something is written that is no number, unlike nothing."""
    values = numbers(column, decimal=decimal)
    if not bool((np.isnan(values) & column.is_not_null().to_numpy()).any()):
        return values
    written = _bare(column).is_not_null().to_numpy()
    return np.where(written & np.isnan(values), np.inf, values)


def unit_of(column: pl.Series) -> str:
    """The unit that stands in the cells of a column, "" where there is none.

    Raises: ReadError if it holds several.
    """
    units = _units(_bare(column)).drop_nulls().unique().sort().to_list()
    if len(units) > 1:
        raise _several_units(column.name, units)
    return str(units[0]) if units else ""


def _bare(column: pl.Series) -> pl.Series:
    """Stripped, null where a word for "missing" stands."""
    text = column.cast(pl.String).str.strip_chars()
    return pl.select(pl.when(~text.str.to_lowercase().is_in(MISSING_WORDS)).then(text)).to_series()


def _without_unit(text: pl.Series, *, name: str) -> pl.Series:
    """The numbers alone. A unit in very few cells is a damaged cell, which is no number; two of many are an error."""
    units = _units(text)
    counts = units.drop_nulls().alias("unit").value_counts()  # a column may be called count
    often = counts if len(counts) == 1 else counts.filter(pl.col("count") > STRAY_SHARE * len(text))
    kept = often.to_series().sort().to_list()
    if len(kept) > 1:
        raise _several_units(name, kept)
    closed = text.str.replace_all(_GAP, "${1}${2}").str.replace_all(_GAP, "${1}${2}")
    alone = closed.str.extract(_NUMBER_AND_UNIT, 1).str.replace("\u2212", "-", literal=True)
    return pl.select(pl.when(units.is_null() | units.is_in(kept)).then(alone)).to_series()


def _units(text: pl.Series) -> pl.Series:
    closed = text.str.replace_all(_GAP, "${1}${2}").str.replace_all(_GAP, "${1}${2}")
    return closed.str.extract(_NUMBER_AND_UNIT, 2).str.strip_chars(" .")


def _several_units(name: str, units: list[str]) -> ReadError:
    return ReadError(
        f"column '{name}' holds numbers in several units: {', '.join(units[:5])}"[:300],
        todo="Set one unit in the app and export again.",
    )


def _decimal_sign(text: pl.Series, *, name: str) -> str:
    """The decimal sign of the column, by what only one of the two ways could have written."""
    with_comma = bool(text.str.contains(_COMMA, literal=True).any())
    comma = bool(text.str.contains(_DECIMAL_COMMA).any())
    point = bool(text.str.contains(_THOUSANDS_COMMA).any() or text.str.contains(_DECIMAL_POINT).any())
    if comma and point:
        raise ReadError(
            f"column '{name}' writes some numbers with a decimal comma and some with a decimal point",
            todo="Was the table put together from two exports? Read them one by one.",
        )
    if with_comma and not comma and not point:
        raise ReadError(
            f"column '{name}' has numbers such as 1,234 that may be thousands or fractions",
            todo="Say which is the decimal sign.",
        )
    return _COMMA if comma else _POINT
