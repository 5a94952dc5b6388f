"""What a report says: sections of sentences with evidence, small tables and pictures of days; made by code alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sennight.agent.choosing import choose
from sennight.agent.day_line import DayLine
from sennight.agent.evidence import NO_MODEL, Evidence, print_references
from sennight.agent.goals import goals_answer
from sennight.agent.insights import insights_answer
from sennight.agent.metrics import metrics_of
from sennight.agent.person import OpenPerson
from sennight.agent.reply import CannotTell
from sennight.agent.tools import TOOLS, Declined, Found
from sennight.agent.tools.plot import line_of
from sennight.agent.window import LAST_7_DAYS, LAST_30_DAYS, LastNDays, Span, Window
from sennight.errors import InputError

SHOWN = (
    "steps", "active_minutes", "sedentary_minutes", "sleep_minutes", "sleep_onset", "wake_time", "sleep_efficiency",
    "resting_heart_rate", "mean_heart_rate", "hrv_rmssd", "spo2", "respiration_rate", "skin_temperature", "glucose",
    "energy", "distance", "stress", "weight",
)  # fmt: skip
PICTURED = ("steps", "sleep_minutes", "resting_heart_rate", "hrv_rmssd", "glucose", "active_minutes")
NOT_A_DIAGNOSIS = (
    "For general wellness. Nothing here is a diagnosis; a health professional can say what it means for you."
)
NINETY_DAYS = LastNDays(n=90)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of a table: a name, then cells."""

    name: str
    cells: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Section:
    """A heading, sentences already printed, a table and pictures."""

    heading: str
    sentences: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    pictures: tuple[DayLine, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Report:
    """A whole report; `subtitle` says of which days it is, `notes` what to mind."""

    kind: str
    title: str
    subtitle: str
    sections: tuple[Section, ...]
    notes: tuple[str, ...]
    made_by: str = NO_MODEL
    disclaimer: str = field(default=NOT_A_DIAGNOSIS)

    def to_json(self) -> dict[str, Any]:
        """Plain data with all evidence."""
        return {
            "kind": self.kind, "title": self.title, "subtitle": self.subtitle, "made_by": self.made_by,
            "disclaimer": self.disclaimer, "notes": list(self.notes),
            "sections": [
                {"heading": s.heading, "sentences": list(s.sentences), "columns": list(s.columns),
                 "rows": [[r.name, *r.cells] for r in s.rows], "evidence": [e.to_json() for e in s.evidence]}
                for s in self.sections
            ],
        }  # fmt: skip


def daily_report(person: OpenPerson) -> Report:
    """The last day and night beside the person's usual."""
    rows, evidence = against_usual(person, LastNDays(n=1))
    title = f"{person.today:%A}, {person.today.day} {person.today:%B %Y}"
    made = (
        Section(
            heading="The day and the night before it",
            columns=("that day", "your usual", "usual range"),
            rows=rows,
            evidence=evidence,
        ),
    )
    return _report(person, "daily", "Your day", title, made)


def weekly_report(person: OpenPerson) -> Report:
    """The last seven days beside the person's usual, what changed, goals, pictures of 30 days."""
    rows, evidence = against_usual(person, LAST_7_DAYS)
    span = Span(first=date.fromordinal(person.today.toordinal() - 6), last=person.today)
    made = (
        Section(heading="The week", columns=("last 7 days", "your usual", "usual range"), rows=rows, evidence=evidence),
        answered("What changed lately", insights_answer(person, "", "")),
        *goal_section(person),
        Section(heading="Thirty days", pictures=pictures(person, LAST_30_DAYS, most=4)),
    )
    return _report(person, "weekly", "Your week", str(span), made)


def visit_report(person: OpenPerson) -> Report:
    """One page for a visit: who, what was recorded and how well, three months in numbers, what changed, pictures."""
    rows, evidence = summary_rows(person, NINETY_DAYS)
    first = max(date.fromordinal(person.today.toordinal() - 89), person.first)
    made = (
        Section(heading="Entered by the person", sentences=(said_profile(person),)),
        Section(heading="Recorded", sentences=recorded(person)),
        Section(
            heading="In numbers", columns=("mean a day", "lowest", "highest", "days"), rows=rows, evidence=evidence
        ),
        answered("What changed in the last four weeks", insights_answer(person, "", "")),
        Section(heading="Day by day", pictures=pictures(person, NINETY_DAYS, most=3)),
    )
    return _report(person, "visit", "Summary for a visit", str(Span(first=first, last=person.today)), made)


KINDS: dict[str, Callable[[OpenPerson], Report]] = {
    "daily": daily_report,
    "weekly": weekly_report,
    "visit": visit_report,
}


def make(person: OpenPerson, kind: str) -> Report:
    """A report by name. Raises: InputError naming the kinds."""
    if kind not in KINDS:
        raise InputError(f"there is no report '{kind[:40]}'", todo=f"There are {', '.join(KINDS)}.")
    return KINDS[kind](person)


def _report(person: OpenPerson, kind: str, title: str, subtitle: str, sections: Sequence[Section]) -> Report:
    caveats = [c for s in sections for e in s.evidence for c in e.caveats]
    notes = tuple(dict.fromkeys((*person.notes, *caveats, f"times: {person.zone}")))
    kept = tuple(s for s in sections if s.rows or s.sentences or s.pictures)
    return Report(kind=kind, title=title, subtitle=subtitle, sections=kept, notes=notes)


def against_usual(person: OpenPerson, window: Window) -> tuple[tuple[Row, ...], tuple[Evidence, ...]]:
    """A row a metric: its mean in the window, the person's usual and its range, where there is a baseline."""
    rows, evidence = [], []
    for name, metric in metrics_of(person).items():
        if name not in SHOWN:
            continue
        reply = TOOLS["baseline"].call(person, {"metric": name, "window": str(window)})
        title = metric.title[:1].upper() + metric.title[1:]
        if isinstance(reply, Found):
            now, middle, low, high = (e.shown for e in reply.evidence[:4])
            rows.append(Row(name=title, cells=(now, middle, f"{low} to {high}")))
            evidence += list(reply.evidence)
        elif isinstance(reply, Declined) and reply.evidence:
            rows.append(Row(name=title, cells=(reply.evidence[0].shown, "too few days", "")))
            evidence.append(reply.evidence[0])
    order = {name: i for i, name in enumerate(SHOWN)}
    titles = {metrics_of(person)[n].title.lower(): order[n] for n in SHOWN if n in metrics_of(person)}
    return tuple(sorted(rows, key=lambda r: titles[r.name.lower()])), tuple(evidence)


def summary_rows(person: OpenPerson, window: Window) -> tuple[tuple[Row, ...], tuple[Evidence, ...]]:
    """A row a metric: mean, lowest and highest day, days that count."""
    rows, evidence = [], []
    for name in SHOWN:
        if name not in metrics_of(person):
            continue
        title = metrics_of(person)[name].title
        found = [
            TOOLS["metric"].call(person, {"metric": name, "window": str(window), "agg": agg})
            for agg in ("mean", "lowest", "highest")
        ]
        values = [r.evidence[0] for r in found if isinstance(r, Found)]
        if len(values) == 3:
            cells = (*(e.shown for e in values), str(values[0].valid_days))
            rows.append(Row(name=title[:1].upper() + title[1:], cells=cells))
            evidence += values
    return tuple(rows), tuple(evidence)


def answered(heading: str, answer: Any) -> Section:
    """An answer as a section."""
    said = tuple(print_references(s, answer.evidence) for s in answer.sentences)
    return Section(heading=heading, sentences=said, evidence=answer.evidence)


def goal_section(person: OpenPerson) -> tuple[Section, ...]:
    """The goals, where there are any."""
    if not person.profile.goals:
        return ()
    return (answered("Goals", goals_answer(person, "", "", LAST_7_DAYS)),)


def said_profile(person: OpenPerson) -> str:
    """The profile in one line."""
    reply = TOOLS["profile"].call(person, {})
    if isinstance(reply, Declined):
        return "Nothing was entered."
    said = [f"goal: {e.metric} {e.about.split(',')[0]} {e.shown}" if e.statistic == "goal" else f"{e.metric} {e.shown}"
            for e in reply.evidence]  # fmt: skip
    return "; ".join(said).replace("_", " ") + "."


def recorded(person: OpenPerson) -> tuple[str, ...]:
    """How much was recorded, on which devices."""
    valid, days = int(person.valid.sum()), len(person.ordinal)
    span = Span(first=person.first, last=person.last)
    first = f"{days:,} days with data, {valid:,} of them worn for at least 10 hours, {span}."
    devices = [f"{s.device}, {Span(first=s.first, last=s.last)}" for s in person.segments]
    return (first, *((f"Devices: {'; '.join(devices)}.",) if devices else ()))


def pictures(person: OpenPerson, window: Window, *, most: int) -> tuple[DayLine, ...]:
    """Pictures of the first few metrics that the person has."""
    made: list[DayLine] = []
    for name in PICTURED:
        if name in metrics_of(person) and len(made) < most:
            try:
                made.append(line_of(choose(person, name, window, least=3)))
            except CannotTell:
                continue
    return tuple(made)
