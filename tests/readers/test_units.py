"""Conversions of units, by known pairs, and the refusal of what is not known."""

import pytest

from sennight.errors import ReadError
from sennight.readers.units import CONVERSIONS, conversion
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
