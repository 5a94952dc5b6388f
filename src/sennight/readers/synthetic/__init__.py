"""Synthetic people: a week of minutes with planted truths, for the demo and for tests that know the answer."""

from sennight.readers.synthetic.days import DEFAULT_CHANNELS
from sennight.readers.synthetic.health import KNOWN_NULLS
from sennight.readers.synthetic.person import Body, Events, Life, Rhythm, Truths, Wear, Work
from sennight.readers.synthetic.reading import READER, cohort, truths

__all__ = [
    "DEFAULT_CHANNELS",
    "KNOWN_NULLS",
    "READER",
    "Body",
    "Events",
    "Life",
    "Rhythm",
    "Truths",
    "Wear",
    "Work",
    "cohort",
    "truths",
]
