"""MotionWatch files: channels with their own epochs, and what is kept of a damaged one."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.actiwatch.mtn import looks_right, read_mtn
from sennight.readers.guard import members
from sennight.readers.reader import ReadReport
from sennight.record import Recording

_spec = importlib.util.spec_from_file_location("made_actiwatch", Path(__file__).parents[1] / "samples" / "actiwatch.py")
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)

START = int(np.datetime64("2015-01-05T11:00", "s").astype(np.int64))


def read(folder: Path, text: str) -> tuple[dict[str, Recording], ReadReport]:
    path = folder / "a.mtn"
    path.write_text(text, encoding="utf-8")
    report = ReadReport(reader="actiwatch", source=str(path))
    (member,) = members(path)
    return {r.channel.name: r for r in read_mtn(member, "p", report)}, report


def test_random_days_come_back(tmp_path: Path) -> None:
    """I-13."""
    counts = np.random.default_rng(2).integers(0, 3_000, 2_880)
    found, _ = read(tmp_path, made.mtn_text(counts.tolist(), epoch_s=30, light=[0.5] * 2_880))
    np.testing.assert_array_equal(found["motionwatch_counts"].values, counts)
    np.testing.assert_array_equal(found["motionwatch_counts"].times_utc, START + 30 * np.arange(2_880))
    assert set(found["white_light"].values.tolist()) == {0.5}


def test_numbers_over_several_lines_and_a_last_comma_are_taken(tmp_path: Path) -> None:
    text = made.mtn_text([1, 2, 3]).replace("1,2,3", "1,\r\n2,3,\r\n")
    found, report = read(tmp_path, text)
    assert found["motionwatch_counts"].values.tolist() == [1, 2, 3]
    assert report.records_dropped == 0


def test_other_channels_are_counted_as_unknown_and_a_word_as_no_number(tmp_path: Path) -> None:
    """I-15."""
    text = made.mtn_text([1, 2, 3]).replace("1,2,3", "1,x,3")
    other = "<channel><name>Temp</name><epoch>60</epoch><data>1</data></channel></change>"
    found, report = read(tmp_path, text.replace("</change>", other))
    assert found["motionwatch_counts"].times_utc.tolist() == [START, START + 120]
    assert report.unknown == {"channel 'Temp'": 1}
    assert report.dropped == {"not a number": 1}


def test_what_came_before_the_damage_is_kept(tmp_path: Path) -> None:
    """Failure 11: cut in the second channel, the first is whole."""
    text = made.mtn_text([1, 2, 3], light=[1.0] * 50)
    found, report = read(tmp_path, text[: text.index("Light") + 90])
    assert found["motionwatch_counts"].values.tolist() == [1, 2, 3]
    assert report.partial


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (("2015-01-05 11:00:00", "05/01/2015 11:00"), "March or in April"),
        (("2015-01-05 11:00:00", ""), "without a start"),
        (("<epoch>60", "<epoch>0"), "length of its epochs"),
        (("</change></log2>", ""), ""),
        (("<data>1", "<data"), "XML"),
    ],
)
def test_what_cannot_be_understood_is_refused_or_said(change: tuple[str, str], what: str, tmp_path: Path) -> None:
    text = made.mtn_text([1, 2]).replace(*change)
    if what:
        with pytest.raises(ReadError, match=what):
            read(tmp_path, text)
    else:
        _, report = read(tmp_path, text)
        assert report.partial


def test_other_xml_is_not_taken_for_it() -> None:
    assert looks_right(made.mtn_text([1]).encode())
    assert not looks_right(b"<HealthData/>")
    assert not looks_right(b"log2 in text")
