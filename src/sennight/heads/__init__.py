"""The shelf of heads: predictors that learn answers from embeddings. The list is explicit."""

from collections.abc import Mapping
from typing import Any

from sennight.heads.head import Head, HeadConfig, Inputs, from_json, to_json
from sennight.heads.linear import LinearConfig, LinearHead
from sennight.heads.squeeze import Squeeze

HEADS: tuple[type[HeadConfig], ...] = (LinearConfig,)

__all__ = [
    "HEADS",
    "Head",
    "HeadConfig",
    "Inputs",
    "LinearConfig",
    "LinearHead",
    "Squeeze",
    "head_from_json",
    "to_json",
]


def head_from_json(stored: Mapping[str, Any]) -> HeadConfig:
    """The config that `to_json` wrote. Raises: InputError if the head or a setting is not known."""
    return from_json(stored, shelf=HEADS)
