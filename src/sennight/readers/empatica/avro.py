"""Avro, bounded: the records of an object container file, decoded without trusting a single count in it.

Arrays of numbers become numpy arrays, so that memory follows the bytes of the file; each step consumes a byte or a unit
of a budget, so that no count of 2^62 can hold anybody up. Of Avro it knows what EmbracePlus needs: all types, no
aliases, no schema resolution, blocks stored plainly or deflated.
Source: Apache Avro 1.11 specification, "Object Container Files" and "Binary Encoding".
"""

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BufferedIOBase
from typing import Any

import numpy as np
from jaxtyping import Float64, Int64

from sennight.errors import ReadError
from sennight.readers.guard import Member

MAGIC = b"Obj\x01"
SYNC_BYTES = 16
MAX_SCHEMA_BYTES = 1 << 20  # the schema of EmbracePlus has some 20 kB
# An hour of EmbracePlus has some 5 MB. A number may be one byte here and is eight in memory.
MAX_BLOCK_BYTES = 16 << 20
MAX_DEPTH = 32  # of types within types
MAX_STEPS = 50_000  # values of a file decoded one by one; an array of numbers is one
MAX_RECORDS = 1_000  # EmbracePlus writes one a file
NUMBERS_AT_ONCE = 1 << 18  # bounds the memory of decoding them
# The longest zigzag number: ten bytes of seven bits.
LONGEST_VARINT = 10

_NUMBERS = {"int", "long", "float", "double"}
_PLAIN = {*_NUMBERS, "null", "boolean", "bytes", "string"}
_AGAIN = "Download it again."


class _Damage(Exception):
    """What is there cannot be what the schema says."""


@dataclass(kw_only=True)
class _Cursor:
    """A place in the bytes of a block."""

    data: bytes
    at: int = 0

    def take(self, n: int) -> bytes:
        if n < 0 or self.at + n > len(self.data):
            raise _Damage("it ends in the middle of a value")
        self.at += n
        return self.data[self.at - n : self.at]

    def long(self) -> int:
        value = 0
        for i in range(LONGEST_VARINT):
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << (7 * i)
            if byte < 0x80:
                value &= (1 << 64) - 1
                return (value >> 1) ^ -(value & 1)
        raise _Damage("a number of more than ten bytes")

    def longs(self, n: int) -> Int64[np.ndarray, " n"]:
        """The next n numbers at once."""
        if n > len(self.data) - self.at:
            raise _Damage("an array longer than its block")
        values = np.empty(n, dtype=np.int64)
        for first in range(0, n, NUMBERS_AT_ONCE):
            some = values[first : first + NUMBERS_AT_ONCE]
            some[:] = self._some_longs(len(some))
        return values

    def _some_longs(self, n: int) -> np.ndarray:
        left = len(self.data) - self.at
        raw = np.frombuffer(self.data, dtype=np.uint8, offset=self.at, count=min(n * LONGEST_VARINT, left))
        ends = np.flatnonzero(raw < 0x80)[:n]
        if len(ends) < n:
            raise _Damage("it ends in the middle of an array")
        starts = np.concatenate([[0], ends[:-1] + 1])
        longest = int((ends - starts).max()) + 1
        if longest > LONGEST_VARINT:
            raise _Damage("a number of more than ten bytes")
        value = np.zeros(n, dtype=np.uint64)
        for i in range(longest):
            part = (raw[np.minimum(starts + i, ends)].astype(np.uint64) & np.uint64(0x7F)) << np.uint64(7 * i)
            value |= np.where(starts + i <= ends, part, np.uint64(0))
        self.at += int(ends[-1]) + 1
        return (value >> np.uint64(1)).astype(np.int64) ^ -(value & np.uint64(1)).astype(np.int64)

    def floats(self, n: int, kind: str) -> Float64[np.ndarray, " n"]:
        width = 4 if kind == "float" else 8
        return np.frombuffer(self.take(n * width), dtype=f"<f{width}").astype(np.float64)


@dataclass(kw_only=True)
class _Decoder:
    """Decodes values by the schema that the file brings."""

    named: dict[str, Any] = field(default_factory=dict)
    steps: int = 0

    def step(self) -> None:
        """Pay for a value that may take no byte."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise _Damage("more values than a file of a wearable has")

    def learn(self, schema: Any, depth: int = 0, space: str = "") -> None:
        """Collect named types, so that a name can stand for them later."""
        if depth > MAX_DEPTH:
            raise _Damage("a schema nested without end")
        if isinstance(schema, list):
            for part in schema:
                self.learn(part, depth + 1, space)
        elif isinstance(schema, dict):
            name, space = _full_name(schema, space)
            if name:
                self.named[name] = self.named[name.rpartition(".")[2]] = schema
            for part in [f.get("type") for f in _fields(schema)] + [schema.get("items"), schema.get("values")]:
                self.learn(part, depth + 1, space)
            if isinstance(schema.get("type"), dict | list):
                self.learn(schema["type"], depth + 1, space)

    def value(self, schema: Any, cursor: _Cursor, depth: int = 0) -> Any:
        """One value. Unions give the chosen branch, enums their number, records a dict."""
        self.step()
        if depth > MAX_DEPTH:
            raise _Damage("values nested without end")
        if isinstance(schema, list):
            branch = cursor.long()
            if not 0 <= branch < len(schema):
                raise _Damage("a branch that its union does not have")
            return self.value(schema[branch], cursor, depth + 1)
        kind = schema.get("type") if isinstance(schema, dict) else schema
        if isinstance(kind, str) and kind in _PLAIN:
            return _plain(kind, cursor)
        if isinstance(schema, str) and schema in self.named:
            return self.value(self.named[schema], cursor, depth + 1)
        if isinstance(kind, dict | list) or (isinstance(kind, str) and kind in self.named):
            return self.value(kind, cursor, depth + 1)
        return self._complex(kind, schema, cursor, depth)

    def _complex(self, kind: Any, schema: Any, cursor: _Cursor, depth: int) -> Any:
        if kind == "record":
            return {str(f.get("name")): self.value(f.get("type"), cursor, depth + 1) for f in _fields(schema)}
        if kind == "array":
            return self._array(schema.get("items"), cursor, depth)
        if kind == "map":
            return {str(i): v for i, v in enumerate(self._items(schema.get("values"), cursor, depth, keyed=True))}
        if kind == "enum":
            return cursor.long()
        if kind == "fixed" and isinstance(schema.get("size"), int):
            return cursor.take(schema["size"])
        raise _Damage("a type that Avro does not have")

    def _array(self, items: Any, cursor: _Cursor, depth: int) -> Any:
        kind = items.get("type") if isinstance(items, dict) else items
        if not isinstance(kind, str) or kind not in _NUMBERS:
            return list(self._items(items, cursor, depth, keyed=False))
        parts: list[np.ndarray] = []
        while n := self._count(cursor):
            parts.append(cursor.longs(n) if kind in ("int", "long") else cursor.floats(n, kind))
        empty = np.empty(0, dtype=np.int64 if kind in ("int", "long") else np.float64)
        return np.concatenate([empty, *parts])

    def _items(self, schema: Any, cursor: _Cursor, depth: int, *, keyed: bool) -> Iterator[Any]:
        while n := self._count(cursor):
            for _ in range(n):
                if keyed:
                    cursor.take(cursor.long())
                yield self.value(schema, cursor, depth + 1)

    def _count(self, cursor: _Cursor) -> int:
        """Items in the next piece of an array or map; 0 ends it. A negative count comes with a length in bytes."""
        self.step()
        n = cursor.long()
        if n < 0:
            n = -n
            cursor.long()
        return n


def _plain(kind: str, cursor: _Cursor) -> Any:
    if kind in ("int", "long"):
        return cursor.long()
    if kind in ("float", "double"):
        return float(cursor.floats(1, kind)[0])
    if kind == "boolean":
        return cursor.take(1) == b"\x01"
    if kind == "null":
        return None
    raw = cursor.take(cursor.long())
    return raw.decode("utf-8", errors="replace") if kind == "string" else raw


def _fields(schema: Any) -> list[dict[str, Any]]:
    fields = schema.get("fields")
    return [f for f in fields if isinstance(f, dict)] if isinstance(fields, list) else []


def _full_name(schema: dict[str, Any], space: str) -> tuple[str, str]:
    name = schema.get("name")
    if not isinstance(name, str) or schema.get("type") not in ("record", "enum", "fixed"):
        return "", space
    space = name.rpartition(".")[0] or str(schema.get("namespace") or space)
    return (f"{space}.{name.rpartition('.')[2]}" if space else name), space


# --- the container ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class AvroHeader:
    """What stands before the first block."""

    schema: Any
    codec: str
    sync: bytes


def is_avro(head: bytes) -> bool:
    """Does it begin as an Avro file?"""
    return head.startswith(MAGIC)


def records(member: Member, *, cut_short: dict[str, str]) -> Iterator[dict[str, Any]]:
    """The records of a file, one after the other. `cut_short` learns what could not be read after the first of them.

    Raises: ReadError if the file is no Avro, its schema cannot be understood, or not a single record is whole.
    """
    given = 0
    with member.open() as stream:
        header = _header(stream, where=member.name)
        decoder = _Decoder()
        try:
            decoder.learn(header.schema)
            for count, block in _blocks(stream, header):
                cursor = _Cursor(data=block)
                for _ in range(count):
                    if given == MAX_RECORDS:
                        raise _Damage("more records than a file of a wearable has")
                    record = decoder.value(header.schema, cursor)
                    if not isinstance(record, dict):
                        raise _Damage("its values are no records")
                    given += 1
                    yield record
        except (_Damage, ReadError) as damage:
            if not given:
                raise ReadError(f"a damaged Avro file: {damage}", where=member.name, todo=_AGAIN) from damage
            cut_short[member.name] = f"what comes after {given} records"


def _header(stream: BufferedIOBase, *, where: str) -> AvroHeader:
    try:
        if stream.read(len(MAGIC)) != MAGIC:
            raise _Damage("it does not begin as one")
        meta: dict[str, bytes] = {}
        while n := _long(stream):
            if n < 0:
                n = -n
                _long(stream)
            for _ in range(n):
                key = _exactly(stream, _long(stream))
                meta[key.decode("utf-8", errors="replace")] = _exactly(stream, _long(stream))
        schema = json.loads(meta.get("avro.schema", b""))
        codec = meta.get("avro.codec", b"null").decode("utf-8", errors="replace")
        if codec not in ("null", "deflate"):
            raise _Damage("it is compressed in an unusual way")
        return AvroHeader(schema=schema, codec=codec, sync=_exactly(stream, SYNC_BYTES))
    except (_Damage, ValueError, RecursionError) as error:
        why = f": {error}" if isinstance(error, _Damage) else " in its schema"
        raise ReadError(f"a damaged Avro file{why}", where=where, todo=_AGAIN) from error


def _blocks(stream: BufferedIOBase, header: AvroHeader) -> Iterator[tuple[int, bytes]]:
    while peeked := stream.read(1):
        count, size = _long(stream, peeked), _long(stream)
        raw = _exactly(stream, size, most=MAX_BLOCK_BYTES)
        if _exactly(stream, SYNC_BYTES) != header.sync:
            raise _Damage("a block does not end where it says")
        if header.codec == "deflate":
            raw = _inflated(raw)
        if count < 0:
            raise _Damage("a block of less than no records")
        yield count, raw


def _inflated(raw: bytes) -> bytes:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        whole = inflater.decompress(raw, MAX_BLOCK_BYTES + 1)
    except zlib.error as error:
        raise _Damage("a block that cannot be inflated") from error
    if len(whole) > MAX_BLOCK_BYTES:
        raise _Damage("a block larger than any recording")
    return whole


def _exactly(stream: BufferedIOBase, n: int, *, most: int = MAX_SCHEMA_BYTES) -> bytes:
    if not 0 <= n <= most:
        raise _Damage("a length that cannot be")
    raw = stream.read(n)
    if len(raw) < n:
        raise _Damage("it ends too early")
    return raw


def _long(stream: BufferedIOBase, first: bytes = b"") -> int:
    value = 0
    for i in range(LONGEST_VARINT):
        byte = first if i == 0 and first else _exactly(stream, 1)
        value |= (byte[0] & 0x7F) << (7 * i)
        if byte[0] < 0x80:
            return (value >> 1) ^ -(value & 1)
    raise _Damage("a number of more than ten bytes")
