"""Names behind the numbers of FIT files: messages, fields, devices.

From the tables of fitdecode, which follow the public FIT profile; a number that is not in them stays a number. Only
names are taken, never a serial number. The tables are loaded when the first name is asked for.
"""

from functools import cache
from types import ModuleType

GARMIN_MAKERS = (1, 13, 15)  # garmin, dynastream_oem, dynastream: their products are in Garmin's list
_SPELLED = {
    "garmin": "Garmin", "wahoo_fitness": "Wahoo", "zwift": "Zwift", "strava": "Strava", "coros": "Coros",
    "stryd": "Stryd", "dynastream": "Dynastream", "polar_electro": "Polar", "suunto": "Suunto",
}  # fmt: skip
# file_id.type; those that are plain settings are named so that a refusal can say what it saw.
FILE_TYPES = {
    1: "a device", 2: "settings", 3: "a sport's settings", 4: "an activity", 5: "a workout", 6: "a course",
    7: "a schedule", 9: "weights", 10: "totals", 11: "goals", 14: "blood pressure", 15: "monitoring",
    20: "an activity's summary", 28: "daily monitoring", 32: "monitoring", 34: "a segment", 35: "a list of segments",
    44: "metrics", 49: "sleep", 68: "heart rate variability",
}  # fmt: skip


@cache
def _profile() -> ModuleType:
    import fitdecode.profile  # half a megabyte of tables

    return fitdecode.profile


@cache
def message_name(number: int) -> str:
    """What the messages of a number hold.

    >>> message_name(20), message_name(65_280)
    ('record', 'number 65280')
    """
    known = _profile().MESSAGE_TYPES.get(number)
    return str(known.name) if known else f"number {number}"


@cache
def field_name(message: int, number: int) -> str:
    """The name of a field of a message."""
    known = _profile().MESSAGE_TYPES.get(message)
    here = known.fields.get(number) if known else None
    return str(here.name) if here else f"field {number}"


def _enumerated(kind: str, number: int) -> str:
    return str((_profile().FIELD_TYPES[kind].enum or {}).get(number, ""))


def device_name(*, maker: int, product: int, product_name: str) -> str:
    """Maker and model, as far as they are known (-1 and "" where not); "FIT device" if nothing is.

    >>> device_name(maker=1, product=2697, product_name="")
    'Garmin fenix5'
    """
    written = _enumerated("manufacturer", maker)
    brand = _SPELLED.get(written, written.replace("_", " "))
    model = product_name
    if not model and maker in GARMIN_MAKERS:
        model = _enumerated("garmin_product", product).replace("_", " ")
    if brand and model.casefold().startswith(brand.casefold()):
        brand = ""
    return " ".join(part for part in (brand, model) if part) or "FIT device"
