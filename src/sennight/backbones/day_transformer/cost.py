"""What a day transformer costs, counted rather than measured: operations of its towers, and weights by size.

Only matrix products and attention are counted; a step backward counts twice. Lengths are tokens that are really
computed, so the cost of a window follows from what was seen of it.
"""

import numpy as np
from jaxtyping import Float64, Int64

from sennight.backbones.day_transformer.config import DECODERS, ENCODERS, JOINT_INPUTS, Layout, Size, Tower

BACKWARD = 2  # a step backward costs two forward
Lengths = Int64[np.ndarray, " window"] | Float64[np.ndarray, " window"]


def tower_flop(tower: Tower, lengths: Lengths) -> float:
    """Floating-point operations of a stack of blocks over windows of so many tokens each."""
    a_token = 2 * (4 * tower.width**2 + 2 * tower.width * tower.mlp)
    return float(tower.layers * (a_token * lengths.sum() + 4 * tower.width * (lengths.astype(np.float64) ** 2).sum()))


def step_flop(size: Size, *, inputs: int, outputs: int, kept: Lengths, decoded: Lengths, rebuilt: int) -> float:
    """Operations of one step of reconstruction, forward and back.

    `inputs` and `outputs` are numbers of a token; of each window `kept` tokens are encoded and `decoded` ones pass the
    decoder; `rebuilt` tokens are compared.
    """
    encoder, decoder = ENCODERS[size], DECODERS[size]
    ends = 2.0 * (inputs * encoder.width * float(kept.sum()) + outputs * decoder.width * rebuilt)
    bridge = 2.0 * encoder.width * decoder.width * float(kept.sum())
    return (1 + BACKWARD) * (tower_flop(encoder, kept) + tower_flop(decoder, decoded) + ends + bridge)


def weights(size: Size, *, layout: Layout, channels: int, patch_minutes: int, patches: int) -> int:
    """Parameters of encoder, decoder and positions, without a day vector.

    >>> weights(Size.XS, layout=Layout.CHANNEL, channels=34, patch_minutes=20, patches=72)
    933204
    """
    e, d = ENCODERS[size], DECODERS[size]
    cells = patch_minutes * (1 if layout is Layout.CHANNEL else channels)
    inputs = cells * (1 if layout is Layout.CHANNEL else JOINT_INPUTS)
    rows = channels if layout is Layout.CHANNEL else 1
    encoder = inputs * e.width + e.width + e.layers * _block(e) + 2 * e.width
    decoder = d.width * e.width + d.width + d.layers * _block(d) + 2 * d.width + d.width + d.width * cells + cells
    positions = sum(rows * (t.width // 2) + patches * (t.width // 2 - 8) for t in (e, d))
    return encoder + decoder + positions


def _block(tower: Tower) -> int:
    d, m = tower.width, tower.mlp
    return 4 * d * d + 4 * d + 2 * d * m + m + d + 4 * d
