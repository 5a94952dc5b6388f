"""Person-days on disk, from a laptop to a cluster: one folder a store, whole or in whole commits, exact to the bit.

`StoreWriter` writes, `Store` reads, `batches` feeds training.
"""

from sennight.store.loader import batches, pair_rows, pairs, read_ahead, shuffled
from sennight.store.manifest import Manifest
from sennight.store.store import Store
from sennight.store.writer import StoreWriter

__all__ = ["Manifest", "Store", "StoreWriter", "batches", "pair_rows", "pairs", "read_ahead", "shuffled"]
