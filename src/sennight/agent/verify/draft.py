"""A draft: the typed form in which a model hands in an answer. It holds references, never numbers."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

MAX_BLOCKS = 8
MAX_BLOCK_CHARS = 400
MAX_DRAFT_CHARS = 1_500


class BlockKind(StrEnum):
    """What a block does: states, compares, tells of an association, a prediction, the data's quality, or advises."""

    FACT = "fact"
    COMPARISON = "comparison"
    ASSOCIATION = "association"
    PREDICTION = "prediction"
    QUALITY = "quality"
    ADVICE = "advice"


class Block(BaseModel):
    """One or two sentences. Values stand as {E1}, {E1.interval}, {E1.window}, {E1.about}; no digit, no number word."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: BlockKind
    text: Annotated[str, StringConstraints(min_length=1, max_length=MAX_BLOCK_CHARS)]


class Draft(BaseModel):
    """An answer as a model hands it in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    blocks: Annotated[tuple[Block, ...], Field(min_length=1, max_length=MAX_BLOCKS)]
