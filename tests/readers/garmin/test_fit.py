"""FIT files as bytes: what is whole is exact, what is broken is kept as far as it goes and said."""

import os
import struct
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import fitdecode
import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.garmin import fit as fit_module
from sennight.readers.garmin.fit import Messages, is_fit, parse, unreadable_fields, utc_of

REAL = Path(__file__).resolve().parents[3].parent / "shared" / "formats" / "fit"
MUTATIONS = int(os.environ.get("SENNIGHT_MUTATIONS", "200"))
TYPES = [
    (0x00, "B", 0xFF), (0x01, "b", 0x7F), (0x02, "B", 0xFF), (0x83, "h", 0x7FFF), (0x84, "H", 0xFFFF),
    (0x85, "i", 0x7FFFFFFF), (0x86, "I", 0xFFFFFFFF), (0x0A, "B", 0), (0x8B, "H", 0), (0x8C, "I", 0), (0x0D, "B", 0xFF),
    (0x8E, "q", 0x7FFFFFFFFFFFFFFF), (0x8F, "Q", 0xFFFFFFFFFFFFFFFF), (0x90, "Q", 0),
]  # fmt: skip


def _records(raw: bytes) -> Messages:
    return parse(raw, where="a.fit").files[0].messages(20)


@pytest.mark.parametrize("big", [False, True], ids=["little", "big"])
def test_numbers_of_every_type_come_back_and_invalid_ones_are_missing(big: bool, w: ModuleType) -> None:
    """I-13, failure 3: 255, 65535, 0x7F... are nothing, not numbers."""
    rng = np.random.default_rng(1)
    for base, letter, invalid in TYPES:
        low, high = (0, 2 ** (8 * struct.calcsize(letter))) if letter.isupper() else (-100, 100)
        values = [int(v) for v in rng.integers(max(low, 1), min(high, 2**50) - 2, size=30)]
        fit = w.Fit(big=big)
        for value in [*values, invalid]:
            fit.add(20, {3: (base, value)})
        got = _records(fit.bytes()).numbers(3)
        np.testing.assert_array_equal(got[:-1], values)
        assert np.isnan(got[-1])


def test_floating_point_fields_and_arrays_come_back(w: ModuleType) -> None:
    fit = w.Fit().add(20, {3: (w.FLOAT32, 1.5), 4: (w.UINT16, [1, 65_535, 3])})
    fit.add(20, {3: (w.FLOAT32, float("inf")), 4: (w.UINT16, [7])})
    records = _records(fit.bytes())
    np.testing.assert_array_equal(records.numbers(3), [1.5, np.nan])
    np.testing.assert_array_equal(records.arrays(4), [[1, np.nan, 3], [7, np.nan, np.nan]])
    np.testing.assert_array_equal(records.numbers(4, scale=10), [0.1, 0.7])
    assert np.isnan(records.numbers(99)).all()


def test_messages_of_several_shapes_stay_in_the_order_of_the_file(w: ModuleType) -> None:
    fit = w.Fit()
    for i in range(30):
        fit.add(20, {3: (w.UINT8, i)} if i % 3 else {4: (w.UINT8, 9), 3: (w.UINT16, i)})
    np.testing.assert_array_equal(_records(fit.bytes()).numbers(3), np.arange(30))


def test_text_is_printable_and_short(w: ModuleType) -> None:
    fit = w.Fit().add(20, {3: (w.STRING, b"\x00\x00")})
    fit.add(20, {3: (w.STRING, "ab\x1b[2J\u202ecd" + "x" * 90), 4: (w.UINT8, 1)})
    assert _records(fit.bytes()).text(3) == ("ab[2Jcd" + "x" * 90)[:64]
    assert _records(fit.bytes()).text(4) == ""


def test_a_header_of_twelve_bytes_and_a_longer_one_are_read(w: ModuleType) -> None:
    fit = w.Fit().add(20, {3: (w.UINT8, 5)})
    for size in (12, 14, 20):
        parsed = parse(fit.bytes(header=size), where="a.fit")
        assert parsed.flaw == ""
        assert parsed.files[0].counts == {20: 1}


# --- what is broken -----------------------------------------------------------------------------------------------


def test_a_truncated_fit_keeps_what_came_before(w: ModuleType) -> None:
    """Failure 11, I-03: cut at every byte; never fewer messages without a flag."""
    whole = w.run(1).bytes()
    counted = sum(parse(whole, where="a.fit").files[0].counts.values())
    before = 0
    for at in range(len(whole)):
        try:
            parsed = parse(whole[:at], where="a.fit")
        except ReadError:
            assert before == 0
            continue
        n = sum(parsed.files[0].counts.values())
        assert parsed.flaw
        assert before <= n <= counted
        before = n
    assert before == counted


def test_a_fit_that_was_never_closed_is_read_to_its_end(w: ModuleType) -> None:
    """Failure 11: the length in the header is 0."""
    raw = w.run(1).bytes()
    open_file = raw[:4] + bytes(4) + raw[8:-2]
    parsed = parse(open_file, where="a.fit")
    assert "never closed" in parsed.flaw
    assert parsed.files[0].counts[20] == 60


def test_a_fit_with_nothing_after_its_header_is_refused(w: ModuleType) -> None:
    """Failure 11."""
    for raw in (w.framed(b""), w.framed(b"")[:14]):
        with pytest.raises(ReadError, match="without one message"):
            parse(raw, where="a.fit")


def test_a_wrong_checksum_is_said_and_nothing_is_lost(w: ModuleType) -> None:
    """Failure 17, I-05."""
    raw = bytearray(w.run(1).bytes())
    raw[-1] ^= 1
    parsed = parse(bytes(raw), where="a.fit")
    assert "checksum does not match" in parsed.flaw
    assert parsed.files[0].counts[20] == 60


def test_every_flipped_bit_of_the_messages_is_flagged(w: ModuleType) -> None:
    """I-05: 0 silent."""
    whole = w.run(1).bytes()
    for bit in np.random.default_rng(5).integers(14 * 8, (len(whole) - 2) * 8, size=100).tolist():
        raw = bytearray(whole)
        raw[bit // 8] ^= 1 << (bit % 8)
        assert parse(bytes(raw), where="a.fit").flaw


def test_a_wrong_header_checksum_is_said(w: ModuleType) -> None:
    """Failure 17."""
    raw = bytearray(w.run(1).bytes())
    raw[1] ^= 1
    assert parse(bytes(raw), where="a.fit").flaw == "the checksum of its header does not match"


def test_absent_checksums_are_no_flaw(w: ModuleType) -> None:
    raw = w.run(1).bytes()
    assert parse(raw[:12] + bytes(2) + raw[14:-2] + bytes(2), where="a.fit").flaw == ""


def test_bytes_after_the_end_are_said_and_left_out(w: ModuleType) -> None:
    """Failure 17."""
    parsed = parse(w.run(1).bytes() + b"extra", where="a.fit")
    assert parsed.flaw.startswith("5 bytes after its end")
    assert parsed.files[0].counts[20] == 60


def test_chained_files_are_all_read_each_with_its_own_shapes(w: ModuleType) -> None:
    """Failure 11: several in one."""
    second = w.Fit(big=True).add(20, {3: (w.UINT16, 77)})
    parsed = parse(w.run(1).bytes() + second.bytes() + w.run(2).bytes(), where="a.fit")
    assert [f.counts.get(20) for f in parsed.files] == [60, 1, 120]
    assert parsed.files[1].messages(20).numbers(3).tolist() == [77.0]
    assert parsed.flaw == ""


def test_what_is_no_fit_is_refused(w: ModuleType) -> None:
    for raw in (b"", b"PK\x03\x04" + bytes(50), b"\x0e" + bytes(40)):
        assert not is_fit(raw[:12])
        with pytest.raises(ReadError, match="FIT header"):
            parse(raw, where="a.fit")


def test_data_without_a_definition_ends_the_reading(w: ModuleType) -> None:
    good = w.Fit().add(20, {3: (w.UINT8, 5)}).body
    parsed = parse(w.framed(good + b"\x07" + bytes(9)), where="a.fit")
    assert "never defined" in parsed.flaw
    assert parsed.files[0].counts == {20: 1}


@pytest.mark.parametrize(("size", "readable"), [(0, False), (1, False), (2, True), (255, False), (254, True)])
def test_odd_field_sizes_go_forward(size: int, readable: bool, w: ModuleType) -> None:
    """Failure 9: sizes 0, 1, 255 for a two-byte type; the field is skipped, the message kept."""
    fit = w.Fit()
    head = fit.definition(0, 20, [(3, size, w.UINT16), (4, 1, w.UINT8)])
    body = head + b"".join(b"\x00" + b"\x01\x00" * (size // 2) + b"\x01" * (size % 2) + bytes([i]) for i in range(9))
    records = _records(w.framed(body))
    np.testing.assert_array_equal(records.numbers(4), np.arange(9))
    assert np.isnan(records.numbers(3)).all() == (not readable)
    assert list(unreadable_fields(records)) == ([] if readable else [3])


def test_messages_without_fields_are_counted_and_end(w: ModuleType) -> None:
    """Failure 9: a size of 0 for the whole message."""
    parsed = parse(w.framed(w.Fit().definition(0, 20, []) + bytes(500)), where="a.fit")
    assert parsed.files[0].counts == {20: 500}
    assert np.isnan(parsed.files[0].messages(20).numbers(3)).all()


def test_an_unknown_base_type_is_skipped(w: ModuleType) -> None:
    """Failure 29."""
    body = w.Fit().definition(0, 20, [(3, 2, 0x1E), (4, 1, w.UINT8)]) + b"\x00ab\x05"
    records = _records(w.framed(body))
    assert records.numbers(4).tolist() == [5.0]
    assert list(unreadable_fields(records)) == [3]


def test_fields_of_apps_are_stepped_over(w: ModuleType) -> None:
    """Failure 18: whatever they say of themselves."""
    fit = w.Fit()
    fit.add(206, {0: (w.UINT8, 0), 1: (w.UINT8, 0), 2: (w.UINT8, 0x99), 8: (w.STRING, "Centimeters")})
    for i in range(5):
        fit.add(20, {3: (w.UINT8, 60 + i)}, developer=[(0, b"\xff" * 7), (9, b"")])
    records = _records(fit.bytes())
    np.testing.assert_array_equal(records.numbers(3), np.arange(60, 65))
    assert records.with_developer_fields == 5


@pytest.mark.parametrize("length", [2**31, 2**32 - 1, 2**24])
def test_a_length_far_beyond_the_file_is_a_file_cut_short(length: int, w: ModuleType) -> None:
    """I-02."""
    raw = w.run(1).bytes()
    parsed = parse(raw[:4] + struct.pack("<I", length) + raw[8:], where="a.fit")
    assert "cut short" in parsed.flaw
    assert parsed.files[0].counts[20] == 60


@pytest.mark.parametrize(
    ("limit", "value", "said"),
    [
        ("MAX_MESSAGES", 20, "more than 20 messages"),
        ("MAX_SHAPES", 2, "a definition that cannot be"),
        ("MAX_DEFINITIONS", 2, "a definition that cannot be"),
    ],
)
def test_limits_keep_what_came_before(
    limit: str, value: int, said: str, w: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fit_module, limit, value)
    parsed = parse(w.run(1).bytes() * 2, where="a.fit")
    assert said in parsed.flaw
    assert parsed.files[0].counts


def test_a_file_beyond_the_largest_is_refused(w: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit_module, "MAX_FIT_BYTES", 500)
    with pytest.raises(ReadError, match="above 500 bytes"):
        parse(w.run(1).bytes(), where="a.fit")


def test_wide_fields_of_very_many_messages_stay_small(w: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit_module, "_MOST_VALUES", 40)
    fit = w.Fit()
    for _ in range(10):
        fit.add(20, {3: (w.UINT8, list(range(100)))})
    assert _records(fit.bytes()).arrays(3).shape == (10, 4)
    assert _records(fit.bytes()).octets(3, most=255).shape == (10, 4)


def _mutated(body: bytes, rng: np.random.Generator) -> bytes:
    """A change of a kind that FIT files show: sizes, counts, types, headers; the frame is right again afterwards."""
    raw = bytearray(body)
    for _ in range(int(rng.integers(1, 6))):
        at = int(rng.integers(0, len(raw)))
        kind = int(rng.integers(0, 5))
        if kind == 0:
            raw[at] = int(rng.choice([0, 1, 2, 7, 0x1F, 0x40, 0x60, 0x7F, 0x80, 0xE0, 0xFE, 0xFF]))
        elif kind == 1:
            raw[at] ^= 1 << int(rng.integers(0, 8))
        elif kind == 2:
            raw[at : at + 4] = int(rng.choice([0, 1, 2**31 - 1, 2**31, 2**32 - 1])).to_bytes(4, "little")
        elif kind == 3:
            raw[at : at + int(rng.integers(1, 20))] = b""
        else:
            raw[at:at] = raw[at : at + int(rng.integers(1, 30))]
        raw = raw or bytearray(1)
    return bytes(raw)


def test_structured_damage_never_leaves_but_as_a_read_error(w: ModuleType) -> None:
    """I-02, failure 9: valid checksums, field sizes 0, 1, 255, counts of 2^31."""
    rng = np.random.default_rng(2)
    bodies = [w.run(1).body, w.day(hours=1).body]
    kept = 0
    for i in range(MUTATIONS * 2):
        try:
            parsed = parse(w.framed(_mutated(bodies[i % 2], rng)) if i % 7 else _mutated(bodies[0], rng), where="a.fit")
        except ReadError:
            continue
        kept += 1
        for each in parsed.files:
            for number in each.counts:
                messages = each.messages(number)
                assert len(each.stamps(messages)) == len(messages) == len(messages.positions)
                assert messages.arrays(3).shape[0] == len(messages)
                assert (np.diff(messages.positions) > 0).all()
    assert kept > MUTATIONS // 2


def test_short_stamps_follow_the_clock_of_all_messages(w: ModuleType) -> None:
    """Failure 28, T-09: compressed timestamp headers, across their roll-over of 32 s."""
    fit = w.Fit().add(21, {253: (w.UINT32, w.START), 0: (w.ENUM, 0)})
    stamps = w.START + np.cumsum(np.random.default_rng(3).integers(0, 32, size=200))
    for i, t in enumerate(stamps.tolist()):
        fit.add(20, {3: (w.UINT8, i % 200)}, short_stamp=t)
    parsed = parse(fit.bytes(), where="a.fit").files[0]
    np.testing.assert_array_equal(parsed.stamps(parsed.messages(20)), stamps)
    np.testing.assert_array_equal(utc_of(stamps), stamps + w.FIT_EPOCH)


# --- real files ---------------------------------------------------------------------------------------------------


def _by_fitdecode(path: Path) -> dict[int, list[dict[int, object]]]:
    """Message number -> messages as field number -> raw value, by the other reader."""
    found: dict[int, list[dict[int, object]]] = {}
    with fitdecode.FitReader(path, error_handling=fitdecode.ErrorHandling.IGNORE) as reader:
        for frame in reader:
            if isinstance(frame, fitdecode.FitDataMessage):
                fields = {f.field_def.def_num: f.raw_value for f in frame.fields if _is_numeric(f)}
                found.setdefault(frame.global_mesg_num, []).append(fields)
    return found


def _is_numeric(field: object) -> bool:
    """Is it a field of the file (not one made of parts of another, not an app's), and not raw bytes?"""
    kind = field.field_def  # type: ignore[attr-defined]
    return type(kind).__name__ == "FieldDefinition" and kind.base_type.name != "byte"


@pytest.mark.real
@pytest.mark.skipif(not REAL.exists(), reason="no ../shared/formats/fit")
@pytest.mark.parametrize(
    "name",
    [
        "2013-02-06-12-11-14.fit",
        "Activity.fit",
        "MonitoringFile.fit",
        "antfs-dump.63.fit",
        "compressed-speed-distance.fit",
        "garmin-fenix-5-run.fit",
        "event_timestamp.fit",
        "sample-activity-indoor-trainer.fit",
        "20170518-191602-1740899583.fit",
    ],
)
def test_every_number_of_a_real_file_is_that_of_a_second_reader(name: str) -> None:
    """I-14: all messages and all numeric fields, against fitdecode."""
    theirs = _by_fitdecode(REAL / name)
    files = parse((REAL / name).read_bytes(), where=name).files
    compared = 0
    for number, messages in theirs.items():
        ours = [f.messages(number) for f in files]
        assert sum(len(m) for m in ours) == len(messages)
        for at in {n for m in messages for n in m}:
            got = np.concatenate([m.numbers(at) for m in ours])
            for mine, fields in zip(got, messages, strict=True):
                value = fields.get(at)
                value = value[0] if isinstance(value, tuple) and value else value
                if isinstance(value, int | float) and not isinstance(value, bool):
                    assert mine == value
                    compared += 1
    assert compared > 50


def test_utc_of_leaves_what_is_no_date(w: ModuleType) -> None:
    assert utc_of(np.array([0, 0x0FFFFFFF, 0x10000000])).tolist() == [-1, -1, 0x10000000 + w.FIT_EPOCH]


def test_positions_of_chained_files_do_not_mix(w: ModuleType, segment: Callable) -> None:
    assert len(segment(w.run(1).bytes() * 2).fit.messages(20)) == 60
