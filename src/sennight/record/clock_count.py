"""Which clocks recordings run on, and with which offsets: so that a person sees what was believed of their time."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from sennight.record.recording import Clock, Recording

_WORDS = {
    Clock.LOCAL: "local times of a zone that is not known",
    Clock.WEEKDAY: "weekdays and local times; the dates are placeholders",
}


@dataclass(kw_only=True)
class ClockCount:
    """Samples by clock and by UTC offset."""

    clocks: Counter[Clock] = field(default_factory=Counter)
    offsets: Counter[int] = field(default_factory=Counter)

    def add(self, recording: Recording) -> None:
        """Count the samples of a recording."""
        self.clocks[recording.clock] += len(recording.times_utc)
        if recording.clock is Clock.INSTANT and len(recording.utc_offset_s):
            shown, n = np.unique(recording.utc_offset_s, return_counts=True)
            self.offsets.update(dict(zip(shown.tolist(), n.tolist(), strict=True)))

    def __str__(self) -> str:
        told = []
        if self.offsets:
            names = [_offset(s) for s, _ in self.offsets.most_common()]
            told.append(f"instants with the UTC offset{'s' if len(names) > 1 else ''} {', '.join(names)}")
        told += [words for clock, words in _WORDS.items() if self.clocks[clock]]
        return "; ".join(told) or "none"


def _offset(seconds: int) -> str:
    hours, minutes = divmod(abs(seconds) // 60, 60)
    return f"{'-' if seconds < 0 else '+'}{hours:02d}:{minutes:02d}"
