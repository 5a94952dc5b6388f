"""The day's distribution as a day transformer takes it in, before any weight that was learned: a control.

Levels, means and spreads are those of a model's day vector, so they were fitted on the people it was pretrained on.
What the model is better by, pretraining has added.
"""

import hashlib

import numpy as np
from jaxtyping import Float32

from sennight.backbones.backbone import OverDays
from sennight.backbones.day_transformer.day_vector import DayVector
from sennight.backbones.day_transformer.model import DayTransformer
from sennight.errors import InputError
from sennight.record import WindowBatch


class Distribution:
    """The standardised distribution of each window. Raises: InputError if the model has no day vector."""

    name = "distribution"
    over_days = OverDays.MEAN

    def __init__(self, model: DayTransformer) -> None:
        if model.day_vector is None:
            raise InputError("this model has no day vector, so no distribution", todo="Its recipe needs vector=512.")
        self.day_vector: DayVector = model.day_vector
        self.channels = model.channels
        self.width = model.day_vector.inputs

    @property
    def fingerprint(self) -> str:
        """Hash over channels, levels, means and spreads."""
        digest = hashlib.sha256("|".join(("v1", *self.channels)).encode())
        for name, buffer in sorted(self.day_vector.named_buffers()):
            digest.update(name.encode() + buffer.cpu().contiguous().numpy().tobytes())
        return f"distribution-{digest.hexdigest()[:12]}"

    def encode_windows(self, batch: WindowBatch) -> Float32[np.ndarray, "batch width"]:
        """The numbers of each window. Raises: InputError if the batch has none of the channels."""
        if not set(self.channels) & set(batch.channels):
            raise InputError("the windows hold none of the channels to describe")
        return self.day_vector.distribution(batch.select(self.channels)).cpu().numpy()
