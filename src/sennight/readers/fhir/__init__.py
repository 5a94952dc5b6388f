"""FHIR: Observations in Bundles, single resources and NDJSON (bulk export), of R4, R4B and R5.

Of patients and devices nothing is read but what tells them apart. Resources of other kinds are counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sennight.errors import ReadError
from sennight.readers.fhir.codes import PERSON_SYSTEM
from sennight.readers.fhir.observation import Observations
from sennight.readers.guard import Member, members
from sennight.readers.json_items import json_items
from sennight.readers.measurements import Measurements
from sennight.readers.reader import Reading, ReadReport
from sennight.record import Fact, Facts

__all__ = ["READER", "FhirReader"]

NOTHING = "FHIR resources without an Observation that is known"
_HEAD = 16_384
_LOOKED_INTO = 40
_ENDINGS = (".json", ".ndjson", ".jsonl", ".txt")


class FhirReader:
    """The reader of FHIR Observations."""

    name = "fhir"
    title = "FHIR Observations (Bundle, NDJSON)"

    def claims(self, path: Path) -> bool:
        """Is there a Bundle or an Observation?"""
        try:
            return bool(_files(members(path), most=_LOOKED_INTO))
        except (ReadError, OSError, ValueError):
            return False

    def read(self, path: Path) -> Reading:
        """Read it. Raises: ReadError if no Observation is there or readable."""
        found = members(path)
        files = _files(found, most=len(found))
        if not files:
            raise ReadError("no FHIR resource is there", where=str(path), todo="Expected a Bundle or Observations.")
        report = ReadReport(reader=self.name, source=str(path), files=len(files), bytes_read=sum(m.size for m in files))
        report.unknown.update(f"file {m.basename[:80]}" for m in found if m not in files)
        made = Measurements(reader=self.name, source=path, single=len(found) == 1 and path.is_file(), report=report)
        bundle = _Resources(to=Observations(made=made, report=report, own_facts=[]), report=report)
        for member in files:
            bundle.read_file(member)
        return bundle.reading()


READER = FhirReader()


def _files(found: Sequence[Member], *, most: int) -> list[Member]:
    texts = [m for m in found if m.size and m.basename.lower().endswith(_ENDINGS)]
    return [m for m in texts[:most] if _begins_right(m.head(_HEAD))]


def _begins_right(head: bytes) -> bool:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start.startswith((b"{", b"[")) or b'"resourceType"' not in head:
        return False
    compact = start.translate(None, b" \t\r\n")
    return any(b'"resourceType":"%b"' % kind in compact for kind in (b"Bundle", b"Observation", b"Patient", b"Device"))


@dataclass(kw_only=True)
class _Resources:
    """What has been found: observations on their way, names of patients and devices."""

    to: Observations
    report: ReadReport
    names: dict[str, str] = field(default_factory=dict)

    def read_file(self, member: Member) -> None:
        """All resources of a file; what comes before damage is kept and the damage named."""
        taken = False
        try:
            for item in json_items(member, lists=("entry",)):
                taken = True
                self._take(item.value, member)
        except ReadError as error:
            (self.report.cut_short if taken else self.report.failed)[member.name] = error.what

    def _take(self, value: object, member: Member) -> None:
        if not isinstance(value, dict):
            self.report.unknown["value that is no resource"] += 1
            return
        # An entry of a bundle wraps its resource.
        url, resource = "", value
        if "resourceType" not in value and isinstance(value.get("resource"), dict):
            url, resource = str(value.get("fullUrl", ""))[:300], value["resource"]
        kind = resource.get("resourceType")
        if kind == "Observation":
            self.to.take(resource, member)
        elif kind in ("Patient", "Device"):
            self._name(kind, url, resource)
        elif kind != "Bundle" or resource.get("entry"):
            self.report.unknown[f"resource {str(kind)[:60]}"] += 1

    def _name(self, kind: str, url: str, resource: Mapping[str, Any]) -> None:
        """How references to this patient or device are to be read."""
        name = _own_name(resource) if kind == "Patient" else _device_name(resource)
        identity = resource.get("id")
        for reference in (url, f"{kind}/{identity}" if isinstance(identity, str) else ""):
            if reference:
                self.names[reference] = name or (identity[:64] if isinstance(identity, str) else reference)

    def reading(self) -> Reading:
        """Everything together. Raises: ReadError if there is nothing."""
        own = self.to.own_facts
        try:
            made = self.to.made.reading(nothing=NOTHING, names=self.names)
        except ReadError:
            if not own:
                raise
            return replace(_empty(self.report), facts=self._own(own))
        return replace(made, facts=made.facts.merged(self._own(own))) if own else made

    def _own(self, own: Sequence[tuple[str, Fact]]) -> Facts:
        """Facts that only our own codes name; of a name that comes in two units the first stays."""
        units: dict[str, str] = {}
        kept = []
        for person, fact in own:
            if units.setdefault(fact.name, fact.unit) == fact.unit:
                kept.append(fact._replace(person=self.to.made.id_of(person, self.names)))
        return Facts.from_rows(kept)


def _empty(report: ReadReport) -> Reading:
    return Reading(people=iter(()), facts=Facts.none(), report=report, n_people=0, personal=True)


def _own_name(patient: Mapping[str, Any]) -> str:
    """The name that we gave the person, if this is a bundle of ours; names of people are not looked at."""
    listed = patient.get("identifier")
    for identifier in listed if isinstance(listed, list) else []:
        if isinstance(identifier, dict) and identifier.get("system") == PERSON_SYSTEM:
            return str(identifier.get("value", ""))[:200]
    return ""


def _device_name(device: Mapping[str, Any]) -> str:
    """The model of a device, never its serial number."""
    for key in ("deviceName", "name"):
        listed = device.get(key)
        first = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], dict) else {}
        name = first.get("name") or first.get("value")
        if isinstance(name, str):
            return " ".join(name.split())[:60]
    return str(device.get("displayName", "") or device.get("modelNumber", ""))[:60]
