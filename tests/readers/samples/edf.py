"""Small EDF and EDF+ files, made here by a writer of our own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

DIGITAL = (-32_768, 32_767)


@dataclass(frozen=True, kw_only=True)
class Trace:
    """A signal to write: unit, samples in a record, the range of its numbers, and the numbers themselves."""

    unit: str
    per_record: int
    low: float
    high: float
    values: Sequence[float]


def tal(onset_s: float, *texts: str, length_s: float | None = None) -> bytes:
    """A time-stamped list of annotations."""
    length = b"" if length_s is None else f"\x15{length_s:g}".encode()
    return f"{onset_s:+g}".encode() + length + b"\x14" + b"".join(t.encode() + b"\x14" for t in texts) + b"\x00"


def edf_bytes(
    signals: Mapping[str, Trace],
    *,
    record_s: float,
    n_records: int,
    kind: str = "",
    texts: Sequence[bytes] = (),
    date: str = "01.03.24",
    time: str = "22.00.00",
    recording: str = "Startdate 01-MAR-2024 X X X",
    declared: int | None = None,
) -> bytes:
    """A file; `texts` are the bytes of the annotations of each record, if it has any."""
    width = -(-max(map(len, texts)) // 2) * 2 if texts else 0
    told = [(name, t.unit, t.low, t.high, t.per_record) for name, t in signals.items()]
    told += [("EDF Annotations", "", -1, 1, width // 2)] if texts else []
    fixed = ["0", "X X X X", recording, date, time, (len(told) + 1) * 256, kind, n_records, f"{record_s:g}", len(told)]
    if declared is not None:
        fixed[7] = declared
    widths = [8, 80, 80, 8, 8, 8, 44, 8, 8, 4]
    header = "".join(str(v).ljust(w)[:w] for v, w in zip(fixed, widths, strict=True))
    columns = [
        ([name for name, *_ in told], 16), ([""] * len(told), 80), ([unit for _, unit, *_ in told], 8),
        ([f"{low:g}" for *_, low, _, _ in told], 8), ([f"{high:g}" for *_, high, _ in told], 8),
        ([DIGITAL[0]] * len(told), 8), ([DIGITAL[1]] * len(told), 8), ([""] * len(told), 80),
        ([n for *_, n in told], 8), ([""] * len(told), 32),
    ]  # fmt: skip
    header += "".join(str(v).ljust(w)[:w] for values, w in columns for v in values)
    body = b""
    for r in range(n_records):
        for trace in signals.values():
            body += digital(trace, trace.values[r * trace.per_record : (r + 1) * trace.per_record])
        body += texts[r].ljust(width, b"\x00") if texts else b""
    return header.encode("latin-1") + body


def digital(trace: Trace, values: Sequence[float]) -> bytes:
    """Numbers as 16-bit samples between the ends of the trace's range."""
    share = (np.asarray(values, dtype=np.float64) - trace.low) / (trace.high - trace.low)
    return np.round(DIGITAL[0] + share * (DIGITAL[1] - DIGITAL[0])).astype("<i2").tobytes()


def night_texts(n_records: int, *, record_s: float) -> list[bytes]:
    """Each record's start, and a stage in each: W, N1, N2, N3, R in turn."""
    stages = ("W", "N1", "N2", "N3", "R")
    return [
        tal(r * record_s, "") + tal(r * record_s, f"Sleep stage {stages[r % 5]}", length_s=record_s)
        for r in range(n_records)
    ]


def edf_night(folder: Path) -> Path:
    """Ten records of half a minute: pulse, oxygen, an ECG, and sleep stages."""
    n, record_s = 10, 30.0
    signals = {
        "HR": Trace(unit="bpm", per_record=30, low=0, high=300, values=[60 + i % 20 for i in range(30 * n)]),
        "SpO2": Trace(unit="%", per_record=30, low=0, high=102, values=[95.0] * (30 * n)),
        "ECG": Trace(unit="mV", per_record=60, low=-5, high=5, values=[0.0] * (60 * n)),
    }
    path = folder / "night.edf"
    path.write_bytes(
        edf_bytes(signals, record_s=record_s, n_records=n, kind="EDF+C", texts=night_texts(n, record_s=record_s))
    )
    return path


def edf_motion(folder: Path) -> Path:
    """Three minutes of acceleration at 10 Hz, lying still, without annotations."""
    n = 180
    values = {"Accel X": 0.0, "Accel Y": 0.0, "Accel Z": 1.0}
    signals = {
        name: Trace(unit="g", per_record=10, low=-8, high=8, values=[g + 0.01 * (i % 3) for i in range(10 * n)])
        for name, g in values.items()
    }
    path = folder / "motion.edf"
    path.write_bytes(edf_bytes(signals, record_s=1.0, n_records=n))
    return path


SAMPLES = (edf_night, edf_motion)

REAL = ""
SECOND = "pyedflib, files that it writes"
