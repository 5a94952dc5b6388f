"""Records of the log: every one found, damage stays where it is, and nothing loops."""

import importlib.util
import io
from pathlib import Path

import numpy as np
import pytest

from sennight.readers.actigraph import log_records
from sennight.readers.actigraph.log_records import MOST_TRIES, LogReader, Records
from sennight.readers.guard import Member
from sennight.readers.raw_files import Hashed

_spec = importlib.util.spec_from_file_location("made_actigraph", Path(__file__).parents[1] / "samples" / "actigraph.py")
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)


def read(log: bytes) -> tuple[LogReader, dict[int, list[Records]]]:
    reader = LogReader()
    member = Member(name="log.bin", size=len(log), open=lambda: io.BytesIO(log))
    found: dict[int, list[Records]] = {}
    for chunk in reader.chunks(Hashed(member)):
        for group in chunk:
            found.setdefault(group.kind, []).append(group)
    return reader, found


def stamps(found: dict[int, list[Records]], kind: int = 0) -> list[int]:
    return sorted(int(s) - made.START_S for group in found.get(kind, []) for s in group.stamp)


LOG = made.metadata(MetadataType="Bio") + made.log_of(enumerate(made.moves(60)))
LENGTH = 9 + 135  # of one second at 30 Hz


def flipped(log: bytes, at: int, bit: int = 0) -> bytes:
    return log[:at] + bytes([log[at] ^ (1 << bit)]) + log[at + 1 :]


def test_a_whole_log_is_read_whole() -> None:
    reader, found = read(LOG)
    assert stamps(found) == list(range(60))
    assert stamps(found, made.METADATA) == [0]
    assert (reader.bad, reader.lost, reader.bad_at, reader.cut) == (0, 0, -1, False)


@pytest.mark.parametrize("chunk", [1, 9, 100, 143, 144, 145, 1_000])
def test_chunks_of_any_length_give_the_same_records(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_records, "CHUNK_BYTES", chunk)
    reader, found = read(flipped(LOG, len(LOG) - 1_000))
    assert len(stamps(found)) == 59
    assert reader.bad == 1


def test_any_flipped_bit_costs_one_record_and_says_where() -> None:
    """Failure 25, I-05."""
    begin = len(LOG) - 60 * LENGTH
    rng = np.random.default_rng(1)
    for at in rng.choice(np.arange(begin, len(LOG) - LENGTH), size=300, replace=False):
        reader, found = read(flipped(LOG, int(at), int(rng.integers(8))))
        lost = set(range(60)) - set(stamps(found))
        assert lost == {(at - begin) // LENGTH}
        assert reader.bad + reader.lost > 0
        assert abs(reader.bad_at - at) <= LENGTH


def test_a_size_that_lies_costs_its_own_record() -> None:
    """Failures 9 and 25."""
    begin = len(LOG) - 40 * LENGTH
    for size in (0, 1, 134, 136, LENGTH, 255, 5_000, 65_535):
        broken = LOG[: begin + 6] + size.to_bytes(2, "little") + LOG[begin + 8 :]
        _, found = read(broken)
        assert set(range(60)) - set(stamps(found)) == {20}


def test_zeros_between_records_are_no_damage() -> None:
    cut = len(LOG) - 10 * LENGTH
    reader, found = read(LOG[:cut] + bytes(5_000) + LOG[cut:] + bytes(3))
    assert stamps(found) == list(range(60))
    assert (reader.bad, reader.lost, reader.cut) == (0, 0, False)


def test_rubbish_between_records_is_skipped_and_counted() -> None:
    cut = len(LOG) - 10 * LENGTH
    rubbish = np.random.default_rng(2).bytes(777)
    reader, found = read(LOG[:cut] + rubbish + LOG[cut:])
    assert stamps(found) == list(range(60))
    assert reader.lost >= 700
    assert reader.bad_at == cut


def test_a_log_cut_at_any_byte_keeps_what_came_before() -> None:
    """Failures 11 and 14, I-03."""
    for cut in range(len(LOG) - 3 * LENGTH, len(LOG)):
        reader, found = read(LOG[:cut])
        assert stamps(found) == list(range(57 + (cut - (len(LOG) - 3 * LENGTH)) // LENGTH))
        assert (reader.cut or reader.lost > 0) == ((len(LOG) - cut) % LENGTH != 0)


def test_kinds_and_sizes_are_told_apart() -> None:
    log = made.record(99 & 0x3F, made.START_S, b"abc") + made.record(5, made.START_S + 1, b"\x01\x00") + LOG
    _, found = read(log)
    assert found[35][0].payload.tobytes() == b"abc"
    assert found[5][0].payload.tolist() == [[1, 0]]


@pytest.mark.parametrize("byte", [0x00, 0x1E, 0xFF])
def test_a_file_of_one_byte_ends(byte: int) -> None:
    """Failure 9."""
    reader, found = read(bytes([byte]) * 3_000_000)
    assert not found
    assert reader.given_up == (byte == 0x1E)


def test_noise_is_given_up_in_bounded_time() -> None:
    noise = np.random.default_rng(3).integers(0, 256, 4_000_000, dtype=np.uint8)
    noise[::16] = 0x1E
    reader, _ = read(noise.tobytes())
    assert reader.given_up
    assert reader._tries <= MOST_TRIES + 1


def test_an_empty_log_has_no_records() -> None:
    reader, found = read(b"")
    assert not found
    assert not reader.cut
