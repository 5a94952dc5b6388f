"""WAV: axes, scales, marks and readings of the auxiliary channel, damaged headers, and a real file."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.axivity import READER, wav
from sennight.readers.axivity.wav import UNAVAILABLE
from sennight.readers.guard import members
from sennight.readers.raw_files import Hashed
from sennight.readers.reader import ReadReport
from sennight.record import Person

_spec = importlib.util.spec_from_file_location("made_axivity", Path(__file__).parents[1] / "samples" / "axivity.py")
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)

REAL = Path(__file__).resolve().parents[4] / "shared" / "formats" / "GGIRread" / "ax3test.wav"


def person_of(path: Path) -> tuple[Person, ReadReport]:
    reading = READER.read(path)
    (person,) = reading.people
    return person, reading.report


def written(folder: Path, whole: bytes) -> Path:
    path = folder / "a.wav"
    path.write_bytes(whole)
    return path


def sound_of(path: Path) -> wav.Sound:
    return wav.header_of(Hashed(members(path)[0]), where="a.wav")


def test_the_header_says_everything(tmp_path: Path) -> None:
    sound = sound_of(made.axivity_wav(tmp_path))
    assert (sound.rate_hz, sound.channels, sound.axes, sound.auxiliary) == (25, 4, (0, 1, 2), 3)
    assert sound.scale_g == (8.0, 8.0, 8.0)
    assert sound.start_s == made.START_S
    assert sound.worn_at == "left wrist"


def test_minutes_are_those_of_the_samples(tmp_path: Path) -> None:
    """I-13: the same samples as CWA and as WAV."""
    steps = made.motion(50 * 96)
    person, report = person_of(written(tmp_path, made.wav(steps, rate_hz=50)))
    (tmp_path / "b.cwa").write_bytes(
        made.header(rate=0x49) + made.blocks(steps.reshape(40, 120, 3), rate=0x49, true_hz=50.0).tobytes()
    )
    other, _ = person_of(tmp_path / "b.cwa")
    for name in ("enmo", "mad", "angle_z"):
        mine, wanted = (next(r for r in p.recordings if r.channel.name == name) for p in (person, other))
        assert mine.times_utc.tolist() == wanted.times_utc.tolist()
        np.testing.assert_allclose(mine.values, wanted.values, atol=2e-4)
    assert not report.partial


def test_light_and_temperature_come_from_the_last_channel(tmp_path: Path) -> None:
    person, _ = person_of(made.axivity_wav(tmp_path))
    by_name = {r.channel.name: r.values for r in person.recordings}
    assert by_name["device_temperature"][0] == pytest.approx(280 * 75 / 256 - 50)
    assert by_name["white_light"][0] == pytest.approx(10 ** (300 * 3 / 1024), rel=1e-4)


def test_samples_marked_as_unavailable_are_left_out(tmp_path: Path) -> None:
    """Failures 19 and 27: what was resampled over a gap is zeros with a mark."""
    steps, marks = made.motion(25 * 200), np.full(25 * 200, 0x0400)
    steps[25 * 60 : 25 * 130], marks[25 * 60 : 25 * 130] = 0, 0x8000
    person, report = person_of(written(tmp_path, made.wav(steps, rate_hz=25, marks=marks)))
    assert report.dropped[UNAVAILABLE] == 25 * 70
    assert (next(r for r in person.recordings if r.channel.name == "mad").values > 0).all()


def test_a_file_without_an_auxiliary_channel_is_read(tmp_path: Path) -> None:
    whole = made.wav(made.motion(25 * 80), rate_hz=25).replace(b"Channel-4: Aux", b"Channel-4: Mic")
    person, report = person_of(written(tmp_path, whole))
    assert person.recordings
    assert not report.dropped.get(UNAVAILABLE)


def test_a_cut_file_says_how_much_is_missing(tmp_path: Path) -> None:
    """Failure 11."""
    whole = made.wav(made.motion(25 * 80), rate_hz=25)
    _, report = person_of(written(tmp_path, whole[: -8 * 100 - 3]))
    assert report.cut_short == {"a.wav": "101 of 2,000 samples are missing at its end"}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b"\0\0data", b"\0\0dada", "without samples|never ends"),
        (b"Channel-2: Accel-Y", b"Channel-2: Accel-Q", "lacks an axis"),
        (b"Scale-3: 8", b"Scale-3: x", "lacks an axis"),
        (b"Scale-3: 8", b"Scale-3:99", "impossible scale"),
        (b"Time: 2024", b"Time: 1024", "impossible scale or time"),
        (b"JUNK\x0a\x00\x00\x00", b"JUNK\x0a\x00\x00\x7f", "never ends"),
        (b"\xfe\xff\x04\x00", b"\x07\x00\x04\x00", "another kind"),
        (b"\xfe\xff\x04\x00", b"\xfe\xff\x02\x00", "another kind"),
    ],
)
def test_a_damaged_header_is_refused_with_its_reason(tmp_path: Path, old: bytes, new: bytes, words: str) -> None:
    whole = made.wav(made.motion(25 * 80), rate_hz=25)
    assert old in whole
    with pytest.raises(ReadError, match=words):
        person_of(written(tmp_path, whole.replace(old, new.ljust(len(old)), 1)))


def test_music_is_not_claimed() -> None:
    assert not wav.claims_head(b"RIFF\0\0\0\0WAVEfmt ")


@pytest.mark.real
@pytest.mark.skipif(not REAL.is_file(), reason="real device files are not beside this checkout")
def test_the_real_file_is_read_and_its_samples_sum_to_what_ggirread_publishes() -> None:
    """I-14: the sum over the first 100 samples that GGIRread's own test expects, -97.08."""
    stream = Hashed(members(REAL)[0])
    sound = wav.header_of(stream, where="x")
    frames = np.frombuffer(stream.read(100 * 8), dtype="<i2").reshape(100, 4)
    assert round(float((frames[:, sound.axes] * (8.0 / 32_768)).sum()), 2) == -97.08
    person, report = person_of(REAL)
    assert len(next(r for r in person.recordings if r.channel.name == "enmo").values) == 5
    assert "of 94,996,587 samples are missing" in report.cut_short["ax3test.wav"]
