"""The backbones shelf: encoders of person-days behind one contract."""

from sennight.backbones.released import card, load, released

__all__ = ["card", "load", "released"]
