"""How a value looks in a sentence: by its unit, rounded as far as a watch is good for, and always with the unit."""

from datetime import date

MINUTES_PER_DAY, MINUTES_PER_HOUR = 1_440, 60
METRES_PER_KM = 1_000

# Unit -> decimals; others get three significant digits.
DECIMALS = {"steps": 0, "steps/min": 0, "kcal": 0, "beats/min": 1, "days": 0, "nights": 0, "MET": 2, "%": 1, "count": 0}
# Where the bare number says it.
SILENT = {"1", "count", "word"}


def shown(value: float | bool | str, unit: str) -> str:
    """Print a value.

    >>> shown(432.0, "min"), shown(10_432.4, "steps"), shown(1_395.0, "clock"), shown("2016-05-02", "date")
    ('7 h 12 min', '10,432 steps', '23:15', 'Mon 2 May 2016')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        if unit == "date":
            day = date.fromisoformat(value)
            return f"{day:%a} {day.day} {day:%b %Y}"
        return value
    if unit == "clock":
        minute = round(value) % MINUTES_PER_DAY
        return f"{minute // MINUTES_PER_HOUR:02d}:{minute % MINUTES_PER_HOUR:02d}"
    if unit == "min":
        return minutes_shown(value)
    if unit == "share":
        return f"{100 * value:.0f} %"
    if unit == "m" and abs(value) >= METRES_PER_KM:
        return f"{value / METRES_PER_KM:,.2f} km"
    number = number_shown(value, unit)
    if unit in ("days", "nights", "steps") and number in ("1", "-1"):
        unit = unit[:-1]
    return number if unit in SILENT else f"{number} {unit}"


def number_shown(value: float, unit: str) -> str:
    """The number alone."""
    if unit in DECIMALS:
        text = f"{value:,.{DECIMALS[unit]}f}"
    elif value == int(value) and abs(value) < 1e15:
        text = f"{value:,.0f}"
    else:
        text = f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.3g}"
    return text.removeprefix("-") if not text.strip("-0.,") else text  # never "-0"


def minutes_shown(value: float) -> str:
    """Minutes as hours and minutes from an hour on."""
    sign = "-" if round(value) < 0 else ""
    minutes = abs(round(value))
    if minutes < MINUTES_PER_HOUR:
        return f"{value:.1f} min" if abs(value) < 10 and value != round(value) else f"{sign}{minutes} min"
    hours, rest = divmod(minutes, MINUTES_PER_HOUR)
    return f"{sign}{hours} h {rest:02d} min" if rest else f"{sign}{hours} h"
