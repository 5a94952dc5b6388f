"""Slots: parts of a question taken out of its text one after the other: hours, windows, conditions, groups, metrics."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sennight.agent.metrics import BY_NAME, Metric
from sennight.agent.questions.dates import Today, weekday_sets, windows_in, with_weekdays
from sennight.agent.questions.intent import Kind
from sennight.agent.questions.words import (
    AGGREGATE_WORDS,
    COMPARISONS,
    GROUPS,
    METRIC_PHRASES,
    NUMBERS,
    UNIT_WORDS,
    mended,
    phrases,
)
from sennight.agent.window import ALL, Window

AGGREGATES = phrases(AGGREGATE_WORDS)
MINUTES_PER_DAY, EVENING = 1_440, 1_080
CLOCK = r"(?:\d{1,2}(?::\d{2})? ?(?:am|pm)|\d{1,2}:\d{2}|midnight|noon|\d{1,2} o'?clock)"
DAY_PARTS = {"morning": "06:00-12:00", "mornings": "06:00-12:00", "afternoon": "12:00-18:00", "afternoons": "12:00-18:00",
             "evening": "18:00-24:00", "evenings": "18:00-24:00"}  # fmt: skip
STATES = (
    (
        r"(?:while|when) (?:i am |i'm |i was |i )?(?:asleep|sleeping|sleep|slept)|during (?:my )?sleep|in my sleep",
        "asleep",
    ),
    (r"(?:while|when) (?:i am |i'm |i was |i )?awake", "awake"),
    (r"(?:while|when) (?:i am |i'm |i was |i )?(?:walking|walk|walked)|during walks|during walking", "walking"),
    (r"(?:while|when) (?:i am |i'm |i was |i )?(?:still|sitting still|not moving|resting|standing still)", "still"),
)
NUMBER = r"(\d[\d,]*(?:\.\d+)?)(k\b)?"


class AskBack(Exception):
    """The question is not clear: what is asked back, and questions that would be clear."""

    def __init__(self, said: str, *choices: str) -> None:
        super().__init__(said)
        self.said, self.choices = said, choices


@dataclass
class Text:
    """The question while slots are taken out of it."""

    left: str
    slots: dict[str, Any] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    def take(self, pattern: str) -> re.Match[str] | None:
        """Find a pattern, take it out, and give it."""
        found = re.search(pattern, self.left)
        if found:
            self.left = f"{self.left[: found.start()]} | {self.left[found.end() :]}"
        return found


def plain(question: str, known: frozenset[str] = frozenset()) -> tuple[str, list[str]]:
    """Lower case, numbers as digits, typing errors of one slip mended but for `known` words; and what was mended."""
    text = question.lower().replace("’", "'").replace("–", "-")
    text = re.sub(r"\b(what|how|who|that|when|where|it|there)'s\b", r"\1 is", text)
    text = re.sub(r"(didn|don|wasn|isn|haven|doesn)'t", r"\1t not", text)
    text = re.sub(r"[?!;\"()]|(?<!\d)[.,]|[.,](?!\d)", " ", text)
    text = re.sub(r"(\d)\s+thousand\b", r"\g<1>000", text)
    said = []
    words = []
    for word in text.split():
        fixed = word if word in known else mended(word)
        if fixed != word:
            said.append(f"'{word}' read as '{fixed}'")
        words.append(str(NUMBERS[fixed]) if fixed in NUMBERS else fixed)
    text = " ".join(words)
    text = re.sub(r"\b(\d+) thousand\b", r"\g<1>000", text)
    text = re.sub(r"\ba (\d+) (of )?(?=days|weeks|months|nights)", r"\1 ", text)  # "a couple of weeks"
    text = re.sub(r"\b(\d+) hours? and a half\b", lambda m: f"{m[1]}.5 hours", text)
    text = re.sub(r"\bhalf an hour\b", "30 minutes", text)
    return re.sub(r"\b(\d+) ?h(?:ours?)? ?(?:and )?(\d{1,2}) ?(?:m|min|minutes)\b",
                  lambda m: f"{int(m[1]) * 60 + int(m[2])} minutes", text), said  # fmt: skip


SPECIAL_RULES = (
    (
        r"what (?:data|metrics) (?:is there|are there|do (?:i|you) have)|what can i ask(?: you| about)?"
        r"|which (?:devices?|watch(?:es)?|metrics)(?: (?:do|did) i (?:have|use|wear))?|list (?:my )?data|what (?:devices|did i wear)",
        Kind.LIST,
    ),
    (
        r"anything (?:notable|unusual|interesting|new|remarkable|worth knowing)|what stands out|\binsights?\b"
        r"|what is (?:notable|new|interesting)|tell me something",
        Kind.INSIGHTS,
    ),
    (
        r"(?:meeting|met|reach(?:ed|ing)?|hit(?:ting)?|keeping|kept|doing with|progress (?:on|towards?)) my (?:\w+ )?goals?"
        r"|\bmy goals?\b|\badherence\b",
        Kind.GOALS,
    ),
    (
        r"(?:compared? (?:to|with)|against|versus|among|than) (?:other people|others|people (?:of )?my age|my peers|peers|most people"
        r"|the population|other (?:men|women))|\bpercentiles?\b|\bmy peers\b|people (?:of )?my age",
        Kind.PEERS,
    ),
    (
        r"how old am i|what is my (?:age|sex|height|weight in my profile)|my profile|what do you know about me|how tall am i",
        Kind.PROFILE,
    ),
    (
        r"\b(?:plot|chart|graph|draw|picture)\b(?: of)?|show me (?:a )?(?:plot|chart|graph|picture)(?: of)?",
        Kind.PLOT,
    ),
    (
        r"\b(?:correlat(?:e|es|ed|ion)|relationship|associated?|association|relat(?:ed|ion)|connection|link(?:ed)?"
        r"|go together|move together|affects?|influences?|depends? on)\b",
        Kind.ASSOCIATE,
    ),
    (
        r"\b(?:trend(?:s|ing)?|increas(?:e|ed|ing)|decreas(?:e|ed|ing)|going (?:up|down)|gone (?:up|down)|go(?:es)? (?:up|down)|rising"
        r"|falling|improv(?:e|ed|ing)|getting (?:better|worse|higher|lower|longer|shorter)|develop(?:ed|ing)?|chang(?:e|ed|ing) over"
        r"|over time)\b",
        Kind.TREND,
    ),
    (
        r"\b(?:forecast|predict(?:ed|ion)?|expect(?:ed)?)\b|\b(?:tomorrow|the coming days|next days)\b"
        r"|next (?:\d+ days|week)",
        Kind.FORECAST,
    ),
    (
        r"(?:compared? (?:to|with)|against|than|from) (?:my )?(?:usual|baseline|normal|own past|norm)|\bunusual(?:ly)?\b|\bmy baseline\b"
        r"|out of the ordinary|different from usual|normal for me|usual for me",
        Kind.BASELINE,
    ),
    (
        r"how much data|how many (?:valid )?(?:days|nights)(?: of (?:valid )?data)? (?:do i have|are there|were recorded|have data|was there)"
        r"|how many (?:days|nights) of|how many (?:days|nights) (?:have|had) (?:a |an )?(?:valid )?(?:value|record|data)"
        r"|how many (?:valid days|days with data)|\bcoverage\b|missing days",
        Kind.COVERAGE,
    ),
    (
        r"(?:had every minute been (?:worn|seen|recorded)|if i had worn .* all day|with(?: the)? (?:gaps|holes) filled|fill(?:ed)?(?: in)?"
        r"(?: the)? (?:gaps|holes))",
        Kind.FILL,
    ),
    (
        r"how (?:did|was|well did) (?:i|my) (?:sleep|slept|night)(?: (?=last night|on|the)|$)|how was (?:my )?(?:last )?night|my night\b",
        Kind.NIGHT,
    ),
)


def special_kind(text: Text) -> Kind | None:
    """Kinds that a phrase gives away, most telling first."""
    for pattern, kind in SPECIAL_RULES:
        if kind is Kind.FORECAST and (m := re.search(r"next (\d+) days", text.left)):
            text.slots["n"] = int(m[1])
        if kind is Kind.NIGHT and re.search(r"how (?:did|well did) i sleep (?!last night|on )", text.left):
            continue
        found = re.search(pattern, text.left)
        if found:
            keep = " last night" if kind is Kind.NIGHT and "last night" in found[0] else ""
            metric_inside = " sleep" if kind in (Kind.COVERAGE,) and "nights" in found[0] else ""
            goal = re.search(r"my (\w+) goals?", found[0]) if kind is Kind.GOALS else None
            inner = f" {goal[1]} " if goal else ""
            text.left = f"{text.left[: found.start()]} |{keep}{metric_inside}{inner} {text.left[found.end() :]}"
            if kind is Kind.FORECAST:
                text.take(r"(?:for |over )?(?:the )?next (?:\d+ days|week)|(?:for )?tomorrow")
            text.slots["nights_hint"] = "nights" in found[0]
            return kind
    if found := text.take(
        r"\b(workouts?|exercise sessions?|training sessions?|trainings?|runs|running sessions?|walks|sessions)\b"
    ):
        text.slots["workout"] = "run" if found[1].startswith("run") else "walk" if found[1] == "walks" else ""
        return Kind.WORKOUTS
    return None


def _minutes(clock: str) -> int:
    """Minutes after midnight of a clock time in words."""
    if clock == "midnight":
        return 0
    if clock == "noon":
        return 720
    hour, minute = re.match(r"(\d{1,2})(?::(\d{2}))?", clock).groups()  # type: ignore[union-attr]
    at = int(hour)
    if "pm" in clock and at < 12:
        at += 12
    if "am" in clock and at == 12:
        at = 0
    if at > 24 or int(minute or 0) > 59:
        raise AskBack(f"'{clock}' is no time of day")
    return at * 60 + int(minute or 0)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def take_hours(text: Text) -> None:
    """The hours of the day: "between 6 and 9 am", "in the morning"."""
    bare = rf"(?:{CLOCK}|\d{{1,2}})"
    found = text.take(rf"(?:between|from) ({bare}) (?:and|to|until|till) ({CLOCK})")
    if found:
        first, stop = found[1], found[2]
        if re.fullmatch(r"\d{1,2}", first) and (suffix := re.search(r"am|pm", stop)):
            first += suffix[0]
        a, b = _minutes(first), _minutes(stop)
        text.slots["hours"] = f"{_clock(a)}-{_clock(b or MINUTES_PER_DAY)}"
    elif found := text.take(
        r"(?:in|during|of) the (morning|afternoon|evening)\b|\b(?:in |during )?(mornings|afternoons|evenings)\b"
    ):
        text.slots["hours"] = DAY_PARTS[found[1] or found[2]]


def take_state(text: Text) -> None:
    """A state: "while walking"."""
    for pattern, state in STATES:
        if re.search(
            rf"\b(?:{pattern})\b(?! (?:more than|less than|at least|at most|over \d|under \d|\d))", text.left
        ) and text.take(rf"\b(?:{pattern})\b"):
            text.slots["when"] = state
            return


def take_lag(text: Text) -> None:
    """A lag: "the next day"."""
    if text.take(
        r"(?:on |in )?the (?:next|following) (?:day|night)|(?:the )?(?:day|night) after(?:wards)?|a day later|1 days? later"
    ):
        text.slots["lag"] = 1


def take_windows(text: Text, now: Today) -> list[Window]:
    """All windows, with the weekdays that belong to them."""
    spans = windows_in(text.left, now)
    sets = [s for s in weekday_sets(text.left)
            if not any(s[0] < end and start < s[1] for start, end, _ in spans)]  # fmt: skip
    if re.search(r"(?:by|per|each|every|for each) (?:weekday|week day|day of the week)", text.left):
        sets = [s for s in sets if s[2] != frozenset(range(5))]
    for start, end in sorted([(a, b) for a, b, _ in (*spans, *sets)], reverse=True):
        text.left = f"{text.left[:start]} | {text.left[end:]}"
    windows = [w for _, _, w in spans]
    if len(sets) == 1:
        windows = [with_weekdays(w, sets[0][2]) for w in windows or [ALL]]
    elif len(sets) == 2 and len(windows) <= 2:
        bases = windows if len(windows) == 2 else [windows[0] if windows else ALL] * 2
        windows = [with_weekdays(base, days) for base, (_, _, days) in zip(bases, sets, strict=True)]
    elif len(sets) > 2:
        raise AskBack("I read more than two groups of weekdays")
    return windows


def _comparison(pattern_before: str) -> list[tuple[str, str]]:
    return [(rf"{pattern_before}{words} {NUMBER} ?(%|[a-z/]+)?", sign) for words, sign in COMPARISONS]


def take_days_when(text: Text) -> None:
    """ "on days when I walked more than 8,000 steps": a condition on another metric that chooses days."""
    lead = r"(?:on|for|after|following) (?:the )?(?:days|nights|those days) (?:when |that |with |where |on which |in which )?"
    for words, sign in COMPARISONS:
        found = re.search(rf"{lead}(?P<what>(?:(?!\bon\b)[a-z' -])*?)(?P<sign>{words}) {NUMBER} ?(?P<unit>%|[a-z/]+)?"
                          rf"(?P<after> (?:of )?(?:[a-z]+ ){{0,2}}?(?:sleep|steps|asleep|heart rate|active minutes|sitting))?", text.left)  # fmt: skip
        if not found:
            continue
        number, k = re.search(NUMBER, found[0]).groups()  # type: ignore[union-attr]
        phrase = f"{found['what']} {found['unit'] or ''} {found['after'] or ''}"
        metric = _first_metric(phrase)
        if metric is None:
            raise AskBack(f"'{found[0].strip()}': of which metric?")
        unit = BY_NAME[metric].unit
        text.slots["days_when"] = f"{metric}{sign}{in_unit(number, k, found['unit'], unit):g}"
        if found[0].startswith(("after", "following")):
            text.slots["lag"] = 1
        text.left = text.left.replace(found[0], " | ", 1)
        return


def _first_metric(phrase: str) -> str | None:
    for words, name in METRIC_PHRASES:
        if re.search(rf"\b{re.escape(words)}\b", phrase):
            return name
    return None


def in_unit(number: str, thousands: str | None, word: str | None, unit: str) -> float:
    """A number in words in the metric's unit. Raises: AskBack if the unit does not fit it."""
    value = float(number.replace(",", "")) * (1_000 if thousands else 1)
    if not word or word not in UNIT_WORDS:
        return value
    factor = UNIT_WORDS[word]
    time = word in ("hours", "hour", "hrs", "hr", "h", "minutes", "minute", "min", "mins")
    length = word in ("km", "kilometres", "kilometers", "miles", "mile", "metres", "meters")
    if time != (unit == "min") or length != (unit == "m"):
        raise AskBack(f"'{number} {word}' does not fit a metric in {unit}")
    return value * factor


def take_condition(text: Text) -> None:
    """A threshold on the metric asked about; its unit may name the metric."""
    if re.search(r"\b(?:before|after|later than|earlier than|by) " + CLOCK, text.left):
        found = text.take(rf"\b(before|after|later than|earlier than|by) ({CLOCK})")
        if found:
            text.slots["clock"] = ("<" if found[1] in ("before", "earlier than", "by") else ">", _minutes(found[2]))
        return
    for pattern, sign in _comparison(r"\b"):
        found = re.search(pattern, text.left)
        if found is None:
            continue
        number, thousands, unit = found.groups()
        text.slots["threshold"] = (sign, number, thousands, unit)
        # The unit stays where it also names the metric.
        keep = f" {unit}" if unit and (unit not in UNIT_WORDS or unit in ("steps", "calories", "kcal")) else ""
        text.left = f"{text.left[: found.start()]} |{keep} {text.left[found.end() :]}"
        return


def take_groups(text: Text) -> Kind | None:
    """A grouping: "by weekday", "which month"."""
    for pattern, by in GROUPS:
        if text.take(rf"\b(?:{pattern})\b"):
            text.slots["by"] = by
            return Kind.GROUPS
    found = text.take(
        r"\b(?:which|what) (day of the week|weekday|week day|month|hour of the day|hour|week|time of (?:the )?day)\b(?! of)"
    )
    if found:
        text.slots["by"] = {"month": "month", "week": "week"}.get(
            found[1], "hour" if "hour" in found[1] or "time" in found[1] else "weekday"
        )
        return Kind.TOP_GROUP
    return None


def shape_kind(text: Text, kind: Kind | None) -> Kind | None:
    """Kinds that the shape of a sentence gives: top days, days above a threshold."""
    if kind is not None and kind not in (Kind.GROUPS,):
        return kind
    if found := text.take(r"\b(?:how many|number of|count (?:the |of )?|on how many) (days|nights|times|mornings)\b"):
        if "threshold" in text.slots or "clock" in text.slots:
            return Kind.THRESHOLD
        text.slots["nights_hint"] = found[1] == "nights"
        return Kind.COVERAGE
    if found := text.take(
        r"\b(?:what share|what percentage|what fraction|how often)(?: of (?:my |the )?(?:days|nights))?\b"
    ):
        if "threshold" in text.slots or "clock" in text.slots:
            text.slots["share"] = True
            return Kind.THRESHOLD
        raise AskBack("how often what? I need a threshold, such as 'more than 8,000 steps'")
    top = r"\b(?:which|what|when)(?: (?:was|were|are|is))?(?: the| my)? (?:(?:top )?(?P<n>\d{1,2}) )?(?P<what>days?|nights?|dates?)\b"
    if found := text.take(top):
        text.slots["n"] = int(found["n"] or 1)
        return Kind.THRESHOLD if "threshold" in text.slots else Kind.TOP
    if found := text.take(r"\b(?:the |my )?(?:top|best) (?P<n>\d{1,2}) (?:days?|nights?)\b|\b(?P<m>\d{1,2}) (?=(?:days|nights) with the)"
                          r"|\b(?:the |my )?(?P<k>\d{1,2}) (?=(?:highest|lowest|best|longest|shortest|most|least|worst)\b)"):  # fmt: skip
        text.slots["n"] = int(found["n"] or found["m"] or found["k"])
        text.slots.setdefault("agg", "highest" if found["n"] else None)
        return Kind.TOP
    if re.search(r"\bwhen (?:did|was|were|is)\b", text.left) and re.search(
        r"\b(?:most|least|highest|lowest|fewest|longest|shortest)\b", text.left
    ):
        text.take(r"\bwhen (?:did|was|were|is)\b")
        return Kind.TOP
    if text.take(r"\b(?:compare|comparison|difference|differ)\b"):
        text.slots["compare"] = True
    if text.take(r"\b(?:compared (?:to|with)|versus|vs|against|than)\b"):
        text.slots["compare"] = True
    return kind


def take_metrics(text: Text, metrics: Mapping[str, Metric]) -> list[str]:
    """Metrics in the order of the text, longest phrases first; channels and facts by their own names."""
    own = [(m.title, name) for name, m in metrics.items() if name not in BY_NAME]
    own += [(name, name) for name in metrics if "_" in name]
    taken: list[tuple[int, str]] = []
    marked = text.left
    for words, name in sorted([*METRIC_PHRASES, *own], key=lambda pair: -len(pair[0])):
        for m in reversed(list(re.finditer(rf"(?<![\w-]){re.escape(words.lower())}(?![\w-])", marked))):
            taken.append((m.start(), name))
            marked = f"{marked[: m.start()]}{'#' * (m.end() - m.start())}{marked[m.end() :]}"
    text.left = marked.replace("#", "")
    ordered = [name for _, name in sorted(taken)]
    return list(dict.fromkeys(ordered))


def merge_names(names: list[str]) -> list[str]:
    """ "sleep" beside a metric of the night ("deep sleep") is not a second one; so is "walk" beside steps."""
    finer = {
        "sleep_deep",
        "sleep_rem",
        "sleep_light",
        "sleep_efficiency",
        "time_in_bed",
        "sleep_score",
        "awake_minutes",
    }
    if len(names) > 1 and finer & set(names) and "sleep_minutes" in names and len(names) == 2:
        return [n for n in names if n != "sleep_minutes"]
    return names


def take_aggregate(text: Text, *, top: bool) -> None:
    """Words such as "average" and "highest"; `top` says that "most" names days or groups."""
    for words, name in AGGREGATES:
        if text.take(rf"\b{re.escape(words)}\b"):
            text.slots.setdefault("aggs", [])
            text.slots["aggs"].append(name)
            text.slots["averaged"] = text.slots.get("averaged") or words in ("average", "mean")
    named: list[str] = list(dict.fromkeys(text.slots.get("aggs", [])))
    ends = [a for a in named if a != "mean"] or named
    if len(ends) > 1 or (text.slots.get("averaged") and ends[0] != "mean" and not top):
        raise AskBack(f"I read both '{named[0]}' and '{named[1]}': which of them?")
    if ends and text.slots.get("agg") is None:
        text.slots["agg"] = ends[0]
