"""Elements: what the events of an export's XML say, record by record."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sennight.errors import ReadError
from sennight.readers.apple_health.beats import MAX_BEATS, beat_seconds
from sennight.readers.apple_health.intake import Intake, Meaning, Sort, as_number
from sennight.readers.apple_health.quantities import SDNN
from sennight.readers.apple_health.stamps import stamp
from sennight.readers.guard import XmlEnd, XmlStart

ROOT = "HealthData"
ZONE_KEY, TYPED_KEY = "HKTimeZone", "HKWasUserEntered"
TYPED_IN = "typed in by hand"
# Elements that hold no minutes of ours, with what the report calls them.
COUNTED = {
    "Correlation": "correlations, whose records stand in the export themselves",
    "ClinicalRecord": "clinical records",
    "Audiogram": "audiograms",
    "VisionPrescription": "vision prescriptions",
}
_ELEMENT = re.compile(r"[A-Za-z]{1,40}")


@dataclass(kw_only=True)
class Elements:
    """Takes events and hands records to an `Intake`. Tells nothing apart by language: names are HealthKit's."""

    intake: Intake
    where: str
    workouts: int = 0
    birth: str = ""
    sex: str = ""
    rooted: bool = False
    _record: Mapping[str, str] | None = None
    _details: dict[str, str] = field(default_factory=dict)
    _beats: list[float] = field(default_factory=list)
    _workout: Mapping[str, str] | None = None

    def take(self, event: XmlStart | XmlEnd) -> None:
        """One event. Raises: ReadError if the root is not Apple's."""
        if isinstance(event, XmlEnd):
            if event.depth == 1 and self._record is not None:
                self._finish_record(self._record)
            if event.depth == 1 and self._workout is not None:
                self._place(stamp(self._workout.get("startDate", "")))
            if event.depth == 1:
                self.drop_open()
        elif event.depth == 0:
            if event.name != ROOT:
                raise ReadError("an XML file that is no Apple Health export", where=self.where)
            self.rooted = True
        elif event.depth == 1:
            self._begin(event)
        elif event.name == "MetadataEntry" and event.depth == 2:
            key = event.attributes.get("key", "")
            if key in (ZONE_KEY, TYPED_KEY):
                self._details[key] = event.attributes.get("value", "")
        elif event.name == "InstantaneousBeatsPerMinute" and len(self._beats) < MAX_BEATS:
            at = beat_seconds(event.attributes.get("time", ""))
            if at is not None:
                self._beats.append(at)

    def drop_open(self) -> bool:
        """Forget an element that has begun; was there one?"""
        was = self._record is not None
        self._record, self._workout = None, None
        self._details.clear()
        self._beats.clear()
        return was

    def meaning(self, attributes: Mapping[str, str]) -> Meaning:
        """What a record with these attributes becomes. "source" is how exports of 2015 and before named it."""
        return self.intake.meaning(
            type=attributes.get("type", ""),
            unit=attributes.get("unit", ""),
            source=attributes.get("sourceName", attributes.get("source", "")),
            version=attributes.get("sourceVersion", ""),
            device=attributes.get("device", ""),
        )

    def _begin(self, event: XmlStart) -> None:
        name, attributes = event.name, event.attributes
        if name == "Record":
            self._record = attributes
        elif name == "Workout":
            self.workouts += 1
            self._workout = attributes
        elif name == "ExportDate":
            at = stamp(attributes.get("value", ""))
            if at:
                self.intake.places.exported_utc, self.intake.places.exported_offset_s = at
        elif name == "Me":
            self.birth = attributes.get("HKCharacteristicTypeIdentifierDateOfBirth", "")
            self.sex = attributes.get("HKCharacteristicTypeIdentifierBiologicalSex", "")
        elif name == "ActivitySummary":
            self._summary(attributes)
        else:
            shown = name if _ELEMENT.fullmatch(name) else "of another name"
            self.intake.report.unknown[COUNTED.get(name, f"element {shown}")] += 1

    def _finish_record(self, record: Mapping[str, str]) -> None:
        meaning = self.meaning(record)
        start, stop = stamp(record.get("startDate", "")), stamp(record.get("endDate", ""))
        typed = self._details.get(TYPED_KEY) == "1" and meaning.sort in (Sort.STREAM, Sort.SLEEP)
        if typed:
            self.intake.report.keep(seen=1, dropped=1, reason=TYPED_IN)
            return
        self._place(start)
        self.intake.one(meaning, start=start, stop=stop, value=record.get("value", ""))
        if self._beats and stop and record.get("type") == SDNN and meaning.sort is Sort.STREAM:
            self.intake.heart_beats(meaning, stop=stop, beats_s=self._beats)

    def _place(self, start: tuple[int, int] | None) -> None:
        if start and ZONE_KEY in self._details:
            self.intake.places.mark(start[0], self._details[ZONE_KEY])

    def _summary(self, attributes: Mapping[str, str]) -> None:
        """Apple's own total of a day; the other rings have no fact of ours."""
        if "activeEnergyBurned" in attributes:
            self.intake.day_amount(
                "day_active_energy",
                day=attributes.get("dateComponents", ""),
                value=as_number(attributes["activeEnergyBurned"]),
                unit=attributes.get("activeEnergyBurnedUnit", ""),
            )
