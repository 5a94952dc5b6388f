"""Rows of an Actiwatch, whoever wrote them: off wrist, activity, light, wake and rest interval of one epoch each.

What a number means is the device's: off-wrist 1 is not worn, wake 0 is asleep. An epoch off the wrist has no counts and
no light, whatever stands in its row; an epoch on the wrist without a count was measured and is unusable.
"""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float64, Int64

from sennight.readers.epochs import add_epochs
from sennight.readers.gathering import Gathering
from sennight.record import Clock

LIGHTS = ("white_light", "red_light", "green_light", "blue_light")
# The codes of the registry's rest_interval: 0 active, 1 rest, 2 sleep, 3 excluded. REST-S is the sleep in a rest.
INTERVALS = {"active": 0.0, "rest": 1.0, "rest-s": 2.0, "sleep": 2.0, "excluded": 3.0}

FIRST_S = 631_152_000  # 1990: the first Actiwatches were sold in the years after it; their clocks cannot be unset

OFF_WRIST = "epoch off the wrist: nothing was measured"
NO_SCORE = "epoch that the software did not score"


def add_rows(
    gathering: Gathering,
    columns: Mapping[str, Float64[np.ndarray, " n"]],
    *,
    starts: Int64[np.ndarray, " n"],
    epoch_s: int,
    device: str,
    source: str,
    sha256: str,
    clock: Clock = Clock.LOCAL,
) -> None:
    """Take the columns `activity`, `off_wrist`, those of `LIGHTS`, `wake` and `interval` (a code of the registry).

    All but `activity` may be absent. NaN is an empty cell. A light that is empty all along is a sensor that the watch
    does not have.
    """
    off = columns.get("off_wrist", np.full(len(starts), np.nan))
    worn = off != 1
    measured = {"actiwatch_counts": columns["activity"]}
    measured |= {name: columns[name] for name in LIGHTS if name in columns and np.isfinite(columns[name]).any()}
    scored = {"asleep": 1 - columns["wake"]} if "wake" in columns else {}
    scored |= {"rest_interval": columns["interval"]} if "interval" in columns else {}
    if "off_wrist" in columns:
        scored["on_body"] = 1 - off
    kept = {name: (values, worn, OFF_WRIST) for name, values in measured.items()}
    kept |= {name: (values, np.isfinite(values), NO_SCORE) for name, values in scored.items()}
    for name, (values, keep, reason) in kept.items():
        lost = len(keep) - int(keep.sum())
        gathering.report.keep(seen=lost, dropped=lost, reason=reason)
        add_epochs(
            gathering, name, starts=starts[keep], values=values[keep], epoch_s=epoch_s, device=device, source=source,
            sha256=sha256, clock=clock,
        )  # fmt: skip
