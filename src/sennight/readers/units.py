"""Units of source columns, and how a number in one becomes a number in the registry's.

One table, read top to bottom. A factor may also stand in the unit itself: `kcal/min x1000` is
kcal/min stored as whole thousandths. A unit that is not here is refused, with the nearest one named.
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches

from sennight.errors import ReadError
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
INCH_CM = 2.54  # exact (1959)
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
    # Amounts that only facts have.
    ("lb", "kg"): Conversion(scale=POUND_KG),
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
