"""Quantities: which HealthKit types become channels or facts, and how their units become ours.

One table. HealthKit's unit strings follow the phone's region (kJ in Australia, miles in the USA), so a value without
its unit is not believed. Percentages are fractions of one ("0.97" with unit "%"); some apps write 97 instead.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Float64

from sennight.errors import ReadError
from sennight.readers.personal import DAY_AMOUNTS
from sennight.readers.units import conversion, spelled
from sennight.record import channel


class Becomes(StrEnum):
    """What a record of a type is turned into."""

    SAMPLE = "sample"  # of a channel, at the record's start
    AMOUNT = "amount"  # of a channel, spread over the record's minutes
    FACT = "fact"  # of the record's local day


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """One HealthKit type: what it becomes, under which name, in which unit."""

    becomes: Becomes
    name: str
    unit: str
    fraction: bool = False
    """Does Apple write percentages of it as fractions of one?"""


def _sample(name: str, *, fraction: bool = False) -> Quantity:
    return Quantity(becomes=Becomes.SAMPLE, name=name, unit=channel(name).unit, fraction=fraction)


def _amount(name: str, unit: str) -> Quantity:
    return Quantity(becomes=Becomes.AMOUNT, name=name, unit=unit)


def _fact(name: str, *, fraction: bool = False) -> Quantity:
    return Quantity(becomes=Becomes.FACT, name=name, unit=DAY_AMOUNTS[name][0], fraction=fraction)


PREFIX = "HKQuantityTypeIdentifier"
SLEEP = "HKCategoryTypeIdentifierSleepAnalysis"
SDNN = PREFIX + "HeartRateVariabilitySDNN"
QUANTITIES: dict[str, Quantity] = {
    PREFIX + name: quantity
    for name, quantity in {
        "HeartRate": _sample("heart_rate"),
        "OxygenSaturation": _sample("spo2", fraction=True),
        "RespiratoryRate": _sample("respiration_rate"),
        "HeartRateVariabilitySDNN": _sample("sdnn_untrimmed"),
        "BloodGlucose": _sample("glucose"),
        "StepCount": _amount("steps", "count"),
        "DistanceWalkingRunning": _amount("distance", "m"),
        "ActiveEnergyBurned": _amount("active_energy", "kcal"),
        "BasalEnergyBurned": _amount("basal_energy", "kcal"),
        "RestingHeartRate": _fact("resting_heart_rate"),
        "BodyMass": _fact("weight_kg"),
        "Height": _fact("height_cm"),
        "BodyMassIndex": _fact("bmi"),
        "BodyFatPercentage": _fact("body_fat_pct", fraction=True),
        "VO2Max": _fact("vo2max"),
        "AppleSleepingWristTemperature": _fact("night_skin_temperature"),
    }.items()
}
# HealthKit's spelling -> ours, where the table of units cannot know it.
_SPELLINGS = {
    ("count/min", "breaths/min"): "1/min",
    ("count/s", "beats/min"): "Hz",
    ("count/s", "breaths/min"): "Hz",
    ("count", "kg/m^2"): "kg/m^2",
    ("g", "kg"): "g mass",
    ("mL/min·kg", "mL/kg/min"): "mL/kg/min",
    ("ml/min·kg", "mL/kg/min"): "mL/kg/min",
    ("ml/(kg*min)", "mL/kg/min"): "mL/kg/min",
    ("mL/(kg*min)", "mL/kg/min"): "mL/kg/min",
}
_GLUCOSE_MOLAR = ("mmol<180", "mmol/L")  # HealthKit writes the molar mass into the unit


@dataclass(frozen=True, kw_only=True)
class Change:
    """How numbers of a source unit become numbers of ours; `label` is empty where nothing changes."""

    scale: float = 1.0
    shift: float = 0.0
    fraction: bool = False
    label: str = ""

    def apply(self, values: Float64[np.ndarray, " n"]) -> Float64[np.ndarray, " n"]:
        """The numbers in our unit. Of percentages, what is at most one is a fraction."""
        with np.errstate(over="ignore", invalid="ignore"):
            if self.fraction:
                return np.where(values <= 1.0, values * 100.0, values)
            return values * self.scale + self.shift


def change_of(quantity: Quantity, unit: str) -> Change | None:
    """The change from HealthKit's unit string, None if the unit is missing or is none of this quantity.

    >>> change_of(QUANTITIES["HKQuantityTypeIdentifierActiveEnergyBurned"], "cal").scale
    0.001
    """
    if not unit:
        return None
    if quantity.fraction:
        return Change(fraction=True, label="share -> %") if unit == "%" else None
    source = _SPELLINGS.get((unit, quantity.unit), spelled(unit))
    if quantity.unit == "mg/dL" and unit.startswith(_GLUCOSE_MOLAR):
        source = "mmol/L glucose"
    try:
        rule = conversion(source, quantity.unit)
    except ReadError:
        return None
    same = rule.scale == 1.0 and rule.offset == 0.0
    return Change(scale=rule.scale, shift=rule.offset, label="" if same else f"{unit} -> {quantity.unit}")
