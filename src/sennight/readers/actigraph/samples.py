"""Acceleration as ActiGraph packs it: 12-bit numbers in Y X Z order, or 16-bit numbers in X Y Z order, to g.

Source: the maker's description (GT3X-File-Format, records ACTIVITY and ACTIVITY2; NHANES-GT3X-File-Format).
"""

import numpy as np
from jaxtyping import Float32, UInt8

BITS_PACKED, BITS_WIDE = 36, 48  # of one three-axis sample


def unpack12(payload: UInt8[np.ndarray, "k size"], *, steps_per_g: float) -> Float32[np.ndarray, "k n 3"]:
    """Packed samples of k records in X Y Z order; half a byte that is left over at the end is no sample.

    >>> raw = np.array([[0x00, 0x60, 0x08, 0xEB, 0xD0]], dtype=np.uint8)
    >>> (unpack12(raw, steps_per_g=1.0)).tolist()
    [[[8.0, 6.0, -323.0]]]
    """
    k, size = payload.shape
    n = size * 8 // BITS_PACKED
    triples = np.zeros((k, -(-size // 3), 3), dtype=np.int16)
    triples.reshape(k, -1)[:, :size] = payload
    numbers = np.empty((k, triples.shape[1], 2), dtype=np.int16)
    numbers[:, :, 0] = triples[:, :, 0] << 4 | triples[:, :, 1] >> 4
    numbers[:, :, 1] = (triples[:, :, 1] & 0xF) << 8 | triples[:, :, 2]
    signed = (numbers.reshape(k, -1)[:, : 3 * n] ^ 0x800) - 0x800
    yxz = signed.reshape(k, n, 3)
    return yxz[:, :, [1, 0, 2]].astype(np.float32) / np.float32(steps_per_g)


def unpack16(payload: UInt8[np.ndarray, "k size"], *, steps_per_g: float) -> Float32[np.ndarray, "k n 3"]:
    """Wide samples of k records; bytes left over at the end are no sample.

    >>> unpack16(np.array([[48, 0, 0xCC, 0xFF, 0x42, 1]], dtype=np.uint8), steps_per_g=1.0).tolist()
    [[[48.0, -52.0, 322.0]]]
    """
    k, size = payload.shape
    n = size * 8 // BITS_WIDE
    numbers = np.ascontiguousarray(payload[:, : n * 6]).view("<i2").reshape(k, n, 3)
    return numbers.astype(np.float32) / np.float32(steps_per_g)
