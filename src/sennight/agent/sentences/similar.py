"""Days alike, by their sentences: the words of a day as a vector, rare words counting more, and the cosine of two."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from sennight.agent.sentences.day import SensorDay
from sennight.agent.sentences.text import Depth, write

Vectors = Float32[np.ndarray, "day word"]


def words(day: SensorDay, *, depth: Depth = Depth.EVENTS) -> list[str]:
    """A day's text as words that stand alone: each number with what it is a number of, half a step of scale apart.

    Half steps: 8,400 is also 8,500 to a reader, so a number is told by its place among twelve a decade.
    """
    found: list[str] = []
    for line in write(day, depth=depth).splitlines()[1:]:
        name = "event" if line.startswith("- ") else line.split(":")[0]
        for part in re.split(r"[,;:]\s*", line.rstrip(".")):
            found += _words_of(name, part)
    return found


def _words_of(name: str, part: str) -> list[str]:
    numbers = re.findall(r"(?<![\d:])[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\d:])", part)
    label = "_".join(re.findall(r"[a-z]+", part.lower())) or "amount"
    if "from usual" in part:
        return [f"{name}|deviation|{round(2 * max(-3.0, min(3.0, float(n)))) / 2:+.1f}" for n in numbers]
    return [f"{name}|{label}|{_place(float(n))}" for n in numbers] or [f"{name}|{label}"]


def _place(number: float) -> int:
    """Of twelve places a decade; -99 for nothing."""
    return -99 if number <= 0 else round(12 * float(np.log10(number)))


@dataclass(frozen=True, eq=False)
class Words:
    """The words that days use and how rare each is; fitted on some days, then used for any."""

    places: dict[str, int]
    rarity: Float32[np.ndarray, " word"]

    @classmethod
    def fitted(cls, days: Sequence[Sequence[str]], *, at_least: int = 2) -> "Words":
        """Learn from the words of days; a word of fewer than `at_least` days says nothing."""
        counts = Counter(word for day in days for word in set(day))
        known = sorted(word for word, n in counts.items() if n >= at_least)
        rarity = np.array([np.log((1 + len(days)) / (1 + counts[w])) + 1 for w in known], dtype=np.float32)
        return cls({word: i for i, word in enumerate(known)}, rarity)

    def vectors(self, days: Sequence[Sequence[str]]) -> Vectors:
        """One vector of length 1 a day (of length 0 where it has no known word)."""
        rows = np.zeros((len(days), len(self.places)), dtype=np.float32)
        for i, day in enumerate(days):
            for word, n in Counter(day).items():
                if word in self.places:
                    rows[i, self.places[word]] = (1 + np.log(n)) * self.rarity[self.places[word]]
        length = np.linalg.norm(rows, axis=1, keepdims=True)
        scaled: Vectors = np.divide(rows, length, out=np.zeros_like(rows), where=length > 0)
        return scaled


@dataclass(frozen=True, kw_only=True)
class Alike:
    """One day and how alike it is: 1 the same words, 0 none in common."""

    ordinal: int
    likeness: float


def similar_days(days: Sequence[SensorDay], ordinal: int, *, n: int = 5) -> tuple[Alike, ...]:
    """The n days most like the day `ordinal`, the most alike first. Empty if that day is not among them."""
    told = [words(day) for day in days]
    place = next((i for i, day in enumerate(days) if day.ordinal == ordinal), None)
    if place is None:
        return ()
    rows = Words.fitted(told, at_least=1).vectors(told)
    likeness = rows @ rows[place]
    order = [int(i) for i in np.argsort(-likeness, kind="stable") if i != place][:n]
    return tuple(Alike(ordinal=days[i].ordinal, likeness=round(float(likeness[i]), 3)) for i in order)
