"""Codes and units of FHIR: LOINC to our channels and facts and back, and our units in UCUM.

What has no LOINC code (RMSSD, minutes of acceleration, ...) is written with a code of our own; what is read under a
code that is not here is counted and left.
Source: LOINC 2.78 (loinc.org), UCUM 2.1 (ucum.org), the FHIR vital-signs profiles.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
CHANNEL_SYSTEM = "urn:sennight:channel"
FACT_SYSTEM = "urn:sennight:fact"
PERSON_SYSTEM = "urn:sennight:person"
CATEGORY_SYSTEM = "http://terminology.hl7.org/CodeSystem/observation-category"


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """What a code says: a channel or a fact of ours, `own` if it is a code of our own.

    `units` are spellings that mean something else elsewhere.
    """

    to: str
    fact: bool = False
    own: bool = False
    units: Mapping[str, str] = field(default_factory=dict)


_GLUCOSE = {"mmol/L": "mmol/L glucose"}
_CHOLESTEROL = {"mmol/L": "mmol/L cholesterol"}
_TRIGLYCERIDES = {"mmol/L": "mmol/L triglycerides"}
_HBA1C = {"mmol/mol": "mmol/mol HbA1c"}
_MASS = {"g": "g mass"}


def _stream(to: str, units: Mapping[str, str] | None = None) -> Meaning:
    return Meaning(to=to, units=units or {})


def _fact(to: str, units: Mapping[str, str] | None = None) -> Meaning:
    return Meaning(to=to, fact=True, units=units or {})


# LOINC code -> meaning. Codes of one quantity in different specimens or by different methods are one meaning.
LOINC_CODES: Mapping[str, Meaning] = {
    "8867-4": _stream("heart_rate"),
    "59408-5": _stream("spo2"),
    "2708-6": _stream("spo2"),
    "9279-1": _stream("respiration_rate"),
    "80404-7": _stream("sdnn_untrimmed"),
    "55423-8": _stream("steps"),
    "55430-3": _stream("distance"),
    "41981-2": _stream("energy"),
    "2339-0": _stream("glucose", _GLUCOSE),
    "2345-7": _stream("glucose", _GLUCOSE),
    "15074-8": _stream("glucose", _GLUCOSE),
    "41653-7": _stream("glucose", _GLUCOSE),
    "99504-3": _stream("glucose", _GLUCOSE),
    "14745-4": _stream("glucose", _GLUCOSE),
    "41950-7": _fact("day_steps"),
    "41953-1": _fact("day_distance"),
    "40443-4": _fact("resting_heart_rate"),
    "93832-4": _fact("minutes_asleep"),
    "93831-6": _fact("minutes_deep"),
    "93830-8": _fact("minutes_light"),
    "93829-0": _fact("minutes_rem"),
    "29463-7": _fact("weight_kg", _MASS),
    "3141-9": _fact("weight_kg", _MASS),
    "8302-2": _fact("height_cm"),
    "39156-5": _fact("bmi"),
    "41982-0": _fact("body_fat_pct"),
    "8280-0": _fact("waist_cm"),
    "8310-5": _fact("body_temperature"),
    "8480-6": _fact("sbp"),
    "8462-4": _fact("dbp"),
    "94122-9": _fact("vo2max"),
    "4548-4": _fact("hba1c", _HBA1C),
    "17856-6": _fact("hba1c", _HBA1C),
    "59261-8": _fact("hba1c", _HBA1C),
    "1558-6": _fact("fasting_glucose", _GLUCOSE),
    "14771-0": _fact("fasting_glucose", _GLUCOSE),
    "2093-3": _fact("total_chol", _CHOLESTEROL),
    "14647-2": _fact("total_chol", _CHOLESTEROL),
    "2085-9": _fact("hdl", _CHOLESTEROL),
    "14646-4": _fact("hdl", _CHOLESTEROL),
    "13457-7": _fact("ldl", _CHOLESTEROL),
    "18262-6": _fact("ldl", _CHOLESTEROL),
    "2089-1": _fact("ldl", _CHOLESTEROL),
    "22748-8": _fact("ldl", _CHOLESTEROL),
    "2571-8": _fact("triglycerides", _TRIGLYCERIDES),
    "14927-8": _fact("triglycerides", _TRIGLYCERIDES),
}

# Panels whose values stand in their components; the panel itself has none.
PANELS = frozenset({"85354-9", "85353-1", "35094-2", "55417-0"})


@dataclass(frozen=True, kw_only=True)
class Written:
    """How one of ours is written: a LOINC code if there is one, its words, and the category."""

    code: str
    display: str
    category: str


# Ours -> the code it is written with.
WRITTEN: Mapping[str, Written] = {
    name: Written(code=code, display=display, category=category)
    for name, code, category, display in (
        ("heart_rate", "8867-4", "vital-signs", "Heart rate"),
        ("spo2", "59408-5", "vital-signs", "Oxygen saturation in Arterial blood by Pulse oximetry"),
        ("respiration_rate", "9279-1", "vital-signs", "Respiratory rate"),
        ("sdnn_untrimmed", "80404-7", "vital-signs", "R-R interval.standard deviation (Heart rate variability)"),
        ("steps", "55423-8", "activity", "Number of steps in unspecified time Pedometer"),
        ("distance", "55430-3", "activity", "Walking distance unspecified time Pedometer"),
        ("energy", "41981-2", "activity", "Calories burned"),
        ("glucose", "99504-3", "laboratory", "Glucose [Mass/volume] in Interstitial fluid"),
        ("day_steps", "41950-7", "activity", "Number of steps in 24 hour Measured"),
        ("day_distance", "41953-1", "activity", "Walking distance 24 hour Calculated"),
        ("resting_heart_rate", "40443-4", "vital-signs", "Heart rate --resting"),
        ("minutes_asleep", "93832-4", "activity", "Sleep duration"),
        ("minutes_deep", "93831-6", "activity", "Deep sleep duration"),
        ("minutes_light", "93830-8", "activity", "Light sleep duration"),
        ("minutes_rem", "93829-0", "activity", "REM sleep duration"),
        ("weight_kg", "29463-7", "vital-signs", "Body weight"),
        ("height_cm", "8302-2", "vital-signs", "Body height"),
        ("bmi", "39156-5", "vital-signs", "Body mass index (BMI) [Ratio]"),
        ("body_fat_pct", "41982-0", "exam", "Percentage of body fat Measured"),
        ("waist_cm", "8280-0", "exam", "Waist Circumference at umbilicus by Tape measure"),
        ("body_temperature", "8310-5", "vital-signs", "Body temperature"),
        ("sbp", "8480-6", "vital-signs", "Systolic blood pressure"),
        ("dbp", "8462-4", "vital-signs", "Diastolic blood pressure"),
        ("hba1c", "4548-4", "laboratory", "Hemoglobin A1c/Hemoglobin.total in Blood"),
        ("fasting_glucose", "1558-6", "laboratory", "Fasting glucose [Mass/volume] in Serum or Plasma"),
        ("total_chol", "2093-3", "laboratory", "Cholesterol [Mass/volume] in Serum or Plasma"),
        ("hdl", "2085-9", "laboratory", "Cholesterol in HDL [Mass/volume] in Serum or Plasma"),
        ("ldl", "13457-7", "laboratory", "Cholesterol in LDL [Mass/volume] in Serum or Plasma by calculation"),
        ("triglycerides", "2571-8", "laboratory", "Triglyceride [Mass/volume] in Serum or Plasma"),
    )
}

# Our unit -> UCUM; what counts something of ours is an annotation in braces, which UCUM reads as 1.
UCUM_OF: Mapping[str, str] = {
    "1": "1", "share": "1", "ratio": "1", "%": "%", "binary": "1", "yes/no": "1", "level": "{level}",
    "count": "{count}", "points": "{points}", "code": "{code}", "1/min": "/min", "counts/min": "{counts}/min",
    "beats/min": "/min", "breaths/min": "/min", "ms": "ms", "ms^2": "ms2", "uS": "uS", "degC": "Cel", "lux": "lx",
    "mg/dL": "mg/dL", "kcal/min": "kcal/min", "kcal": "kcal", "MET": "[MET]", "g": "[g]", "MIMS/min": "{MIMS}/min",
    "m/min": "m/min", "m": "m", "kg": "kg", "cm": "cm", "kg/m^2": "kg/m2", "mmHg": "mm[Hg]", "min": "min", "h": "h",
    "years": "a", "days": "d", "deg": "deg", "ml/kg/min": "mL/kg/min", "mL/kg/min": "mL/kg/min", "g/dL": "g/dL",
    "ng/mL": "ng/mL", "U/L": "U/L", "nmol/L": "nmol/L", "uU/mL": "u[IU]/mL", "mg/g": "mg/g",
}  # fmt: skip


def ucum(unit: str) -> str:
    """Our unit in UCUM; one that it does not have as an annotation.

    >>> ucum("degC"), ucum("scaled 0-255")
    ('Cel', '{scaled_0-255}')
    """
    if unit in UCUM_OF:
        return UCUM_OF[unit]
    return "{" + "".join(c if (c.isascii() and c.isalnum()) or c in "-./" else "_" for c in unit) + "}"
