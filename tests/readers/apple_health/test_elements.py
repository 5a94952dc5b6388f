"""Elements of an export: what is a record, what only counts, what is nobody's."""

import io
from collections.abc import Iterable

import pytest

from sennight.errors import ReadError
from sennight.readers.apple_health.elements import TYPED_IN, Elements
from sennight.readers.apple_health.intake import Intake
from sennight.readers.apple_health.places import Places
from sennight.readers.guard import xml_events
from sennight.readers.reader import ReadReport

HEART = (
    '<Record type="HKQuantityTypeIdentifierHeartRate" {source}="Watch" unit="count/min" '
    'startDate="2024-06-15 12:00:00 +0200" endDate="2024-06-15 12:00:00 +0200" value="61">{inside}</Record>'
)


def _taken(body: str, root: str = "HealthData") -> Elements:
    elements = Elements(intake=Intake(report=ReadReport(reader="x", source="x"), places=Places()), where="export.xml")
    for event in xml_events(io.BytesIO(f"<{root}>{body}</{root}>".encode())):
        elements.take(event)
    elements.intake.flush()
    return elements


def _totals(elements: Elements) -> Iterable[float]:
    return [float(store.take().total.sum()) for _, _, store, _ in elements.intake.streams()]


def test_a_record_with_details_is_a_record() -> None:
    inside = '<MetadataEntry key="HKMetadataKeyHeartRateMotionContext" value="1"/>'
    elements = _taken(HEART.format(source="sourceName", inside=inside))
    assert _totals(elements) == [61]


def test_the_source_of_early_exports_is_understood() -> None:
    elements = _taken(HEART.format(source="source", inside=""))
    assert [d.label for d, *_ in elements.intake.streams()] == ["Apple Watch"]


def test_what_was_typed_in_by_hand_is_no_measurement() -> None:
    elements = _taken(HEART.format(source="sourceName", inside='<MetadataEntry key="HKWasUserEntered" value="1"/>'))
    assert elements.intake.report.dropped == {TYPED_IN: 1}


def test_records_inside_a_correlation_stand_in_the_export_themselves() -> None:
    elements = _taken(f"<Correlation>{HEART.format(source='sourceName', inside='')}</Correlation>")
    assert elements.intake.report.records_seen == 0
    assert elements.intake.report.unknown == {"correlations, whose records stand in the export themselves": 1}


def test_new_elements_are_counted_and_never_fatal() -> None:
    """I-15, failure 30."""
    elements = _taken('<StateOfMind valence="1"/><StateOfMind/><a-b/><Audiogram/>')
    assert elements.intake.report.unknown == {"element StateOfMind": 2, "element of another name": 1, "audiograms": 1}


def test_workouts_are_counted_and_tell_the_zone() -> None:
    body = (
        '<ExportDate value="2024-07-01 12:00:00 +0200"/>'
        '<Workout startDate="2024-06-15 12:00:00 +0200"><MetadataEntry key="HKTimeZone" value="Europe/Rome"/></Workout>'
    )
    elements = _taken(body)
    assert elements.workouts == 1
    assert "Europe/Rome" in elements.intake.places.settle()


def test_the_person_and_the_rings_are_read() -> None:
    body = (
        '<Me HKCharacteristicTypeIdentifierDateOfBirth="1984-03-09" '
        'HKCharacteristicTypeIdentifierBiologicalSex="HKBiologicalSexFemale"/>'
        '<ActivitySummary dateComponents="2024-06-15" activeEnergyBurned="60" activeEnergyBurnedUnit="kcal"/>'
        "<ActivitySummary/>"
    )
    elements = _taken(body)
    assert (elements.birth, elements.sex) == ("1984-03-09", "HKBiologicalSexFemale")
    assert len(elements.intake.facts) == 1


def test_another_root_is_no_export() -> None:
    """Failure 31."""
    with pytest.raises(ReadError, match="no Apple Health export"):
        _taken("", root="ClinicalDocument")
