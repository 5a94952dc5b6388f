"""Published PAT weights (Keras, HDF5) into our encoder: read by name, every tensor once, none left over.

Reads both forms the authors publish: weights alone, and a whole saved model (then under `model_weights`). The decoder
is not published, and neither are the minutes' means: fit `model.scale` on people of your own, or hand the model
minutes that are standardised. Needs h5py (`pip install 'sennight[pat]'`); no Keras.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from sennight.backbones.pat.config import SIZES, WIDTH, PatConfig, PatSize
from sennight.backbones.pat.model import Block, Pat
from sennight.errors import CheckpointError, InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

WHOLE_MODEL = "model_weights"
WHAT_TO_DO = "Give a .h5 file of the PAT authors: PAT-S, PAT-M or PAT-L."


def load_keras(path: Path, *, channel: str) -> Pat:
    """A PAT of the size that the file holds, over one channel; the decoder stays random.

    Raises: InputError if h5py is not installed; CheckpointError if the file does not open, or its tensors are not
    those of a PAT-S, M or L.
    """
    tensors = _tensors(path)
    size = _size(tensors, where=str(path))
    model = PatConfig(channels=(channel,), size=size).build()
    try:
        with torch.no_grad():
            _take_dense(model.encoder.patch_in, tensors, "dense/dense")
            for i, block in enumerate(model.encoder.blocks):
                assert isinstance(block, Block)
                _take_block(block, tensors, i + 1)
    except (KeyError, RuntimeError, ValueError) as error:
        raise CheckpointError(
            f"these are not the weights of a PAT-{size.upper()}", where=str(path), todo=WHAT_TO_DO
        ) from error
    if tensors:
        raise CheckpointError(
            f"tensors nobody asked for: {', '.join(sorted(tensors))}", where=str(path), todo=WHAT_TO_DO
        )
    return model


def _tensors(path: Path) -> dict[str, np.ndarray]:
    """Every tensor of the file by its path in it."""
    try:
        import h5py
    except ImportError as error:
        raise InputError(
            "reading Keras weights needs h5py, which is not installed", todo="pip install 'sennight[pat]'"
        ) from error
    found: dict[str, np.ndarray] = {}

    def keep(name: str, entry: Any) -> None:
        if isinstance(entry, h5py.Dataset):
            found[name.removeprefix(f"{WHOLE_MODEL}/")] = np.asarray(entry, dtype=np.float32)

    try:
        with h5py.File(path, "r") as file:
            file.get(WHOLE_MODEL, file).visititems(keep)
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise CheckpointError("this is no readable HDF5 file of weights", where=str(path), todo=WHAT_TO_DO) from error
    return found


def _size(tensors: "Mapping[str, np.ndarray]", *, where: str) -> PatSize:
    """Told apart by patch, heads and layers."""
    query = tensors.get(_attention(1, "query/kernel:0"))
    patch = tensors.get("dense/dense/kernel:0")
    layers = sum(name.endswith("_norm2/gamma:0") for name in tensors)
    if query is not None and patch is not None and query.ndim == 3:
        for size, d in SIZES.items():
            if (d.patch_minutes, d.heads, d.layers) == (patch.shape[0], query.shape[1], layers):
                return size
    raise CheckpointError("these are not the weights of a PAT-S, M or L", where=where, todo=WHAT_TO_DO)


def _attention(layer: int, name: str) -> str:
    return f"encoder_layer_{layer}_transformer/encoder_layer_{layer}_attention/{name}"


def _take_block(block: Block, tensors: dict[str, np.ndarray], layer: int) -> None:
    attention = block.attention
    for name, into in (("query", attention.query), ("key", attention.key), ("value", attention.value)):
        kernel = tensors.pop(_attention(layer, f"{name}/kernel:0"))  # [E, H, key]
        into.weight.copy_(torch.from_numpy(kernel.reshape(WIDTH, -1).T.copy()))
        into.bias.copy_(torch.from_numpy(tensors.pop(_attention(layer, f"{name}/bias:0")).reshape(-1)))
    kernel = tensors.pop(_attention(layer, "attention_output/kernel:0"))  # [H, key, E]
    attention.out.weight.copy_(torch.from_numpy(kernel.reshape(-1, WIDTH).T.copy()))
    attention.out.bias.copy_(torch.from_numpy(tensors.pop(_attention(layer, "attention_output/bias:0"))))
    stem = f"encoder_layer_{layer}_transformer/encoder_layer_{layer}"
    _take_dense(block.up, tensors, f"{stem}_ff1")
    _take_dense(block.down, tensors, f"{stem}_ff2")
    for name, norm in (("norm1", block.norm1), ("norm2", block.norm2)):
        norm.weight.copy_(torch.from_numpy(tensors.pop(f"{stem}_{name}/gamma:0")))
        norm.bias.copy_(torch.from_numpy(tensors.pop(f"{stem}_{name}/beta:0")))


def _take_dense(layer: nn.Linear, tensors: dict[str, np.ndarray], name: str) -> None:
    layer.weight.copy_(torch.from_numpy(tensors.pop(f"{name}/kernel:0").T.copy()))
    layer.bias.copy_(torch.from_numpy(tensors.pop(f"{name}/bias:0")))
