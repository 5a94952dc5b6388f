"""The net under the rules: a small linear model that notices texts which sound like trouble in words no rule knows.

It is numbers over letters and words, no language model: pieces of folded words and pairs of words, hashed, each with a
weight; learned from the texts of `exam/learn.txt` and the first vignettes by `learn`. It reads each sentence for
itself and the highest score counts, so nothing that is added lowers it. What it catches is `unclear`: it cannot tell
what is wrong, so its fixed text names both the emergency number and the crisis lines.
"""

import base64
import itertools
import json
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np
from jaxtyping import Float64, Int8
from scipy.optimize import minimize
from scipy.special import expit

from sennight.agent.safety.words import STOP, Token, tokens

SLOTS = 1 << 15
PIECES = (2, 3, 4, 5)  # letters of a piece of a word, its ends marked
STRENGTH = 10.0  # of the texts against the pull of weights to 0
FILE = "net.json"


@dataclass(frozen=True, kw_only=True, eq=False)
class Net:
    """`weights` times `scale`, by slot; a score above `threshold` is caught."""

    version: str
    bias: float
    scale: float
    threshold: float
    weights: Int8[np.ndarray, " slot"]

    def score(self, read: Sequence[Token]) -> float:
        """The highest score of a sentence, or of two that follow each other."""
        said = [s for s in _sentences(read) if s]
        pairs = [(*a, *b) for a, b in itertools.pairwise(said)]
        return max((self._of(one) for one in (*said, *pairs)), default=-np.inf)

    def catches(self, read: Sequence[Token]) -> bool:
        """Does it sound like trouble?"""
        return self.score(read) > self.threshold

    def _of(self, words: Sequence[str]) -> float:
        slots, values = vector(words)
        return self.bias + self.scale * float(values @ self.weights[slots].astype(np.float64))

    def to_json(self) -> str:
        """As it is shipped."""
        packed = base64.b64encode(zlib.compress(self.weights.tobytes(), 9)).decode()
        return json.dumps(
            {"version": self.version, "bias": self.bias, "scale": self.scale, "threshold": self.threshold,
             "weights": packed}
        )  # fmt: skip

    @classmethod
    def from_json(cls, text: str) -> "Net":
        """Back from `to_json`."""
        raw = json.loads(text)
        weights = np.frombuffer(zlib.decompress(base64.b64decode(raw.pop("weights"))), dtype=np.int8)
        return cls(weights=weights, **raw)


def _sentences(read: Sequence[Token]) -> Iterator[tuple[str, ...]]:
    words = list[str]()
    for token in read:
        if token.word == STOP:
            yield tuple(words)
            words = []
        elif token.word != ",":
            plain = token.word.replace("'", "")
            words.append("0" if token.number is not None and plain[:1].isdigit() else plain)
    yield tuple(words)


def vector(words: Sequence[str]) -> tuple[np.ndarray, Float64[np.ndarray, " feature"]]:
    """Slots and values of a sentence: words, pairs of words, pieces of words; of length 1 in each of the two kinds."""
    whole = Counter((*words, *(f"{a} {b}" for a, b in itertools.pairwise(words))))
    pieces = Counter(
        f"#{marked[i : i + n]}"
        for word in words
        for marked in (f"<{word}>",)
        for n in PIECES
        for i in range(len(marked) - n + 1)
    )
    slots, values = list[int](), list[float]()
    for kind in (whole, pieces):
        length = np.sqrt(sum((1 + np.log(n)) ** 2 for n in kind.values())) or 1.0
        slots += [zlib.crc32(feature.encode()) % SLOTS for feature in kind]
        values += [(1 + float(np.log(n))) / length for n in kind.values()]
    return np.array(slots, dtype=np.int64), np.array(values, dtype=np.float64)


def learn(trouble: Sequence[str], calm: Sequence[str], *, version: str, let_through: float, folds: int = 5) -> Net:
    """Learn from texts; the threshold lets at most `let_through` of calm texts be caught, each judged by a net that
    had not seen it."""
    texts, y = [*trouble, *calm], np.array([1.0] * len(trouble) + [0.0] * len(calm))
    x = np.zeros((len(texts), SLOTS), dtype=np.float32)
    for row, text in zip(x, texts, strict=True):
        slots, values = vector([w for s in _sentences(tokens(text)) for w in s])
        np.add.at(row, slots, values)
    fold, unseen = np.arange(len(y)) % folds, np.zeros(len(y))
    for f in range(folds):
        weights, bias = _logistic(x[fold != f], y[fold != f])
        unseen[fold == f] = x[fold == f] @ weights + bias
    weights, bias = _logistic(x, y)
    scale = float(np.abs(weights).max()) / 127
    return Net(
        version=version, bias=bias, scale=scale, threshold=float(np.quantile(unseen[y == 0], 1 - let_through)),
        weights=np.round(weights / scale).astype(np.int8),
    )  # fmt: skip


def _logistic(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights and bias of a logistic regression in which both kinds of text count alike."""
    weigh = np.where(y == 1, len(y) / (2 * y.sum()), len(y) / (2 * (len(y) - y.sum())))

    def loss(packed: np.ndarray) -> tuple[float, np.ndarray]:
        eta = x @ packed[:-1].astype(np.float32) + packed[-1]
        left = weigh * (expit(eta) - y)
        value = STRENGTH * float(weigh @ (np.logaddexp(0, eta) - y * eta)) + 0.5 * float(packed[:-1] @ packed[:-1])
        slope = np.append(STRENGTH * (x.T @ left.astype(np.float32)) + packed[:-1], STRENGTH * left.sum())
        return value, slope.astype(np.float64)

    found = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    return found[:-1], float(found[-1])


@lru_cache(maxsize=1)
def released() -> Net:
    """The net that comes with the package."""
    return Net.from_json(resources.files("sennight.agent.safety").joinpath(FILE).read_text(encoding="utf-8"))
