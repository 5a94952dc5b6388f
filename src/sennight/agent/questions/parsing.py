"""From a question to an intent, or to a question back: nothing is guessed, every word that matters must be understood.

Slots are taken out of the text one after the other: hours, windows, conditions, groups, metrics, aggregates. If a word
is left over that is neither known nor filler, the question is asked back with that word named.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sennight.agent.metrics import BY_NAME, Metric
from sennight.agent.questions.dates import Today
from sennight.agent.questions.intent import Intent, Kind
from sennight.agent.questions.slots import (
    EVENING,
    MINUTES_PER_DAY,
    AskBack,
    Text,
    in_unit,
    merge_names,
    plain,
    shape_kind,
    special_kind,
    take_aggregate,
    take_condition,
    take_days_when,
    take_groups,
    take_hours,
    take_lag,
    take_metrics,
    take_state,
    take_windows,
)
from sennight.agent.questions.words import (
    FILLER,
    UNIT_WORDS,
)
from sennight.agent.window import ALL, LAST_7_DAYS, LAST_30_DAYS, Window
from sennight.errors import InputError


def parse(question: str, now: Today, metrics: Mapping[str, Metric], before: Intent | None = None) -> Intent:
    """Read a question. `metrics` are those the person has; `before` is what a follow-up refers to.

    Raises: AskBack if it is not clear; InputError if a date is impossible.
    """
    words, said = plain(question)
    text = Text(left=words, said=said)
    follows = (
        bool(re.match(r"(and|what about|how about|same for|also|now|then|ok(ay)?)\b", words)) and before is not None
    )
    kind = special_kind(text)
    take_hours(text)
    take_state(text)
    take_lag(text)
    windows = take_windows(text, now)
    take_days_when(text)
    take_condition(text)
    kind = take_groups(text) or kind
    kind = shape_kind(text, kind)
    names = take_metrics(text, metrics)
    if kind is not Kind.ASSOCIATE:
        names = merge_names(names)
    take_aggregate(text, top=kind in (Kind.TOP, Kind.TOP_GROUP))
    if (
        text.slots.get("n") is None
        and kind in (Kind.TOP, Kind.WORKOUTS)
        and (n := text.take(r"\b(?:top )?(\d{1,2})\b"))
    ):
        text.slots["n"] = int(n[1])
    if left := _left_over(text):
        raise AskBack(f"I do not understand '{left[0]}'", *_examples(metrics))
    if (
        not names
        and before is not None
        and before.metric
        and re.search(r"\b(?:it|that|this)\b", words)
        and kind is not None
    ):
        names = [before.metric]
        text.said.append(f"'it' read as {before.metric}")
    intent = _assemble(text, kind, names, windows)
    if follows and before is not None:
        return _follow(intent, before)
    if (
        not intent.metric
        and before is not None
        and len(words.split()) <= 6
        and intent.kind is Kind.VALUE
        and intent.named
    ):
        return _follow(intent, before)
    return _complete(intent, metrics)


def _left_over(text: Text) -> list[str]:
    words = re.findall(r"[a-z][a-z'/-]*|\d[\d.,]*", text.left)
    return [w for w in words if w.strip("'-") not in FILLER and len(w) > 1 and w not in UNIT_WORDS] + [
        w for w in words if w[0].isdigit()
    ]


def _assemble(text: Text, kind: Kind | None, names: list[str], windows: list[Window]) -> Intent:
    s = text.slots
    if len(windows) > 2:
        raise AskBack("I read more than two periods")
    if len(names) > 2:
        raise AskBack(f"I read more than two metrics: {', '.join(names)}")
    metric, other = [*names, "", ""][:2]
    if len(names) == 2 and kind is not Kind.ASSOCIATE:
        raise AskBack(f"I read two metrics, {names[0]} and {names[1]}", f"How are {names[0]} and {names[1]} related?")
    if kind is Kind.ASSOCIATE and len(names) < 2:
        raise AskBack("an association needs two metrics")
    if len(windows) == 2 and kind not in (None, Kind.COMPARE):
        raise AskBack("I read two periods")
    if len(windows) == 2:
        kind = Kind.COMPARE
    if s.get("compare") and kind is None:
        raise AskBack("compared with what?")
    condition = _threshold(s, metric)
    if condition and kind is None:
        raise AskBack("above or below what, counted how?", f"On how many days was {metric or 'it'} {condition}?")
    kind = kind or Kind.VALUE
    named = {k for k in ("agg", "by", "hours", "when", "days_when", "n", "lag") if s.get(k)}
    named |= {"metric"} if metric else set()
    named |= {"window"} if windows else set()
    named |= {"condition"} if condition else set()
    named |= {"kind"} if kind is not Kind.VALUE else set()
    return Intent(
        kind=kind, metric=metric, other=other, agg=str(s.get("agg") or ""), window=windows[0] if windows else None,
        second=windows[1] if len(windows) == 2 else None, by=str(s.get("by") or ""), hours=str(s.get("hours") or ""),
        when=str(s.get("when") or ""), days_when=str(s.get("days_when") or ""), condition=condition,
        averaged=bool(s.get("averaged") or "mean" in s.get("aggs", [])),
        n=int(str(s.get("n") or 1)), lag=int(str(s.get("lag") or 0)), workout=str(s.get("workout") or ""),
        named=frozenset(named), said=tuple(text.said),
    )  # fmt: skip


def _threshold(s: Mapping[str, Any], metric: str) -> str:
    unit = BY_NAME[metric].unit if metric in BY_NAME else ""
    if "clock" in s:
        sign, minute = s["clock"]
        if metric == "sleep_onset" and minute >= EVENING:
            minute -= MINUTES_PER_DAY
        return f"{sign}{minute:g}"
    if "threshold" in s:
        sign, number, thousands, word = s["threshold"]
        return f"{sign}{in_unit(number, thousands, word, unit):g}"
    return ""


def _follow(new: Intent, old: Intent) -> Intent:
    """A follow-up: the old question with the slots that the new one names."""
    changed: dict[str, object] = {k: getattr(new, k) for k in new.named if k != "kind"}
    if "kind" in new.named:
        changed["kind"] = new.kind
    if new.second is not None:
        changed["second"] = new.second
    if not changed:
        raise AskBack("what shall I change of the last question?")
    if "metric" in changed and "condition" not in changed and old.kind is Kind.THRESHOLD:
        raise AskBack(f"with which threshold for {new.metric}?")
    if "condition" in changed and old.kind is Kind.VALUE and "kind" not in changed:
        changed["kind"] = Kind.THRESHOLD
    if old.kind is Kind.COMPARE and "window" in changed and new.second is None:
        changed |= {"kind": Kind.VALUE, "second": None}
    return replace(old, **changed, said=(*new.said, "following the last question"), named=old.named | new.named)  # type: ignore[arg-type]


def _complete(intent: Intent, metrics: Mapping[str, Metric]) -> Intent:
    """Fill what was not named, saying so; ask back where nothing sensible can be filled in."""
    no_metric = {Kind.LIST, Kind.INSIGHTS, Kind.GOALS, Kind.PROFILE, Kind.WORKOUTS, Kind.NIGHT}
    if intent.kind is Kind.COVERAGE and not intent.metric:
        intent = replace(intent, metric="worn_minutes", said=(*intent.said, "days on which the device was worn at all"))
    if not intent.metric and intent.kind not in no_metric:
        raise AskBack("which metric do you mean?", *_examples(metrics))
    if intent.kind is Kind.NIGHT and intent.metric and intent.metric != "sleep_minutes":
        intent = replace(intent, kind=Kind.VALUE)
    defaults: dict[Kind, Window] = {
        Kind.VALUE: LAST_30_DAYS, Kind.GROUPS: ALL, Kind.TOP: ALL, Kind.TOP_GROUP: ALL, Kind.THRESHOLD: ALL,
        Kind.TREND: LAST_30_DAYS, Kind.ASSOCIATE: ALL, Kind.BASELINE: LAST_7_DAYS, Kind.COVERAGE: ALL, Kind.PEERS: LAST_30_DAYS,
        Kind.WORKOUTS: LAST_30_DAYS, Kind.PLOT: LAST_30_DAYS, Kind.FILL: LAST_7_DAYS, Kind.GOALS: LAST_30_DAYS,
    }  # fmt: skip
    if intent.kind is Kind.COMPARE and intent.second is None:
        raise AskBack("compared with what?")
    if intent.window is None and intent.kind in defaults:
        chosen = defaults[intent.kind]
        intent = replace(
            intent, window=chosen, said=(*intent.said, f"no period named, so {str(chosen).replace('_', ' ')}")
        )
    if intent.kind is Kind.VALUE and not intent.agg:
        intent = replace(intent, agg="highest" if intent.metric == "max_heart_rate" else "mean")
    if (
        intent.kind is Kind.VALUE
        and intent.metric == "mean_heart_rate"
        and intent.agg == "highest"
        and "max_heart_rate" in metrics
    ):
        # A day's highest minute is what people mean, unless they say daily or average.
        intent = intent if intent.averaged else replace(intent, metric="max_heart_rate")
    return intent


def _examples(metrics: Mapping[str, Metric]) -> tuple[str, ...]:
    first = next((m for m in metrics.values() if m.adds_up), None) or next(iter(metrics.values()), None)
    if first is None:
        return ()
    made = [f"What was my average {first.title} last week?", f"Which day had the most {first.title}?"]
    second = next((m for m in metrics.values() if m.night or m.name == "resting_heart_rate"), None)
    if second is not None:
        made.append(f"Is my {second.title} changing over the last 30 days?")
    return tuple(made)


def checked(question: str, now: Today, metrics: Mapping[str, Metric], before: Intent | None = None) -> Intent:
    """`parse`, with impossible dates asked back too. Raises: AskBack."""
    try:
        return parse(question, now, metrics, before)
    except InputError as error:
        raise AskBack(f"{error.what}. {error.todo}".strip()) from error
