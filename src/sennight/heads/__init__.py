"""The shelf of heads: predictors that learn answers from embeddings. The list is explicit."""

from collections.abc import Mapping
from typing import Any

from sennight.heads.boosted import BoostedConfig
from sennight.heads.calibrate import Calibrator
from sennight.heads.conformal import AnswerSet, Conformal, Coverage, Interval, coverage
from sennight.heads.distill import DistilledConfig
from sennight.heads.ensemble import EnsembleConfig
from sennight.heads.head import Head, HeadConfig, Inputs, config_hash, from_json, to_json
from sennight.heads.in_context import TabICLConfig, TabPFNConfig
from sennight.heads.linear import LinearConfig, LinearHead
from sennight.heads.nearest import NeighboursConfig, PrototypeConfig
from sennight.heads.network import AttentionConfig, NetworkConfig
from sennight.heads.ordinal import OrdinalConfig
from sennight.heads.pooling import POOLINGS, pool
from sennight.heads.pseudo import PseudoLabels, fit_in_rounds
from sennight.heads.setting import grammar
from sennight.heads.spec import HeadSpec
from sennight.heads.squeeze import Squeeze

HEADS: tuple[type[HeadConfig], ...] = (
    LinearConfig,
    PrototypeConfig,
    NeighboursConfig,
    BoostedConfig,
    NetworkConfig,
    AttentionConfig,
    OrdinalConfig,
    EnsembleConfig,
    TabICLConfig,
    TabPFNConfig,
    DistilledConfig,
    HeadSpec,
)

__all__ = [
    "HEADS",
    "POOLINGS",
    "AnswerSet",
    "AttentionConfig",
    "BoostedConfig",
    "Calibrator",
    "Conformal",
    "Coverage",
    "DistilledConfig",
    "EnsembleConfig",
    "Head",
    "HeadConfig",
    "HeadSpec",
    "Inputs",
    "Interval",
    "LinearConfig",
    "LinearHead",
    "NeighboursConfig",
    "NetworkConfig",
    "OrdinalConfig",
    "PrototypeConfig",
    "PseudoLabels",
    "Squeeze",
    "TabICLConfig",
    "TabPFNConfig",
    "config_hash",
    "coverage",
    "fit_in_rounds",
    "grammar",
    "head_from_json",
    "pool",
    "to_json",
]


def head_from_json(stored: Mapping[str, Any]) -> HeadConfig:
    """The config that `to_json` wrote. Raises: InputError if the head or a setting is not known."""
    return from_json(stored, shelf=HEADS)
