"""Small recordings of Empatica's wrist bands, made here: an E4 session, EmbracePlus raw data, EmbracePlus minutes."""

import io
import zipfile
from pathlib import Path

import fastavro
import numpy as np

START_S = 1_709_287_200  # 2024-03-01T10:00:00Z


def e4_files(minutes: int = 12, start_s: int = START_S) -> dict[str, str]:
    """The files of one session, name -> text: a wrist that moves, a pulse of 75, 0.8 s between beats."""
    t = np.arange(minutes * 60 * 32) / 32
    xyz = np.stack([20 * np.sin(t), 10 * np.cos(t / 3), np.full(len(t), 60)], axis=1).round().astype(int)
    beats = np.arange(1, int(minutes * 60 / 0.8)) * 0.8
    eda = 0.5 + 0.1 * np.sin(np.arange(minutes * 240) / 100)
    acc = "\n".join(f"{x},{y},{z}" for x, y, z in xyz)
    stamp, three = f"{start_s}.000000", ", ".join([f"{start_s}.000000"] * 3)
    return {
        "ACC.csv": f"{three}\n32.000000, 32.000000, 32.000000\n{acc}\n",
        "EDA.csv": f"{stamp}\n4.000000\n" + "".join(f"{v:.6f}\n" for v in eda),
        "TEMP.csv": f"{stamp}\n4.000000\n" + "32.13\n" * (minutes * 240),
        "HR.csv": f"{start_s + 10}.000000\n1.000000\n" + "75.00\n" * (minutes * 60 - 10),
        "IBI.csv": f"{stamp}, IBI\n" + "".join(f"{b:.6f},0.800000\n" for b in beats),
        "BVP.csv": f"{stamp}\n64.000000\n" + "-0.00\n" * 64,
        "tags.csv": f"{start_s + 100}.000000\n",
    }


def e4_folder(folder: Path) -> Path:
    """A session as a folder, some of its files lost."""
    path = folder / "session"
    path.mkdir(exist_ok=True)
    for name in ("ACC.csv", "EDA.csv", "IBI.csv"):
        (path / name).write_text(e4_files(2)[name])
    return path


def e4_zip(folder: Path) -> Path:
    """A session as E4 connect gives it: a zip."""
    path = folder / "1709287200_A00000.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in e4_files(4).items():
            archive.writestr(name, text)
    return path


def _signal(name: str, *fields: tuple[str, object]) -> dict[str, object]:
    return {
        "name": name,
        "type": {"type": "record", "name": name, "fields": [{"name": f, "type": t} for f, t in fields]},
    }


_LONGS, _INTS, _FLOATS = ({"type": "array", "items": kind} for kind in ("long", "int", "float"))
_TIMED = (("timestampStart", "long"), ("samplingFrequency", "float"))
_RANGE = {
    "type": "record",
    "name": "imuParams",
    "fields": [{"name": n, "type": "int"} for n in ("physicalMin", "physicalMax", "digitalMin", "digitalMax")],
}
SCHEMA = {
    "type": "record",
    "name": "Session",
    "namespace": "made.up",
    "fields": [
        _signal("schemaVersion", ("major", "int"), ("minor", "int"), ("patch", "int")),
        {"name": "timezone", "type": "int"},
        _signal("enrollment", ("participantID", "string"), ("siteID", ["null", "string"])),
        {"name": "deviceModel", "type": "string"},
        _signal(
            "rawData",
            *[
                (s["name"], s["type"])
                for s in (
                    _signal("accelerometer", *_TIMED, ("imuParams", _RANGE), *((a, _INTS) for a in "xyz")),
                    _signal("gyroscope", *_TIMED, ("imuParams", "made.up.imuParams"), *((a, _INTS) for a in "xyz")),
                    _signal("eda", *_TIMED, ("values", _FLOATS)),
                    _signal("temperature", *_TIMED, ("values", _FLOATS)),
                    _signal("tags", ("tagsTimeMicros", _LONGS)),
                    _signal("bvp", *_TIMED, ("values", _FLOATS)),
                    _signal("systolicPeaks", ("peaksTimeNanos", _LONGS)),
                    _signal("steps", *_TIMED, ("values", _INTS)),
                )
            ],
        ),
    ],
}


def embrace_record(minutes: int = 8, start_s: int = START_S, zone_s: int = 3_600) -> dict[str, object]:
    """One file's record: 64 Hz in units of 1/2048 g (16 g over 32,768), one step every 5 s, a beat every 0.75 s."""
    t = np.arange(minutes * 60 * 64) / 64
    limits = {"physicalMin": -16, "physicalMax": 16, "digitalMin": -32_768, "digitalMax": 32_768}
    micros = start_s * 1_000_000

    def timed(rate: float, values: np.ndarray) -> dict[str, object]:
        return {"timestampStart": micros, "samplingFrequency": rate, "values": values.tolist()}

    return {
        "schemaVersion": {"major": 6, "minor": 4, "patch": 0},
        "timezone": zone_s,
        "enrollment": {"participantID": "001", "siteID": None},
        "deviceModel": "EmbracePlus",
        "rawData": {
            "accelerometer": {
                "timestampStart": micros, "samplingFrequency": 64.0, "imuParams": limits,
                "x": (600 * np.sin(t)).round().astype(int).tolist(), "y": [0] * len(t), "z": [2_000] * len(t),
            },
            "gyroscope": {
                "timestampStart": 0, "samplingFrequency": 0.0, "imuParams": limits, "x": [], "y": [], "z": [],
            },
            "eda": timed(4.0, 0.3 + 0.01 * np.sin(np.arange(minutes * 240) / 50)),
            "temperature": timed(1.0, np.full(minutes * 60, 33.5)),
            "tags": {"tagsTimeMicros": [micros + 5_000_000]},
            "bvp": timed(64.0, np.zeros(64)),
            "systolicPeaks": {
                "peaksTimeNanos": [int((start_s + i * 0.75) * 1e9) for i in range(int(minutes * 60 / 0.75))],
            },
            "steps": timed(0.2, np.ones(minutes * 12, dtype=int)),
        },
    }  # fmt: skip


def embrace_avro(*records: dict[str, object], codec: str = "deflate") -> bytes:
    """An Avro file of these records."""
    out = io.BytesIO()
    fastavro.writer(out, SCHEMA, records, codec=codec, sync_marker=b"sixteen bytes..!")
    return out.getvalue()


def embrace_raw(folder: Path) -> Path:
    """Raw data of one participant, not compressed, so that changed bytes reach the values."""
    path = folder / f"1-1-001_{START_S}.avro"
    path.write_bytes(embrace_avro(embrace_record(4), codec="null"))
    return path


MINUTES = {
    "pulse-rate": ("pulse_rate_bpm", [f"{70 + i}" for i in range(10)]),
    "prv": ("prv_rmssd_ms", ["41.5"] * 10),
    "eda": ("eda_scl_usiemens", ["0.42"] * 10),
    "temperature": ("temperature_celsius", ["33.1"] * 10),
    "respiratory-rate": ("respiratory_rate_brpm", ["14"] * 10),
    "step-counts": ("step_counts", ["0", "12"] * 5),
    "met": ("met", ["1.1"] * 10),
    "wearing-detection": ("wearing_detection_percentage", ["100.0"] * 8 + ["0.0", "49.0"]),
    "sleep-detection": ("sleep_detection_stage", ["0", "101", "102", "300", "0", "0", "0", "0", "0", "0"]),
    "activity-intensity": ("activity_intensity", ["SEDENTARY", "LPA", "MPA", "VPA"] + ["SEDENTARY"] * 6),
    "activity-counts": ("activity_counts", ["17"] * 10),
}


def minutes_csv(column: str, values: list[str], *, reasons: list[str] | None = None, start_s: int = START_S) -> str:
    """One measure of some minutes."""
    rows = "".join(
        f"{(start_s + 60 * i) * 1000},2024-03-01T10:{i:02d}:00Z,1-1-001,{v},{(reasons or [''] * len(values))[i]}\n"
        for i, v in enumerate(values)
    )
    return f"timestamp_unix,timestamp_iso,participant_full_id,{column},missing_value_reason\n{rows}"


def embrace_minutes(folder: Path) -> Path:
    """The vendor's minutes of one participant, in the folders of the vendor's cloud, some measures only."""
    path = folder / "participant_data"
    inner = path / "2024-03-01" / "1-1-001-3YK" / "digital_biomarkers" / "aggregated_per_minute"
    inner.mkdir(parents=True, exist_ok=True)
    for name in ("pulse-rate", "sleep-detection", "wearing-detection"):
        column, values = MINUTES[name]
        (inner / f"1-1-001_2024-03-01_{name}.csv").write_text(minutes_csv(column, values))
    return path


SAMPLES = (e4_folder, e4_zip, embrace_raw, embrace_minutes)

REAL = "flirt: one E4 session; never a real EmbracePlus file"
SECOND = "plain means of the published columns"
