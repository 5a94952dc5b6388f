"""Phrasing: a typed question as people would write it, in many ways; with typing errors and follow-ups on demand."""

from datetime import date

import numpy as np

from sennight.agent.exam.spec import CLOCKS, Question, When

NAMES = {
    "steps": ("steps", "step count"), "active_minutes": ("active minutes", "active time"),
    "sedentary_minutes": ("sedentary time", "sedentary minutes", "sitting time"),
    "energy": ("calories burned", "energy use", "calories"), "distance": ("distance",),
    "mean_heart_rate": ("heart rate", "pulse"), "resting_heart_rate": ("resting heart rate", "resting pulse"),
    "max_heart_rate": ("peak heart rate", "maximum heart rate"), "hrv_rmssd": ("hrv", "heart rate variability"),
    "glucose": ("glucose", "blood sugar"), "spo2": ("blood oxygen", "oxygen saturation"),
    "skin_temperature": ("skin temperature",), "stress": ("stress score",),
    "sleep_minutes": ("sleep", "time asleep", "sleep duration"), "sleep_onset": ("bedtime", "sleep onset"),
    "wake_time": ("wake time", "waking time"), "sleep_efficiency": ("sleep efficiency",), "time_in_bed": ("time in bed",),
    "awake_minutes": ("time awake at night", "minutes awake in bed"), "weight": ("weight",), "worn_minutes": ("wear time",),
}  # fmt: skip
UNITS = {"steps": "steps", "active_minutes": "minutes", "sedentary_minutes": "minutes", "energy": "kcal",
         "sleep_minutes": "minutes", "time_in_bed": "minutes", "awake_minutes": "minutes"}  # fmt: skip
AGGREGATES = {"mean": ("average", "mean"), "median": ("median",), "lowest": ("lowest", "minimum"),
              "highest": ("highest", "maximum"), "total": ("total",), "sd": ("standard deviation of",),
              "latest": ("latest", "most recent")}  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SIGNS = {">=": ("at least", "no less than"), ">": ("more than", "over", "above"), "<=": ("at most", "no more than"),
         "<": ("less than", "under", "below")}  # fmt: skip
HOURS = {"06:00-09:00": ("between 6 and 9 am", "from 06:00 to 09:00"), "09:00-17:00": ("between 9:00 and 17:00", "from 9 am to 5 pm"),
         "18:00-24:00": ("in the evening", "between 18:00 and midnight"), "22:00-06:00": ("between 22:00 and 06:00", "from 10 pm to 6 am")}  # fmt: skip
STATES = {
    "walking": ("while walking", "when I walk"),
    "asleep": ("while asleep", "during sleep"),
    "still": ("while sitting still", "when not moving"),
}


def pick(rng: np.random.Generator, options: tuple[str, ...]) -> str:
    """One of them."""
    return options[int(rng.integers(0, len(options)))]


def said_date(day: date, rng: np.random.Generator) -> str:
    """A date in one of the ways that cannot be misread."""
    return pick(rng, (f"{day.day} {day:%B} {day.year}", f"{day:%B} {day.day}, {day.year}", day.isoformat()))


def said_window(when: When, rng: np.random.Generator) -> str:
    """A window in words, with its preposition."""
    match when.sort:
        case "last":
            said = pick(
                rng, (f"over the last {when.n} days", f"in the past {when.n} days", f"during the last {when.n} days")
            )
        case "calendar":
            said = _calendar(when, rng)
        case "between":
            said = pick(rng, ("between {a} and {b}", "from {a} to {b}")).format(
                a=said_date(when.first or date.min, rng), b=said_date(when.last or date.min, rng)
            )
        case "since":
            said = f"since {said_date(when.first or date.min, rng)}"
        case "day":
            said = f"on {said_date(when.first or date.min, rng)}"
        case _:
            said = pick(rng, ("over all my data", "over all time", "over all recorded days"))
    if when.weekdays == (5, 6):
        return f"on weekends {said}"
    if when.weekdays == (0, 1, 2, 3, 4):
        return f"on weekdays {said}"
    return f"on {DAYS[when.weekdays[0]]}s {said}" if when.weekdays else said


def _calendar(when: When, rng: np.random.Generator) -> str:
    if when.n == 0:
        return pick(rng, (f"this {when.unit}", f"in the current {when.unit}"))
    return (
        pick(rng, (f"last {when.unit}", f"in the previous {when.unit}"))
        if when.n == -1
        else f"{-when.n} {when.unit}s ago"
    )


def said_limit(metric: str, condition: str, rng: np.random.Generator) -> str:
    """A threshold with its unit: "more than 8,000 steps"; clock times as times of day."""
    sign = next(s for s in (">=", "<=", ">", "<") if condition.startswith(s))
    value = float(condition[len(sign) :])
    if metric in CLOCKS:
        minute = int(value) % 1440
        clock = f"{minute // 60:02d}:{minute % 60:02d}"
        return f"{pick(rng, ('after', 'later than') if sign == '>' else ('before', 'earlier than'))} {clock}"
    if metric in ("sleep_minutes", "time_in_bed") and value % 30 == 0 and rng.random() < 0.5:
        return f"{pick(rng, SIGNS[sign])} {value / 60:g} hours"
    number = f"{value:,.0f}" if value == int(value) else f"{value:g}"
    unit = UNITS.get(metric, "")
    return f"{pick(rng, SIGNS[sign])} {number} {unit}".strip()


def say(q: Question, rng: np.random.Generator) -> str:
    """The question in words."""
    name, window = pick(rng, NAMES[q.metric]), said_window(q.when, rng)
    if q.metric == "mean_heart_rate" and q.agg == "highest":
        name = f"daily {name}"  # "maximum heart rate" would ask for a minute, not for a day's mean
    part = " ".join(p for p in (
        pick(rng, HOURS[q.hours]) if q.hours else "", pick(rng, STATES[q.state]) if q.state else "", _condition_days(q, rng),
    ) if p)  # fmt: skip
    match q.kind:
        case "value":
            agg = pick(rng, AGGREGATES[q.agg])
            forms: tuple[str, ...] = (
 "What was my {agg} {name} {part} {window}?", "{agg} {name} {part} {window}", "Tell me my {agg} {name} {part} {window}.",
                     "{window}, what was my {agg} {name} {part}?", "Please show me the {agg} {name} {part} {window}")  # fmt: skip
            text = pick(rng, forms).format(agg=agg, name=name, part=part, window=window)
        case "coverage":
            text = pick(
                rng,
                (
                    "How many days of {name} data do I have {window}?",
                    "For how many days is there {name} data {window}?",
                ),
            ).format(name=name, window=window)
        case "top":
            text = _top(q, name, window, rng)
        case "threshold":
            limit = said_limit(q.metric, q.condition, rng)
            what = "nights" if q.metric == "sleep_minutes" else "days"
            forms = ("On how many {what} was my {name} {limit} {window}?", "How many {what} {window} did I have a {name} of {limit}?",
                     "{window}, on how many {what} was my {name} {limit}?")  # fmt: skip
            text = pick(rng, forms).format(what=what, name=name, limit=limit, window=window)
        case "groups":
            text = pick(rng, ("My average {name} by {by} {window}", "Show my {name} per {by} {window}", "What was my mean {name} for each {by} {window}?")).format(
                name=name, by={"hour": "hour of the day", "weekday": "weekday"}.get(q.by, q.by), window=window)  # fmt: skip
        case _:
            text = _related(q, name, window, rng)
    return " ".join(text.replace(" ,", ",").split())


def _condition_days(q: Question, rng: np.random.Generator) -> str:
    if not q.days_when:
        return ""
    sign = next(s for s in (">=", "<=", ">", "<") if s in q.days_when)
    metric = q.days_when.split(sign)[0]
    name = pick(rng, NAMES[metric])
    return f"on days when my {name} was {said_limit(metric, q.days_when[len(metric) :], rng)}"


def _top(q: Question, name: str, window: str, rng: np.random.Generator) -> str:
    most = pick(rng, ("highest", "most")) if q.agg == "highest" else pick(rng, ("lowest", "least"))
    if q.n > 1:
        return pick(rng, ("Which {n} days had the {most} {name} {window}?", "What were the {n} days with the {most} {name} {window}?")).format(
            n=q.n, most=most, name=name, window=window)  # fmt: skip
    return pick(rng, ("Which day had the {most} {name} {window}?", "On which day was my {name} {most} {window}?", "What day had my {most} {name} {window}?")).format(
        most="highest" if most == "most" else "lowest" if most == "least" else most, name=name, window=window)  # fmt: skip


def _related(q: Question, name: str, window: str, rng: np.random.Generator) -> str:
    if q.kind == "compare" and q.second is not None:
        other = said_window(q.second, rng)
        return pick(rng, ("Compare my average {name} {a} with {b}.", "How does my {name} {a} compare with {b}?", "My {name} {a} versus {b}")).format(
            name=name, a=window, b=other)  # fmt: skip
    if q.kind == "trend":
        return pick(rng, ("Is my {name} going up or down {window}?", "What is the trend of my {name} {window}?", "Has my {name} been increasing {window}?")).format(
            name=name, window=window)  # fmt: skip
    other = pick(rng, NAMES[q.other])
    lag = " the next day" if q.lag else ""
    return pick(rng, ("Is my {x} related to my {y}{lag}?", "Is there a correlation between {x} and {y}{lag}?")).format(
        x=name, y=other, lag=lag
    )


def misspelt(text: str, rng: np.random.Generator) -> str:
    """One slip in one long word: two letters swapped, one doubled or one lost; numbers and names of months are spared."""
    words = text.split()
    places = [i for i, w in enumerate(words) if w.isalpha() and len(w) >= 6 and w.islower()]
    if not places:
        return text
    i = int(rng.choice(places))
    word, at = words[i], int(rng.integers(1, len(words[i]) - 2))
    slips = (
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        word[:at] + word[at] + word[at:],
        word[:at] + word[at + 1 :],
    )
    words[i] = slips[int(rng.integers(0, 3))]
    return " ".join(words)
