"""Sensor days to text and back: one grammar, in one place, so that the two cannot drift apart."""

import re
from collections.abc import Sequence
from enum import IntEnum

from sennight.agent.sentences.day import ChannelDay, Event, Level, SensorDay
from sennight.agent.window import WEEKDAYS
from sennight.errors import InputError

MINUTES_PER_HOUR = 60


class Depth(IntEnum):
    """How much is told: numbers of the day; levels by blocks of four hours too; events with their times too."""

    STATISTICS = 1
    STRUCTURE = 2
    EVENTS = 3


def write(day: SensorDay, *, depth: Depth = Depth.EVENTS, today: int | None = None) -> str:
    """The text of a day, the most unusual channel first. Days are counted back from `today` so that no date shows;
    without it, they are not told apart."""
    back = "Day" if today is None else f"Day {day.ordinal - today:+d}"
    weekday = WEEKDAYS[day.weekday] if day.weekday >= 0 else "unknown weekday"
    lines = [f"{back}, {weekday}: worn {day.worn_min} min."]
    lines += [_numbers(c) for c in day.channels]
    if depth >= Depth.STRUCTURE:
        lines += [f"{c.channel} by four hours: {', '.join(c.blocks)}." for c in day.channels]
    if depth >= Depth.EVENTS:
        lines += [_event(e) for e in day.events]
    return "\n".join(lines)


def write_week(days: Sequence[SensorDay], *, depth: Depth = Depth.STATISTICS, today: int | None = None) -> str:
    """Several days, one after the other, an empty line between."""
    return "\n\n".join(write(day, depth=depth, today=today) for day in days)


def _numbers(c: ChannelDay) -> str:
    usual = "no usual yet" if c.deviation is None else f"{c.deviation:+.1f} from usual"
    return (
        f"{c.channel}: {c.amount:g}, {usual}; spread {c.spread:g}, lowest {c.lowest:g}, highest {c.highest:g}, "
        f"seen {c.seen_min} min."
    )


def _clock(minute: int) -> str:
    return f"{minute // MINUTES_PER_HOUR:02d}:{minute % MINUTES_PER_HOUR:02d}"


def _event(e: Event) -> str:
    when = f"at {_clock(e.begin)}" if e.begin == e.end else f"{_clock(e.begin)} to {_clock(e.end)}"
    return f"- {e.what} {when}" + ("" if e.amount is None else f", {e.amount:g}") + "."


_NUMBER = r"[+-]?[\d.]+(?:e[+-]?\d+)?"
_HEAD = re.compile(r"Day(?: ([+-]\d+))?, ([a-z ]+): worn (\d+) min\.")
_CHANNEL = re.compile(
    rf"(\w+): ({_NUMBER}), (?:(no usual yet)|({_NUMBER}) from usual); spread ({_NUMBER}), lowest ({_NUMBER}), "
    rf"highest ({_NUMBER}), seen (\d+) min\."
)
_BLOCKS = re.compile(r"(\w+) by four hours: ([a-z, ]+)\.")
_EVENT = re.compile(rf"- ([a-z_ ]+?) (?:at (\d\d:\d\d)|(\d\d:\d\d) to (\d\d:\d\d))(?:, ({_NUMBER}))?\.")


def read(text: str, *, today: int = 0) -> SensorDay:
    """The day that a text tells. What the text leaves out (blocks, events) is empty.

    Raises: InputError naming the first line that is no line of a sensor sentence.
    """
    lines = text.strip().splitlines()
    if not lines or (head := _HEAD.fullmatch(lines[0])) is None:
        raise InputError("a sensor sentence begins with 'Day -3, tuesday: worn 900 min.'")
    blocks = {m[1]: tuple(Level(b) for b in m[2].split(", ")) for line in lines if (m := _BLOCKS.fullmatch(line))}
    channels, events = list[ChannelDay](), list[Event]()
    for line in lines[1:]:
        if (c := _CHANNEL.fullmatch(line)) is not None:
            channels.append(
                ChannelDay(
                    channel=c[1], amount=float(c[2]), deviation=None if c[3] else float(c[4]), spread=float(c[5]),
                    lowest=float(c[6]), highest=float(c[7]), seen_min=int(c[8]), blocks=blocks.get(c[1], ()),
                )
            )  # fmt: skip
        elif (e := _EVENT.fullmatch(line)) is not None:
            begin, end = (_minute(e[2]), _minute(e[2])) if e[2] else (_minute(e[3]), _minute(e[4]))
            events.append(Event(what=e[1], begin=begin, end=end, amount=float(e[5]) if e[5] else None))
        elif _BLOCKS.fullmatch(line) is None:
            raise InputError(f"'{line[:40]}' is no line of a sensor sentence")
    weekday = WEEKDAYS.index(head[2]) if head[2] in WEEKDAYS else -1
    return SensorDay(
        ordinal=today + int(head[1] or 0), weekday=weekday, worn_min=int(head[3]), channels=tuple(channels),
        events=tuple(events),
    )  # fmt: skip


def _minute(clock: str) -> int:
    return int(clock[:2]) * MINUTES_PER_HOUR + int(clock[3:])
