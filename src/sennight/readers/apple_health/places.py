"""Places: which local time it was, from the zones that single records name.

An export writes all its times with offsets of the phone's zone on the day of export, often one offset for all seasons
and journeys: the instants are right, the local times need not be. Records of sleep, workouts and others name their zone
(HKTimeZone). Near such a record its zone holds; elsewhere the zone that most of them name, if it fits the day of
export; else what is written.
"""

import zoneinfo
from collections import Counter
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from jaxtyping import Int32, Int64

from sennight.readers.minute_store import room
from sennight.readers.zones import offsets_of_utc

# A record's zone is believed this far around it: a day without one lies between two nights at home or two abroad.
NEAR_S = 36 * 3600
CHUNK = 1 << 16  # minutes whose zones are looked up at a time, which bounds the memory
QUARTER_S = 900
MAX_MARKS = 200_000  # a hundred years of nights and workouts; more would be memory


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


@dataclass(kw_only=True)
class Places:
    """Zones that records name, while an export is read."""

    exported_utc: int | None = None
    exported_offset_s: int = 0
    home: str | None = None
    """The zone the reader was told; otherwise found by `settle`."""
    _marks: dict[int, str] = field(default_factory=dict)

    def mark(self, utc: int, zone: str) -> bool:
        """Take note that a record of this instant names this zone; False if there is no such zone."""
        if zone not in _zones():
            return False
        if len(self._marks) < MAX_MARKS:
            self._marks[utc] = zone
        return True

    def settle(self) -> str:
        """Decide the rule, once all is read; says it in words."""
        if self.home is not None:
            return f"local times follow {self.home}, as asked; near a record that names another zone, that zone"
        named = Counter(self._marks.values())
        fitting = [zone for zone, _ in sorted(named.items(), key=lambda item: (-item[1], item[0])) if self._fits(zone)]
        if fitting:
            self.home = fitting[0]
            return (
                f"local times follow {self.home} (records that name it: {named[self.home]:,}; the day of export fits); "
                "near a record that names another zone, that zone"
            )
        if named:
            return "local times are as written; near a record that names its zone, that zone"
        return "local times are as written: an export may write all of them with the offset of the day of export"

    def offsets(self, utc: Int64[np.ndarray, " n"], written: Int32[np.ndarray, " n"]) -> Int32[np.ndarray, " n"]:
        """Local time minus UTC in seconds, at instants for which the export writes these offsets."""
        if self.home is None and not self._marks:
            return written
        zones = sorted({*self._marks.values(), *([self.home] if self.home else [])})
        marks = np.array(sorted(self._marks), dtype=np.int64)
        codes = np.array([zones.index(self._marks[int(m)]) for m in marks], dtype=np.int64)
        made = room(len(utc), np.int32)
        for begin in range(0, len(utc), CHUNK):
            here = slice(begin, begin + CHUNK)
            made[here] = self._some(utc[here], written[here], zones, marks, codes)
        return made

    def _some(
        self, utc: np.ndarray, written: np.ndarray, zones: list[str], marks: np.ndarray, codes: np.ndarray
    ) -> np.ndarray:
        at = np.full(len(utc), -1 if self.home is None else zones.index(self.home))
        if len(marks):
            right = np.clip(np.searchsorted(marks, utc), 0, len(marks) - 1)
            left = np.maximum(right - 1, 0)
            nearest = np.where(np.abs(marks[left] - utc) <= np.abs(marks[right] - utc), left, right)
            at = np.where(np.abs(marks[nearest] - utc) <= NEAR_S, codes[nearest], at)
        made = written.copy()
        for i in np.unique(at[at >= 0]).tolist():
            mine = at == i
            # No zone changes its clock between two quarters of an hour.
            quarters, which = np.unique(utc[mine] // QUARTER_S, return_inverse=True)
            made[mine] = offsets_of_utc(quarters * QUARTER_S, zones[i])[which]
        return made

    def _fits(self, zone: str) -> bool:
        if self.exported_utc is None:
            return False
        return int(offsets_of_utc(np.array([self.exported_utc]), zone)[0]) == self.exported_offset_s
