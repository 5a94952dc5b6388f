"""Days: all recordings of one person become local days, with an account of what was worn and what is missing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sennight.errors import PrepareError
from sennight.prepare.columns import in_order, widen
from sennight.prepare.cut import LocalDays, local_days
from sennight.prepare.merge import MergeRule, merge
from sennight.prepare.resample import MAX_GAP_DAYS, ON_BODY, lying_in, resample
from sennight.prepare.runs import stretches
from sennight.prepare.wear import Wear, choose_wear, mark_wear
from sennight.prepare.wear_report import PersonWear
from sennight.record import (
    MINUTES_PER_DAY,
    SECONDS_PER_DAY,
    Channel,
    Clock,
    MinuteTable,
    Person,
    PersonDays,
    Recording,
    Why,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class PreparedPerson:
    """The days of one person, one window each, in order and all with the same channels, and their wear."""

    days: tuple[PersonDays, ...]
    wear: PersonWear


def prepare(people: Iterable[Person], *, rule: Wear = Wear.AUTO) -> Iterator[PreparedPerson]:
    """Prepare people one by one, in order; memory holds one at a time. Raises: PrepareError as `to_days`.

    One process: a person of a week takes about as long to prepare as to hand to another process and back.
    """
    return (to_days(person, rule=rule) for person in people)


def to_days(
    person: Person, *, rule: Wear = Wear.AUTO, merge_rule: MergeRule = MergeRule.MOST_WORN_THAT_DAY
) -> PreparedPerson:
    """The whole path for one person: resample each device, mark its wear, merge the devices, cut local days.

    A device that says itself when it is worn (`on_body`) is believed, whatever `rule` says.
    Days without a seen minute are left out. Recordings with instants and recordings with local
    times of an unknown zone meet only as days: the instants first, the local ones where those saw nothing.
    Raises: PrepareError if placeholder dates (Clock.WEEKDAY) stand beside real ones.
    """
    found = worn_days(person, rule=rule, merge_rule=merge_rule)
    days, channels = found.days, found.channels
    windows = () if days is None else tuple(days.person_days())
    wear = PersonWear.of(
        person.id,
        windows,
        why=np.empty((0, MINUTES_PER_DAY, len(channels)), dtype=np.uint8) if days is None else days.why,
        channels=tuple(channel.name for channel in channels),
        wear_rules=found.wear_rules,
        merge_rule=found.merge_rule,
        rejected=sum(recording.n_rejected for recording in person.recordings),
    )
    return PreparedPerson(days=windows, wear=wear)


@dataclass(frozen=True, kw_only=True, eq=False)
class WornDays:
    """The local days of one person with the reason of every hole, the worn tables of each device that they came from,
    and the rules used; `days` is None where nothing was seen, `merge_rule` empty where nothing had to be merged."""

    days: LocalDays | None
    tables: tuple[MinuteTable, ...]
    channels: tuple[Channel, ...]
    wear_rules: dict[str, str]
    merge_rule: str


def worn_days(
    person: Person, *, rule: Wear = Wear.AUTO, merge_rule: MergeRule = MergeRule.MOST_WORN_THAT_DAY
) -> WornDays:
    """`to_days` with the devices' own tables kept. Raises: PrepareError as `to_days`."""
    tables, wear_rules = _worn_tables(person.recordings, rule)
    channels = in_order(channel for table in tables for channel in table.channels)
    near = _near(tables)
    return WornDays(
        days=_joined([local_days(widen(merge(group, rule=merge_rule), channels)) for group in near]),
        tables=tuple(tables),
        channels=channels,
        wear_rules=wear_rules,
        merge_rule=str(merge_rule) if any(len(group) > 1 for group in near) else "",
    )


def _worn_tables(recordings: Sequence[Recording], rule: Wear) -> tuple[list[MinuteTable], dict[str, str]]:
    """The tables of each device with its wear marked, and by device which rule that was."""
    devices: dict[tuple[str, Clock], list[Recording]] = defaultdict(list)
    for recording in recordings:
        devices[recording.device, recording.clock].append(recording)
    tables: list[MinuteTable] = []
    rules: dict[str, set[str]] = defaultdict(set)
    for (device, _), same in sorted(devices.items()):
        flagged = any(r.channel.name == ON_BODY and len(r.values) for r in same)
        for table in resample(same):
            lying = lying_in(same, table)
            asked = choose_wear(table, lying=lying) if rule is Wear.AUTO else rule
            used = Wear.DEVICE_FLAG if flagged else asked
            tables.append(mark_wear(table, rule=used, lying=lying))
            rules[device].add(str(used))
    return tables, {device: " and ".join(sorted(used)) for device, used in rules.items()}


def _near(tables: Sequence[MinuteTable]) -> list[list[MinuteTable]]:
    """Tables of one clock that lie near in time, together: what can be merged without years of empty minutes."""
    groups = []
    for clock in Clock:
        same = [table for table in tables if table.clock is clock]
        starts = np.array([table.start_utc for table in same], dtype=np.int64)
        stops = np.array([table.start_utc + 60 * len(table.values) for table in same], dtype=np.int64)
        for stretch in stretches(starts, stops, max_gap_s=MAX_GAP_DAYS * SECONDS_PER_DAY):
            groups.append([table for table in same if stretch.start <= table.start_utc <= stretch.stop])  # noqa: PERF401
    return groups


def _joined(parts: Sequence[LocalDays]) -> LocalDays | None:
    """All parts in the order of their days; where two hold the same day the first speaks for what it saw."""
    if len(parts) < 2:
        return parts[0] if parts else None
    if len({part.clock is Clock.WEEKDAY for part in parts}) > 1:
        raise PrepareError(
            "recordings with weekdays only cannot be placed beside recordings with dates",
            where=f"person '{parts[0].person}'",
            todo="Prepare them as two people.",
        )
    ordinal = np.unique(np.concatenate([part.ordinal for part in parts]))
    values = np.zeros((len(ordinal), *parts[0].values.shape[1:]), dtype=np.float32)
    why = np.full(values.shape, Why.NOT_MEASURED, dtype=np.uint8)
    for part in parts:
        at = np.searchsorted(ordinal, part.ordinal)
        takes = (why[at] == Why.NOT_MEASURED) | ((why[at] != Why.SEEN) & (part.why == Why.SEEN))
        values[at], why[at] = np.where(takes, part.values, values[at]), np.where(takes, part.why, why[at])
    return replace(parts[0], ordinal=ordinal, values=values, why=why)
