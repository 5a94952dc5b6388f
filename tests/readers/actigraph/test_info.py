"""info.txt and the settings in the log: tolerant of variants, exact in time, nothing guessed."""

from pathlib import Path

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.actigraph.info import (
    SCALE_NEW,
    SCALE_OLD,
    Info,
    info_member,
    offset_of,
    read_info,
    seconds_of_ticks,
    with_metadata,
    with_parameters,
)
from sennight.readers.guard import members


def info(folder: Path, text: str | bytes) -> Info:
    path = folder / "info.txt"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_info(members(path)[0])


WHOLE = """Serial Number: MOS2E00000000
Device Type: wGT3XBT
Sample Rate: 30
Start Date: 637340333400000000
Last Sample Time: 637340351120000000
TimeZone: 02:00:00
Acceleration Scale: 256.0
Limb: Waist
"""


def test_all_settings_are_read(tmp_path: Path) -> None:
    said = info(tmp_path, WHOLE)
    assert (said.device, said.rate_hz, said.steps_per_g, said.place) == ("ActiGraph wGT3XBT", 30, 256.0, "hip")
    assert said.offset_s == 7_200
    assert said.last_s - said.start_s == 1_772


def test_ticks_of_dotnet_name_the_right_year() -> None:
    """Failure 12, T-05."""
    assert seconds_of_ticks(621_355_968_000_000_001) < 1e-6
    assert np.datetime64(int(seconds_of_ticks("637340333400000000")), "s") == np.datetime64("2020-08-26T10:09:00")
    # 0 is "no stop date", 1598436540 are seconds that somebody took for ticks, the last is the year 9999.
    for wrong in ("0", "1598436540", "", "soon", "3155378975999999999", "-5", None):
        assert seconds_of_ticks(wrong) == 0.0


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.upper().encode(),
        lambda t: t.replace(": ", ":").encode(),
        lambda t: t.replace("256.0", "256,0").replace("Rate: 30", "Rate: 30,0").encode(),
        lambda t: b"\xef\xbb\xbf" + t.replace("\n", "\r\n").encode(),
        lambda t: t.encode("utf-16"),
        lambda t: ("Made Up: \x00\xff\nno colon here\n" + t).encode("latin-1"),
    ],
    ids=["upper case", "no blanks", "decimal comma", "BOM", "UTF-16", "strange keys"],
)
def test_variants_of_info_read_alike(tmp_path: Path, change) -> None:
    """Failure 15."""
    said = info(tmp_path, change(WHOLE))
    assert (said.rate_hz, said.scale, said.offset_s, said.place) == (30, 256.0, 7_200, "hip")
    assert said.start_s == 1_598_436_540


def test_keys_that_are_missing_leave_nothing_known(tmp_path: Path) -> None:
    """Failure 15."""
    said = info(tmp_path, "Serial Number: NEO1C00000000\nSample Rate: fast\nAcceleration Scale: nan\nTimeZone: here\n")
    assert (said.rate_hz, said.start_s, said.offset_s, said.place) == (0, 0.0, None, "")
    assert said.steps_per_g == SCALE_OLD
    assert said.device == "ActiGraph"
    assert Info(serial="TAS1H00000000").steps_per_g == SCALE_NEW


@pytest.mark.parametrize("text", ["", "hello\n", "\x00" * 100])
def test_no_setting_at_all_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(ReadError, match="without any setting"):
        info(tmp_path, text)


def test_offsets_have_signs_and_limits() -> None:
    assert offset_of("-06:00:00") == -21_600
    assert offset_of("05:30") == 19_800
    assert [offset_of(t) for t in ("19:00:00", "2", "", None)] == [None, None, None, None]


def test_metadata_completes_what_info_does_not_say() -> None:
    bare = Info()
    assert with_metadata(bare, b'{"MetadataType":"Bio","Limb":"Left Wrist"}').place == "wrist"
    assert with_metadata(Info(place="hip"), b'{"MetadataType":"Bio","Limb":"Wrist"}').place == "hip"
    local = with_metadata(bare, b'{"MetadataType":"LocalTimeLog","UtcOffset":"02:00:00","UsedUtc":true}')
    assert (local.offset_s, local.stamps_are_utc) == (7_200, True)
    subject = with_metadata(local, b'{"MetadataType":"SubjectTimeLog","UtcOffset":"-06:00:00"}')
    assert (subject.offset_s, subject.stamps_are_utc) == (-21_600, True)
    inner = b'{"MetadataType":"LocalTimeLog","JSON":"{\\"UsedUtc\\": true, \\"UtcOffset\\": \\"01:00:00\\"}"}'
    assert with_metadata(bare, inner).offset_s == 3_600


@pytest.mark.parametrize("junk", [b"", b"[]", b"{", b'{"JSON": "["}', b"[" * 5_000, b'{"JSON": "3"}', b'"x"', b"\xff"])
def test_broken_metadata_changes_nothing(junk: bytes) -> None:
    assert with_metadata(Info(), junk) == Info()


def cells(*rows: tuple[int, int, int]) -> bytes:
    return np.array(list(rows), dtype=[("s", "<u2"), ("k", "<u2"), ("v", "<u4")]).tobytes()


def test_parameters_hold_the_scale_as_the_maker_encodes_numbers() -> None:
    # 0x09400000 is 256 in the maker's own example; 0x0C400000 would be 2,048.
    known = with_parameters(Info(), cells((0, 55, 0x09400000), (1, 10, 50), (9, 9, 1)))
    assert (known.scale, known.rate_hz) == (256.0, 50)
    assert with_parameters(Info(scale=341.0), cells((0, 55, 0xFFFFFFFF))).scale == 341.0
    assert with_parameters(Info(rate_hz=30), cells((1, 10, 50))).rate_hz == 30
    assert with_parameters(Info(), cells((1, 10, 70_000)) + b"\x01") == Info()
    assert with_parameters(Info(), b"") == Info()


def test_light_is_scaled_by_the_colour_of_the_case() -> None:
    assert Info(serial="MRA1").lux_scale == (3.25, 6_000.0)
    assert Info(serial="NEO1").lux_scale == Info(serial="?").lux_scale == (1.25, 2_500.0)


def test_info_is_found_in_any_case(tmp_path: Path) -> None:
    (tmp_path / "INFO.TXT").write_text(WHOLE)
    (tmp_path / "log.bin").write_bytes(b"x")
    found = members(tmp_path)
    assert info_member(found) is not None
    assert info_member(found[1:]) is None or found[0].name != "INFO.TXT"
