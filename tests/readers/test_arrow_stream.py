"""Our decoder of Arrow streams against polars' writer; damage is an error, never a crash."""

import io
import os

import numpy as np
import polars as pl
import pytest

from sennight.errors import ReadError
from sennight.readers.arrow_stream import ArrowStream

OLDEST = pl.CompatLevel.oldest()


def raw_of(frame: pl.DataFrame, **options: object) -> bytes:
    stream = io.BytesIO()
    frame.write_ipc_stream(stream, compat_level=OLDEST, **options)  # type: ignore[arg-type]
    return stream.getvalue()


def stream_of(raw: bytes) -> ArrowStream:
    return ArrowStream(np.frombuffer(raw, dtype=np.uint8), where="w")


def frame(n: int = 50, *, width: int = 7) -> pl.DataFrame:
    rng = np.random.default_rng(0)
    nested = rng.random((n, 3, width)).astype(np.float32)
    return pl.DataFrame(
        {
            "number": np.arange(n),
            "flag": [True, None] * (n // 2),
            "names": [["a", "bc"], []] * (n // 2),
            "pairs": [{"x": 1.0, "y": "p"}] * n,
            "text": [f"row {i} é" for i in range(n)],
            "fixed": pl.Series(nested.tolist(), dtype=pl.Array(pl.Array(pl.Float32, width), 3)),
            "values": pl.Series(nested.tolist(), dtype=pl.List(pl.List(pl.Float32))),
            "doubles": pl.Series(nested.tolist(), dtype=pl.List(pl.List(pl.Float64))),
        }
    )


def test_columns_are_what_another_library_wrote() -> None:
    """I-14."""
    written = frame()
    stream = stream_of(raw_of(written))
    assert [f.name for f in stream.fields] == written.columns
    row = 0
    for batch in stream.batches:
        assert stream.strings(batch, stream.field("text")) == written["text"][row : row + batch.n_rows].to_list()
        for i in range(batch.n_rows):
            expected = np.array(written["values"][row].to_list())
            for name in ("values", "fixed", "doubles"):
                found = stream.matrix(batch, stream.field(name), i)
                np.testing.assert_array_equal(found, expected.astype(found.dtype))
            assert stream.string_list(batch, stream.field("names"), i) == written["names"][row].to_list()
            row += 1
    assert row == len(written)
    assert stream.cut_short == ""


def test_an_empty_row_and_a_ragged_one() -> None:
    rows = pl.Series("values", [[], [[1.0], [1.0, 2.0]], [[1.0], [2.0, 3.0], [4.0, 5.0, 6.0]]])
    stream = stream_of(raw_of(pl.DataFrame({"values": rows.cast(pl.List(pl.List(pl.Float32)))})))
    (batch,) = stream.batches
    assert stream.matrix(batch, stream.field("values"), 0).shape == (0, 0)
    for row in (1, 2):
        with pytest.raises(ReadError, match="unequal length"):
            stream.matrix(batch, stream.field("values"), row)
    with pytest.raises(ReadError, match="damaged"):
        stream.matrix(batch, stream.field("values"), 9)


@pytest.mark.parametrize(
    ("column", "what"),
    [("number", "no table of numbers"), ("text", "no table of numbers"), ("names", "no table of numbers")],
)
def test_a_column_of_another_kind_is_refused(column: str, what: str) -> None:
    stream = stream_of(raw_of(frame()))
    with pytest.raises(ReadError, match=what):
        stream.matrix(stream.batches[0], stream.field(column), 0)
    with pytest.raises(ReadError, match="is no text"):
        stream.strings(stream.batches[0], stream.field("number"))
    with pytest.raises(ReadError, match="no list of text"):
        stream.string_list(stream.batches[0], stream.field("values"), 0)
    with pytest.raises(ReadError, match="without the column 'nothing'"):
        stream.field("nothing")


def test_compressed_and_unknown_columns_are_refused_by_name_of_the_cause() -> None:
    with pytest.raises(ReadError, match="compressed"):
        stream_of(raw_of(frame(), compression="zstd"))
    views = io.BytesIO()
    frame().write_ipc_stream(views)
    with pytest.raises(ReadError, match="kind of column"):
        stream_of(views.getvalue())
    with pytest.raises(ReadError, match="kind of column"):
        stream_of(raw_of(pl.DataFrame({"c": pl.Series(["a", "b"], dtype=pl.Categorical)})))


def test_batches_before_the_cut_are_there_and_it_is_said() -> None:
    """Failure 11, I-03: at every length of the file."""
    raw = raw_of(frame(400, width=2))
    whole = len(stream_of(raw).batches)
    for length in range(0, len(raw), len(raw) // 60):
        try:
            stream = stream_of(raw[:length])
        except ReadError:
            continue
        assert stream.cut_short or len(stream.batches) == whole


def test_bytes_that_are_no_arrow_are_refused() -> None:
    for raw in (b"", b"junk and more junk", b"\xff\xff\xff\xff\x00\x00\x00\x00", b"\xff\xff\xff\xff" + b"\xff" * 60):
        with pytest.raises(ReadError):
            stream_of(raw)


def test_no_changed_byte_of_the_schema_or_the_batch_is_worse_than_a_read_error() -> None:
    """I-02, failure 9: bytes of the metadata set to 0, to 255 or to something else."""
    raw = raw_of(frame(4))
    schema_length = int.from_bytes(raw[4:8], "little")
    batch_at = 8 + schema_length
    batch_length = int.from_bytes(raw[batch_at + 4 : batch_at + 8], "little")
    places = [*range(8 + schema_length), *range(batch_at, batch_at + 8 + batch_length)]
    refused = 0
    # All of them in the nightly run of mutations; here a sample that moves through all fields.
    for place in places[:: 1 if int(os.environ.get("SENNIGHT_MUTATIONS", "0")) >= 10_000 else 11]:
        changed = bytearray(raw)
        changed[place] = (0, 255, raw[place] ^ 0x81)[place % 3]
        try:
            stream = stream_of(bytes(changed))
            for batch in stream.batches:
                stream.strings(batch, stream.field("text"))
                stream.matrix(batch, stream.field("values"), 0)
                stream.string_list(batch, stream.field("names"), 0)
        except ReadError:
            refused += 1
    assert refused > 0
