"""How far a mixer may be believed over the person's habit: chosen on people it did not learn from.

A mixer that learnt from few people departs from habit more than it should where there is little to go by. For each
length of hole, with and without another channel to look at, the share of its departure that is kept is the one with
the least squared error on calibration people: 1 believes the mixer, 0 the habit (James and Stein 1961, in spirit).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Int64

from sennight.generate.bands import GAP_EDGES, MIN_CELLS, gap_class


@dataclass(frozen=True, kw_only=True, eq=False)
class Lean:
    """`share` of the departure that is kept, by length of hole and by whether another channel is seen."""

    share: Float32[np.ndarray, "gap beside"]

    @classmethod
    def none(cls) -> "Lean":
        """Believes the mixer everywhere."""
        return cls(share=np.ones((len(GAP_EDGES), 2), dtype=np.float32))

    @classmethod
    def fit(
        cls,
        truth: Float32[np.ndarray, " n"],
        mixed: Float32[np.ndarray, " n"],
        habit: Float32[np.ndarray, " n"],
        *,
        gap: Int64[np.ndarray, " n"],
        beside: Bool[np.ndarray, " n"],
    ) -> "Lean":
        """From cells of calibration people; a kind of hole with few of them is believed."""
        share = cls.none().share
        length = gap_class(gap)
        for g in range(len(GAP_EDGES)):
            for k in (0, 1):
                mine = (length == g) & (beside == bool(k))
                departs = (mixed - habit)[mine].astype(np.float64)
                if mine.sum() >= MIN_CELLS and departs.any():
                    best = ((truth - habit)[mine] * departs).sum() / (departs**2).sum()
                    share[g, k] = np.clip(best, 0, 1)
        return cls(share=share)

    def __call__(
        self,
        mixed: Float32[np.ndarray, " n"],
        habit: Float32[np.ndarray, " n"],
        *,
        gap: Int64[np.ndarray, " n"],
        beside: Bool[np.ndarray, " n"],
    ) -> Float32[np.ndarray, " n"]:
        """The mean between both."""
        leant: np.ndarray = habit + self.share[gap_class(gap), beside.astype(np.int64)] * (mixed - habit)
        return leant.astype(np.float32)
