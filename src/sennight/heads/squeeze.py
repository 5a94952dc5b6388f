"""The stage in front of a head that needs no labels: standardise, clip, rotate onto the main directions.

It is fitted on training people only and may use people without labels, so one fit serves every task of a fold.
Components are not whitened: a direction in which people hardly differ stays small, and so is shrunk more by the
head. One common factor brings the total variance to 1, so that a penalty means the same at any width.
"""

from dataclasses import dataclass

import numpy as np
import scipy.linalg
from jaxtyping import Float, Float64

from sennight.errors import InputError

CLIP_SD = 5.0  # standard deviations; a column nearly constant in training can put a new person 100 of them out
SMALLEST_SHARE = 1e-10  # of the largest eigenvalue; below it a direction is rounding error


@dataclass(frozen=True, kw_only=True, eq=False)
class Squeeze:
    """Fitted means, scales and directions. `rotation` already holds the common factor."""

    mean: Float64[np.ndarray, " width"]
    sd: Float64[np.ndarray, " width"]
    centre: Float64[np.ndarray, " width"]
    rotation: Float64[np.ndarray, "width component"]

    @classmethod
    def fit(cls, x: Float[np.ndarray, "person width"], *, components: int | None) -> "Squeeze":
        """Learn from training people. `components` None keeps every column, standardised and not rotated.

        The number of components is capped by the width and by the number of people less one.
        Raises: InputError if there is nobody to learn from or a value is not finite.
        """
        if not len(x):
            raise InputError("there is nobody to learn from")
        if not bool(np.isfinite(x).all()):
            raise InputError("a head was given a value that is not finite", todo="Leave such people out.")
        x = x.astype(np.float64)
        mean, sd = x.mean(axis=0), x.std(axis=0)
        # A column that is constant up to rounding carries nothing and must not be blown up.
        varies = sd > 1e-9 * np.maximum(1.0, np.abs(mean))
        sd = np.where(varies, sd, np.inf)
        z = np.clip((x - mean) / sd, -CLIP_SD, CLIP_SD)
        centre = z.mean(axis=0)
        factor = 1 / np.sqrt(max(1, int(varies.sum())))
        kept = np.eye(x.shape[1])[:, varies]
        rotation = kept if components is None else _directions(z - centre, at_most=components)
        return cls(mean=mean, sd=sd, centre=centre, rotation=rotation * factor)

    def apply(self, x: Float[np.ndarray, "person width"]) -> Float64[np.ndarray, "person component"]:
        """The people's coordinates in the fitted directions. Raises: InputError if the width differs."""
        if x.shape[1] != len(self.mean):
            raise InputError(f"a head fitted on {len(self.mean)} columns was given {x.shape[1]}")
        z = np.clip((x.astype(np.float64) - self.mean) / self.sd, -CLIP_SD, CLIP_SD)
        return (z - self.centre) @ self.rotation


def _directions(z: Float64[np.ndarray, "person width"], *, at_most: int) -> Float64[np.ndarray, "width component"]:
    """Unit directions of largest variance, largest first, signed so that the largest loading is positive."""
    people, width = z.shape
    k = min(at_most, width, people - 1)
    if k < 1:
        return np.zeros((width, 0))
    wide = width > people
    scatter = z @ z.T if wide else z.T @ z
    last = len(scatter) - 1
    values, vectors = scipy.linalg.eigh(scatter, subset_by_index=(last - k + 1, last), check_finite=False)
    values, vectors = values[::-1], vectors[:, ::-1]
    real = values > SMALLEST_SHARE * max(float(values[0]), np.finfo(np.float64).tiny)
    directions = (z.T @ vectors[:, real]) / np.sqrt(values[real]) if wide else vectors[:, real]
    if not directions.shape[1]:
        return directions
    largest = directions[np.abs(directions).argmax(axis=0), np.arange(directions.shape[1])]
    return directions * np.where(largest < 0, -1.0, 1.0)
