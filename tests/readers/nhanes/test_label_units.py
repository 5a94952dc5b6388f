"""Units cover every label, and the label table of the pack where it is at hand."""

from pathlib import Path

import polars as pl
import pytest

from sennight.readers.nhanes.label_units import LABEL_UNITS

PACK = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "nhanes_2005_2006" / "labels.parquet"


def test_every_unit_is_a_word():
    assert len(LABEL_UNITS) == 123
    assert all(unit.strip() for unit in LABEL_UNITS.values())


@pytest.mark.real
def test_every_label_of_the_pack_has_a_unit():
    if not PACK.exists():
        pytest.skip("the label table is not beside this checkout")
    assert set(pl.read_parquet_schema(PACK)) - {"seqn", "bucket"} == set(LABEL_UNITS)
