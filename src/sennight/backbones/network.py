"""What every week network shares: its standardised minutes, how its vector is computed, its fingerprint.

And the shape of the head it was published with, since such networks are made to be trained on labels.
"""

import hashlib
from abc import ABC, abstractmethod
from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Float32
from torch import Tensor, nn

from sennight.backbones.backbone import OverDays
from sennight.backbones.day_transformer.precision import fast_fp32
from sennight.backbones.minute_scale import MinuteScale
from sennight.record import WindowBatch


class HeadShape(NamedTuple):
    """Of the layers between a network's features and its answers: dropout, a hidden ReLU layer, dropout."""

    hidden: int
    before: float
    after: float


class WeekNetwork(nn.Module, ABC):
    """A torch network over standardised minutes; a backbone as it stands, and something to train on labels.

    Subclasses give `name`, `channels`, `width`, `window_days`, `config`, `scale`, `head_shape` and `features`.
    """

    name: str
    channels: tuple[str, ...]
    width: int
    window_days: int
    over_days = OverDays.MEAN_SD
    head_shape: HeadShape
    scale: MinuteScale
    config: Any

    @abstractmethod
    def features(self, batch: WindowBatch) -> Float[Tensor, "B width"]:
        """One vector a window, with gradients."""

    @property
    def fingerprint(self) -> str:
        """Hash over config and weights, the fitted minutes among them."""
        digest = hashlib.sha256(f"v1 {self.name} {self.config!r}".encode())
        for name, weight in sorted(self.state_dict().items()):
            digest.update(name.encode() + weight.detach().cpu().contiguous().numpy().tobytes())
        return f"{self.name}-{digest.hexdigest()[:12]}"

    def encode_windows(self, batch: WindowBatch) -> Float32[np.ndarray, "batch width"]:
        """One vector a window. Raises: InputError on foreign channels or another window."""
        was_training = self.training
        self.eval()
        with torch.inference_mode(), fast_fp32():
            vectors = self.features(batch).float().cpu().numpy()
        self.train(was_training)
        return vectors
