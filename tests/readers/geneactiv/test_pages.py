"""GENEActiv pages: exact samples, pages that are damaged, clocks and zones, and the real files and references."""

import importlib.util
from collections.abc import Callable
from pathlib import Path

import actfast
import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.geneactiv import READER, pages
from sennight.readers.geneactiv.pages import BAD_PAGE, OUT_OF_ORDER, RULE_INSTANT, RULE_LOCAL, STRAY, Pages
from sennight.readers.guard import members
from sennight.readers.raw_files import Hashed
from sennight.readers.reader import ReadReport
from sennight.record import Clock, Person

_spec = importlib.util.spec_from_file_location("made_geneactiv", Path(__file__).parents[1] / "samples" / "geneactiv.py")
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)

REAL = Path(__file__).resolve().parents[4] / "shared" / "formats"
SAMPLE, CUT = REAL / "skdh" / "gnactv_sample.bin", REAL / "GGIRread" / "GENEActiv_testfile.bin"


def real(test: Callable[..., None]) -> Callable[..., None]:
    """A test that reads real files where they are."""
    there = pytest.mark.skipif(not REAL.is_dir(), reason="real device files are not beside this checkout")
    return pytest.mark.real(there(test))


def written(folder: Path, text: str) -> Path:
    path = folder / "a.bin"
    path.write_bytes(text.encode("latin-1"))
    return path


def person_of(path: Path) -> tuple[Person, ReadReport]:
    reading = READER.read(path)
    (person,) = reading.people
    return person, reading.report


def motions(n: int) -> list[np.ndarray]:
    return [made.motion(300, seed=i) for i in range(n)]


def samples_of(path: Path) -> tuple[np.ndarray, np.ndarray, list[pages.Page]]:
    """g, lux and the pages, without minutes."""
    member = members(path)[0]
    settings, before = pages._settings_from(member)
    stream = Hashed(member)
    stream.read(before)
    found = list(Pages(stream=stream, report=ReadReport(reader="geneactiv", source="x")))
    raw = np.frombuffer(b"".join(p.payload for p in found), dtype=np.uint8).reshape(-1, 6)
    return pages.accelerations(raw, settings), pages.light_lux(raw, settings), found


def test_samples_come_back_exactly(tmp_path: Path) -> None:
    """I-13: all numbers of 12 bits."""
    rng = np.random.default_rng(0)
    steps = [rng.integers(-2_048, 2_048, (300, 3)) for _ in range(4)]
    found, light, _ = samples_of(written(tmp_path, made.geneactiv_text(steps)))
    wanted = (np.concatenate(steps) * 100.0 - np.array(made.OFFSET)) / np.array(made.GAIN)
    np.testing.assert_array_equal(found, wanted.astype(np.float32))
    assert set(light.tolist()) == {12.0}


@pytest.mark.parametrize(
    ("zone", "clock", "offset", "rule"),
    [
        ("GMT +01:00", Clock.INSTANT, 3_600, RULE_INSTANT),
        ("GMT -04:30", Clock.INSTANT, -16_200, RULE_INSTANT),
        ("GMT +00:00", Clock.INSTANT, 0, RULE_INSTANT),
        ("", Clock.LOCAL, 0, RULE_LOCAL),
        ("Central Europe", Clock.LOCAL, 0, RULE_LOCAL),
        ("GMT +99:00", Clock.LOCAL, 0, RULE_LOCAL),
    ],
)
def test_the_headers_offset_makes_instants_and_nothing_is_guessed_without_it(
    tmp_path: Path, zone: str, clock: Clock, offset: int, rule: str
) -> None:
    """Failure 1."""
    person, report = person_of(written(tmp_path, made.geneactiv_text(motions(3), zone=zone)))
    enmo = next(r for r in person.recordings if r.channel.name == "enmo")
    wall = int(np.datetime64("2024-03-01T10:00:00", "s").astype(np.int64))
    assert enmo.clock is clock
    assert set(enmo.utc_offset_s.tolist()) == {offset}
    assert enmo.times_utc[0] + offset == wall
    assert rule in report.notes


def test_temperature_and_light_are_kept(tmp_path: Path) -> None:
    person, report = person_of(made.geneactiv_bin(tmp_path))
    by_name = {r.channel.name: r.values.tolist() for r in person.recordings}
    assert by_name["device_temperature"] == [30.5] * 3
    assert set(by_name["white_light"]) == {12.0}
    assert len(by_name["white_light"]) == 90
    assert not report.partial


def test_a_slow_sensor_keeps_the_clocks_time_and_both_drifts_are_told(tmp_path: Path) -> None:
    """T-08."""
    text = made.geneactiv_text(motions(40), step_s=30.3, notes="(device clock drift -1.459s)")
    person, report = person_of(written(tmp_path, text))
    assert any("36.0 s an hour slow" in note for note in report.notes)
    assert any("-1.459 s off" in note for note in report.notes)
    assert len(next(r for r in person.recordings if r.channel.name == "enmo").times_utc) == 20


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Page Time:2024-03-01 10:01:00:000", "Page Time:2024-13-01 10:01:00:000"),
        ("Page Time:2024-03-01 10:01:00:000\r\n", ""),
        ("Page Time:2024-03-01 10:01:00:000", "Page Time:"),
    ],
)
def test_a_page_without_a_time_is_named_and_the_others_kept(tmp_path: Path, old: str, new: str) -> None:
    """Failures 13 and 25."""
    text = made.geneactiv_text(motions(6))
    assert old in text
    _, report = person_of(written(tmp_path, text.replace(old, new)))
    assert report.dropped[BAD_PAGE] == 1
    assert report.cut_short == {"a.bin": "1 of 6 pages could not be used: 2"}


@pytest.mark.parametrize(
    "harm",
    [
        lambda digits: digits[:-1],
        lambda digits: digits[:-12],
        lambda digits: "G" + digits[1:],
        lambda digits: digits + "000000000000",
        lambda digits: "",
    ],
)
def test_a_page_whose_digits_are_damaged_is_dropped(tmp_path: Path, harm: Callable[[str], str]) -> None:
    lines = made.geneactiv_text(motions(6)).split("\r\n")
    long = [i for i, line in enumerate(lines) if len(line) == 3_600]
    lines[long[3]] = harm(lines[long[3]])
    _, report = person_of(written(tmp_path, "\r\n".join(lines)))
    assert report.dropped[BAD_PAGE] == 1
    assert report.cut_short["a.bin"].endswith(": 3")


def test_an_impossible_rate_is_dropped(tmp_path: Path) -> None:
    text = made.geneactiv_text(motions(6))
    at = text.rindex("Measurement Frequency:10.0")
    _, report = person_of(written(tmp_path, text[:at] + "Measurement Frequency:0.00" + text[at + 26 :]))
    assert report.dropped[BAD_PAGE] == 1


def test_a_cut_last_page_keeps_its_whole_samples(tmp_path: Path) -> None:
    """Failure 11 and I-03."""
    text = made.geneactiv_text(motions(6))
    _, report = person_of(written(tmp_path, text[: -2 - 12 * 100 - 5]))
    assert report.records_seen == 1_500 + 199 + 180 - 10 + 6
    assert report.cut_short == {"a.bin": "the last page is cut"}


def test_pages_that_the_header_promises_and_are_not_there_are_told(tmp_path: Path) -> None:
    """Failure 11."""
    _, report = person_of(written(tmp_path, made.geneactiv_text(motions(6), declared=10)))
    assert report.cut_short == {"a.bin": "4 of 10 pages are missing at its end"}


def test_a_page_from_another_year_or_out_of_order_costs_no_other(tmp_path: Path) -> None:
    """Failures 12 and 24, T-07."""
    text = made.geneactiv_text(motions(8)).replace("2024-03-01 10:01:30:000", "2000-01-01 00:00:00:000")
    text = text.replace("2024-03-01 10:02:00:000", "2024-03-01 11:00:00:000")
    _, report = person_of(written(tmp_path, text))
    assert report.dropped[STRAY] == 1
    assert report.dropped[OUT_OF_ORDER] == 1
    assert report.cut_short == {"a.bin": "2 of 8 pages could not be used: 3-4"}


def test_a_file_longer_than_a_window_is_read_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PAGES_AT_ONCE", 2)
    monkeypatch.setattr(pages, "READ_BYTES", 1_000)
    path = written(tmp_path, made.geneactiv_text(motions(7)))
    small, report = person_of(path)
    monkeypatch.undo()
    large, _ = person_of(path)
    assert not report.partial
    for a, b in zip(small.recordings, large.recordings, strict=True):
        np.testing.assert_array_equal(a.values, b.values)


def test_a_stretch_without_marks_is_one_bad_page(tmp_path: Path) -> None:
    first, mark, rest = made.geneactiv_text(motions(4)).partition("Sequence Number:1\r\n")
    path = written(tmp_path, first + mark + "\x01" * (3 * pages.READ_BYTES) + rest)
    _, report = person_of(path)
    assert report.dropped[BAD_PAGE] == 1


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("y gain:25400", "y gain:0", "'y gain' cannot be"),
        ("y gain:25400", "", "lacks 'y gain'"),
        ("z offset:100", "z offset:nan", "'z offset' cannot be"),
        ("Lux:900", "Lux:bright", "lacks 'lux'"),
        ("Recorded Data", "Recordet Data", "without a page"),
    ],
)
def test_a_damaged_header_says_what_is_missing(tmp_path: Path, old: str, new: str, words: str) -> None:
    """Failure 15."""
    with pytest.raises(ReadError, match=words):
        person_of(written(tmp_path, made.geneactiv_text(motions(3)).replace(old, new)))


def test_a_light_meter_without_calibration_gives_no_light(tmp_path: Path) -> None:
    person, _ = person_of(written(tmp_path, made.geneactiv_text(motions(3)).replace("Volts:300", "Volts:0")))
    assert "white_light" not in {r.channel.name for r in person.recordings}


def test_pages_without_a_thermometer_give_no_temperature(tmp_path: Path) -> None:
    text = made.geneactiv_text(motions(3)).replace("Temperature:30.5\r\n", "")
    person, _ = person_of(written(tmp_path, text))
    assert "device_temperature" not in {r.channel.name for r in person.recordings}


@real
@pytest.mark.parametrize("path", [SAMPLE, CUT], ids=lambda p: p.stem)
def test_real_files_agree_with_a_second_reader(path: Path) -> None:
    """I-14: every sample and light value equal."""
    found, light, stamped = samples_of(path)
    other = actfast.read(str(path))["timeseries"]["high_frequency"]
    np.testing.assert_array_equal(found, other["acceleration"])
    np.testing.assert_allclose(light, other["light"], rtol=1e-6)
    assert stamped[0].wall_s == other["datetime"][0] / 1e9


@real
def test_the_real_sample_agrees_with_its_published_values() -> None:
    found, light, stamped = samples_of(SAMPLE)
    with np.load(SAMPLE.with_name("gnactv_data.npz")) as published:
        # They are rounded to four decimals, light to whole lux.
        np.testing.assert_allclose(found, published["accel"], atol=5.1e-5)
        assert np.abs(light - published["light"]).max() < 1
        assert [p.temperature for p in stamped] == published["temperature"][::300].tolist()
        assert [p.wall_s for p in stamped] == pytest.approx(published["time"][::300].tolist(), abs=0.51)


@real
def test_the_real_cut_file_is_read_to_its_end_and_says_what_is_missing() -> None:
    """Failure 11."""
    person, report = person_of(CUT)
    assert report.cut_short == {CUT.name: "the last page is cut; 222,031 of 222,048 pages are missing at its end"}
    enmo = next(r for r in person.recordings if r.channel.name == "enmo")
    assert set(enmo.utc_offset_s.tolist()) == {3_600}
