"""Annotations: lists of texts with an onset, and the sleep stages among them."""

import importlib.util
from pathlib import Path

import pytest

from sennight.readers.edf.annotations import NO_LENGTH, Annotation, record_texts, sleep_spans
from sennight.readers.reader import ReadReport
from sennight.readers.spans import Sleep

_spec = importlib.util.spec_from_file_location("made_edf", Path(__file__).parents[1] / "samples" / "edf.py")
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)


def spans(*told: tuple[float, float, str]) -> tuple[list[tuple[int, int, Sleep]], ReadReport]:
    report = ReadReport(reader="edf", source="s")
    annotations = [Annotation(onset_s=float(a), length_s=float(b), text=text) for a, b, text in told]
    found = sleep_spans(annotations, start_s=1_000, report=report)
    return [(s.start_s - 1_000, s.stop_s - 1_000, s.sleep) for s in found], report


def test_the_example_of_the_specification() -> None:
    """EDF+ 2.2.2: +180 with two texts, then a list with a length."""
    raw = b"+180\x14\x14\x00+180.2\x14Lights off\x14Close door\x14\x00+993.2\x151.2\x14Apnea\x14\x00\x00\x00"
    found = record_texts(raw)
    assert (found.start_s, found.unreadable) == (180.0, 0)
    assert [(t.onset_s, t.length_s, t.text) for t in found.texts] == [
        (180.2, -1.0, "Lights off"), (180.2, -1.0, "Close door"), (993.2, 1.2, "Apnea"),
    ]  # fmt: skip


def test_damaged_lists_are_counted_and_the_others_are_kept() -> None:
    """Failure 25."""
    found = record_texts(
        b"180\x14no sign\x14\x00+1e9\x14\x14\x00+5\x00+7\x14kept\x14\x00" + b"+999999999999\x14far\x14\x00"
    )
    assert [t.text for t in found.texts] == ["kept"]
    assert (found.start_s, found.unreadable) == (None, 4)


@pytest.mark.parametrize(
    ("word", "sleep"),
    [
        ("W", Sleep.AWAKE), ("N1", Sleep.LIGHT), ("n2", Sleep.LIGHT), ("N3", Sleep.DEEP), ("4", Sleep.DEEP),
        ("R", Sleep.REM), ("N", Sleep.UNSTAGED),
    ],
)  # fmt: skip
def test_stages_old_and_new(word: str, sleep: Sleep) -> None:
    """Failure 20."""
    assert spans((30, 30, f"Sleep stage {word}"))[0] == [(30, 60, sleep)]


def test_a_stage_without_a_length_holds_until_the_next_but_not_for_hours() -> None:
    found, report = spans((0, -1, "Sleep stage W"), (30, -1, "Sleep stage N2"), (9_000, -1, "Sleep stage R"))
    assert found == [(0, 30, Sleep.AWAKE), (30, 3_630, Sleep.LIGHT)]
    assert report.dropped == {NO_LENGTH: 1}


def test_what_is_no_stage_is_counted_without_its_words() -> None:
    """I-15, and free text may say anything about a person."""
    found, report = spans((0, 30, "Sleep stage ?"), (30, 30, "Sleep stage M"), (60, 5, "Ann coughs"))
    assert found == []
    assert report.unknown == {"sleep stage that is none of W, N1, N2, N3, R": 2, "annotation": 1}


def test_an_unscored_stretch_ends_the_stage_before_it() -> None:
    found, _ = spans((0, -1, "Sleep stage N2"), (60, -1, "Sleep stage ?"), (120, 30, "Sleep stage R"))
    assert found == [(0, 60, Sleep.LIGHT), (120, 150, Sleep.REM)]
