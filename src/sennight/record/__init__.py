"""The record of a person: what was measured and what is known. Arrays and dates; no files, no torch."""

from sennight.record.channel import CHANNELS, Channel, Fold, Kind, Role, channel
from sennight.record.clock_count import ClockCount
from sennight.record.cohort import Cohort, Person, Split, folds
from sennight.record.day_embedding import DayEmbedding
from sennight.record.embedding import Embedding, Prediction
from sennight.record.facts import Fact, FactColumn, Facts
from sennight.record.filled import Filled
from sennight.record.hide import Family, Hidden, hide, seen_tokens
from sennight.record.minute_table import MinuteTable, Why
from sennight.record.part import WHOLE, Part
from sennight.record.person_days import (
    MIN_VALID_DAYS,
    MINUTES_PER_DAY,
    VALID_DAY_MINUTES,
    WINDOW_DAYS,
    PersonDays,
    WindowBatch,
)
from sennight.record.recording import SECONDS_PER_DAY, Clock, Recording

__all__ = [
    "CHANNELS",
    "MINUTES_PER_DAY",
    "MIN_VALID_DAYS",
    "SECONDS_PER_DAY",
    "VALID_DAY_MINUTES",
    "WHOLE",
    "WINDOW_DAYS",
    "Channel",
    "Clock",
    "ClockCount",
    "Cohort",
    "DayEmbedding",
    "Embedding",
    "Fact",
    "FactColumn",
    "Facts",
    "Family",
    "Filled",
    "Fold",
    "Hidden",
    "Kind",
    "MinuteTable",
    "Part",
    "Person",
    "PersonDays",
    "Prediction",
    "Recording",
    "Role",
    "Split",
    "Why",
    "WindowBatch",
    "channel",
    "folds",
    "hide",
    "seen_tokens",
]
