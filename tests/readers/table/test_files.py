"""How a CSV is written is found from the file; damage is one error."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers import read

PLAIN = "who,t,hr\n7,2024-03-01 12:00,61.5\n7,2024-03-01 12:01,62\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (PLAIN, "utf-8"),
        (PLAIN.replace("\n", "\r\n"), "utf-8-sig"),
        (PLAIN.replace(",", ";").replace(".", ","), "utf-8"),
        (PLAIN.replace(",", "\t"), "utf-16"),
        ('"who";"t";"hr"\n"7";"2024-03-01 12:00";"61,5"\n"7";"2024-03-01 12:01";"62"\n', "utf-16-le"),
        ("who|t|hr|größe\n7|2024-03-01 12:00|61.5|ü\n7|2024-03-01 12:01|62|ß\n", "cp1252"),
        (PLAIN.replace(",", " , "), "utf-8"),
    ],
)
def test_encoding_separator_and_decimal_sign_are_found_from_the_file(study: Any, text: str, encoding: str) -> None:
    (study.folder / "minutes.csv").write_bytes(text.encode(encoding))
    assert study.only(study.read(study.long())).values.tolist() == [61.5, 62]


def test_text_among_numbers_is_dropped_and_counted(study: Any) -> None:
    study.minutes("7,2024-03-01 12:00,61", "7,2024-03-01 12:01,n/a", "7,2024-03-01 12:02,")
    reading = study.read(study.long())
    assert study.only(reading).values.tolist() == [61]
    assert dict(reading.report.dropped) == {"not a number": 1}


def test_a_missing_column_says_which_are_there(study: Any) -> None:
    study.minutes("7,2024-03-01 12:00,61", header="who,t,pulse")
    with pytest.raises(ReadError) as error:
        list(study.read(study.long()).people)
    assert "hr" in error.value.what
    assert "who, t, pulse" in error.value.todo


def test_rows_with_too_many_cells_are_an_error(study: Any) -> None:
    study.minutes("7,2024-03-01 12:00,61,62,63")
    with pytest.raises(ReadError, match="damaged"):
        list(study.read(study.long()).people)


def test_a_header_without_rows_is_an_error(study: Any) -> None:
    study.minutes()
    with pytest.raises(ReadError, match="rows that name a person"):
        study.read(study.long())


def test_a_truncated_parquet_says_so_at_the_front_door(study: Any) -> None:
    study.days(np.ones((1, 1_440), dtype=np.int16), who=["a"], date=["2024-03-01"])
    path: Path = study.folder / "days.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ReadError, match="cut short"):
        read(path)


def test_ids_that_a_spreadsheet_turned_into_fractions_are_whole_again(study: Any) -> None:
    study.days(np.ones((1, 1_440), dtype=np.int16), who=[31_128.0], date=["2024-03-01"])
    assert study.only(study.read(study.daily())).person == "study-31128"
