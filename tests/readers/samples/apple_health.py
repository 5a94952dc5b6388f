"""Small Apple Health exports, made here, and the writer of large ones whose totals are known."""

import datetime as dt
import random
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

WATCH = (
    "<<HKDevice: 0x{address:x}>, name:Apple Watch, manufacturer:Apple Inc., model:Watch, hardware:Watch6,2, "
    "software:{software}>"
)
PHONE = (
    "<<HKDevice: 0x{address:x}>, name:iPhone, manufacturer:Apple Inc., model:iPhone, hardware:iPhone14,5, "
    "software:{software}>"
)
# The document type of an export of iOS 16, with its two real faults: an ATTLIST that is not closed, and one that
# goes on behind its end.
DOCTYPE = """<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 12 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout|ActivitySummary|ClinicalRecord)*)>
<!ATTLIST HealthData
  locale CDATA #REQUIRED
>
<!-- Note: Any Records that appear as children of a correlation also appear as top-level records in this document. -->
<!ATTLIST VisionPrescription
  type             CDATA #REQUIRED
  brand            CDATA #IMPLIED
<!ELEMENT RightEye EMPTY>
  device CDATA #IMPLIED
>
]>
"""


def stamp(utc: int, offset_min: int = 120) -> str:
    """A time as Apple writes it."""
    zone = dt.timezone(dt.timedelta(minutes=offset_min))
    return dt.datetime.fromtimestamp(utc, tz=zone).strftime("%Y-%m-%d %H:%M:%S %z")


def record(
    type: str,
    *,
    start: int,
    value: object = None,
    stop: int | None = None,
    unit: str = "",
    source: str = "Anna’s Apple Watch",
    version: str = "9.4",
    device: str = "",
    offset_min: int = 120,
    inside: str = "",
) -> str:
    """One record, in Apple's order of attributes; `inside` makes it one of several lines."""
    end = start if stop is None else stop
    parts = [("type", type), ("sourceName", source), ("sourceVersion", version), ("device", device), ("unit", unit)]
    parts += [(f"{n}Date", stamp(t, offset_min)) for n, t in (("creation", end), ("start", start), ("end", end))]
    parts += [] if value is None else [("value", str(value))]
    line = " <Record " + " ".join(f"{n}={quoteattr(v, {chr(34): '&quot;'})}" for n, v in parts if v)
    return f"{line}>\n{inside} </Record>\n" if inside else f"{line}/>\n"


def document(
    body: str, *, exported: int = 1_720_000_000, locale: str = "de_DE", doctype: str = DOCTYPE, offset_min: int = 120
) -> str:
    """A whole export around some lines."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{doctype}<HealthData locale="{locale}">\n'
        f' <ExportDate value="{stamp(exported, offset_min)}"/>\n'
        ' <Me HKCharacteristicTypeIdentifierDateOfBirth="1984-03-09" HKCharacteristicTypeIdentifierBiologicalSex='
        '"HKBiologicalSexFemale" HKCharacteristicTypeIdentifierBloodType="HKBloodTypeNotSet"/>\n'
        f"{body}</HealthData>\n"
    )


def pulse(start: int, value: object, **more: object) -> str:
    """A heart rate with its motion context, as watches write it."""
    return record(Q + "HeartRate", start=start, value=value, unit="count/min", inside=MOTION, **more)  # type: ignore[arg-type]


MOTION = '  <MetadataEntry key="HKMetadataKeyHeartRateMotionContext" value="1"/>\n'
Q = "HKQuantityTypeIdentifier"
SLEEP = "HKCategoryTypeIdentifierSleepAnalysis"
STAGE = "HKCategoryValueSleepAnalysis"
NOON = 1_718_445_600  # 2024-06-15 10:00 UTC, 12:00 in Vienna
HOUR = 3_600


def beats(start: int) -> str:
    """Thirty beats of 0.8 and 0.9 seconds in turn, as a phone that counts to twelve writes them."""
    lines, t = [], float(start % 86_400)
    for i in range(30):
        h, m, s = int(t // 3_600), int(t % 3_600 // 60), t % 60
        half = "PM" if h >= 12 else "AM"
        lines.append(
            f'   <InstantaneousBeatsPerMinute bpm="71" time="{(h % 12) or 12}:{m:02d}:{s:05.2f}\u202f{half}"/>\n'
        )
        t += 0.8 if i % 2 else 0.9
    return f"  <HeartRateVariabilityMetadataList>\n{''.join(lines)}  </HeartRateVariabilityMetadataList>\n"


def an_hour_and_a_night() -> str:
    """A little of everything: a walk that phone and watch count, a night in stages, weight, a workout."""
    watch = {"device": WATCH.format(address=0x283F51D60, software="9.4")}
    phone = {"device": PHONE.format(address=0x281, software="16.5"), "source": "Anna’s iPhone", "version": "16.5"}
    lines = [pulse(NOON + 300 * i, 60 + i, **watch) for i in range(12)]
    lines += [
        record(Q + "StepCount", start=NOON + 600 * i, stop=NOON + 600 * i + 480, value=400, unit="count", **device)
        for i in range(6)
        for device in (watch, phone)
    ]
    lines += [
        record(
            Q + "BasalEnergyBurned", start=NOON + 600 * i, stop=NOON + 600 * i + 600, value=11.5, unit="Cal", **watch
        )
        for i in range(6)
    ]
    lines += [
        record(Q + "ActiveEnergyBurned", start=NOON + 60 * i, stop=NOON + 60 * i + 60, value=4.184, unit="kJ", **watch)
        for i in range(60)
    ]
    lines.append(record(Q + "DistanceWalkingRunning", start=NOON, stop=NOON + 600, value=0.8, unit="km", **watch))
    lines.append(record(Q + "OxygenSaturation", start=NOON, value=0.97, unit="%", **watch))
    lines.append(record(Q + "RespiratoryRate", start=NOON + 12 * HOUR, value=14.5, unit="count/min", **watch))
    lines.append(
        record(
            Q + "HeartRateVariabilitySDNN",
            start=NOON + 12 * HOUR,
            stop=NOON + 12 * HOUR + 60,
            value=52.5,
            unit="ms",
            inside=beats(NOON + 12 * HOUR),
            **watch,
        )
    )
    lines.append(record(Q + "BodyMass", start=NOON, value=143.3, unit="lb", source="Health Mate", version="1"))
    lines.append(record(Q + "RestingHeartRate", start=NOON, value=55, unit="count/min", **watch))
    lines.append(record(Q + "EnvironmentalAudioExposure", start=NOON, value=60, unit="dBASPL", **watch))
    zone = '  <MetadataEntry key="HKTimeZone" value="Europe/Vienna"/>\n'
    for i, stage in enumerate(("Core", "Deep", "REM", "Core")):
        begins = NOON + 11 * HOUR + i * HOUR
        lines.append(
            record(SLEEP, start=begins, stop=begins + HOUR, value=f"{STAGE}Asleep{stage}", inside=zone, **watch)
        )
    lines.append(record(SLEEP, start=NOON + 11 * HOUR, stop=NOON + 15 * HOUR, value=f"{STAGE}InBed", **phone))
    lines.append(
        f' <Workout workoutActivityType="HKWorkoutActivityTypeRunning" duration="10" durationUnit="min" sourceName="x" '
        f'startDate="{stamp(NOON)}" endDate="{stamp(NOON + 600)}">\n{zone} </Workout>\n'
    )
    lines.append(
        ' <ActivitySummary dateComponents="2024-06-15" activeEnergyBurned="60" activeEnergyBurnedUnit="kcal"/>\n'
    )
    return document("".join(lines))


def apple_health_zip(folder: Path) -> Path:
    """An export as a phone set to Polish writes it, with the clinical document and a route beside it."""
    path = folder / "eksport.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("apple_health_export/eksport.xml", an_hour_and_a_night())
        archive.writestr("apple_health_export/export_cda.xml", "<?xml version='1.0'?><ClinicalDocument/><component/>")
        archive.writestr("apple_health_export/workout-routes/route_1.gpx", "<gpx/>")
    return path


def apple_health_xml(folder: Path) -> Path:
    """The file alone."""
    path = folder / "export.xml"
    path.write_text(an_hour_and_a_night(), encoding="utf-8")
    return path


def apple_health_stored(folder: Path) -> Path:
    """Without compression, so that broken copies reach the XML."""
    path = folder / "export.zip"
    body = document("".join(pulse(NOON + 60 * i, 60 + i) for i in range(20)))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("apple_health_export/export.xml", body)
    return path


def mend_zip(raw: bytes) -> bytes:
    """Make the checksums of a stored archive right again, as far as its headers still lead to its members."""
    mended = bytearray(raw)
    at = raw.find(b"PK\x01\x02")
    while at >= 0:
        size, offset = (int.from_bytes(raw[at + i : at + i + 4], "little") for i in (20, 42))
        begin = offset + 30 + sum(int.from_bytes(raw[offset + i : offset + i + 2], "little") for i in (26, 28))
        check = zlib.crc32(raw[begin : begin + size]).to_bytes(4, "little")
        mended[at + 16 : at + 20] = check
        if raw[offset : offset + 4] == b"PK\x03\x04":
            mended[offset + 14 : offset + 18] = check
        at = raw.find(b"PK\x01\x02", at + 1)
    return bytes(mended)


SAMPLES = (apple_health_zip, apple_health_xml, apple_health_stored)
MEND = {"apple_health_stored": mend_zip}


# --- large exports ---------------------------------------------------------------------------------------------------


CLOCK = [f"{t // 3_600:02d}:{t // 60 % 60:02d}:{t % 60:02d}" for t in range(86_400)]


@dataclass(kw_only=True)
class Large:
    """Years of a phone and a watch at +0100, written day by day and quickly, with the totals that were written.

    A heart rate every `pulse_every` seconds makes it as large as one wants: 300 for 0.7 MB a day, 20 for 2.8 MB.
    """

    days: int
    pulse_every: int = 300
    doctype: str = DOCTYPE
    first: int = 1_420_066_800  # midnight of 1 January 2015
    seed: int = 7
    totals: dict[str, float] = field(default_factory=dict)

    def pieces(self) -> Iterator[bytes]:
        """The document, a day at a time."""
        exported = self.first + (self.days + 2) * 86_400
        head, tail = document("", exported=exported, doctype=self.doctype, offset_min=60).split("</HealthData>")
        yield head.encode()
        rng = random.Random(self.seed)
        for day in range(self.days):
            yield self._day(day, rng).encode()
        yield f"</HealthData>{tail}".encode()

    def _day(self, day: int, rng: random.Random) -> str:
        dates = [stamp(self.first + (day + i) * 86_400, 60)[:11] for i in range(2)]
        version = f"{4 + day // 365}.{day // 60 % 6}"
        watch = {"device": WATCH.format(address=0x280000000 + day % 70 * 4_096, software=version), "version": version}
        phone = {"device": PHONE.format(address=0x281, software="16.5"), "source": "Anna’s iPhone", "version": "16.5"}
        lines = []

        def write(type: str, unit: str, device: dict[str, str], rows: Iterable[tuple[int, int, float]]) -> float:
            first = record(Q + type, start=0, value=0, unit=unit, **device)  # type: ignore[arg-type]
            first = first[: first.index("creationDate")]
            end = ">\n" if type == "HeartRate" else "/>\n"
            details = f"{MOTION} </Record>\n" if type == "HeartRate" else ""
            total = 0.0
            for start, stop, value in rows:
                a = f"{dates[start // 86_400]}{CLOCK[start % 86_400]} +0100"
                b = f"{dates[stop // 86_400]}{CLOCK[stop % 86_400]} +0100"
                lines.append(f'{first}creationDate="{b}" startDate="{a}" endDate="{b}" value="{value}"{end}{details}')
                total += value
            key = type if device is watch else f"{type} of the phone"
            self.totals[key] = self.totals.get(key, 0.0) + total
            return total

        every = self.pulse_every
        write("HeartRate", "count/min", watch, ((t, t, 50 + (t // 60 + day) % 60) for t in range(7, 86_400, every)))
        energy = [(90 * i, 90 * i + 61, rng.randint(1, 900) / 1_000) for i in range(960)]
        write("ActiveEnergyBurned", "kcal", watch, energy)
        write("BasalEnergyBurned", "kcal", watch, [(900 * i, 900 * i + 900, 17.25) for i in range(96)])
        walks = [(8 * HOUR + 420 * i, 8 * HOUR + 420 * i + 300, rng.randint(20, 500)) for i in range(100)]
        for device in (watch, phone):
            write("StepCount", "count", device, walks)
        write("DistanceWalkingRunning", "km", watch, [(a, b, steps / 1_250) for a, b, steps in walks])
        night = self.first + day * 86_400 + HOUR
        zone = '  <MetadataEntry key="HKTimeZone" value="Europe/Vienna"/>\n'
        asleep = {"value": STAGE + "AsleepCore", "inside": zone, "offset_min": 60, **watch}
        lines.append(record(SLEEP, start=night, stop=night + 6 * HOUR, **asleep))  # type: ignore[arg-type]
        write("HeadphoneAudioExposure", "dBASPL", watch, [(60 * i, 60 * i, 70) for i in range(60)])
        return "".join(lines)


def write_large(path: Path, large: Large) -> int:
    """Write it as a zip or as XML, never whole in memory; its size as XML."""
    size = 0
    if path.suffix == ".zip":
        with (
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
            archive.open("apple_health_export/export.xml", "w", force_zip64=True) as file,
        ):
            for piece in large.pieces():
                size += file.write(piece)
    else:
        with path.open("wb") as file:
            for piece in large.pieces():
                size += file.write(piece)
    return size


REAL = "applehealthdata, healthkit-to-sqlite: two exports of a few records; never a whole one"
SECOND = "the CSVs that applehealthdata takes out of the first"
