"""Questions about listed workouts: "total distance of my runs last month", "how many times did I swim", "calories of my
last 3 bike rides". Read only as a whole: a question of another shape is left to the other rules."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sennight.agent.questions.dates import Today, windows_in
from sennight.agent.questions.slots import AskBack, Text, take_days_when
from sennight.agent.questions.words import COMPARISONS
from sennight.agent.window import ALL

# Amount of a workout -> what people call it.
AMOUNTS = {
    "minutes": r"durations?|minutes|time|how long|length", "distance_m": r"distances?|kilomet(?:re|er)s|miles",
    "energy_kcal": r"calories|calorie|energy|kcal|calories burned", "steps": r"steps|step count",
    "mean_heart_rate": r"heart rate|hr|pulse|bpm|average heart rate", "speed": r"speed|pace",
    "elevation_m": r"elevation gain|elevation|climb(?:ed)?", "active_zone_minutes": r"active zone minutes|azms?|zone minutes",
}  # fmt: skip
AGGREGATES = {"total": r"sum of|total|sum", "mean": r"average|mean|avg", "highest": r"maximum|highest|max|most|longest|greatest",
              "lowest": r"minimum|lowest|min|least|shortest|smallest", "median": r"median"}  # fmt: skip
AMOUNT_WORDS = frozenset(re.findall(r"[a-z]{3,}", " ".join(AMOUNTS.values())))
MORE_COMPARISONS = (
    (r"(?:less than or equal to|fewer than or equal to|at most)", "<="),
    (r"(?:greater than or equal to|more than or equal to)", ">="),
)
FILLING = re.compile(
    r"^[\s|]*(?:(?:what|was|is|were|are|my|the|of|for|did|i|do|in|over|during|on|at|all|me|tell|show|please|it|a|an|with|to|by|where|when|days?|workouts?|sessions?|activit(?:y|ies)|how|many|times|have|had|much|last|first|this)[\s|]*)*$"
)


@dataclass(frozen=True, kw_only=True)
class WorkoutQuestion:
    """What is asked of which workouts, as arguments of the tool `workouts`."""

    arguments: Mapping[str, Any]


def known_words(kinds: Sequence[str]) -> frozenset[str]:
    """Words of these questions that are no slips of others: "bike" is not "like"."""
    names = {word for kind in kinds for word in kind.lower().split()}
    return AMOUNT_WORDS | names | {f"{name}s" for name in names}


def read_workout_question(words: str, now: Today, kinds: Sequence[str]) -> WorkoutQuestion | None:
    """The question if it is wholly about listed workouts, else None. `words` are plain (`slots.plain`)."""
    kind = _kind(words, kinds)
    if kind is None:
        return None
    text = Text(left=words)
    arguments: dict[str, Any] = {"kind": kind[1]}
    try:
        spans = windows_in(text.left, now)
        if len(spans) > 1:
            return None
        for start, end, window in spans:
            arguments["window"] = str(window)
            text.left = f"{text.left[:start]} | {text.left[end:]}"
        arguments.setdefault("window", str(ALL))
        _own_days(text, arguments)
        _condition(text, arguments)
        if "days_when" not in arguments:
            take_days_when(text)
            if text.slots.get("days_when"):
                arguments["days_when"] = text.slots["days_when"]
    except AskBack:
        return None
    if taken := text.take(r"\b(?:my |the )?(first|last|latest) (\d{1,3})\b"):
        arguments["take"] = f"{'last' if taken[1] == 'latest' else taken[1]} {taken[2]}"
    elif taken := text.take(rf"\b(?:my |the )(first|last|latest) (?={re.escape(kind[0])})"):
        arguments["take"] = f"{'last' if taken[1] == 'latest' else taken[1]} 1"
    text.take(rf"\b{re.escape(kind[0])}(?:e?s|ning|ing)?\b")
    if text.take(r"\bhow many times\b|\bnumber of\b"):
        arguments["agg"] = "count"
    elif text.take(r"\b(?:on )?how many days\b"):
        arguments["agg"] = "days"
    else:
        _amount(text, arguments)
    if "agg" not in arguments or not FILLING.match(text.left):
        return None
    return WorkoutQuestion(arguments=arguments)


def _kind(words: str, kinds: Sequence[str]) -> tuple[str, str] | None:
    """(as it is written, as it is called) of the one kind that is named."""
    found: list[tuple[int, int, str, str]] = []
    for kind in sorted(set(kinds), key=lambda k: -len(k)):
        for m in re.finditer(rf"\b({re.escape(kind.lower())})(?:e?s|ning|ing)?\b", words):
            if not any(m.start() < end and start < m.end() for start, end, *_ in found):
                found.append((m.start(), m.end(), m[1], kind))
    named = {kind for *_, kind in found}
    return (found[0][2], found[0][3]) if len(named) == 1 else None


def _number(text: Text, lead: str) -> tuple[str, str, str] | None:
    """(amount, sign, number) of "steps at least 55" after `lead`, taken out of the text."""
    for amount, names in AMOUNTS.items():
        for words, sign in (*MORE_COMPARISONS, *COMPARISONS):
            pattern = rf"{lead}(?:i |my |the )?(?:{names})(?: i \w+| is| was| were)? {words} (\d[\d,.]*)"
            if found := text.take(pattern):
                return amount, sign, found[1].replace(",", "").rstrip(".")
    return None


def _condition(text: Text, arguments: dict[str, Any]) -> None:
    """A condition on the workouts themselves: "where distance at least 15"."""
    if found := _number(text, r"\b(?:where|when|with|whose|that had) "):
        arguments["condition"] = f"{found[0]}{found[1]}{found[2]}"


def _own_days(text: Text, arguments: dict[str, Any]) -> None:
    """Days on which any workout meets a condition ("on days where speed more than 34"), or the day does."""
    lead = r"\bon (?:the )?days (?:where|when|with|that) (?:i |my )?"
    if re.search(lead, text.left) is None:
        return
    for pattern, sign in MORE_COMPARISONS:
        text.left = re.sub(pattern, {"<=": "at most", ">=": "at least"}[sign], text.left)
    if found := _number(text, lead):
        amount, sign, number = found
        daily = {"steps": "steps", "active_zone_minutes": "active_zone_minutes"}
        if amount in daily:
            arguments["days_when"] = f"{daily[amount]}{sign}{number}"
        else:
            arguments["workout_days"] = f"{amount}{sign}{number}"


def _amount(text: Text, arguments: dict[str, Any]) -> None:
    for name, words in AGGREGATES.items():
        if text.take(rf"\b(?:{words})\b"):
            arguments["agg"] = name
            break
    for amount, names in AMOUNTS.items():
        if text.take(rf"\b(?:{names})\b"):
            arguments["amount"] = amount
            return
    arguments.pop("agg", None)
