"""Conversions of units, by known pairs, and the refusal of what is not known."""

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.reader import ReadReport
from sennight.readers.units import CONVERSIONS, amounts, conversion, convert, inferred_unit, spelled
from sennight.record import CHANNELS


@pytest.mark.parametrize(
    ("source", "target", "value", "expected"),
    [
        ("degF", "degC", 98.6, 37.0),
        ("lb", "kg", 220.462, 100.0),
        ("in", "cm", 70, 177.8),
        ("mmol/L glucose", "mg/dL", 5.55, 99.99),
        ("mmol/L cholesterol", "mg/dL", 5.17, 199.92),
        ("mmol/mol HbA1c", "%", 48, 6.54),
        ("not binary", "binary", 1, 0),
        ("m/s^2", "g", 9.80665, 1),
        ("MET x10", "MET", 14, 1.4),
        ("kcal/min x1000", "kcal/min", 1218, 1.218),
        ("kcal/h x100", "kcal/min", 12_000, 2),
        ("ms", "h", 31_260_000, 8.6833),
    ],
)
def test_known_pairs_convert(source: str, target: str, value: float, expected: float) -> None:
    rule = conversion(source, target)
    assert value * rule.scale + rule.offset == pytest.approx(expected, rel=1e-3)


def test_every_channel_takes_its_own_unit() -> None:
    for channel in CHANNELS.values():
        assert (conversion(channel.unit, channel.unit).scale, conversion(channel.unit, channel.unit).offset) == (1, 0)


def test_an_unknown_unit_names_the_nearest() -> None:
    with pytest.raises(ReadError) as error:
        conversion("mmol/L", "mg/dL")
    assert "not known" in error.value.what
    assert "'mmol/L glucose'" in error.value.todo


def test_a_known_unit_of_something_else_is_refused() -> None:
    with pytest.raises(ReadError, match="cannot become beats/min"):
        conversion("degC", "beats/min")


@pytest.mark.parametrize("factor", [0, 7, 10_000])
def test_a_factor_that_nobody_uses_is_refused(factor: int) -> None:
    with pytest.raises(ReadError):
        conversion(f"MET x{factor}", "MET")


def test_there_and_back_is_the_same_number() -> None:
    for source, target in CONVERSIONS:
        if (target, source) in CONVERSIONS:
            there, back = conversion(source, target), conversion(target, source)
            assert (7.0 * there.scale + there.offset) * back.scale + back.offset == pytest.approx(7.0)


# --- T-10: the table of units ---------------------------------------------------------------------------------------

# Value and unit as a vendor writes them, the unit we keep, and the exact number. Source of the exact factors: SI
# brochure, 9th edition; NIST SP 811, appendix B; the agreement of 1959 on the yard and the pound.
T10 = [
    (1, "kcal", "kcal", 1), (1, "Cal", "kcal", 1), (1, "[Cal]", "kcal", 1), (2_500, "cal", "kcal", 2.5),
    (4.184, "kJ", "kcal", 1), (8_368, "kJ", "kcal", 2_000), (4_184, "J", "kcal", 1), (1, "kilocalorie", "kcal", 1),
    (4.184, "kJ/min", "kcal/min", 1), (1_500, "cal/min", "kcal/min", 1.5), (1.5, "Cal/min", "kcal/min", 1.5),
    (4_184, "J/min", "kcal/min", 1), (120, "kcal/h", "kcal/min", 2),
    (5, "mmol/L glucose", "mg/dL", 90.08), (100, "mg/dL", "mg/dL", 100), (100, "mg/dl", "mg/dL", 100),
    (5, "mmol/L cholesterol", "mg/dL", 193.35), (2, "mmol/L triglycerides", "mg/dL", 177.14),
    (48, "mmol/mol HbA1c", "%", 6.54304),
    (1, "mi", "m", 1_609.344), (1, "[mi_i]", "m", 1_609.344), (5, "km", "m", 5_000), (100, "cm", "m", 1),
    (1_000, "mm", "m", 1), (10, "ft", "m", 3.048), (100, "yd", "m", 91.44), (12, "[in_i]", "cm", 30.48),
    (6, "ft", "cm", 182.88), (1.8, "m", "cm", 180), (1_800, "mm", "cm", 180),
    (1, "lb", "kg", 0.45359237), (100, "[lb_av]", "kg", 45.359237), (200, "lbs", "kg", 90.718474),
    (10, "st", "kg", 63.5029318), (10, "[stone_av]", "kg", 63.5029318), (16, "oz", "kg", 0.45359237),
    (80_500, "g mass", "kg", 80.5), (80.5, "kg", "kg", 80.5),
    (98.6, "degF", "degC", 37), (212, "[degF]", "degC", 100), (32, "F", "degC", 0), (37, "Cel", "degC", 37),
    (310.15, "K", "degC", 37),
    (0.97, "fraction", "%", 97), (0.97, "share", "%", 97), (97, "%", "%", 97), (97, "percent", "%", 97),
    (50, "%", "share", 0.5),
    (0.045, "s", "ms", 45), (45, "ms", "ms", 45), (45_000, "us", "ms", 45), (0.002, "s^2", "ms^2", 2_000),
    (1.5, "m/s", "m/min", 90), (6, "km/h", "m/min", 100), (10, "min/km", "m/min", 100), (600, "s/km", "m/min", 100),
    (10, "mph", "m/min", 268.224), (20, "min/mile", "m/min", 80.4672), (7_640, "cm/min", "m/min", 76.4),
    (1.2, "Hz", "beats/min", 72), (72, "{beats}/min", "beats/min", 72), (72, "count/min", "beats/min", 72),
    (0.25, "Hz", "breaths/min", 15), (16, "kPa", "mmHg", 120.00985213530502), (120, "mm[Hg]", "mmHg", 120),
    (27_000, "sec", "min", 450), (7.5, "h", "min", 450), (450, "min", "h", 7.5), (27_000_000, "ms", "min", 450),
]  # fmt: skip


def test_the_table_of_units_has_sixty_cases_and_more() -> None:
    assert len(T10) >= 60
    assert len({case[:3] for case in T10}) == len(T10)


@pytest.mark.parametrize(("value", "unit", "target", "expected"), T10)
def test_a_unit_as_vendors_write_it_becomes_ours_exactly(value: float, unit: str, target: str, expected: float) -> None:
    """T-10 and failure 4."""
    assert convert(np.array([float(value)]), unit, target)[0] == pytest.approx(expected, rel=1e-12)


def test_the_small_and_the_large_calorie_are_told_apart() -> None:
    """Failure 4: cal and kcal, a thousand times."""
    assert (spelled("cal"), spelled("Cal")) == ("cal", "kcal")
    assert convert(np.array([1.0]), "Cal", "kcal")[0] == 1_000 * convert(np.array([1.0]), "cal", "kcal")[0]


@pytest.mark.parametrize(
    ("unit", "target"), [("mmol/L", "mg/dL"), ("g", "kg"), ("CAL", "kcal"), ("furlong", "m"), ("min/km", "kg")]
)
def test_a_unit_that_says_too_little_is_refused(unit: str, target: str) -> None:
    """T-10: mmol/L of what; g may be a mass or gravity."""
    with pytest.raises(ReadError):
        convert(np.array([1.0]), unit, target)


def test_no_pace_is_no_speed() -> None:
    made = convert(np.array([0.0, np.nan, 1e308]), "min/km", "m/min")
    assert made[0] == np.inf
    assert np.isnan(made[1])


@pytest.mark.parametrize(
    ("values", "target", "unit"),
    [
        ([0.91, 0.99], "%", "share"), ([91, 99], "%", "%"), ([4.1, 11.2], "mg/dL", "mmol/L glucose"),
        ([70, 201, np.nan], "mg/dL", "mg/dL"), ([0.02, 0.11], "ms", "s"), ([20, 110], "ms", "ms"),
        ([97.1, 99.9], "degC", "degF"), ([31, 33], "degC", "degC"), ([300, 306], "degC", "K"),
    ],
)  # fmt: skip
def test_a_missing_unit_is_inferred_from_the_range_and_flagged(values: list[float], target: str, unit: str) -> None:
    """T-10: range-inferred and flagged."""
    report = ReadReport(reader="any", source="made here")
    made = amounts(np.array(values, dtype=np.float64), "", target, report=report)
    np.testing.assert_allclose(made, convert(np.array(values, dtype=np.float64), unit, target))
    amounts(np.array(values, dtype=np.float64), "", target, report=report)
    assert len(report.notes) == 1
    assert report.notes[0].endswith(f"as {unit}")


@pytest.mark.parametrize(
    ("values", "target"),
    [([70, 80], "kg"), ([100], "kcal"), ([], "%"), ([np.nan], "%"), ([0.9, 96], "%"), ([34, 35], "mg/dL"), ([1], "m")],
)
def test_a_missing_unit_that_could_be_several_is_refused(values: list[float], target: str) -> None:
    """T-10: kg or lb, kJ or kcal cannot be told by the number."""
    with pytest.raises(ReadError, match="without a unit"):
        inferred_unit(np.array(values, dtype=np.float64), target)


def test_conversions_are_counted_and_same_units_are_not() -> None:
    report = ReadReport(reader="any", source="made here")
    amounts(np.array([1.0, 2.0]), "kJ", "kcal", report=report)
    amounts(np.array([1.0]), "Cal", "kcal", report=report)
    assert report.converted == {"kJ -> kcal": 2}


def test_every_spelling_is_of_a_unit_that_is_known_somewhere() -> None:
    known = {unit for pair in CONVERSIONS for unit in pair} | {c.unit for c in CHANNELS.values()}
    facts = {"count", "kcal", "mmHg", "kg/m^2", "mL/kg/min", "mg/dL"}
    for spelling in ("bpm", "Cel", "[lb_av]", "mi", "{steps}", "mm[Hg]", "kg/m2", "mL/min/kg", "lx", "d"):
        assert spelled(spelling) in known | facts
    assert spelled(" kg ") == "kg"
    assert spelled("furlong") == "furlong"
