"""Channels: what a sensor column is called, its unit, its possible range, and how samples become a minute.

The registry is open: a device that measures something new adds one `Channel`, nothing else changes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from sennight.errors import InputError

UNITS = frozenset(
    {
        "1", "share", "%", "binary", "level", "1/min", "counts/min", "beats/min", "breaths/min", "ms", "ms^2", "uS",
        "degC", "lux", "mg/dL", "kcal/min", "MET", "g", "MIMS/min", "m/min", "scaled 0-255", "normalised", "deg",
        "uW/cm^2",
    }
)  # fmt: skip


class Fold(StrEnum):
    """How the samples inside one minute become the minute's value."""

    MEAN = "mean"
    SUM = "sum"
    LAST = "last"
    ANY = "any"


class Kind(StrEnum):
    """How a channel is distributed: decides its transform and its loss."""

    CONTINUOUS = "continuous"
    COUNT = "count"
    BINARY = "binary"


class Role(StrEnum):
    """SIGNAL channels feed models; STATUS channels say something about the recording (worn or not) and never do."""

    SIGNAL = "signal"
    STATUS = "status"


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One column of minutes.

    `mean` and `sd` are published population constants where they exist; models use constants
    fitted on training people instead.
    Raises: InputError if low is not below high or the unit is not in `UNITS`.
    """

    name: str
    unit: str
    low: float
    high: float
    fold: Fold
    kind: Kind
    sensor: str
    role: Role = Role.SIGNAL
    mean: float | None = None
    sd: float | None = None

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise InputError(f"channel {self.name}: low must be below high")
        if self.unit not in UNITS:
            near = get_close_matches(self.unit, sorted(UNITS), n=1)
            raise InputError(
                f"channel {self.name}: unit '{self.unit}' is not known",
                todo=f"Did you mean '{near[0]}'?" if near else f"Known units: {', '.join(sorted(UNITS))}.",
            )


def _sensorfm(
    sensor: str, fold: Fold, kind: Kind, rows: Iterable[tuple[str, str, float | int, float | int, float, float]]
) -> list[Channel]:
    return [
        Channel(name=n, unit=u, low=float(lo), high=float(hi), fold=fold, kind=kind, sensor=sensor, mean=mean, sd=sd)
        for n, u, lo, hi, mean, sd in rows
    ]


# The 34 one-minute features of the SensorFM line with their public population constants
# (SensorLM reference code, Apache-2.0). Their sleep-stage means look mislabelled at the source.
SENSORFM_CHANNELS: tuple[Channel, ...] = (
    *_sensorfm("PPG", Fold.MEAN, Kind.CONTINUOUS, [
        ("heart_rate", "beats/min", 20, 250, 75.96, 16.19),
        ("rr_median", "ms", 240, 3000, 856.8, 160.1),
        ("sdnn", "ms", 0, 1000, 64.80, 55.59),
        ("rmssd", "ms", 0, 1000, 65.34, 74.78),
        ("pnn20", "share", 0, 1, 0.567, 0.262),
        ("hrv_coherence", "1", 0, 100, 0.181, 0.131),
        ("rr_shannon_entropy", "1", 0, 20, 3.058, 0.667),
        ("lf_power", "ms^2", 0, 1e6, 1551.8, 2399.4),
        ("hf_power", "ms^2", 0, 1e6, 757.2, 1873.9),
        ("lf_hf", "1", 0, 1000, 4.127, 4.507),
        ("vlf_power", "ms^2", 0, 1e6, 1303.4, 1906.1),
        ("rr_spectral_entropy", "1", 0, 20, 2.526, 0.393),
        ("hrv_percent_good", "share", 0, 1, 0.485, 0.344),
    ]),
    *_sensorfm("red/IR PPG", Fold.MEAN, Kind.CONTINUOUS, [
        ("spo2", "%", 50, 100, 95.20, 2.46),
        ("spo2_confidence", "%", 0, 100, 56.64, 42.11),
        ("spo2_coverage", "%", 0, 100, 50.13, 19.10),
    ]),
    *_sensorfm("accelerometer", Fold.MEAN, Kind.CONTINUOUS, [("sleep_coefficient", "1", 0, 255, 7.262, 5.395)]),
    *_sensorfm("accelerometer and PPG", Fold.ANY, Kind.BINARY, [
        ("sleep_awake", "binary", 0, 1, 0.042, 0.192),
        ("sleep_light", "binary", 0, 1, 0.043, 0.202),
        ("sleep_deep", "binary", 0, 1, 0.186, 0.383),
        ("sleep_rem", "binary", 0, 1, 0.058, 0.230),
    ]),
    *_sensorfm("accelerometer", Fold.SUM, Kind.COUNT, [("steps", "1/min", 0, 400, 5.168, 18.89)]),
    *_sensorfm("accelerometer", Fold.MEAN, Kind.CONTINUOUS, [
        ("jerk_autocorrelation", "scaled 0-255", 0, 255, 203.5, 30.1),
        ("log_energy", "scaled 0-255", 0, 255, 53.1, 49.7),
        ("covariance_condition", "scaled 0-255", 0, 255, 43.4, 14.0),
        ("log_energy_ratio", "scaled 0-255", 0, 255, 44.9, 23.0),
        ("zero_crossing_sd", "scaled 0-255", 0, 255, 155.2, 28.2),
        ("zero_crossing_mean", "scaled 0-255", 0, 255, 51.0, 37.5),
        ("axis_mean", "scaled 0-255", 0, 255, 123.2, 21.5),
        ("kurtosis", "scaled 0-255", 0, 255, 105.6, 66.9),
    ]),
    *_sensorfm("altimeter", Fold.MEAN, Kind.CONTINUOUS, [("altitude_sd", "normalised", 0, 100, 0.0042, 0.0597)]),
    *_sensorfm("EDA", Fold.MEAN, Kind.CONTINUOUS, [
        ("eda_level", "uS", 0, 200, 4.177, 5.589),
        ("eda_contact_count", "1", 0, 1000, 226.5, 67.3),
    ]),
    *_sensorfm("thermistor", Fold.MEAN, Kind.CONTINUOUS, [("skin_temperature", "degC", 10, 45, 31.67, 2.58)]),
)  # fmt: skip


def _public(
    name: str,
    unit: str,
    low: float | int,
    high: float | int,
    fold: Fold,
    kind: Kind,
    sensor: str,
    role: Role = Role.SIGNAL,
) -> Channel:
    return Channel(
        name=name, unit=unit, low=float(low), high=float(high), fold=fold, kind=kind, sensor=sensor, role=role
    )


# What public devices give beside those.
PUBLIC_CHANNELS: tuple[Channel, ...] = (
    # 32767 is the saturation mark of the 16-bit ActiGraph 7164, so the range ends below it.
    _public("hip_counts", "counts/min", 0, 32766, Fold.SUM, Kind.COUNT, "hip accelerometer"),
    _public("wrist_counts", "counts/min", 0, 32766, Fold.SUM, Kind.COUNT, "wrist accelerometer"),
    _public("mims", "MIMS/min", 0, 500, Fold.SUM, Kind.COUNT, "wrist accelerometer"),
    _public("acceleration", "g", 0, 16, Fold.MEAN, Kind.CONTINUOUS, "wrist accelerometer"),
    _public("mets", "MET", 0, 30, Fold.MEAN, Kind.CONTINUOUS, "vendor estimate"),
    _public("energy", "kcal/min", 0, 60, Fold.SUM, Kind.CONTINUOUS, "vendor estimate"),
    _public("intensity", "level", 0, 3, Fold.LAST, Kind.CONTINUOUS, "vendor estimate"),
    _public("distance", "m/min", 0, 1000, Fold.SUM, Kind.COUNT, "vendor estimate"),
    _public("white_light", "lux", 0, 200_000, Fold.MEAN, Kind.COUNT, "photodiode"),
    _public("glucose", "mg/dL", 20, 600, Fold.MEAN, Kind.CONTINUOUS, "glucose sensor"),
    _public("respiration_rate", "breaths/min", 2, 80, Fold.MEAN, Kind.CONTINUOUS, "chest strap or PPG"),
    _public("eda_sd", "uS", 0, 200, Fold.MEAN, Kind.CONTINUOUS, "EDA"),
    _public("asleep", "binary", 0, 1, Fold.LAST, Kind.BINARY, "device sleep algorithm"),
    _public("on_body", "binary", 0, 1, Fold.LAST, Kind.BINARY, "device wear detection", Role.STATUS),
    _public("device_on", "binary", 0, 1, Fold.LAST, Kind.BINARY, "device log", Role.STATUS),
    # What raw samples say of wear (van Hees 2013), for want of a device that says it itself.
    _public("worn_by_spread", "binary", 0, 1, Fold.LAST, Kind.BINARY, "accelerometer", Role.STATUS),
    _public("rest_interval", "level", 0, 9, Fold.LAST, Kind.CONTINUOUS, "device rest-interval algorithm", Role.STATUS),
    # Minutes of raw acceleration, wherever it was worn; each formula names its paper in `sennight.signals`.
    _public("enmo", "g", 0, 8, Fold.MEAN, Kind.CONTINUOUS, "accelerometer"),
    _public("mad", "g", 0, 8, Fold.MEAN, Kind.CONTINUOUS, "accelerometer"),
    _public("angle_z", "deg", -90, 90, Fold.MEAN, Kind.CONTINUOUS, "accelerometer"),
    # Vector magnitude of activity counts where the place on the body is not known.
    _public("vm_counts", "counts/min", 0, 56_755, Fold.SUM, Kind.COUNT, "accelerometer"),
    # Degrees from the wearer's own baseline, which vendors give where they keep the temperature itself.
    _public("skin_temperature_deviation", "degC", -10, 10, Fold.MEAN, Kind.CONTINUOUS, "thermistor"),
    _public("active_zone_minutes", "1/min", 0, 2, Fold.SUM, Kind.COUNT, "vendor estimate"),
    # Energy above rest; `energy` is all of it.
    _public("active_energy", "kcal/min", 0, 60, Fold.SUM, Kind.CONTINUOUS, "vendor estimate"),
    # A logger's own thermometer: between skin and room, and neither.
    _public("device_temperature", "degC", -20, 60, Fold.MEAN, Kind.CONTINUOUS, "thermistor inside a logger"),
    _public("ambient_temperature", "degC", -20, 60, Fold.MEAN, Kind.CONTINUOUS, "thermistor facing away from the skin"),
    # Activity counts as each maker defines them: no two of these scales can be compared, nor with ActiGraph's.
    _public("actiwatch_counts", "counts/min", 0, 200_000, Fold.SUM, Kind.COUNT, "wrist accelerometer"),
    _public("motionwatch_counts", "counts/min", 0, 200_000, Fold.SUM, Kind.COUNT, "wrist accelerometer"),
    _public("health_band_counts", "counts/min", 0, 200_000, Fold.SUM, Kind.COUNT, "wrist accelerometer"),
    _public("actical_counts", "counts/min", 0, 200_000, Fold.SUM, Kind.COUNT, "accelerometer"),
    # Three ways of counting, by actigraphs that say which: proportional integral, time above threshold, zero crossing.
    _public("pim", "counts/min", 0, 1e7, Fold.SUM, Kind.COUNT, "accelerometer"),
    _public("tat", "counts/min", 0, 100_000, Fold.SUM, Kind.COUNT, "accelerometer"),
    _public("zcm", "counts/min", 0, 100_000, Fold.SUM, Kind.COUNT, "accelerometer"),
    _public("red_light", "uW/cm^2", 0, 100_000, Fold.MEAN, Kind.COUNT, "photodiode"),
    _public("green_light", "uW/cm^2", 0, 100_000, Fold.MEAN, Kind.COUNT, "photodiode"),
    _public("blue_light", "uW/cm^2", 0, 100_000, Fold.MEAN, Kind.COUNT, "photodiode"),
    # Melanopic equivalent daylight illuminance (CIE S 026:2018).
    _public("melanopic_edi", "lux", 0, 200_000, Fold.MEAN, Kind.COUNT, "photodiode"),
    # The standard deviation of all intervals, as vendors write it; `sdnn` is that of the middle nine tenths of them.
    _public("sdnn_untrimmed", "ms", 0, 1000, Fold.MEAN, Kind.CONTINUOUS, "PPG"),
    # Garmin's score of stress from HRV; other vendors' scores are other scales.
    _public("garmin_stress", "1", 0, 100, Fold.MEAN, Kind.CONTINUOUS, "vendor estimate"),
    # Energy that a body at rest uses; with `active_energy` it makes up `energy`.
    _public("basal_energy", "kcal/min", 0, 10, Fold.SUM, Kind.CONTINUOUS, "vendor estimate"),
)

CHANNELS: dict[str, Channel] = {c.name: c for c in (*SENSORFM_CHANNELS, *PUBLIC_CHANNELS)}


def channel(name: str) -> Channel:
    """Look a channel up by name.

    >>> channel("heart_rate").unit
    'beats/min'

    Raises: InputError naming the nearest known channel.
    """
    if name in CHANNELS:
        return CHANNELS[name]
    near = get_close_matches(name, sorted(CHANNELS), n=1, cutoff=0.5)
    hint = f"Did you mean '{near[0]}'?" if near else ""
    raise InputError(
        f"channel '{name}' is not in the registry", todo=f"{hint} `sennight list channels` shows all.".strip()
    )
