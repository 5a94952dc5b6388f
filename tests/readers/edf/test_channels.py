"""Which signal is which channel: by label and unit together, and never by guess."""

import pytest

from sennight.readers.edf.channels import known_signals
from sennight.readers.edf.header import Signal


def signal(label: str, unit: str = "", *, per_record: int = 1, high: float = 250.0, gain: float = 1.0) -> Signal:
    return Signal(
        label=label, dimension=unit, per_record=per_record, begins=0, gain=gain, offset=0.0, physical_max=high
    )


def channels(*signals: Signal, record_s: float = 1.0) -> dict[str, str]:
    return {s.channel: s.signal.label for s in known_signals(signals, record_s=record_s).slow}


@pytest.mark.parametrize(
    ("label", "unit", "channel"),
    [
        ("HR", "bpm", "heart_rate"), ("Heart Rate", "1/min", "heart_rate"), ("Pulse", "", "heart_rate"),
        ("PR", "BPM", "heart_rate"), ("SaO2", "%", "spo2"), ("SpO2", "", "spo2"), ("OSAT", "percent", "spo2"),
        ("Resp Rate", "bpm", "respiration_rate"), ("RespRate", "/min", "respiration_rate"),
        ("Temp skin", "degC", "skin_temperature"), ("Light", "lux", "white_light"),
    ],
)  # fmt: skip
def test_known_labels_with_a_fitting_unit(label: str, unit: str, channel: str) -> None:
    """Failure 15."""
    assert channels(signal(label, unit)) == {channel: label}


@pytest.mark.parametrize(
    "other",
    [
        signal("Pulse", "mV"),  # a wave
        signal("Pulse", "", per_record=128),  # a wave without a unit
        signal("SpO2", "", high=1.0),  # a share that is no percentage
        signal("SpO2", "bpm"),
        signal("Resp", "uV"),
        signal("Temp rectal", "degC"),
        signal("Temp skin", ""),  # Celsius or Fahrenheit
        signal("ECG", "mV"),
        signal("HR", "bpm", gain=0.0),
        signal("HR", "bpm", per_record=0),
    ],
)
def test_waves_and_units_that_do_not_fit_are_unknown(other: Signal) -> None:
    """T-10, failure 4."""
    known = known_signals([other], record_s=1.0)
    assert known.slow == ()
    assert known.unknown == (other.label,)


def test_units_are_converted_and_said() -> None:
    (slow,) = known_signals([signal("Temp skin", "degF")], record_s=1.0).slow
    assert slow.rule.scale == pytest.approx(5 / 9)
    assert slow.converted == "degF -> degC"


def test_of_two_pulses_the_first_counts() -> None:
    """Failure 2: two series of one meaning are not mixed."""
    known = known_signals([signal("HR", "bpm"), signal("PR", "bpm")], record_s=1.0)
    assert [s.signal.label for s in known.slow] == ["HR"]
    assert known.unknown == ("PR",)


@pytest.mark.parametrize(
    "names", [("Accel X", "Accel Y", "Accel Z"), ("acc_x", "acc_y", "acc_z"), ("X-axis", "Y-axis", "Z-axis")]
)
@pytest.mark.parametrize(("unit", "scale"), [("g", 1.0), ("mg", 0.001), ("m/s^2", 1 / 9.80665)])
def test_three_axes_are_an_accelerometer(names: tuple[str, ...], unit: str, scale: float) -> None:
    known = known_signals([signal(name, unit, per_record=50) for name in names], record_s=1.0)
    assert [s.label for s in known.axes] == list(names)
    assert (known.axes_rule.scale, known.axes_rule.offset) == (pytest.approx(scale), 0.0)
    assert known.unknown == ()


def test_axes_that_do_not_belong_together_are_unknown() -> None:
    two = [signal("Accel X", "g"), signal("Accel Y", "g")]
    assert known_signals(two, record_s=1.0).unknown == ("Accel X", "Accel Y")
    uneven = [*two, signal("Accel Z", "g", per_record=5)]
    assert known_signals(uneven, record_s=1.0).axes == ()
    assert known_signals([*two, signal("Accel Z", "V")], record_s=1.0).axes == ()
    # A file of annotations alone has records without length.
    assert known_signals([*two, signal("Accel Z", "g")], record_s=0.0).axes == ()
