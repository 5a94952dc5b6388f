"""Goals: how often a person met what they set themselves; a day that was hardly worn is no miss."""

import re
from dataclasses import dataclass
from datetime import date

import numpy as np

from sennight.agent.choosing import call_of, choose, metric_named
from sennight.agent.evidence import Answer, Evidence, Status
from sennight.agent.metrics import metrics_of
from sennight.agent.person import OpenPerson
from sennight.agent.profile import Goal
from sennight.agent.reply import CannotTell, Reason
from sennight.agent.shown import shown
from sennight.agent.window import Window
from sennight.errors import InputError

DAYS_A_WEEK = 7
NO_GOALS = 'You have set no goals. `sennight goals --add "steps>=8000"` sets one.'


@dataclass(frozen=True, kw_only=True)
class Adherence:
    """How one goal went in a window: days met, days that count, and whole weeks met of those that can be judged."""

    goal: Goal
    met: Evidence
    weeks_met: int
    weeks: int


def parse_goal(person: OpenPerson, words: str, *, days_a_week: int = 7, since: date | None = None) -> Goal:
    """A goal from words such as `steps>=8000` or `sedentary_minutes<=600`.

    Raises: InputError if it does not read so or the person does not have the metric.
    """
    found = re.fullmatch(r"\s*(\w+)\s*(>=|<=)\s*(\d+(?:\.\d+)?)\s*", words)
    if found is None:
        raise InputError(f"'{words[:40]}' is no goal", todo="Write it like steps>=8000 or sedentary_minutes<=600.")
    try:
        metric = metric_named(person, found[1])
    except CannotTell as cannot:
        raise InputError(cannot.declined.said, todo=cannot.declined.todo) from cannot
    sense = "at least" if found[2] == ">=" else "at most"
    return Goal(
        metric=metric.name, target=float(found[3]), unit=metric.unit, sense=sense, days_a_week=days_a_week, since=since
    )


def adherence(person: OpenPerson, goal: Goal, window: Window) -> Adherence:
    """How a goal went. Raises: CannotTell if no day counts."""
    chosen = choose(person, goal.metric, window)
    rows = (
        np.ones(len(chosen.value), dtype=np.bool_) if goal.since is None else chosen.ordinal >= goal.since.toordinal()
    )
    value, ordinal = chosen.value[rows], chosen.ordinal[rows]
    if not len(value):
        raise CannotTell(Reason.TOO_FEW_DAYS, f"no day of {chosen.metric.title} counts since the goal began")
    sign = ">=" if goal.sense == "at least" else "<="
    met = value >= goal.target if sign == ">=" else value <= goal.target
    call = call_of("days", metric=goal.metric, which="threshold", condition=f"{sign}{goal.target:g}", window=window)
    evidence = chosen.evidence(
        "days", float(met.sum()), call, unit="days", about=f"{goal.sense} {shown(goal.target, goal.unit)}",
        valid_days=len(value), method=f"days that count with {chosen.metric.title} {goal.sense} the goal",
    )  # fmt: skip
    week = (ordinal - 1) // DAYS_A_WEEK
    judged, reached = 0, 0
    for w in np.unique(week):
        inside = week == w
        # A week is judged once it has enough days to have met the goal or too many misses to meet it.
        if met[inside].sum() >= goal.days_a_week:
            judged, reached = judged + 1, reached + 1
        elif (~met[inside]).sum() > DAYS_A_WEEK - goal.days_a_week:
            judged += 1
    return Adherence(goal=goal, met=evidence, weeks_met=reached, weeks=judged)


def goals_answer(person: OpenPerson, question: str, reading: str, window: Window) -> Answer:
    """All goals in sentences."""
    if not person.profile.goals:
        return Answer(question=question, reading=reading, sentences=(NO_GOALS,), status=Status.NOT_ENOUGH_DATA)
    sentences: list[str] = []
    evidence: list[Evidence] = []
    for goal in person.profile.goals:
        title = metrics_of(person)[goal.metric].title if goal.metric in metrics_of(person) else goal.metric
        try:
            found = adherence(person, goal, window)
        except CannotTell as cannot:
            sentences.append(f"{title[:1].upper()}{title[1:]}: I cannot tell, {cannot.declined.said}.")
            continue
        evidence.append(found.met)
        at = len(evidence)
        weeks = ""
        if found.weeks:
            often = f"on {goal.days_a_week} days"
            weeks = f" In {found.weeks_met} of {found.weeks} weeks that can be judged it was met {often}."
        sentences.append(
            f"{title[:1].upper()}{title[1:]} {goal.sense} {shown(goal.target, goal.unit)}: met on {{E{at}}} of "
            f"{{E{at}.valid_days}} that count, in {{E{at}.window}}.{weeks}"
        )
    return Answer(question=question, reading=reading, sentences=tuple(sentences), evidence=tuple(evidence))
