"""How a body follows: a first-order lag, and noise that holds for a while.

scipy.signal is imported where it is used: listing readers would otherwise wait half a second for it.
"""

import numpy as np
from jaxtyping import Float64


def lag(values: Float64[np.ndarray, " minute"], minutes: float) -> Float64[np.ndarray, " minute"]:
    """Follow `values` with a time constant, starting from the first of them."""
    from scipy.signal import lfilter

    keep = float(np.exp(-1.0 / minutes))
    return np.asarray(lfilter([1.0 - keep], [1.0, -keep], values, zi=[keep * values[0]])[0])


def wander(rng: np.random.Generator, n: int, *, sd: float, minutes: float) -> Float64[np.ndarray, " minute"]:
    """[n] first-order autoregressive noise of this standard deviation and time constant."""
    from scipy.signal import lfilter

    keep = float(np.exp(-1.0 / minutes))
    drive = rng.normal(size=n) * np.sqrt(1.0 - keep**2)
    drive[0] = rng.normal()
    return np.asarray(lfilter([sd], [1.0, -keep], drive))
