"""Headers of EDF: text in fixed places, as writers fill it in."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.edf.header import header_length, looks_right, parse

_spec = importlib.util.spec_from_file_location("made_edf", Path(__file__).parents[1] / "samples" / "edf.py")
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)

TRACES = {
    "HR": made.Trace(unit="bpm", per_record=2, low=0, high=300, values=[60.0] * 4),
    "SpO2": made.Trace(unit="%", per_record=1, low=0, high=100, values=[97.0] * 2),
}


def raw(**options: object) -> bytes:
    return made.edf_bytes(TRACES, record_s=1.0, n_records=2, **options)


def day_of(header_raw: bytes) -> np.datetime64:
    return np.datetime64(parse(header_raw, where="w").start_s, "s")


def test_signals_their_places_and_scales() -> None:
    header = parse(raw(), where="w")
    pulse, oxygen = header.signals
    assert (pulse.label, pulse.dimension, pulse.begins, pulse.per_record) == ("HR", "bpm", 0, 2)
    assert (oxygen.begins, header.samples_a_record, header.header_bytes) == (2, 3, 768)
    assert pulse.gain * 32_767 + pulse.offset == pytest.approx(300)
    assert pulse.gain * -32_768 + pulse.offset == pytest.approx(0)
    assert (header.n_records, header.record_s, header.continuous) == (2, 1.0, True)


@pytest.mark.parametrize(
    ("options", "day"),
    [
        ({"recording": "", "date": "01.03.24"}, "2024-03-01"),
        ({"recording": "", "date": "01.03.85"}, "1985-03-01"),
        ({"recording": "", "date": "01.03.84"}, "2084-03-01"),
        ({"recording": "", "date": "1/3/2024"}, "2024-03-01"),
        ({"recording": "Startdate 02-MAR-1951 X X X", "date": "02.03.51"}, "1951"),
        ({"recording": "Startdate X X X X", "date": "01.01.85"}, "1985-01-01"),
    ],
)
def test_years_of_two_digits_turn_at_85_and_the_whole_year_counts_more(options: dict[str, str], day: str) -> None:
    """T-05, failure 12."""
    if day == "1951":  # before any clock of ours
        with pytest.raises(ReadError, match="without a start"):
            parse(raw(**options), where="w")
    else:
        assert day_of(raw(**options)) == np.datetime64(f"{day}T22:00")


def test_the_placeholder_of_an_unknown_date_is_known_as_one() -> None:
    assert not parse(raw(recording="Startdate X X X X", date="01.01.85"), where="w").date_known
    assert parse(raw(), where="w").date_known


def test_decimal_commas_and_other_signs_in_times_are_taken() -> None:
    """Failures 5 and 15."""
    made_raw = bytearray(raw(time="22:00:05"))
    made_raw[244:252] = b"0,5     "
    header = parse(bytes(made_raw), where="w")
    assert header.record_s == 0.5
    assert header.start_s % 60 == 5


@pytest.mark.parametrize(
    ("at", "text", "what"),
    [
        (244, b"-1      ", "no possible length"),
        (244, b"nan     ", "no possible length"),
        (168, b"xx.xx.xx", "without a start"),
        (256 + 2 * (16 + 80 + 8 + 8 + 8 + 8 + 8 + 80), b"-5      ", "no possible size"),
        (256 + 2 * (16 + 80 + 8 + 8 + 8 + 8 + 8 + 80), b"1e30    ", "no possible size"),
    ],
)
def test_numbers_that_cannot_be_are_refused(at: int, text: bytes, what: str) -> None:
    """Failure 9."""
    changed = bytearray(raw(recording=""))
    changed[at : at + len(text)] = text
    with pytest.raises(ReadError, match=what):
        parse(bytes(changed), where="w")


def test_a_header_that_is_cut_short_or_another_format_is_no_edf() -> None:
    whole = raw()
    with pytest.raises(ReadError, match="cut short"):
        parse(whole[:700], where="w")
    assert looks_right(whole[:4_096])
    assert not looks_right(b"\xffBIOSEMI" + whole[8:])
    assert not looks_right(b"0       " + b"x" * 300)
    assert header_length(whole[:252] + b"9999") == 0


def test_a_signal_without_a_range_has_no_scale() -> None:
    changed = bytearray(raw())
    at = 256 + 2 * (16 + 80 + 8 + 8 + 8)
    changed[at : at + 8] = b"32767   "
    assert parse(bytes(changed), where="w").signals[0].gain == 0.0
