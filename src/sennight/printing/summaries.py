"""What was read and what was worn, in words: counts, devices, dates and reasons, never a measured value."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sennight.printing.lines import MOST_REASONS, clean, count, plural, reasons, share, table
from sennight.record import SECONDS_PER_DAY, Clock, ClockCount, Facts, Recording

if TYPE_CHECKING:
    from sennight.stages.prepared import PrepareReport

EPOCH = date(1970, 1, 1)
MOST_DEVICES = 2  # names in a line; a cohort has one device a person
MOST_NOTES = 12  # lines of each list; `sennight read --all` prints every one
FILE = "file "  # how readers begin the name of a file that they leave alone

Tick = Callable[..., None]  # done, of how many (None where not known), a word


@dataclass(kw_only=True)
class _Measured:
    """What was recorded of one channel, over people."""

    unit: str
    devices: Counter[str] = field(default_factory=Counter)
    people: set[str] = field(default_factory=set)
    samples: int = 0
    rejected: int = 0

    def add(self, recording: Recording) -> None:
        self.devices[recording.device] += 1
        self.people.add(recording.person)
        self.samples += len(recording.values)
        self.rejected += recording.n_rejected

    @property
    def device_names(self) -> str:
        named = [clean(name) for name, _ in self.devices.most_common(MOST_DEVICES)]
        more = len(self.devices) - len(named)
        return ", ".join(named) + (f" and {more} more" if more else "")


@dataclass(kw_only=True)
class _Dates:
    """First and last local date, of recordings whose dates are real."""

    first: int | None = None
    last: int | None = None
    placeholders: bool = False

    def add(self, recording: Recording) -> None:
        if recording.clock is Clock.WEEKDAY:
            self.placeholders = True
        elif len(recording.times_utc):
            # Times are sorted; offsets of the first and the last sample decide their local dates.
            ends = [int(recording.times_utc[i] + recording.utc_offset_s[i]) // SECONDS_PER_DAY for i in (0, -1)]
            self.first = min(ends[0], ends[0] if self.first is None else self.first)
            self.last = max(ends[1], ends[1] if self.last is None else self.last)

    def __str__(self) -> str:
        if self.first is None or self.last is None:
            return "only weekdays are known" if self.placeholders else "none"
        span = f"{EPOCH + timedelta(days=self.first)} to {EPOCH + timedelta(days=self.last)}"
        return f"{span} (of some people only weekdays are known)" if self.placeholders else span


@dataclass(frozen=True, kw_only=True)
class ReadSummary:
    """What is in an export, in words, and whether a part of it could not be read."""

    text: str
    partial: bool


def reading_summary(
    source: str | Path, *, mapping: Path | None = None, every_line: bool = False, tick: Tick
) -> ReadSummary:
    """Read an export to its end and say what is in it; memory holds one person at a time.

    Long lists are cut unless `every_line` is asked for.

    Raises: ReadError if nobody can read it or a file is damaged.
    """
    from sennight.readers import READERS, read

    reading = read(source, mapping=mapping)
    measured: dict[str, _Measured] = {}
    dates, clocks, people = _Dates(), ClockCount(), 0
    for person in reading.people:
        people += 1
        for recording in person.recordings:
            clocks.add(recording)
            name = recording.channel.name
            measured.setdefault(name, _Measured(unit=recording.channel.unit)).add(recording)
            dates.add(recording)
        tick(people, reading.n_people, "people")
    report = reading.report
    titles = {reader.name: reader.title for reader in READERS}
    lines = [
        f"{clean(source)}: {_read_by(report.reader, titles)}",
        f"people: {count(people) if people else _of_facts_alone(reading.facts)}; dates: {dates}",
        f"clock: {clocks}",
        f"facts: {_facts(reading.facts)}",
        "",
    ]
    rows = [
        (name, m.unit, m.device_names, count(len(m.people)), count(m.samples), count(m.rejected))
        for name, m in measured.items()
    ]
    if rows:
        lines += table(("channel", "unit", "device", "people", "samples", "out of range"), rows, align="lllrrr")
    else:
        lines.append("no channel was measured: these are facts alone")
    text = "\n".join((*lines, "", *_records(report.to_json(), every_line=every_line)))
    return ReadSummary(text=text, partial=report.partial)


def wear_summary(report: "PrepareReport") -> str:
    """What of a cohort was read, worn, and why the rest is missing."""
    wear, minutes = report.wear, report.wear["minutes"]
    devices, clock = report.read.get("devices", {}), report.read.get("clock", "")
    lines = [
        *([f"devices: {_named(devices)}"] if devices else []),
        *([f"clock: {clean(clock)}"] if clock else []),
        f"people: {count(wear['people'])}, of whom {count(wear['people_with_days'])} wore a device",
        f"days: {count(wear['person_days'])}, of which {count(wear['valid_days'])} valid "
        f"(worn for {wear['valid_day_minutes']} minutes or more)",
        f"samples out of range: {count(wear['samples_out_of_range'])}",
        *_records(report.read),
        "",
    ]
    # A reason that never occurs is no column.
    whys = [why for why in next(iter(minutes.values()), {}) if any(m[why] for m in minutes.values())]
    rows = [
        (name, count(sum(m.values())), *(share(m[why], sum(m.values())) for why in whys)) for name, m in minutes.items()
    ]
    lines += table(("channel", "minutes", *(why.replace("_", " ") for why in whys)), rows)
    for title, rules in (("wear found by", wear["wear_rules"]), ("devices merged by", wear["merge_rules"])):
        if rules:
            lines += ["", f"{title}:", *reasons(rules)]
    return "\n".join(lines)


def _read_by(readers: str, titles: Mapping[str, str]) -> str:
    """Who read it: one reader, or a line for each of several."""
    names = readers.split(", ")
    if len(names) == 1:
        return f"read by '{readers}' ({titles.get(readers, readers)})"
    told = [f"  {name:<{max(map(len, names))}}  {titles.get(name, name)}" for name in names]
    return "\n".join([f"exports of {len(names)} kinds, read by", *told])


def _of_facts_alone(facts: Facts) -> str:
    return f"{count(len(facts.people))}, of whom only facts are known" if len(facts.people) else "0"


def _files(files: Mapping[str, str], most: int) -> list[str]:
    told = [f"  {clean(name)}: {clean(why)}" for name, why in list(files.items())[:most]]
    return told + ([f"  and {count(len(files) - most)} more"] if len(files) > most else [])


def _named(devices: Mapping[str, int]) -> str:
    """Devices by how many samples they gave, the most first."""
    ordered = sorted(devices.items(), key=lambda item: (-item[1], item[0]))
    told = [f"{clean(name)} ({count(n)} samples)" for name, n in ordered[:MOST_NOTES]]
    return ", ".join(told) + (f" and {len(ordered) - MOST_NOTES} more" if len(ordered) > MOST_NOTES else "")


def _facts(facts: Facts) -> str:
    if not facts.columns:
        return "none"
    values = sum(len(column.values) for column in facts.columns.values())
    return (
        f"{plural(values, 'value')} under {plural(len(facts.columns), 'name')} "
        f"of {plural(len(facts.people), 'person', 'people')}"
    )


def _records(report: Mapping[str, Any], *, every_line: bool = False) -> list[str]:
    """Records kept and dropped for which reasons, what nobody understood, and notes; of a `ReadReport` as a mapping."""
    most = len(report["unknown"]) + len(report["dropped"]) if every_line else MOST_REASONS
    dropped = sum(report["dropped"].values())
    lines = [
        f"records: {count(report['records_seen'])} seen, {count(report['records_kept'])} kept, "
        f"{count(dropped)} dropped{':' if dropped else ''}",
        *reasons(report["dropped"], most=most),
    ]
    files = {k.removeprefix(FILE): n for k, n in report["unknown"].items() if k.startswith(FILE)}
    records = {k: n for k, n in report["unknown"].items() if not k.startswith(FILE)}
    if records:
        lines += ["not known to the reader, and left alone:", *reasons(records, most=most)]
    if files:
        lines += ["files that hold nothing for the reader, and were left alone:", *reasons(files, most=most)]
    if report.get("converted"):
        lines += ["units changed:", *reasons(report["converted"], most=most)]
    failed, cut_short = report.get("failed"), report.get("cut_short")
    for title, named in (("could NOT be read:", failed), ("damaged or cut short, the rest was kept:", cut_short)):
        if named:
            lines += [f"{plural(len(named), 'file')} {title}", *_files(named, len(named) if every_line else MOST_NOTES)]
    notes = list(dict.fromkeys(report["notes"]))
    longest = len(notes) if every_line else MOST_NOTES
    lines += [f"note: {clean(note)}" for note in notes[:longest]]
    if len(notes) > longest:
        lines.append(f"and {plural(len(notes) - longest, 'note')} more")
    return lines
