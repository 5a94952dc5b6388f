"""Labels from tables: what is needed, what is computed, and that it is what an independent table says."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sennight.readers.nhanes import READER
from sennight.readers.nhanes.label_units import LABEL_UNITS
from sennight.readers.nhanes.labels import LABELS, compute_labels, variables_needed

PACK = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "nhanes_2005_2006"
PEOPLE = np.array([1, 2, 3], dtype=np.int64)
# Every label that was checked agrees on every person; a label that does not would be listed here with its reason.
KNOWN_EXCEPTIONS: dict[str, str] = {}


def _demo():
    return {"SEQN": np.array([3.0, 1.0, 9.0]), "RIDAGEYR": np.array([30.0, 10.0, 99.0])}


def test_labels_stand_after_what_they_need_and_have_names_of_their_own():
    seen = set()
    for label in LABELS:
        assert all("." in need or need in seen for need in label.needs), label.name
        assert label.text
        seen.add(label.name)
    assert len(seen) == len(LABELS)
    assert seen < set(LABEL_UNITS)


def test_rows_in_any_order_reach_their_people_and_strangers_are_left_out():
    got = compute_labels({"DEMO": _demo()}, PEOPLE, cycle="D")
    assert np.array_equal(got["age_years"], [10, np.nan, 30], equal_nan=True)


def test_a_label_whose_table_or_variable_is_absent_stays_away():
    bmx = {"SEQN": np.array([1.0, 3.0]), "BMXBMI": np.array([20.0, 31.0])}
    got = compute_labels({"DEMO": _demo(), "BMX": bmx}, PEOPLE, cycle="D")
    assert set(got) == {"age_years", "bmi", "obese"}
    assert np.array_equal(got["obese"], [np.nan, np.nan, 1], equal_nan=True)
    assert "obese" not in compute_labels({"BMX": bmx}, PEOPLE, cycle="D")


def test_a_rule_is_used_only_in_the_cycles_where_it_holds():
    paq = {"SEQN": np.array([1.0]), "PAD200": np.array([1.0])}
    assert "self_vigorous_30d" in compute_labels({"PAQ": paq}, PEOPLE, cycle="D")
    assert compute_labels({"PAQ": paq}, PEOPLE, cycle="H") == {}
    assert "PAQ" not in variables_needed("H")
    assert variables_needed("D")["DEMO"] >= {"SEQN", "RIDAGEYR", "WTMEC2YR"}


def test_nobody_asked_for_gives_empty_columns():
    got = compute_labels({"DEMO": _demo()}, np.empty(0, dtype=np.int64), cycle="D")
    assert got["age_years"].shape == (0,)


@pytest.mark.real
def test_computed_labels_equal_the_independent_label_table_on_every_person():
    if not PACK.exists():
        pytest.skip("the official tables are not beside this checkout")
    facts = READER.read(PACK / "xpt").facts
    pack = pl.read_parquet(PACK / "labels.parquet")
    people = [f"nhanes-{seqn}" for seqn in pack["seqn"]]
    tables = {p.stem[:-2] for p in (PACK / "xpt").glob("*.XPT")}
    compared = 0
    for label in LABELS:
        if label.name not in facts.columns:
            assert not label.checked or not {n.split(".")[0] for n in label.needs if "." in n} <= tables, label.name
            continue
        assert label.checked, f"{label.name} can be checked now"
        got = facts.vector(label.name, people).astype(np.float32)
        wanted = pack[label.name].cast(pl.Float32).to_numpy()
        either = np.isfinite(got) | np.isfinite(wanted)
        share = float((got == wanted)[either].mean())
        assert share == 1.0 or label.name in KNOWN_EXCEPTIONS, f"{label.name} agrees on {share:.4%}"
        compared += 1
    assert compared == 82
