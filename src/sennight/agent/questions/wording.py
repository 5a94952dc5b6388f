"""Sentences: what an answer says, with references where the numbers go. Short, plain, in the second person."""

from collections.abc import Sequence

from sennight.agent.evidence import Direction, Evidence
from sennight.agent.metrics import BY_NAME, Metric, metrics_of
from sennight.agent.person import OpenPerson
from sennight.agent.questions.intent import Intent, Kind
from sennight.agent.reply import Found
from sennight.agent.shown import shown
from sennight.agent.tools import TOOLS

Sentences = tuple[tuple[str, ...], tuple[Evidence, ...]]
AGGREGATE_SAID = {"mean": "average", "median": "median", "lowest": "lowest", "highest": "highest", "total": "total",
                  "latest": "latest", "sd": "standard deviation of"}  # fmt: skip
MOST_GROUPS = 24
DAILY_MEANS = frozenset({"mean_heart_rate", "glucose", "spo2", "hrv_rmssd", "skin_temperature", "stress", "light"})


def metric_of(person: OpenPerson, name: str) -> Metric:
    """The metric of this name."""
    return metrics_of(person).get(name) or BY_NAME[name]


def words_for(person: OpenPerson, intent: Intent, reply: Found) -> Sentences:
    """The sentences of a reply and the evidence they refer to."""
    match intent.kind:
        case Kind.VALUE:
            return _value(person, intent, reply)
        case Kind.GROUPS | Kind.TOP_GROUP:
            return _groups(person, intent, reply)
        case Kind.TOP:
            return _top(person, intent, reply)
        case Kind.THRESHOLD:
            return _threshold(person, intent, reply)
        case Kind.COMPARE:
            return _compare(person, intent, reply)
        case Kind.TREND:
            return _trend(person, intent, reply)
        case Kind.ASSOCIATE:
            return _associate(reply)
        case Kind.BASELINE:
            return _baseline(person, intent, reply)
        case Kind.NIGHT:
            return _night(reply)
        case Kind.COVERAGE:
            return ((f"{{E1}} of {metric_of(person, intent.metric).title} count, {{E1.window}}.",), reply.evidence)
        case _:
            return _others(person, intent, reply)


def _value(person: OpenPerson, intent: Intent, reply: Found) -> Sentences:
    metric, found = metric_of(person, intent.metric), reply.evidence[0]
    part = "".join(f", {p}" for p in (intent.hours, f"while {intent.when}" if intent.when else "") if p)
    one_day = found.valid_days == 1 and len(found.window.dates) == 1
    if one_day and intent.agg in ("mean", "median", "total", "lowest", "highest", "latest"):
        return ((f"Your {metric.title}{part}, {{E1.window}}: {{E1}}.",), reply.evidence)
    each = (
        "" if intent.agg in ("total", "lowest", "highest", "latest", "sd") else " a night" if metric.night else " a day"
    )
    each = "" if metric.unit in ("clock", "beats/min", "%", "ms", "1") else each
    said = AGGREGATE_SAID[intent.agg]
    sentences = [f"Your {said} {metric.title}{part}, {{E1.window}}: {{E1}}{each}."]
    evidence = list(reply.evidence)
    if intent.agg in ("lowest", "highest", "latest"):
        # The lowest of a mean is of a day's mean, which the sentence must say.
        said = f"{said} daily" if metric.name in DAILY_MEANS else said
        sentences[0] = f"Your {said} {metric.title}{part}, {{E1.window}}: {{E1}}, on {shown(found.about, 'date')}."
    if found.interval is not None:
        sentences.append("With so few and uneven days the average is known to about {E1.interval}." if found.valid_days < 10
                         else "The average is known to about {E1.interval}.")  # fmt: skip
    if intent.agg == "mean" and "agg" not in intent.named and metric.adds_up and found.valid_days > 1 and not part:
        total = TOOLS["metric"].call(person, {**found.call.arguments, "agg": "total"})
        if isinstance(total, Found):
            evidence.append(total.evidence[0])
            sentences.append("In all that is {E2} over {E2.valid_days} days.")
    return tuple(sentences), tuple(evidence)


def _groups(person: OpenPerson, intent: Intent, reply: Found) -> Sentences:
    metric = metric_of(person, intent.metric)
    evidence = [e for e in reply.evidence if not isinstance(e.value, str)]
    if intent.kind is Kind.TOP_GROUP:
        order = sorted(range(len(evidence)), key=lambda i: float(evidence[i].value), reverse=intent.agg != "lowest")
        chosen = [evidence[i] for i in order]
        most = "least" if intent.agg == "lowest" else "most"
        first = chosen[0]
        rest = "; ".join(f"{{E{i}.about}} {{E{i}}}" for i in range(2, min(len(chosen), 8) + 1))
        sentences = [f"{_said(first.about)} has your {most} {metric.title}: {{E1}} on average."]
        if rest:
            sentences.append(f"The others: {rest}.")
        return tuple(sentences), tuple(chosen)
    listed = evidence[:MOST_GROUPS]
    rows = "; ".join(f"{{E{i}.about}}: {{E{i}}}" for i in range(1, len(listed) + 1))
    agg = AGGREGATE_SAID.get(intent.agg or "mean", "average")
    sentences = [f"Your {agg} {metric.title} by {intent.by}, {{E1.window}}: {rows}."]
    left = len(evidence) - len(listed) + reply.left_off
    if left:
        sentences.append(f"{left} more are left off; ask for a shorter period.")
    return tuple(sentences), tuple(listed)


def _said(about: str) -> str:
    return shown(about, "date") if len(about) == 10 and about[4] == about[7] == "-" else about


def _top(person: OpenPerson, intent: Intent, reply: Found) -> Sentences:
    metric = metric_of(person, intent.metric)
    most = "least" if intent.agg == "lowest" else "most"
    if metric.unit == "clock":
        most = "earliest" if intent.agg == "lowest" else "latest"
    what = "night" if metric.night else "day"
    if len(reply.evidence) == 1:
        e = reply.evidence[0]
        return (
            (f"The {what} with your {most} {metric.title}, {{E1.window}} was {_said(e.about)}: {{E1}}.",),
            reply.evidence,
        )
    rows = "; ".join(f"{_said(e.about)} {{E{i}}}" for i, e in enumerate(reply.evidence, start=1))
    return (
        (f"The {len(reply.evidence)} {what}s with your {most} {metric.title}, {{E1.window}}: {rows}.",),
        reply.evidence,
    )


def _threshold(person: OpenPerson, intent: Intent, reply: Found) -> Sentences:
    metric = metric_of(person, intent.metric)
    sign = intent.condition.rstrip("0123456789.-")
    limit = shown(float(intent.condition[len(sign) :]), metric.unit)
    said = {">=": "at least", ">": "more than", "<=": "at most", "<": "less than"}[sign]
    if metric.unit == "clock":
        said = {">=": "at or after", ">": "after", "<=": "at or before", "<": "before"}[sign]
    sentences = [
        f"On {{E1}} of {{E1.valid_days}} your {metric.title} was {said} {limit},, {{E1.window}} ({{E2}} of those that count)."
    ]
    listed = reply.evidence[2:]
    if listed:
        rows = "; ".join(f"{_said(e.about)} {{E{i}}}" for i, e in enumerate(listed, start=3))
        sentences.append(f"The latest: {rows}.")
    return tuple(sentences), reply.evidence


def _compare(person: OpenPerson, intent: Intent, reply: Found) -> Sentences:
    metric = metric_of(person, intent.metric)
    gap = reply.evidence[0]
    word = {Direction.UP: _more(metric, "more"), Direction.DOWN: _more(metric, "less")}.get(
        gap.direction or Direction.UNCLEAR
    )
    sentences = [f"Your average {metric.title}: {{E3}} ({{E3.window}}), {{E2}} ({{E2.window}})."]
    if word:
        sentences.append(f"The difference is {{E1}} ({{E1.interval}}), {word} in the first than in the second.")  # fmt: skip
    elif gap.interval is not None:
        sentences.append("The difference is {E1} ({E1.interval}): not clear of chance." if gap.interval.low <= 0 <= gap.interval.high
                         else "The difference is {E1} ({E1.interval}); no direction is claimed, see the notes.")  # fmt: skip
    else:
        sentences.append("The difference is {E1}; too few days to say whether it is more than chance.")
    return tuple(sentences), reply.evidence


def _more(metric: Metric, word: str) -> str:
    if metric.unit == "clock":
        return "later" if word == "more" else "earlier"
    if metric.adds_up or metric.unit == "min":
        return word
    return "higher" if word == "more" else "lower"


def _trend(person: OpenPerson, intent: Intent, reply: Found) -> Sentences:
    metric = metric_of(person, intent.metric)
    first = reply.evidence[0]
    sentences = []
    if first.statistic == "slope":
        going = {Direction.UP: "is going up" if metric.unit != "clock" else "is getting later",
                 Direction.DOWN: "is going down" if metric.unit != "clock" else "is getting earlier"}.get(
            first.direction or Direction.UNCLEAR)  # fmt: skip
        sentences.append(f"Your {metric.title} {going}, {{E1.window}}: by {{E1}} a week ({{E1.interval}})." if going else
                         f"Your {metric.title} shows no clear trend, {{E1.window}}: {{E1}} a week ({{E1.interval}}).")  # fmt: skip
    else:
        sentences.append(
            f"There are too few days ({{E{len(reply.evidence)}}}) since the device changed to tell a trend of your {metric.title}."
        )
    for i, e in enumerate(reply.evidence, start=1):
        if e.statistic == "change":
            sentences.append(f"Its level changed around {{E{i}}}.")
        if e.statistic == "device_change":
            sentences.append(
                f"The device changed to {_plain(e.about)} on {{E{i}}}; days before it are not compared with days after."
            )
    return tuple(sentences), reply.evidence


def _plain(text: str) -> str:
    return text.replace("{", "(").replace("}", ")")


def _associate(reply: Found) -> Sentences:
    rho = reply.evidence[0]
    together = {Direction.UP: "tend to move together", Direction.DOWN: "tend to move in opposite ways"}.get(
        rho.direction or Direction.UNCLEAR, "show no clear association")  # fmt: skip
    sentence = f"{_plain(rho.about[:1].upper() + rho.about[1:])} {together} over {{E1.valid_days}} days (rank correlation {{E1}}, p {{E2}})."
    return (sentence, "An association only: it does not say that one causes the other."), reply.evidence


def _baseline(person: OpenPerson, intent: Intent, reply: Found) -> Sentences:
    metric = metric_of(person, intent.metric)
    away = reply.evidence[4]
    said = {Direction.UP: "above", Direction.DOWN: "below"}.get(away.direction or Direction.UNCLEAR)
    if metric.unit == "clock" and said:
        said = "later than" if said == "above" else "earlier than"
    verdict = (
        f"well {said} your own usual"
        if said in ("above", "below")
        else f"{said} your own usual"
        if said
        else "within your own usual"
    )
    return (
        f"Your {metric.title}, {{E1.window}} averaged {{E1}}, {verdict}: the median of your {{E2.valid_days}} days before is {{E2}}, "
        "and most of them lie between {E3} and {E4}.",
    ), reply.evidence


def _night(reply: Found) -> Sentences:
    names = {e.metric: i for i, e in enumerate(reply.evidence, start=1)}
    first = reply.evidence[0]
    sentences = [f"You slept {{E1}} in the night that ended on {_said(first.about)}."]
    if "sleep_onset" in names and "wake_time" in names:
        sentences.append(f"You fell asleep at {{E{names['sleep_onset']}}} and woke up at {{E{names['wake_time']}}}.")
    rest = [f"{metric.replace('_', ' ')} {{E{i}}}" for metric, i in names.items()
            if metric not in ("sleep_minutes", "sleep_onset", "wake_time")]  # fmt: skip
    if rest:
        sentences.append(f"{', '.join(rest)[:1].upper()}{', '.join(rest)[1:]}.")
    return tuple(sentences), reply.evidence


def _others(person: OpenPerson, intent: Intent, reply: Found) -> Sentences:
    title = metric_of(person, intent.metric).title if intent.metric else ""
    match intent.kind:
        case Kind.WORKOUTS:
            rows = [
                f"{_plain(e.about)}: {{E{i}}}" for i, e in enumerate(reply.evidence, start=1) if e.statistic == "value"
            ]
            listed = (f"{'; '.join(rows[:6])}.",) if rows else ()
            kind = {"run": "run", "walk": "walk"}.get(intent.workout, "workout")
            return (
                f"{{E1}} {kind}{'s' if reply.evidence[0].value != 1 else ''}, {{E1.window}}, {{E2}} in all.",
                *listed,
            ), reply.evidence
        case Kind.FORECAST:
            rows = [
                f"{_said(e.about)} {{E{i}}}" + (f" ({{E{i}.interval}})" if e.interval else "")
                for i, e in enumerate(reply.evidence, start=1)
            ]
            return (f"An estimate, not a measurement: your {title} may come to {'; '.join(rows)}.",), reply.evidence
        case Kind.FILL:
            rows = [f"{_said(e.about)} {{E{i}}} ({{E{i}.interval}})" for i, e in enumerate(reply.evidence, start=1)]
            return (f"Estimated, had every minute been seen, your {title}: {'; '.join(rows)}.",), reply.evidence
        case Kind.PEERS:
            return (
                f"Your average {title} is {{E2}}, about the {{E1}} among {_plain(reply.evidence[2].about)} "
                "(median {E3}, half of them between {E4} and {E5}).",
                "They wore a hip accelerometer in 2005-2006, so this is a rough place, not a rank.",
            ), reply.evidence
        case Kind.PROFILE:
            rows = [f"{e.metric} {{E{i}}}" for i, e in enumerate(reply.evidence, start=1)]
            return (f"You entered: {', '.join(rows)}.",), reply.evidence
        case Kind.PLOT:
            return (f"Your {title} by {'hour' if intent.by == 'hour' else 'day'}, {{E1.window}}.",), reply.evidence
    return _listed(reply.evidence)


def _listed(evidence: Sequence[Evidence]) -> Sentences:
    devices = [f"{_plain(e.about)} since {{E{i}}}" for i, e in enumerate(evidence, start=1) if e.statistic == "device"]
    known = [
        f"{_plain(e.about.split(' (')[0])} ({{E{i}}})" for i, e in enumerate(evidence, start=1) if e.metric != "all"
    ]
    sentences = ["There are {E1} with data, {E2} of them valid,, {E1.window}."]
    if devices:
        sentences.append(f"Devices: {', '.join(devices)}.")
    sentences.append(f"You can ask about {', '.join(known)}.")
    return tuple(sentences), tuple(evidence)
