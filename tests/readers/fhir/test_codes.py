"""Codes of FHIR: everything that is written can be read, and means the same."""

import re

from sennight.readers.fhir.codes import LOINC_CODES, PANELS, UCUM_OF, WRITTEN, ucum
from sennight.readers.measurements import FACTS
from sennight.readers.nhanes.label_units import LABEL_UNITS
from sennight.record import CHANNELS
from sennight.record.channel import UNITS


def test_every_code_means_a_channel_or_fact_of_ours() -> None:
    for code, meaning in LOINC_CODES.items():
        assert meaning.to in (FACTS if meaning.fact else CHANNELS), code


def test_what_is_written_under_a_code_is_read_as_the_same() -> None:
    assert {name: LOINC_CODES[w.code].to for name, w in WRITTEN.items()} == {name: name for name in WRITTEN}
    assert not PANELS & set(LOINC_CODES)


def test_loinc_codes_have_their_check_digit() -> None:
    """LOINC numbers end in a Luhn digit, so that a typing error shows."""
    for code in (*LOINC_CODES, *PANELS):
        digits, check = code.split("-")
        doubled = [int(d) * (2 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits))]
        total = sum(d - 9 if d > 9 else d for d in doubled)
        assert (-total) % 10 == int(check), code


def test_every_unit_has_a_code_without_spaces() -> None:
    for unit in (*UNITS, *LABEL_UNITS.values(), *UCUM_OF):
        assert re.fullmatch(r"[!-~]+", ucum(unit)), unit
    assert ucum("scaled 0-255") == "{scaled_0-255}"
