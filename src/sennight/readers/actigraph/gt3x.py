"""gt3x: ActiGraph's container of raw acceleration, in both of its generations, to minutes.

It is a zip with info.txt and either log.bin (records with time and checksum) or, from firmware up to 2.5, activity.bin
and lux.bin (samples from start to end without any time). Where the device slept because it lay still ("idle sleep
mode") the log has no records, and there are no minutes: nothing is filled in. Times are the wall clock of the computer
that started the device; with the TimeZone of info.txt they are instants, and the device does not follow summer time.
Met: one real file of a wGT3X-BT (packed samples, idle sleep). Never met real files: wide samples, activity.bin.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from sennight.errors import ReadError
from sennight.readers.actigraph.info import Info, info_member, read_info, with_metadata, with_parameters
from sennight.readers.actigraph.log_records import LogReader, Records
from sennight.readers.actigraph.samples import unpack12, unpack16
from sennight.readers.guard import Member
from sennight.readers.raw_files import Hashed, remark
from sennight.readers.raw_minutes import RawMinutes
from sennight.readers.reader import ReadReport
from sennight.record import SECONDS_PER_DAY, Clock, Recording

ACTIVITY, BATTERY, EVENT, PULSE, LUX, METADATA = 0, 2, 3, 4, 5, 6
TAG, EPOCH, PULSE_ANT, EPOCH2, CAPSENSE, PULSE_BLE, EPOCH3, EPOCH4 = 7, 9, 11, 12, 13, 14, 15, 16
PARAMETERS, SENSOR_SCHEMA, SENSOR_DATA, ACTIVITY2 = 21, 24, 25, 26
_USED = {ACTIVITY, ACTIVITY2, LUX, CAPSENSE, PULSE, PULSE_BLE, METADATA, PARAMETERS}
_NAMES = {
    BATTERY: "battery", EVENT: "event", TAG: "tag", EPOCH: "epoch", EPOCH2: "epoch", EPOCH3: "epoch", EPOCH4: "epoch",
    PULSE_ANT: "beats of an ANT+ strap", SENSOR_SCHEMA: "sensor schema", SENSOR_DATA: "sensor data (gyroscope, ...)",
}  # fmt: skip

# Records outside of the file's own start and end, by more than this, have a damaged time.
SLACK_S = 2 * SECONDS_PER_DAY
LONGEST_S = 400 * SECONDS_PER_DAY  # of a recording whose end is not known; memory and battery end long before
STRAY = "second outside of the recording's own start and end"
TWICE = "second that comes a second time"
DOCKED = "record of one byte: the device was plugged in"
ODD_SIZE = "acceleration record that holds no whole sample"
LUX_NOTHING, LUX_LEAST = 65_535, 20  # raw units: no reading; below the least that lux.bin can tell from dark
WORN = {0: 0.0, 1: 1.0}  # CAPSENSE state

ZONED = "ActiGraph gt3x: times are the clock of the computer that started the device, made instants by its TimeZone"
NO_ZONE = "ActiGraph gt3x: times are local, their zone is not in the file"
_PULLED_OUT = "Download the device again; if the log ends early there too, its battery or its cable did."


def is_container(found: Sequence[Member]) -> bool:
    """Do these files make a gt3x?"""
    names = {m.basename.lower() for m in found}
    return "info.txt" in names and bool({"log.bin", "activity.bin"} & names)


def read_gt3x(
    found: Sequence[Member], *, name: str, person: str, report: ReadReport, sha256: str
) -> tuple[Recording, ...]:
    """Minutes of one container. Raises: ReadError if info.txt or the samples are missing or nothing can be read."""
    settings = info_member(found)
    samples = next((m for n in ("log.bin", "activity.bin") for m in found if m.basename.lower() == n), None)
    if settings is None or samples is None:
        raise ReadError("a gt3x file without info.txt or samples", where=name, todo="Download the device again.")
    info = read_info(settings)
    container = _Container(name=name, person=person, report=report, sha256=sha256, info=info)
    if samples.basename.lower() == "log.bin":
        container.take_log(samples)
    else:
        lux = next((m for m in found if m.basename.lower() == "lux.bin"), None)
        container.take_old(samples, lux)
    return container.recordings()


@dataclass(kw_only=True)
class _Container:
    """One gt3x on its way to minutes."""

    name: str
    person: str
    report: ReadReport
    sha256: str
    info: Info
    _raw: RawMinutes | None = None
    _last_stamp: int = -1
    _worn: list[np.ndarray] = field(default_factory=list)

    def take_log(self, member: Member) -> None:
        """All records of log.bin."""
        log = LogReader()
        try:
            for chunk in log.chunks(Hashed(member)):
                self._take_settings(chunk)
                self._take_samples(chunk)
                self._take_slow(chunk)
        except ReadError as error:
            # A zip whose data ends early: what came before is whole.
            if self._raw is None:
                raise
            self.report.cut_short[self.name] = str(error).split("\n", 1)[0]
        if log.bad or log.lost:
            self.report.keep(seen=log.bad, dropped=log.bad, reason="log record with a wrong checksum")
            what = f"{log.bad} records with a wrong checksum, {log.lost} bytes that are no record"
            rest = "; the rest of the log was left" if log.given_up else ""
            before = self.report.cut_short.get(self.name, "")
            self.report.cut_short[self.name] = (
                f"{before + '; ' if before else ''}{what}, the first at byte {log.bad_at:,} of log.bin{rest}"
            )
        if log.cut:
            self.report.cut_short.setdefault(self.name, "the last record of log.bin is not whole")

    def take_old(self, samples: Member, lux: Member | None) -> None:
        """activity.bin and lux.bin: one sample after the other from the start date on."""
        if not self.info.rate_hz or not self.info.start_s:
            raise ReadError(
                "a gt3x file whose info.txt lacks its sample rate or start date",
                where=self.name,
                todo="Without them no sample has a time; download the device again.",
            )
        stream, done, rate = Hashed(samples), 0, self.info.rate_hz
        raw = self._minutes()
        # A multiple of 9 bytes holds whole pairs of samples.
        while piece := stream.read(9 << 16):
            bytes_ = np.frombuffer(piece, dtype=np.uint8)[None, :]
            xyz = unpack12(bytes_, steps_per_g=self.info.steps_per_g)[0]
            raw.add(self._utc(self.info.start_s + (done + np.arange(len(xyz))) / rate), xyz)
            done += len(xyz)
        if lux is not None and lux.size:
            self._old_lux(np.frombuffer(lux.read()[: lux.size // 2 * 2], dtype="<u2"))

    def recordings(self) -> tuple[Recording, ...]:
        """Everything that was taken. Raises: ReadError if there was no acceleration."""
        if self._raw is None:
            stray = ": all were outside of its own start and end" if self.report.dropped[STRAY] else ""
            raise ReadError(
                f"a gt3x file without one record of acceleration{stray}",
                where=self.name,
                todo="Download the device again; if nothing changes, its clock or its memory was damaged.",
            )
        remark(self.report, NO_ZONE if self.info.offset_s is None else ZONED)
        return self._raw.recordings()

    # --- records --------------------------------------------------------------------------------------------------

    def _take_settings(self, chunk: list[Records]) -> None:
        for group in chunk:
            if group.kind == METADATA and self._raw is None:
                for payload in group.payload:
                    self.info = with_metadata(self.info, payload.tobytes())
            elif group.kind == PARAMETERS and self._raw is None:
                self.info = with_parameters(self.info, group.payload[0].tobytes())
            elif group.kind not in _USED:
                what = _NAMES.get(group.kind, f"of type {group.kind}")
                self.report.unknown[f"log record {what}"] += len(group.stamp)

    def _take_samples(self, chunk: list[Records]) -> None:
        seconds = [s for group in chunk if group.kind in (ACTIVITY, ACTIVITY2) for s in self._seconds(group)]
        if not seconds:
            return
        stamp = np.concatenate([np.repeat(stamp, xyz.shape[1]) for stamp, xyz, _ in seconds])
        utc = np.concatenate([(stamp[:, None] + at).ravel() for stamp, _, at in seconds])
        xyz = np.concatenate([xyz.reshape(-1, 3) for _, xyz, _ in seconds])
        if len(seconds) > 1:
            order = np.argsort(utc, kind="stable")
            stamp, utc, xyz = stamp[order], utc[order], xyz[order]
        self._last_stamp = int(stamp[-1])
        self._minutes().add(self._utc(utc), xyz)

    def _seconds(self, group: Records) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Times of the seconds, samples [k, n, 3], and when in the second each is."""
        size = group.payload.shape[1]
        if size == 1:
            self.report.unknown[f"log {DOCKED}"] += len(group.stamp)
            return []
        unpack = unpack12 if group.kind == ACTIVITY else unpack16
        xyz = unpack(group.payload, steps_per_g=self.info.steps_per_g)
        n = xyz.shape[1]
        if not n:
            self.report.keep(seen=len(group.stamp), dropped=len(group.stamp), reason=ODD_SIZE)
            return []
        first = np.append(True, np.diff(group.stamp) != 0) & (group.stamp != self._last_stamp)
        within = self._within(group.stamp)
        self.report.keep(seen=n * int((~within).sum()), dropped=n * int((~within).sum()), reason=STRAY)
        again = n * int((within & ~first).sum())
        self.report.keep(seen=again, dropped=again, reason=TWICE)
        good = within & first
        if not good.any():
            return []
        return [(group.stamp[good], xyz[good], np.arange(n) / max(n, self.info.rate_hz))]

    def _within(self, stamp: np.ndarray) -> np.ndarray:
        """Which times lie in the recording, by info.txt, or if that is silent, by most of them."""
        info = self.info
        begin = info.start_s or float(np.median(stamp)) - LONGEST_S
        end = max(info.last_s, info.download_s) or begin + LONGEST_S
        # Without an own start, the log of a device that runs on UTC may differ by its offset: less than the slack.
        return (stamp >= begin - SLACK_S) & (stamp <= max(end, begin) + SLACK_S)

    def _take_slow(self, chunk: list[Records]) -> None:
        for group in chunk:
            size = group.payload.shape[1]
            if group.kind == LUX and size == 2:
                values = np.ascontiguousarray(group.payload).view("<u2")[:, 0].astype(np.float64)
                self._slow("white_light", group.stamp, values, values != LUX_NOTHING)
            elif group.kind == CAPSENSE and size == 6:
                state = group.payload[:, 4]
                self._slow("on_body", group.stamp, (state == 1).astype(np.float64), state <= 1)
            elif group.kind == PULSE and size == 1:
                self._pulse(group.stamp, group.payload[:, 0].astype(np.float64))
            elif group.kind == PULSE_BLE and size >= 3:
                wide = (group.payload[:, 0] & 1) == 1  # Bluetooth heart rate measurement: bit 0 says 16 bits
                rate = group.payload[:, 1].astype(np.float64) + np.where(wide, group.payload[:, 2] * 256.0, 0.0)
                self._pulse(group.stamp, rate)

    def _pulse(self, stamp: np.ndarray, rate: np.ndarray) -> None:
        # 0 and 255 say that there was no beat to count.
        self._slow("heart_rate", stamp, rate, (rate > 0) & (rate != 255))

    def _slow(self, channel: str, stamp: np.ndarray, values: np.ndarray, said: np.ndarray) -> None:
        good = said & self._within(stamp)
        lost = len(stamp) - int(good.sum())
        self.report.keep(seen=lost, dropped=lost, reason=f"{channel} record without a value, or with a stray time")
        if good.any():
            self._minutes().add_slow(channel, self._utc(stamp[good]).astype(np.int64), values[good])

    def _old_lux(self, raw: np.ndarray) -> None:
        scale, most = self.info.lux_scale
        values = np.where(raw < LUX_LEAST, 0.0, np.minimum(raw * scale, most))
        said = raw != LUX_NOTHING
        at = self._utc(self.info.start_s + np.arange(len(raw), dtype=np.float64)).astype(np.int64)
        lost = len(raw) - int(said.sum())
        self.report.keep(seen=lost, dropped=lost, reason="light that the device could not read")
        self._minutes().add_slow("white_light", at[said], values[said])

    # --- time and place ---------------------------------------------------------------------------------------------

    def _utc(self, stamp: np.ndarray) -> np.ndarray:
        """Instants of the device's own times, where the offset is known; else the wall clock."""
        if self.info.offset_s is None or self.info.stamps_are_utc:
            return stamp.astype(np.float64)
        return stamp - float(self.info.offset_s)

    def _minutes(self) -> RawMinutes:
        if self._raw is None:
            self._raw = RawMinutes(
                person=self.person,
                device=self.info.device,
                source=self.name,
                report=self.report,
                clock=self._clock(),
                place=self.info.place,
                offset_s=self.info.offset_s or 0,
                sha256=self.sha256,
                rate_hz=float(self.info.rate_hz),
            )
        return self._raw

    def _clock(self) -> Clock:
        # A log on UTC is instants even where the offset of the place is not known.
        return Clock.LOCAL if self.info.offset_s is None and not self.info.stamps_are_utc else Clock.INSTANT
