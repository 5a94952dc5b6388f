"""Bounded Avro: the same values as a second reader, and nothing of a hostile file believed."""

import io
import json
import zlib
from pathlib import Path
from typing import Any

import fastavro
import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.empatica import avro
from sennight.readers.guard import members

SYNC = b"sixteen bytes..!"


def varint(n: int) -> bytes:
    n, out = (n << 1) ^ (n >> 63), bytearray()
    while n >= 0x80:
        out.append((n & 0x7F) | 0x80)
        n >>= 7
    return bytes([*out, n])


def container(schema: Any, *blocks: tuple[int, bytes], codec: str | None = None, sync: bytes = SYNC) -> bytes:
    """A file with these blocks (count, payload), whatever they hold."""
    meta = {"avro.schema": schema if isinstance(schema, bytes) else json.dumps(schema).encode()}
    if codec:
        meta["avro.codec"] = codec.encode()
    pairs = b"".join(varint(len(k)) + k.encode() + varint(len(v)) + v for k, v in meta.items())
    body = b"".join(varint(count) + varint(len(raw)) + raw + sync for count, raw in blocks)
    return avro.MAGIC + varint(len(meta)) + pairs + varint(0) + SYNC + body


def decoded(raw: bytes, folder: Path, *, cut_short: dict[str, str] | None = None) -> list[dict[str, Any]]:
    (folder / "x.avro").write_bytes(raw)
    return list(avro.records(members(folder / "x.avro")[0], cut_short={} if cut_short is None else cut_short))


def record(*fields: tuple[str, Any], name: str = "R") -> dict[str, Any]:
    return {"type": "record", "name": name, "fields": [{"name": n, "type": t} for n, t in fields]}


EVERY_TYPE = {
    **record(
        ("version", record(("major", "int"), ("minor", "long"), name="Version")),
        ("again", "Version"),
        ("with_space", "made.up.Version"),
        ("kind", {"type": "enum", "name": "Kind", "symbols": ["A", "B", "C"]}),
        ("words", {"type": "map", "values": "string"}),
        ("maybe", ["null", "double", "Version"]),
        ("three", {"type": "fixed", "name": "Three", "size": 3}),
        ("raw", "bytes"),
        ("yes", "boolean"),
        ("single", "float"),
        ("versions", {"type": "array", "items": "Version"}),
        ("ints", {"type": "array", "items": "int"}),
        ("longs", {"type": "array", "items": {"type": "long"}}),
        ("floats", {"type": "array", "items": "float"}),
        ("doubles", {"type": "array", "items": "double"}),
        ("none", {"type": "array", "items": "long"}),
        ("dressed", {"type": "string", "logicalType": "of-somebody"}),
    ),
    "namespace": "made.up",
}


def every_value(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "version": {"major": -7, "minor": 2**62},
        "again": {"major": 1, "minor": 2},
        "with_space": {"major": 3, "minor": 4},
        "kind": "C",
        "words": {"a": "b"},
        "maybe": 2.5,
        "three": b"abc",
        "raw": b"\x00\xff",
        "yes": True,
        "single": 0.5,
        "versions": [{"major": i, "minor": -i} for i in range(5)],
        "ints": rng.integers(-(2**31), 2**31, 5_000).tolist(),
        "longs": [0, 1, -1, 63, -64, 64, -65, 2**63 - 1, -(2**63), *rng.integers(-(2**62), 2**62, 500).tolist()],
        "floats": rng.normal(size=300).astype(np.float32).tolist(),
        "doubles": rng.normal(size=300).tolist(),
        "none": [],
        "dressed": "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
    }


@pytest.mark.parametrize("codec", ["null", "deflate"])
def test_every_type_is_decoded_as_a_second_reader_does(codec: str, tmp_path: Path) -> None:
    rng, out = np.random.default_rng(5), io.BytesIO()
    fastavro.writer(out, EVERY_TYPE, [every_value(rng), every_value(rng)], codec=codec, sync_marker=SYNC)
    theirs = list(fastavro.reader(io.BytesIO(out.getvalue())))
    ours = decoded(out.getvalue(), tmp_path)
    assert len(ours) == 2
    for mine, other in zip(ours, theirs, strict=True):
        assert set(mine) == set(other)
        for name in set(other) - {"kind", "words"}:
            if isinstance(mine[name], np.ndarray):
                np.testing.assert_array_equal(mine[name], np.array(other[name], dtype=mine[name].dtype))
            else:
                assert mine[name] == other[name], name
        assert mine["kind"] == 2
        assert list(mine["words"].values()) == ["b"]


def test_numbers_are_decoded_the_same_whatever_the_portion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(6).integers(-(2**40), 2**40, 1_000)
    payload = varint(1_000) + b"".join(varint(int(v)) for v in values) + varint(0)
    raw = container(record(("v", {"type": "array", "items": "long"})), (1, payload))
    monkeypatch.setattr(avro, "NUMBERS_AT_ONCE", 7)
    np.testing.assert_array_equal(decoded(raw, tmp_path)[0]["v"], values)


def test_an_array_in_pieces_with_lengths_is_one_array(tmp_path: Path) -> None:
    pieces = varint(-2) + varint(2) + varint(1) + varint(2) + varint(1) + varint(3) + varint(0)
    raw = container(record(("v", {"type": "array", "items": "int"})), (1, pieces))
    assert decoded(raw, tmp_path)[0]["v"].tolist() == [1, 2, 3]


ENDLESS = b"\xff" * 9 + b"\x01"  # -2^63
LONGS = {"type": "array", "items": "long"}
NOTHINGS = {"type": "array", "items": "null"}
NESTED: Any = "int"
for _ in range(avro.MAX_DEPTH + 2):
    NESTED = {"type": "array", "items": NESTED}


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"Obj\x02", "does not begin"),
        (avro.MAGIC, "ends too early"),
        (avro.MAGIC + varint(2**60), "ends too early"),
        (avro.MAGIC + varint(1) + varint(2**40), "length that cannot be"),
        (avro.MAGIC + varint(1) + varint(-5), "length that cannot be"),
        (avro.MAGIC + b"\xff" * 20, "more than ten bytes"),
        (container(b"{no json"), "in its schema"),
        (container(b"[" * 100_000), "in its schema"),
        (container("int", codec="snappy"), "unusual way"),
        (container(NESTED, (1, b"")), "nested without end"),
        (container("int", (1, varint(1))), "no records"),
        (container(record(("v", "int")), (1, varint(1)), sync=b"another marker.."), "where it says"),
        (container(record(("v", "int")), (-1, varint(1))), "less than no records"),
        (container(record(("v", "int")), (1, b"")), "middle of a value"),
        (container(record(("v", "int")), (1, b"\xff" * 11)), "more than ten bytes"),
        (container(record(("v", LONGS)), (1, varint(2**62))), "longer than its block"),
        (container(record(("v", LONGS)), (1, varint(3) + b"\xff" * 9)), "middle of an array"),
        (container(record(("v", LONGS)), (1, varint(1) + b"\xff" * 12 + b"\x00")), "middle of an array"),
        (container(record(("v", LONGS)), (1, varint(2) + b"\xff" * 11 + b"\x00" * 9)), "ten bytes"),
        (container(record(("v", {"type": "array", "items": "float"})), (1, varint(2**61))), "middle of a value"),
        (container(record(("v", NOTHINGS)), (1, varint(2**62))), "more values"),
        (container(record(("v", {"type": "map", "values": "null"})), (1, varint(9) + varint(-1))), "middle of a value"),
        (container(record(("v", ["null", "int"])), (1, varint(7))), "a branch"),
        (container(record(("v", "bytes")), (1, varint(2**50))), "middle of a value"),
        (container(record(("v", "no such type")), (1, b"")), "does not have"),
        (container(record(("v", 17)), (1, b"")), "does not have"),
        (container(record(("v", "R")), (1, b"")), "nested without end"),
        (container(record(("v", {"type": "fixed", "name": "F", "size": 2**40})), (1, b"")), "middle of a value"),
        (container(record(("v", "int")), (1, b"\x07\x08"), codec="deflate"), "inflated"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_a_sentence(raw: bytes, says: str, tmp_path: Path) -> None:
    """Failure 9: counts of 2^62, lengths below zero, types without bytes, types without end."""
    with pytest.raises(ReadError, match=says):
        decoded(raw, tmp_path)


def test_a_block_that_inflates_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(avro, "MAX_BLOCK_BYTES", 1_000)
    deflater = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    bomb = deflater.compress(b"\0" * 1_000_000) + deflater.flush()
    with pytest.raises(ReadError, match="larger than any recording"):
        decoded(container(record(("v", "bytes")), (1, bomb[:999]), codec="deflate"), tmp_path)


def test_records_without_bytes_end(tmp_path: Path) -> None:
    cut: dict[str, str] = {}
    assert len(decoded(container(record(), (2**50, b"")), tmp_path, cut_short=cut)) == avro.MAX_RECORDS
    assert "x.avro" in cut


def test_a_cut_file_keeps_what_came_before(tmp_path: Path) -> None:
    """Failure 11."""
    raw = container(record(("v", "int")), (2, varint(1) + varint(2)), (1, varint(3)))
    for length in range(len(raw) - 18, len(raw)):
        cut: dict[str, str] = {}
        assert [r["v"] for r in decoded(raw[:length], tmp_path, cut_short=cut)] == [1, 2]
        assert bool(cut) == (length > len(raw) - 18 - 1)
    assert [r["v"] for r in decoded(raw, tmp_path)] == [1, 2, 3]


def test_an_empty_file_of_records_is_no_error(tmp_path: Path) -> None:
    assert decoded(container(record(("v", "int"))), tmp_path) == []


def test_only_its_magic_makes_an_avro_file() -> None:
    assert avro.is_avro(b"Obj\x01more")
    assert not avro.is_avro(b"Obj")
