"""Sleep of the newer layout: UserSleeps (one row a sleep) and UserSleepStages (one row a stretch), in UTC with offsets.

These are the only files of an export that say where the person was, so they are read first: their offsets place
everything else. A sleep without stretches was typed in by hand or is of an old device: asleep, stage not known.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from jaxtyping import Int64

from sennight.errors import ReadError
from sennight.readers.delimited import numbers, read_delimited, wall_times
from sennight.readers.fitbit.json_streams import DEVICE
from sennight.readers.gathering import Gathering
from sennight.readers.guard import Member
from sennight.readers.place import Place
from sennight.readers.reader import ReadReport
from sennight.readers.spans import Sleep, SleepSpan, sleep_samples
from sennight.readers.zones import EARLIEST_S, LATEST_S
from sennight.record import Fact

SLEEPS, STAGES = "usersleeps", "usersleepstages"
MAX_SLEEP_S = 48 * 3_600  # no sleep is longer; a longer one is a damaged number
BAD_SLEEP = "sleep without a beginning and an end"
BAD_STAGE = "sleep level without time or length"

# Fitbit counts only "asleep" as time asleep, not "restless".
_STAGES = {
    "LIGHT": Sleep.LIGHT, "DEEP": Sleep.DEEP, "REM": Sleep.REM, "WAKE": Sleep.AWAKE, "AWAKE": Sleep.AWAKE,
    "ASLEEP": Sleep.UNSTAGED, "RESTLESS": Sleep.AWAKE,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Nights:
    """All sleeps of these files: when each began and ended (UTC), the offset at its end, and its stretches."""

    start_utc: Int64[np.ndarray, " n"]
    stop_utc: Int64[np.ndarray, " n"]
    offset_s: Int64[np.ndarray, " n"]
    minutes_asleep: np.ndarray
    spans: tuple[SleepSpan, ...]
    source: str = ""
    sha256: str = ""

    @property
    def walls(self) -> list[tuple[int, int]]:
        """Beginning and end of each sleep on the wall clock."""
        pairs = zip(self.start_utc + self.offset_s, self.stop_utc + self.offset_s, strict=True)
        return [(int(a), int(b)) for a, b in pairs]

    def place(self, *, zone: str | None, told: bool) -> Place:
        """Where the person was, by these sleeps and whatever zone is known otherwise."""
        order = np.argsort(self.start_utc, kind="stable")
        return Place(
            zone=zone,
            told=told,
            named_by="sleep log",
            known_utc=self.start_utc[order],
            known_offset=self.offset_s[order].astype(np.int32),
        )

    def add_to(self, gathering: Gathering, *, place: Place) -> None:
        """Sleep and its stages as samples every half minute."""
        for name, (utc, values) in sleep_samples(self.spans).items():
            gathering.add(
                name, utc=utc, values=values, device=DEVICE, source=self.source, sha256=self.sha256,
                offset_s=place.of_utc(utc),
            )  # fmt: skip

    def facts(self, person: str, *, but: set[dt.date]) -> list[Fact]:
        """Minutes asleep of the longest sleep that ends on a local date, for the dates not in `but`."""
        longest: dict[dt.date, float] = {}
        for stop, offset, minutes in zip(self.stop_utc, self.offset_s, self.minutes_asleep, strict=True):
            day = dt.datetime.fromtimestamp(int(stop + offset), dt.UTC).date()
            if day not in but and 0 < minutes <= 1_440:
                longest[day] = max(longest.get(day, 0.0), float(minutes))
        return [Fact(person, "minutes_asleep", v, "min", self.source, d) for d, v in sorted(longest.items())]


def nights_of(sleeps: Sequence[Member], stages: Sequence[Member], *, report: ReadReport) -> Nights:
    """Read both sorts of files; one that cannot be read is named in the report."""
    heads = _rows(sleeps, ("sleep_id", "sleep_start", "sleep_end", "start_utc_offset"),
                  ("sleep_type", "minutes_asleep", "end_utc_offset"), report=report)  # fmt: skip
    parts = _rows(stages, ("sleep_id", "sleep_stage_type", "sleep_stage_start", "sleep_stage_end"), (), report=report)
    start, stop, there = _spans(heads, "sleep_start", "sleep_end")
    offset, known = _offsets(heads)
    report.keep(seen=len(heads), dropped=int((~(there & known)).sum()), reason=BAD_SLEEP)
    kept = there & known
    ids = heads["sleep_id"].to_numpy() if len(heads) else np.empty(0, dtype=object)
    staged = {i: t == "STAGES" for i, t in zip(ids, heads["sleep_type"], strict=True)} if len(heads) else {}
    by_id = _stretches(parts, staged, report=report)
    spans: list[SleepSpan] = []
    for i, a, b in zip(ids[kept], start[kept], stop[kept], strict=True):
        whole = SleepSpan(start_s=int(a), stop_s=int(b), sleep=Sleep.UNSTAGED, staged=False)
        spans += by_id.pop(i, [whole])
    spans += [span for rest in by_id.values() for span in rest]
    first = min((*sleeps, *stages), key=lambda m: m.basename, default=None)
    asleep = numbers(heads["minutes_asleep"], decimal=".") if len(heads) else np.empty(0)
    return Nights(
        start_utc=start[kept], stop_utc=stop[kept], offset_s=offset[kept], minutes_asleep=asleep[kept],
        spans=tuple(spans), source=first.basename if first else "", sha256=first.sha256() if first else "",
    )  # fmt: skip


def _rows(
    files: Sequence[Member], needed: tuple[str, ...], also: tuple[str, ...], *, report: ReadReport
) -> pl.DataFrame:
    """The rows of all files, each once: exports of one account overlap."""
    frames = []
    for member in files:
        try:
            frame = read_delimited(member, needed=needed, columns=(*needed, *also), report=report)
        except ReadError as error:
            report.failed[member.name] = error.what
            continue
        absent = [pl.lit(None, dtype=pl.String).alias(n) for n in also if n not in frame.columns]
        frames.append(frame.with_columns(absent).select(*needed, *also))
    empty = pl.DataFrame(schema=dict.fromkeys((*needed, *also), pl.String))
    return pl.concat([empty, *frames]).unique(maintain_order=True)


def _spans(rows: pl.DataFrame, first: str, last: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    start, start_there, start_offset, start_has = wall_times(rows[first])
    stop, stop_there, stop_offset, stop_has = wall_times(rows[last])
    # UTC by the readme; a few exports write the Z, most do not.
    start, stop = start - np.where(start_has, start_offset, 0), stop - np.where(stop_has, stop_offset, 0)
    good = start_there & stop_there & (stop > start) & (stop - start <= MAX_SLEEP_S)
    return start, stop, good & (start >= EARLIEST_S) & (stop < LATEST_S)


def _offsets(rows: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Offsets such as +05:30, that of the end before that of the beginning, and where there is one."""
    text = rows["end_utc_offset"].fill_null(rows["start_utc_offset"])
    # An offset is read as that of a date, which is how times are written elsewhere.
    _, there, offset, has = wall_times(("2024-01-01T00:00:00" + text).alias("offset"))
    return offset.astype(np.int64), there & has


def _stretches(rows: pl.DataFrame, staged: dict[str, bool], *, report: ReadReport) -> defaultdict[str, list[SleepSpan]]:
    start, stop, there = _spans(rows, "sleep_stage_start", "sleep_stage_end")
    found: defaultdict[str, list[SleepSpan]] = defaultdict(list)
    for i, word, a, b, good in zip(rows["sleep_id"], rows["sleep_stage_type"], start, stop, there, strict=True):
        sleep = _STAGES.get(str(word))
        report.keep(seen=1, dropped=int(sleep is None or not good), reason=BAD_STAGE)
        if sleep is None:
            report.unknown[f"sleep stage {str(word)[:40]}"] += 1
        elif good:
            span = SleepSpan(
                start_s=int(a), stop_s=int(b), sleep=sleep, staged=staged.get(i, word not in ("ASLEEP", "RESTLESS"))
            )
            found[i].append(span)
    return found
