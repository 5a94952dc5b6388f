"""The day transformer: config (light), model and packing (torch)."""

from sennight.backbones.day_transformer.config import (
    Attention,
    ChannelScale,
    DatePart,
    DayTransformerConfig,
    Layout,
    Pool,
    Precision,
    Size,
    Transform,
    VectorFrom,
    parameter_count,
)

__all__ = [
    "Attention",
    "ChannelScale",
    "DatePart",
    "DayTransformerConfig",
    "Layout",
    "Pool",
    "Precision",
    "Size",
    "Transform",
    "VectorFrom",
    "parameter_count",
]
