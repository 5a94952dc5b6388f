"""Beats: the intervals between heart beats that a device gives, as recordings of heart rate and HRV by minute.

One place for every reader that meets beats (Empatica, Holter, instantaneous beats of a watch), so that the same
artefact rule and the same windows stand behind one channel. What HRV says at a minute looks back five minutes.
"""

from dataclasses import replace

import numpy as np

from sennight.readers.dating import dated
from sennight.readers.gathering import Gathering
from sennight.readers.reader import ReadReport
from sennight.record import Clock, Recording
from sennight.signals.hrv import WINDOW_S, Artefacts, Intervals, by_window, heart_rate_by_minute

ARTEFACT = "heart beat that its neighbours do not bear out"
RULE = (
    f"HRV at a minute looks back {WINDOW_S // 60} minutes over the beats that the rule {Artefacts.MALIK_1989} "
    "believes; sdnn is that of the intervals between their 5th and 95th percentile"
)


def beat_recordings(
    intervals: Intervals,
    *,
    person: str,
    device: str,
    source: str,
    report: ReadReport,
    clock: Clock,
    offset_s: int = 0,
    sha256: str = "",
    rate: bool = True,
) -> tuple[Recording, ...]:
    """HRV by minute and, unless `rate` is False, heart rate by minute; empty if there are no beats.

    Counts every interval into `report`; the minutes made of them are counted by nobody a second time.
    """
    believed = dated(intervals.at_s, report=report)
    intervals = replace(
        intervals,
        at_s=intervals.at_s[believed],
        rr_ms=intervals.rr_ms[believed],
        # Times ascend, so that what is left out stands at the ends: only the first can have lost its neighbour.
        touches=intervals.touches[believed] & (np.arange(int(believed.sum())) > 0),
    )
    seen = len(intervals.rr_ms) + intervals.n_artefacts
    report.keep(seen=seen, dropped=intervals.n_artefacts, reason=ARTEFACT)
    if not len(intervals.rr_ms):
        return ()
    if RULE not in report.notes:
        report.notes.append(RULE)
    minutes = Gathering(person=person, report=ReadReport(reader=report.reader, source=source))
    windows = by_window(intervals)
    found = {name: (windows.known_s, values) for name, values in windows.values.items()}
    if rate:
        found["heart_rate"] = heart_rate_by_minute(intervals)
    for name, (utc, values) in found.items():
        # Too few beats to tell is not measured; it is no reason that a device gave.
        known = ~np.isnan(values)
        minutes.add(
            name,
            utc=utc[known],
            values=values[known],
            device=device,
            source=source,
            offset_s=offset_s,
            clock=clock,
            sha256=sha256,
        )
    report.devices[device] += len(intervals.rr_ms)
    return minutes.recordings()
