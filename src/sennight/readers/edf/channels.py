"""Which channel a signal of an EDF file is, by its label and unit; what is neither is left alone.

Labels are not standardised, so only names that mean one thing are known, and the unit must agree: "Pulse" in mV is a
wave, in 1/min a rate. ECG, PPG and airflow are waves from which rates would have to be derived; they are not guessed
at.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sennight.errors import ReadError
from sennight.readers.edf.header import Signal
from sennight.readers.units import Conversion, conversion, spelled

# Samples a second above which a signal without a unit is taken for a wave, not a rate that a device gives.
MAX_RATE_HZ = 8.0


@dataclass(frozen=True, kw_only=True)
class Named:
    """A channel of the registry: labels in small letters without spaces and signs, its unit, what "" may mean."""

    channel: str
    labels: frozenset[str]
    unit: str
    without_unit: bool


NAMED = (
    Named(
        channel="heart_rate", unit="beats/min", without_unit=True,
        labels=frozenset({"hr", "heartrate", "pulse", "pulserate", "pr", "hrate", "pulsrate"}),
    ),
    Named(
        channel="spo2", unit="%", without_unit=True,
        labels=frozenset({"spo2", "sao2", "o2sat", "osat", "oxygensaturation", "sat", "spo2average"}),
    ),
    Named(
        channel="respiration_rate", unit="breaths/min", without_unit=True,
        labels=frozenset({"resprate", "respirationrate", "respiratoryrate", "breathingrate", "breathrate", "brpm"}),
    ),
    Named(
        channel="skin_temperature", unit="degC", without_unit=False,
        labels=frozenset({"tempskin", "skintemp", "skintemperature", "temperatureskin"}),
    ),
    Named(
        channel="white_light", unit="lux", without_unit=False, labels=frozenset({"light", "lux", "ambientlight"})
    ),
)  # fmt: skip
_AXES = ("x", "y", "z")
_AXIS_STEMS = frozenset(
    {"acc", "accel", "accelerometer", "acceleration", "accelero", "axis", "accelaxis", "actigraphy"}
)
_BY_LABEL = {label: named for named in NAMED for label in named.labels}


@dataclass(frozen=True, kw_only=True)
class Slow:
    """A signal that is a channel as it is, and how its unit becomes the registry's."""

    signal: Signal
    channel: str
    rule: Conversion
    converted: str


@dataclass(frozen=True, kw_only=True)
class Known:
    """What of a file is understood: slow channels, the three axes of an accelerometer and their unit's rule, the
    rest."""

    slow: tuple[Slow, ...]
    axes: tuple[Signal, ...]
    axes_rule: Conversion
    unknown: tuple[str, ...]


def known_signals(signals: Sequence[Signal], *, record_s: float) -> Known:
    """Sort a file's signals. Of two with one meaning the first counts."""
    slow: dict[str, Slow] = {}
    axes: dict[str, Signal] = {}
    unknown: list[str] = []
    for signal in signals:
        if signal.is_annotations:
            continue
        found = _slow(signal, record_s=record_s)
        axis = _axis_of(signal)
        if found and found.channel not in slow:
            slow[found.channel] = found
        elif axis and axis not in axes and record_s and _rule(signal, "g"):
            axes[axis] = signal
        else:
            unknown.append(signal.label[:16])
    whole = [axes[a] for a in _AXES if a in axes]
    alike = len({(s.per_record, s.dimension) for s in whole}) == 1
    if len(whole) != len(_AXES) or not alike:
        unknown += [s.label[:16] for s in whole]
        whole = []
    rule = (_rule(whole[0], "g") if whole else None) or Conversion()
    return Known(slow=tuple(slow.values()), axes=tuple(whole), axes_rule=rule, unknown=tuple(unknown))


def _letters(label: str) -> str:
    return "".join(c for c in label.casefold() if c.isalnum())


def _slow(signal: Signal, *, record_s: float) -> Slow | None:
    named = _BY_LABEL.get(_letters(signal.label))
    if named is None or not signal.gain or not signal.per_record or not record_s:
        return None
    if not signal.dimension:
        # A share of 1 is no percentage, and a wave is no rate.
        fits = named.without_unit and signal.per_record / record_s <= MAX_RATE_HZ and signal.physical_max > 2
        return Slow(signal=signal, channel=named.channel, rule=Conversion(), converted="") if fits else None
    rule = _rule(signal, named.unit)
    if rule is None:
        return None
    source = spelled(signal.dimension)
    converted = "" if rule == Conversion() else f"{source} -> {named.unit}"
    return Slow(signal=signal, channel=named.channel, rule=rule, converted=converted)


def _rule(signal: Signal, unit: str) -> Conversion | None:
    """How the signal's unit becomes another, None if it does not. A rate is written in many ways, a wave in others."""
    source = signal.dimension if signal.dimension in ("g", "G") else spelled(signal.dimension)
    written = {"mg": "mg gravity", "mG": "mg gravity", "G": "g", "m/s2": "m/s^2", "m/s²": "m/s^2", "m/s^2": "m/s^2"}
    source = written.get(source, source)
    if unit == "breaths/min" and source in ("beats/min", "1/min"):
        return Conversion()
    if unit == "beats/min" and source.casefold() in ("bpm", "1/min", "min-1"):
        return Conversion()
    if not signal.gain or not math.isfinite(signal.gain):
        return None
    try:
        return conversion(source, unit)
    except ReadError:
        return None


def _axis_of(signal: Signal) -> str:
    """ "x" for "Accel X", "acc_x" or "X-axis"; "" if it is no axis."""
    letters = _letters(signal.label)
    for axis in _AXES:
        if letters.removesuffix(axis) in _AXIS_STEMS and letters.endswith(axis):
            return axis
        if letters.startswith(axis) and letters[1:] in _AXIS_STEMS:
            return axis
    return ""
