"""A model takes on channels it never saw: its tables grow, and what it says of the channels it knew stays the same.

Rows for new channels come from torch's current seed (positions, reconstruction); what a joint token takes in of a new
channel starts at zero. Either way a new channel says nothing sensible before training on it.
"""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from sennight.backbones.day_transformer.config import JOINT_INPUTS, ChannelScale, Layout
from sennight.backbones.day_transformer.model import DayTransformer
from sennight.errors import InputError
from sennight.signals.day_distribution import PAIR_WIDTH, WIDTH


def grown(model: DayTransformer, scales: Sequence[ChannelScale]) -> DayTransformer:
    """A new model with these channels behind the old ones. Raises: InputError if it has one of them already."""
    known = [s.channel for s in scales if s.channel in model.channels]
    if known:
        raise InputError(f"this model has {', '.join(known)} already", todo="Give new channels only.")
    wider = replace(model.config, scales=(*model.config.scales, *scales)).build()
    old, new = model.state_dict(), wider.state_dict()
    for name, weight in old.items():
        if new[name].shape == weight.shape:
            new[name] = weight.clone()
    old_c, new_c = len(model.channels), len(wider.channels)
    if model.config.layout is Layout.CHANNEL:
        for table in ("encoder_positions.channel", "decoder_positions.channel"):
            new[table][:old_c] = old[table]
    else:
        # A joint token lists, for each of its inputs and minutes, all channels side by side.
        fed = _by_channel(new["patch_in.weight"].T, JOINT_INPUTS, new_c)
        fed[:, :, old_c:] = 0
        fed[:, :, :old_c] = _by_channel(old["patch_in.weight"].T, JOINT_INPUTS, old_c)
        new["patch_in.weight"] = fed.flatten(0, 2).T.contiguous()
        for part in ("patch_out.weight", "patch_out.bias"):
            rebuilt = _by_channel(new[part], 1, new_c)
            rebuilt[:, :, :old_c] = _by_channel(old[part], 1, old_c)
            new[part] = rebuilt.flatten(0, 2)
    if model.day_vector is not None:
        _grow_day_vector(old, new, old_c, new_c)
    wider.load_state_dict(new)
    wider.precision = model.precision
    return wider.train(model.training)


def _grow_day_vector(old: dict[str, Tensor], new: dict[str, Tensor], old_c: int, new_c: int) -> None:
    """Numbers of the new channels, and of pairs with one, are taken in with weight zero until training."""
    at = [*range(old_c * WIDTH), *range(new_c * WIDTH, new_c * WIDTH + (old_c - 1) * PAIR_WIDTH)]
    for name in ("fine", "coarse"):
        new[f"day_vector.{name}"][:old_c] = old[f"day_vector.{name}"]
    for name in ("mean", "sd"):
        new[f"day_vector.{name}"][at] = old[f"day_vector.{name}"]
    fed = torch.zeros_like(new["day_vector.from_distribution.weight"])
    fed[:, at] = old["day_vector.from_distribution.weight"]
    new["day_vector.from_distribution.weight"] = fed


def _by_channel(cells: Tensor, inputs: int, channels: int) -> Tensor:
    """[inputs * minutes * channels, ...] as [inputs, minutes, channels, ...], a copy."""
    return cells.detach().reshape(inputs, -1, channels, *cells.shape[1:]).clone()
