"""HealthKit's types and units, each of them in the table."""

import numpy as np
import pytest

from sennight.readers.apple_health.quantities import PREFIX, QUANTITIES, Becomes, change_of
from sennight.readers.personal import DAY_AMOUNTS
from sennight.record import channel


@pytest.mark.parametrize(
    ("type", "unit", "written", "ours"),
    [
        ("ActiveEnergyBurned", "kcal", 2.0, 2.0),
        ("ActiveEnergyBurned", "Cal", 2.0, 2.0),
        ("ActiveEnergyBurned", "cal", 2_000.0, 2.0),
        ("ActiveEnergyBurned", "kJ", 8.368, 2.0),
        ("BasalEnergyBurned", "J", 8_368.0, 2.0),
        ("DistanceWalkingRunning", "km", 0.5, 500.0),
        ("DistanceWalkingRunning", "mi", 1.0, 1_609.344),
        ("DistanceWalkingRunning", "ft", 10.0, 3.048),
        ("DistanceWalkingRunning", "yd", 10.0, 9.144),
        ("DistanceWalkingRunning", "m", 3.0, 3.0),
        ("StepCount", "count", 7.0, 7.0),
        ("HeartRate", "count/min", 61.0, 61.0),
        ("HeartRate", "count/s", 1.0, 60.0),
        ("RespiratoryRate", "count/min", 14.0, 14.0),
        ("RespiratoryRate", "count/s", 0.25, 15.0),
        ("HeartRateVariabilitySDNN", "ms", 50.0, 50.0),
        ("HeartRateVariabilitySDNN", "s", 0.05, 50.0),
        ("OxygenSaturation", "%", 0.97, 97.0),
        ("OxygenSaturation", "%", 97.0, 97.0),
        ("BodyFatPercentage", "%", 0.2, 20.0),
        ("BloodGlucose", "mg/dL", 90.0, 90.0),
        ("BloodGlucose", "mmol<180.1558800000541>/L", 5.0, 90.08),
        ("BodyMass", "lb", 100.0, 45.359237),
        ("BodyMass", "st", 10.0, 63.5029318),
        ("BodyMass", "g", 70_000.0, 70.0),
        ("Height", "ft", 6.0, 182.88),
        ("Height", "m", 1.8, 180.0),
        ("BodyMassIndex", "count", 22.5, 22.5),
        ("VO2Max", "mL/min·kg", 40.0, 40.0),
        ("AppleSleepingWristTemperature", "degF", 95.0, 35.0),
        ("RestingHeartRate", "count/min", 55.0, 55.0),
    ],
)
def test_a_value_in_apples_unit_becomes_one_in_ours(type: str, unit: str, written: float, ours: float) -> None:
    """Failure 4 and T-10."""
    change = change_of(QUANTITIES[PREFIX + type], unit)
    assert change
    np.testing.assert_allclose(change.apply(np.array([written])), [ours], rtol=1e-9)
    assert bool(change.label) == (written != ours or type == "OxygenSaturation")


@pytest.mark.parametrize(
    ("type", "unit"),
    [
        ("ActiveEnergyBurned", ""),
        ("StepCount", "km"),
        ("HeartRate", "ms"),
        ("OxygenSaturation", "mmHg"),
        ("BodyMass", "?"),
    ],
)
def test_a_unit_that_is_missing_or_wrong_is_not_guessed(type: str, unit: str) -> None:
    assert change_of(QUANTITIES[PREFIX + type], unit) is None


def test_sdnn_stays_sdnn() -> None:
    """T-11: never RMSSD; the mean heart rate while walking is not the resting one."""
    assert QUANTITIES[PREFIX + "HeartRateVariabilitySDNN"].name == "sdnn_untrimmed"
    assert PREFIX + "WalkingHeartRateAverage" not in QUANTITIES


def test_every_quantity_has_a_place() -> None:
    for quantity in QUANTITIES.values():
        if quantity.becomes is Becomes.FACT:
            assert DAY_AMOUNTS[quantity.name][0] == quantity.unit
        else:
            assert channel(quantity.name).unit.removesuffix("/min") in (
                quantity.unit,
                quantity.unit.removesuffix("/min"),
                "1",
            )
