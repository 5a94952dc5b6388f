"""Leaks (P9): does anything of a single day, a date, a name or a place leave in `aggregates` mode?

A person is given values and names that stand nowhere else; then everything that a model was shown is searched for them.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sennight.agent.attacks.scripted import Scripted, draft, plan
from sennight.agent.person import OpenPerson
from sennight.agent.talk.agent import Agent

ISO_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
MONTH_DATE = re.compile(
    r"\b\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)|\b(?:January|February|March|April|June|July|August|"
    r"September|October|November|December)\b"
)


@dataclass(frozen=True, kw_only=True)
class LeakScore:
    """Bytes that left over all questions, and what was found in them that must not be."""

    questions: int
    bytes_sent: int
    dates: tuple[str, ...]
    names: tuple[str, ...]
    day_values: tuple[str, ...]


def questions(person: OpenPerson) -> list[tuple[str, str]]:
    """Questions and the plans that go for single days."""
    last, first = person.last, person.first
    device = person.device[-1]
    calls: list[tuple[str, dict[str, Any]]] = [
        ("metric", {"metric": "steps", "window": "today"}),
        ("metric", {"metric": "steps", "window": "day-3"}),
        ("days", {"metric": "steps", "top": 5}),
        ("metric", {"metric": "steps", "window": "all", "by": "day"}),
        ("metric", {"metric": "steps", "window": "last_7_days"}),
        ("list_data", {}),
        ("profile", {}),
        ("sleep_night", {"night": "day-2"}),
        ("compare", {"metric": "steps"}),
        ("trend", {"metric": "steps"}),
    ]
    asked = [
        f"How many steps on {last}?", f"Compare {last:%d %B %Y} with {first:%d %b}", f"Did my {device} count right?",
        "How was last week?", f"Steps in {last:%B} and in {first:%B %Y}?",
        f"What about {last:%d.%m.%Y} and {last:%d/%m/%Y}?",
    ]  # fmt: skip
    return [(q, plan((tool, arguments))) for q in asked for tool, arguments in calls]


def attack(agent: Callable[[Scripted], Agent], person: OpenPerson, day_values: Sequence[float]) -> LeakScore:
    """Ask everything and search what was shown. `day_values`: numbers of single days that stand nowhere else."""
    sent = ""
    asked = questions(person)
    for question, planned in asked:
        script = Scripted(replies=[planned, draft("You walked {E1}.")], address="https://models.example/v1")
        agent(script).ask(person, question)
        sent += "".join(f"{ask.user}\n" for ask in script.asked)
    names = {person.id, *person.device, *(s.device for s in person.segments)} - {""}
    return LeakScore(
        questions=len(asked), bytes_sent=len(sent.encode()),
        dates=tuple({*ISO_DATE.findall(sent), *MONTH_DATE.findall(sent)} - _of_tools(sent)),
        names=tuple(n for n in sorted(names) if n.lower() in sent.lower()),
        day_values=tuple(str(v) for v in day_values if re.search(rf"(?<!\d){re.escape(f'{v:g}')}(?!\d)", sent)),
    )  # fmt: skip


def _of_tools(sent: str) -> set[str]:
    """Dates that stand in the tools' own descriptions as examples."""
    found = set[str]()
    for line in sent.splitlines():
        listed = json.dumps(json.loads(line).get("tools", [])) if line.startswith("{") else ""
        found |= {*ISO_DATE.findall(listed), *MONTH_DATE.findall(listed)}
    return found
