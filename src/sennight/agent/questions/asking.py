"""Asking: a question becomes an answer with evidence, or a question back; no language model is used.

`ask` is a pure function of the person, the words and the question before; `Conversation` keeps the last one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sennight.agent.evidence import Answer, Status
from sennight.agent.metrics import metrics_of
from sennight.agent.person import OpenPerson
from sennight.agent.questions.dates import Today
from sennight.agent.questions.intent import Intent, Kind
from sennight.agent.questions.parsing import checked
from sennight.agent.questions.scope import out_of_scope
from sennight.agent.questions.slots import AskBack, plain
from sennight.agent.questions.wording import words_for
from sennight.agent.questions.workout_questions import known_words, read_workout_question
from sennight.agent.reply import Declined, Reason
from sennight.agent.tools import TOOLS
from sennight.agent.window import LAST_7_DAYS, parse_window
from sennight.errors import InputError

MOST_QUESTION = 1_000  # characters


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An answer, and the intent that a follow-up refers to (None where nothing was understood)."""

    answer: Answer
    intent: Intent | None


def ask(person: OpenPerson, question: str, before: Intent | None = None) -> Asked:
    """Answer a question about the person's own data. Never raises for what was asked."""
    question = " ".join(question[:MOST_QUESTION].split())
    if not question:
        return _back(question, AskBack("what would you like to know?"), before)
    if said := out_of_scope(question):
        answer = Answer(
            question=question, reading="a question of advice or medicine", sentences=(said,), status=Status.OUT_OF_SCOPE
        )
        return Asked(answer=answer, intent=before)
    now = Today(today=person.today, first=person.first)
    if person.workouts and (asked := _about_workouts(person, question, now)):
        return asked
    try:
        intent = checked(question, now, metrics_of(person), before)
    except AskBack as back:
        return _back(question, back, before)
    return Asked(answer=answer_of(person, question, intent), intent=intent)


def _about_workouts(person: OpenPerson, question: str, now: Today) -> Asked | None:
    """The answer to a question that is wholly about listed workouts."""
    kinds = [w.kind for w in person.workouts]
    words, said = plain(question, known_words(kinds))
    try:
        read = read_workout_question(words, now, kinds)
    except InputError as error:
        return _back(question, AskBack(f"{error.what}. {error.todo}"), None)
    if read is None:
        return None
    a = dict(read.arguments)
    reading = " · ".join(("workouts", *(f"{k} {v}" for k, v in a.items()), *said))
    intent = Intent(
        kind=Kind.WORKOUTS, workout=str(a["kind"]), window=parse_window(str(a["window"])), named=frozenset({"kind"})
    )
    reply = TOOLS["workout_amounts"].call(person, a)
    if isinstance(reply, Declined):
        return Asked(answer=declined(question, intent, reply), intent=intent)
    what = {"count": "listed", "days": "with one listed"}.get(
        str(a["agg"]), f"{a['agg']} {str(a.get('amount', 'minutes')).split('_')[0]}"
    )
    sentence = f"{_braceless(str(a['kind']))} workouts, {{E1.window}}: {{E1}} {what}."
    return Asked(
        answer=Answer(question=question, reading=reading, sentences=(sentence,), evidence=reply.evidence), intent=intent
    )


def _back(question: str, back: AskBack, before: Intent | None) -> Asked:
    said = back.said[:1].upper() + back.said[1:]
    answer = Answer(
        question=question, reading="not clear", sentences=(said if said.endswith(("?", ".")) else f"{said}.",),
        status=Status.ASKS_BACK, choices=back.choices,
    )  # fmt: skip
    return Asked(answer=answer, intent=before)


def answer_of(person: OpenPerson, question: str, intent: Intent) -> Answer:
    """Call the tool that an intent needs and write the sentences."""
    if intent.kind in (Kind.INSIGHTS, Kind.GOALS):
        return _larger(person, question, intent)
    tool, arguments = call_for(intent)
    reply = TOOLS[tool].call(person, arguments)
    if isinstance(reply, Declined):
        return declined(question, intent, reply)
    sentences, evidence = words_for(person, intent, reply)
    return Answer(
        question=question, reading=intent.reading, sentences=sentences, evidence=evidence,
        plots=(reply.picture,) if reply.picture else (),
    )  # fmt: skip


def _larger(person: OpenPerson, question: str, intent: Intent) -> Answer:
    from sennight.agent.goals import goals_answer
    from sennight.agent.insights import insights_answer

    if intent.kind is Kind.GOALS:
        return goals_answer(person, question, intent.reading, intent.window or LAST_7_DAYS)
    return insights_answer(person, question, intent.reading)


def declined(question: str, intent: Intent, reply: Declined) -> Answer:
    """A tool's refusal as an answer."""
    said = f"I cannot tell: {reply.said}."
    sentences = (said, reply.todo) if reply.todo else (said,)
    status = Status.ASKS_BACK if reply.reason is Reason.BAD_ARGUMENT else Status.NOT_ENOUGH_DATA
    return Answer(
        question=question, reading=intent.reading, sentences=tuple(_braceless(s) for s in sentences), status=status,
        evidence=reply.evidence,
    )  # fmt: skip


def _braceless(text: str) -> str:
    """A name out of a file may hold braces, which in a sentence mean evidence."""
    return text.replace("{", "(").replace("}", ")")


def call_for(intent: Intent) -> tuple[str, Mapping[str, Any]]:
    """The tool and arguments of an intent."""
    window = {} if intent.window is None else {"window": str(intent.window)}
    part = {k: v for k, v in (("hours", intent.hours), ("when", intent.when), ("days_when", intent.days_when)) if v}
    metric = {"metric": intent.metric}
    match intent.kind:
        case Kind.VALUE:
            return "metric", {**metric, **window, **part, "agg": intent.agg}
        case Kind.COVERAGE:
            return "metric", {**metric, **window, **part, "agg": "days"}
        case Kind.GROUPS | Kind.TOP_GROUP:
            hourly = intent.by == "hour"
            agg = intent.agg if intent.kind is Kind.GROUPS and intent.agg else "mean"
            rest = {} if hourly else {**part, "agg": agg}
            return "metric", {**metric, **window, "by": intent.by, **rest}
        case Kind.TOP:
            which = "bottom" if intent.agg == "lowest" else "top"
            return "days", {**metric, **window, "which": which, "n": intent.n}
        case Kind.THRESHOLD:
            return "days", {**metric, **window, "which": "threshold", "condition": intent.condition, "n": 5}
        case Kind.COMPARE:
            return "compare", {**metric, "b": str(intent.window), "a": str(intent.second)}
        case Kind.TREND:
            return "trend", {**metric, **window}
        case Kind.ASSOCIATE:
            return "associate", {"x": intent.metric, "y": intent.other, "lag": intent.lag, **window}
        case Kind.NIGHT:
            return "sleep_night", _night(intent)
        case _:
            return _others(intent, window)


def _night(intent: Intent) -> Mapping[str, Any]:
    """The date of one night, where one is named; "last night" is the one that ended today."""
    words = "" if intent.window is None else str(intent.window).removeprefix("nights:")
    return {"night": words} if len(words) == len("2016-05-12") and words[4] == "-" else {}


def _others(intent: Intent, window: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    metric = {"metric": intent.metric}
    match intent.kind:
        case Kind.WORKOUTS:
            sort = "longest" if intent.agg == "highest" else "newest"
            return "workouts", {**window, "kind": intent.workout, "n": max(intent.n, 3), "sort": sort}
        case Kind.FORECAST:
            return "forecast", {**metric, "days": min(max(intent.n, 1), 14)}
        case Kind.BASELINE | Kind.PEERS | Kind.FILL:
            name = {Kind.BASELINE: "baseline", Kind.PEERS: "peers", Kind.FILL: "fill"}[intent.kind]
            return name, {**metric, **window}
        case Kind.PLOT:
            return "plot", {**metric, **window, "kind": "hours" if intent.by == "hour" else "days"}
        case Kind.PROFILE:
            return "profile", {}
    return "list_data", {}


class Conversation:
    """Questions one after the other, so that "and last month?" refers to the one before."""

    def __init__(self, person: OpenPerson) -> None:
        self.person = person
        self.before: Intent | None = None

    def ask(self, question: str) -> Answer:
        """Answer the next question."""
        asked = ask(self.person, question, self.before)
        self.before = asked.intent
        return asked.answer
