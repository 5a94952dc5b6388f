"""PAT, the Pretrained Actigraphy Transformer (arXiv 2411.15240): config, model, fast attention, Keras weights."""

from sennight.backbones.pat.config import PatConfig, PatSize

__all__ = ["PatConfig", "PatSize"]
