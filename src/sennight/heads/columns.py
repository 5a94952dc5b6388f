"""How a row of a head becomes its design row: standardised columns beside, and squeezed `x`."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from sennight.errors import InputError
from sennight.heads.head import Beside, HeadConfig, X
from sennight.heads.squeeze import Squeeze

BESIDE_L2 = 0.1  # a prior of about 3 log-odds a standard deviation: next to nothing, but stops perfect separation


@dataclass(frozen=True, kw_only=True, eq=False)
class Columns:
    """How a row becomes a design row: 1, standardised `beside`, squeezed `x`."""

    squeeze: Squeeze | None
    beside_mean: Float64[np.ndarray, " extra"]
    beside_sd: Float64[np.ndarray, " extra"]

    @classmethod
    def fit(cls, x: X, beside: Beside, config: HeadConfig) -> "Columns":
        """Learn from training people."""
        squeeze = Squeeze.fit(x, components=config.components) if config.inputs == "raw" else None
        extra = np.zeros((len(x), 0)) if beside is None else beside.astype(np.float64)
        sd = extra.std(axis=0)
        return cls(squeeze=squeeze, beside_mean=extra.mean(axis=0), beside_sd=np.where(sd > 0, sd, np.inf))

    def design(self, x: X, beside: Beside) -> Float64[np.ndarray, "person column"]:
        """The rows of a regression. Raises: InputError if `beside` has another width than in training."""
        return np.concatenate([np.ones((len(x), 1)), self.beside(x, beside), self.squeezed(x)], axis=1)

    def plain(self, x: X, beside: Beside) -> Float64[np.ndarray, "person column"]:
        """`beside` and `x` side by side, columns of `x` with variance 1 on average: for trees and networks."""
        squeezed = self.squeezed(x)
        return np.concatenate([self.beside(x, beside), squeezed * np.sqrt(max(1, squeezed.shape[1]))], axis=1)

    def even(self, x: X, beside: Beside) -> Float64[np.ndarray, "person column"]:
        """`beside` and `x` with a total variance of 1 each, so that a distance is half one and half the other."""
        extra = self.beside(x, beside)
        return np.concatenate([extra / np.sqrt(max(1, extra.shape[1])), self.squeezed(x)], axis=1)

    def beside(self, x: X, beside: Beside) -> Float64[np.ndarray, "person extra"]:
        """Standardised columns beside."""
        extra = np.zeros((len(x), 0)) if beside is None else beside.astype(np.float64)
        if extra.shape[1] != len(self.beside_mean):
            raise InputError(f"a head fitted with {len(self.beside_mean)} columns beside was given {extra.shape[1]}")
        return (extra - self.beside_mean) / self.beside_sd

    def squeezed(self, x: X) -> Float64[np.ndarray, "person component"]:
        """Squeezed `x`."""
        return x.astype(np.float64) if self.squeeze is None else self.squeeze.apply(x)

    def penalty(self, width: int, l2: float) -> Float64[np.ndarray, " column"]:
        """Penalty of each design column: none for the intercept, next to none beside."""
        extra = len(self.beside_mean)
        return np.concatenate([[0.0], np.full(extra, BESIDE_L2), np.full(width - 1 - extra, l2)])
