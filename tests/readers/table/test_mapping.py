"""Mappings: what is wrong is refused with what is near; the shipped ones are whole."""

from pathlib import Path
from typing import Any

import pytest

from sennight.errors import ReadError
from sennight.readers.nhanes.label_units import LABEL_UNITS
from sennight.readers.table.mapping import builtin_mappings, load_mapping


@pytest.mark.parametrize(
    ("good", "bad", "hint"),
    [
        ("person: who", "persn: who", "'person'"),
        ("channel: heart_rate", "channel: heartrate", "'heart_rate'"),
        ("unit: beats/min", "unit: beats/mim", "'beats/min'"),
        ("shape: long", "shape: tall", "shape"),
        ("clock: local", "clock: weekday", "weekday"),
        ("{timestamp: t}", "{timestamp: t, unix_seconds: u}", "exactly one"),
        ("{timestamp: t}", "{timestamp: t, zone: Mars/Olympus}", "Mars/Olympus"),
        ("{timestamp: t}", "{timestamp: t, utc_offset_min: 60}", "clock: instant"),
        ("{timestamp: t}", "{unix_seconds: t}", "instant"),
        ("person: who", "person: who\n    one_person: me", "either"),
        ("name: study", "name: [study", "YAML"),
        ("missing: [-1]", "missing: minus one", "missing"),
    ],
)
def test_a_wrong_mapping_is_one_error_that_helps(study: Any, good: str, bad: str, hint: str) -> None:
    path = study.long()
    assert good in path.read_text()
    with pytest.raises(ReadError) as error:
        load_mapping(study.long(change=lambda text: text.replace(good, bad)))
    assert hint in str(error.value)
    assert "mapping.yaml" in error.value.where


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "name: x\nprefix: x\n", "\x00", "a: &a [*a]"])
def test_text_that_is_no_mapping_is_refused(study: Any, text: str) -> None:
    with pytest.raises(ReadError):
        load_mapping(study.mapping(text))


def test_a_mapping_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="cannot be read"):
        load_mapping(tmp_path / "nowhere.yaml")


def test_shipped_mappings_are_named_once_and_say_their_licence() -> None:
    names = [m.name for m in builtin_mappings()]
    assert len(names) == len(set(names)) >= 8
    assert len({m.prefix for m in builtin_mappings()}) == len(names)
    for mapping in builtin_mappings():
        assert mapping.licence, mapping.name


def test_the_label_units_of_nhanes_are_the_same_in_both_readers() -> None:
    (nhanes,) = (m for m in builtin_mappings() if m.name == "nhanes_2005_2006")
    assert {name: spec.unit for name, spec in nhanes.facts[0].columns.items()} == LABEL_UNITS
