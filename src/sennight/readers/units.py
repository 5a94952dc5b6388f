"""Units of source columns, and how a number in one becomes a number in the registry's.

One table, read top to bottom. A factor may also stand in the unit itself: `kcal/min x1000` is
kcal/min stored as whole thousandths. A unit that is not here is refused, with the nearest one named.

Vendors spell one unit in many ways (`count/min`, `{beats}/min`, `bpm`); `spelled` knows them, UCUM among them. A unit
that is not given at all is inferred from the range of the values where only one unit can be meant, which the report
then says, and refused elsewhere.
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
from jaxtyping import Float64

from sennight.errors import ReadError
from sennight.readers.reader import ReadReport
from sennight.record.channel import UNITS


@dataclass(frozen=True, kw_only=True)
class Conversion:
    """target = source * scale + offset."""

    scale: float = 1.0
    offset: float = 0.0


# What "x10" and the like may be: whole powers of ten that loggers use to store fractions as integers.
SCALE_FACTORS = (10, 100, 1_000)
_SCALED = re.compile(r"^(?P<unit>.+?) x(?P<factor>\d+)$")

POUND_KG = 0.45359237  # international avoirdupois pound, exact (1959)
STONE_KG = 14 * POUND_KG  # 14 pounds, exact
OUNCE_KG = POUND_KG / 16  # avoirdupois, exact
INCH_CM = 2.54  # exact (1959)
FOOT_M = 0.3048  # exact (1959)
YARD_M = 0.9144  # exact (1959)
MILE_M = 1_609.344  # exact (1959)
STANDARD_GRAVITY = 9.80665  # m/s^2, exact (CGPM 1901)
KCAL_KJ = 4.184  # thermochemical calorie, exact
GLUCOSE_MG_DL = 18.016  # mg/dL per mmol/L: molar mass of glucose 180.16 g/mol
CHOLESTEROL_MG_DL = 38.67  # mg/dL per mmol/L: molar mass 386.65 g/mol
TRIGLYCERIDES_MG_DL = 88.57  # mg/dL per mmol/L: triolein, 885.4 g/mol, the usual clinical factor
INSULIN_UU_ML = 1 / 6.0  # uU/mL per pmol/L, as NHANES lab files convert

CONVERSIONS: dict[tuple[str, str], Conversion] = {
    ("not binary", "binary"): Conversion(scale=-1.0, offset=1.0),  # 0 wear / 1 off becomes 1 worn / 0 off
    ("yes/no", "binary"): Conversion(),
    ("%", "share"): Conversion(scale=0.01),
    ("share", "%"): Conversion(scale=100.0),
    ("bpm", "beats/min"): Conversion(),
    ("1/min", "beats/min"): Conversion(),
    ("Hz", "beats/min"): Conversion(scale=60.0),
    ("1/min", "breaths/min"): Conversion(),
    ("Hz", "breaths/min"): Conversion(scale=60.0),
    ("steps/min", "1/min"): Conversion(),
    ("counts/s", "counts/min"): Conversion(scale=60.0),
    ("s", "ms"): Conversion(scale=1_000.0),
    ("s^2", "ms^2"): Conversion(scale=1_000_000.0),
    ("nS", "uS"): Conversion(scale=0.001),
    ("S", "uS"): Conversion(scale=1_000_000.0),
    ("K", "degC"): Conversion(offset=-273.15),
    ("degF", "degC"): Conversion(scale=5 / 9, offset=-160 / 9),
    ("klux", "lux"): Conversion(scale=1_000.0),
    ("mg gravity", "g"): Conversion(scale=0.001),
    ("m/s^2", "g"): Conversion(scale=1.0 / STANDARD_GRAVITY),
    ("cal/min", "kcal/min"): Conversion(scale=0.001),
    ("kcal/h", "kcal/min"): Conversion(scale=1.0 / 60),
    ("kJ/min", "kcal/min"): Conversion(scale=1.0 / KCAL_KJ),
    ("km/min", "m/min"): Conversion(scale=1_000.0),
    ("mile/min", "m/min"): Conversion(scale=MILE_M),
    ("mmol/L glucose", "mg/dL"): Conversion(scale=GLUCOSE_MG_DL),
    ("Cal/min", "kcal/min"): Conversion(),  # the large calorie of food labels is the kilocalorie
    ("J/min", "kcal/min"): Conversion(scale=0.001 / KCAL_KJ),
    ("m/s", "m/min"): Conversion(scale=60.0),
    ("km/h", "m/min"): Conversion(scale=1_000.0 / 60),
    ("mile/h", "m/min"): Conversion(scale=MILE_M / 60),
    ("cm/min", "m/min"): Conversion(scale=0.01),
    ("min", "ms"): Conversion(scale=60_000.0),
    ("us", "ms"): Conversion(scale=0.001),
    # Amounts over an interval, before they are spread over minutes.
    ("Cal", "kcal"): Conversion(),
    ("cal", "kcal"): Conversion(scale=0.001),
    ("kJ", "kcal"): Conversion(scale=1.0 / KCAL_KJ),
    ("J", "kcal"): Conversion(scale=0.001 / KCAL_KJ),
    ("cm", "m"): Conversion(scale=0.01),
    ("mm", "m"): Conversion(scale=0.001),
    ("ft", "m"): Conversion(scale=FOOT_M),
    ("yd", "m"): Conversion(scale=YARD_M),
    # Amounts that only facts have.
    ("lb", "kg"): Conversion(scale=POUND_KG),
    ("st", "kg"): Conversion(scale=STONE_KG),
    ("oz", "kg"): Conversion(scale=OUNCE_KG),
    ("g mass", "kg"): Conversion(scale=0.001),
    ("ft", "cm"): Conversion(scale=100 * FOOT_M),
    ("mm", "cm"): Conversion(scale=0.1),
    ("kPa", "mmHg"): Conversion(scale=1 / 0.133322387415),  # conventional millimetre of mercury
    ("day", "h"): Conversion(scale=24.0),
    ("h", "min"): Conversion(scale=60.0),
    ("day", "min"): Conversion(scale=1_440.0),
    ("ms", "min"): Conversion(scale=1.0 / 60_000),
    ("in", "cm"): Conversion(scale=INCH_CM),
    ("m", "cm"): Conversion(scale=100.0),
    ("km", "m"): Conversion(scale=1_000.0),
    ("mile", "m"): Conversion(scale=MILE_M),
    ("ms", "h"): Conversion(scale=1.0 / 3_600_000),
    ("s", "h"): Conversion(scale=1.0 / 3_600),
    ("min", "h"): Conversion(scale=1.0 / 60),
    ("s", "min"): Conversion(scale=1.0 / 60),
    ("mmol/L cholesterol", "mg/dL"): Conversion(scale=CHOLESTEROL_MG_DL),
    ("mmol/L triglycerides", "mg/dL"): Conversion(scale=TRIGLYCERIDES_MG_DL),
    ("pmol/L insulin", "uU/mL"): Conversion(scale=INSULIN_UU_ML),
    ("mL/kg/min", "ml/kg/min"): Conversion(),
    ("mmol/mol HbA1c", "%"): Conversion(scale=0.09148, offset=2.152),  # NGSP = 0.09148 * IFCC + 2.152 (ngsp.org)
}


def conversion(source: str, target: str) -> Conversion:
    """How numbers in unit `source` become numbers in unit `target`.

    >>> conversion("MET x10", "MET")
    Conversion(scale=0.1, offset=0.0)

    Raises: ReadError naming the nearest unit that converts to the target.
    """
    if source == target:
        return Conversion()
    if (source, target) in CONVERSIONS:
        return CONVERSIONS[source, target]
    scaled = _SCALED.match(source)
    if scaled and int(scaled["factor"]) in SCALE_FACTORS:
        inner = conversion(scaled["unit"], target)
        return Conversion(scale=inner.scale / int(scaled["factor"]), offset=inner.offset)
    usable = [target, *(s for s, t in CONVERSIONS if t == target), *(f"{target} x{f}" for f in SCALE_FACTORS)]
    folded = {u.casefold(): u for u in usable}
    near = get_close_matches(source.casefold(), sorted(folded), n=1, cutoff=0.4)
    known = source in UNITS or any(source in pair for pair in CONVERSIONS)
    raise ReadError(
        f"unit '{source}' cannot become {target}" if known else f"unit '{source}' is not known",
        todo=f"Did you mean '{folded[near[0]]}'? Usable here: {', '.join(usable)}."
        if near
        else f"Usable here: {', '.join(usable)}.",
    )


# --- spellings -------------------------------------------------------------------------------------------------------

# Source: UCUM 2.1 (case-sensitive codes), HealthKit unit strings, Open mHealth enumerations. `mmol/L` says nothing
# without its substance, `g` is a mass here and standard gravity in the registry, so neither is in this table.
_SPELLINGS: dict[str, tuple[str, ...]] = {
    "beats/min": ("bpm", "count/min", "{beats}/min", "{beat}/min", "beats/minute", "beats per minute"),
    "breaths/min": ("{breaths}/min", "{breath}/min", "breaths/minute", "br/min", "breaths per minute"),
    "1/min": ("/min", "steps/min", "{steps}/min", "{#}/min"),
    "count": ("{count}", "{steps}", "steps", "{#}", "{step}", "{score}"),
    "%": ("percent", "pct", "{%}"),
    "share": ("fraction",),
    "1": ("{ratio}", "ratio"),
    "degC": ("Cel", "C", "°C", "celsius", "degrees C", "deg C"),
    "degF": ("[degF]", "F", "°F", "fahrenheit", "deg F"),
    "ms": ("msec", "millisecond", "milliseconds"),
    "s": ("sec", "second", "seconds"),
    "min": ("minute", "minutes"),
    "h": ("hr", "hour", "hours"),
    "day": ("d", "days"),
    "us": ("microsecond", "microseconds"),
    "m": ("meter", "metre", "meters", "metres"),
    "km": ("kilometer", "kilometre", "kilometers"),
    "cm": ("centimeter", "centimeters", "Centimeters"),
    "mm": ("millimeter", "millimeters"),
    "mile": ("mi", "[mi_i]", "[mi_us]", "miles"),
    "ft": ("[ft_i]", "foot", "feet"),
    "yd": ("[yd_i]", "yard", "yards"),
    "in": ("[in_i]", "inch", "inches"),
    "kg": ("kilogram", "kilograms"),
    "lb": ("[lb_av]", "lbs", "pound", "pounds"),
    "st": ("[stone_av]", "stone"),
    "oz": ("[oz_av]", "ounce"),
    "kcal": ("Cal", "[Cal]", "kilocalorie", "kilocalories", "Kcal", "kCal"),
    "cal": ("cal_th", "[cal]"),
    "kJ": ("kilojoule", "kilojoules", "KJ"),
    "J": ("joule", "joules"),
    "kcal/min": ("Cal/min",),
    "mmHg": ("mm[Hg]", "mm Hg"),
    "kg/m^2": ("kg/m2",),
    "mg/dL": ("mg/dl", "MG/DL"),
    "uS": ("microsiemens", "µS", "μS"),
    "m/s": ("m/sec",),
    "km/h": ("km/hr", "kph"),
    "mile/h": ("mi/hr", "mph", "[mi_i]/h"),
    "mL/kg/min": ("mL/min/kg", "ml/kg/min", "mL/min·kg", "mL/(kg.min)", "mL/(min.kg)", "mL/kg/min"),
    "lux": ("lx",),
}  # fmt: skip
_CANONICAL = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings}


def spelled(unit: str) -> str:
    """The name that this table has for a unit as vendors and UCUM write it; a unit that nobody spells otherwise stays.

    Case counts: `cal` is a thousandth of `Cal`.

    >>> spelled("[lb_av]"), spelled("{beats}/min"), spelled("Cal"), spelled("cal")
    ('lb', 'beats/min', 'kcal', 'cal')
    """
    trimmed = unit.strip()
    return _CANONICAL.get(trimmed, trimmed)


# --- amounts ---------------------------------------------------------------------------------------------------------

# Time a distance: the slower, the larger. Not linear, so not in the table above.
_PACES = {("min/km", "m/min"): 1_000.0, ("min/mile", "m/min"): MILE_M, ("s/km", "m/min"): 60_000.0}

# Unit a column without one may be in -> where all of its values must lie, for targets whose ranges do not touch.
# SpO2 and glucose: the ranges of their channels. HRV: an RMSSD of a second or more is not a person's.
_RANGES: dict[str, tuple[tuple[str, float, float], ...]] = {
    "%": (("share", 0.5, 1.0), ("%", 50.0, 100.0)),
    "mg/dL": (("mmol/L glucose", 1.1, 33.3), ("mg/dL", 36.0, 600.0)),
    "ms": (("s", 0.001, 0.9), ("ms", 1.0, 1_000.0)),
    "degC": (("degC", 20.0, 45.0), ("degF", 68.0, 113.0), ("K", 293.0, 319.0)),
}


def convert(values: Float64[np.ndarray, " n"], source: str, target: str) -> Float64[np.ndarray, " n"]:
    """Numbers of one unit in another; paces (`min/km`) too, which are not proportional. NaN stays.

    >>> convert(np.array([5.0]), "min/km", "m/min").tolist()
    [200.0]

    Raises: ReadError as `conversion`.
    """
    source = spelled(source)
    if (source, target) in _PACES:
        with np.errstate(divide="ignore"):  # no time a kilometre is no pace: infinite, which no range holds
            return _PACES[source, target] / values
    rule = conversion(source, target)
    with np.errstate(over="ignore"):
        return values * rule.scale + rule.offset


def inferred_unit(values: Float64[np.ndarray, " n"], target: str) -> str:
    """The one unit in which all these numbers can be an amount that `target` measures.

    >>> inferred_unit(np.array([0.94, 0.98]), "%")
    'share'

    Raises: ReadError where several units fit, or none.
    """
    known = values[np.isfinite(values)]
    ranges = _RANGES.get(target, ()) if len(known) else ()
    fitting = [unit for unit, low, high in ranges if low <= known.min() and known.max() <= high]
    if len(fitting) != 1:
        raise ReadError(
            f"numbers without a unit that could be {' or '.join(fitting) or 'anything'}",
            todo=f"Name the unit of the source; it becomes {target}.",
        )
    return fitting[0]


def amounts(
    values: Float64[np.ndarray, " n"], unit: str, target: str, *, report: ReadReport
) -> Float64[np.ndarray, " n"]:
    """Numbers in `target`, with what was done about their unit in the report: converted, or inferred from their range.

    Raises: ReadError where the unit is not known, or not given and not plain from the values.
    """
    source = spelled(unit)
    if not source:
        source = inferred_unit(values, target)
        note = f"a unit was missing; by the range of all values it was taken as {source}"
        if note not in report.notes:
            report.notes.append(note)
    made = convert(values, source, target)
    if source != target:
        report.converted[f"{source} -> {target}"] += len(values)
    return made
