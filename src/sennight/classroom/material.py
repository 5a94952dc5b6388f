"""Material: the features of a cohort with one split for all questions, pooled and squeezed once and then shared.

Squeezes are fitted on a fold's training people, labels unseen; `WIDEST` components are kept, and fewer components are
the first columns of them, so that no proposal pays for a decomposition of its own.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float32, Float64, Int16

from sennight.classroom.space import WIDEST
from sennight.errors import InputError
from sennight.heads import HeadSpec, Squeeze

SEALED = -1
ALL = -2


@dataclass(frozen=True, kw_only=True, eq=False)
class Material:
    """[P, W] features and [P] the fold of each development person, `SEALED` for the sealed ones."""

    x: Float32[np.ndarray, "person width"]
    fold: Int16[np.ndarray, " person"]
    _made: dict[int, Float64[np.ndarray, "person component"]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.x) != len(self.fold):
            raise InputError("features and folds differ in length")
        if not bool(np.isfinite(self.x).all()):
            raise InputError("a feature is not finite", todo="Leave such people out.")
        if len(self.folds) < 2:
            raise InputError("development people need two folds")

    @property
    def folds(self) -> tuple[int, ...]:
        """Numbers of the development folds."""
        return tuple(int(f) for f in np.unique(self.fold[self.fold >= 0]))

    def squeezed(self, held_out: int) -> Float64[np.ndarray, "person component"]:
        """Everybody in the directions of those who may be learned from when a fold (or `SEALED`) is held out."""
        if held_out not in self._made:
            learn = (self.fold >= 0) & (self.fold != held_out)
            self._made[held_out] = Squeeze.fit(self.x[learn], components=WIDEST).apply(self.x)
        return self._made[held_out]

    def seen_by(self, spec: HeadSpec, held_out: int) -> tuple[HeadSpec, Float64[np.ndarray, "person component"]]:
        """The spec as it is fitted on shared columns, and those columns."""
        z = self.squeezed(held_out)
        return replace(spec, inputs="squeezed", components=None), np.ascontiguousarray(z[:, : spec.components])
