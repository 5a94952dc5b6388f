"""The samples array: one Zarr v3 array (row, channel, minute), written shard by shard, read day by day.

Chosen by measurement (`benchmarks/store.py` has the figures):

- float32, so that every value comes back exactly; float16 would hold integers only up to 2,048.
- A chunk is one person-day, all channels, so that one read gives one day.
- lz4hc 3 with bitshuffle: 17 to 36 % larger than zstd 3 on real days, and 2.5 times as fast to unpack.
- CRC-32C on every chunk and on the shard's list of chunks: a flipped bit fails the read, at 2 % of its cost.
- A day that was written is always stored, even if all of it is missing, so that an absent chunk is an error.

The only file that imports tensorstore. It must not be used in a process, then forked and used in the child
(the library aborts there), so a forked child gets a StoreError instead; use spawn or forkserver.
"""

import json
import os
import re
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float32, Int64

from sennight.errors import StoreError
from sennight.record import MINUTES_PER_DAY
from sennight.store.manifest import DAMAGED

SHARD_ROWS = 2_048
"""Person-days in a shard: 307 MB of raw minutes at 26 channels, which is what a writer keeps in memory."""

CACHE_BYTES = 32_000_000  # mostly the shards' chunk lists, 32 kB each; days are read at random and seldom twice

_users: set[int] = set()


def _tensorstore() -> Any:
    if _users and os.getpid() not in _users:
        raise StoreError(
            "a store was used in this process before it was forked",
            todo="Start workers with multiprocessing's 'spawn' or 'forkserver'.",
        )
    import tensorstore  # here, because it starts threads that a fork would lose

    _users.add(os.getpid())
    return tensorstore


def array_metadata(*, rows: int, channels: tuple[str, ...], shard_rows: int) -> dict[str, Any]:
    """The zarr.json of the array."""
    little = {"name": "bytes", "configuration": {"endian": "little"}}
    packing = {"cname": "lz4hc", "clevel": 3, "shuffle": "bitshuffle", "typesize": 4, "blocksize": 0}
    width = len(channels)
    sharding = {
        "chunk_shape": [1, width, MINUTES_PER_DAY],
        "codecs": [little, {"name": "blosc", "configuration": packing}, {"name": "crc32c"}],
        "index_codecs": [little, {"name": "crc32c"}],
        "index_location": "end",
    }
    return {
        "zarr_format": 3,
        "node_type": "array",
        "shape": [rows, width, MINUTES_PER_DAY],
        "data_type": "float32",
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [shard_rows, width, MINUTES_PER_DAY]}},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "."}},
        "fill_value": "NaN",
        "codecs": [{"name": "sharding_indexed", "configuration": sharding}],
        "dimension_names": ["row", "channel", "minute"],
        "attributes": {"channels": list(channels)},
    }


def zarr_json(*, rows: int, channels: tuple[str, ...], shard_rows: int) -> bytes:
    """The metadata file that other Zarr tools need; sennight itself goes by the manifest."""
    return json.dumps(array_metadata(rows=rows, channels=channels, shard_rows=shard_rows), indent=1).encode()


def encode_shard(samples: Float32[np.ndarray, "row channel minute"], *, shard_rows: int) -> bytes:
    """The bytes of one shard, the same for the same samples; NaN where not seen."""
    ts = _tensorstore()
    rows, width, _ = samples.shape
    context = ts.Context()
    array = ts.open(
        {
            "driver": "zarr3",
            "kvstore": {"driver": "memory"},
            "metadata": array_metadata(rows=shard_rows, channels=("",) * width, shard_rows=shard_rows),
            "store_data_equal_to_fill_value": True,
        },
        create=True,
        context=context,
    ).result()
    array[:rows].write(samples, can_reference_source_data_indefinitely=True).result()
    return bytes(ts.KvStore.open({"driver": "memory"}, context=context).result().read("c.0.0.0").result().value)


class Samples:
    """The array over the shards in a folder, going by these arguments rather than by a zarr.json there.

    Opened when first read. Any number of threads may read.
    """

    def __init__(self, folder: Path, *, rows: int, channels: tuple[str, ...], shard_rows: int) -> None:
        self._folder = folder
        self._metadata = array_metadata(rows=rows, channels=channels, shard_rows=shard_rows)

    @cached_property
    def _array(self) -> Any:
        return (
            _tensorstore()
            .open(
                {
                    "driver": "zarr3",
                    "kvstore": {"driver": "file", "path": f"{self._folder.resolve()}/"},
                    "metadata": self._metadata,
                    "fill_missing_data_reads": False,
                    "recheck_cached_data": False,  # a committed shard never changes
                },
                open=True,
                assume_metadata=True,
                read=True,
                context=_tensorstore().Context({"cache_pool": {"total_bytes_limit": CACHE_BYTES}}),
            )
            .result()
        )

    def unpack(
        self,
        rows: Int64[np.ndarray, "batch *days"],
        *,
        values: Float32[np.ndarray, "batch *cells"],
        seen: Bool[np.ndarray, "batch *cells"],
        at_once: int,
    ) -> None:
        """Fill `values` (0 where not seen) and `seen` from these rows.

        [batch] rows fill [batch, channel, minute]; [batch, day] rows fill [batch, channel, day, minute].
        `at_once` windows are one request, and all requests are made together: while tensorstore's threads
        unpack the later ones, the first ones lose their NaN here, still in the processor's cache.
        Raises: StoreError if a chunk is absent or its CRC does not hold.
        """
        ts = _tensorstore()
        axes = [0, 1, 2] if rows.ndim == 1 else [0, 2, 1, 3]  # the order in which the days of a week join
        firsts = range(0, len(rows), at_once)
        coming = [
            ts.array(values[i : i + at_once]).write(self._array[rows[i : i + at_once]].transpose(axes)) for i in firsts
        ]
        for i, future in zip(firsts, coming, strict=True):
            try:
                future.result()
            except (ValueError, OSError) as error:
                raise _unreadable(error, self._folder) from error
            window, known = values[i : i + at_once], seen[i : i + at_once]
            np.equal(window, window, out=known)  # NaN is the only value that is not itself
            np.copyto(window, 0, where=~known)


def _unreadable(error: Exception, folder: Path) -> StoreError:
    named = re.search(r'local file "([^"]+)"', str(error))
    return StoreError(
        "a shard of the store is damaged or cannot be read", where=named[1] if named else str(folder), todo=DAMAGED
    )
