"""Insights: what changed lately against the person's own past, under false-discovery control; often nothing did.

The last four weeks of each metric stand against up to twelve weeks before them, on the same device. Weeks are shuffled,
not days, because days resemble their neighbours: p is how often shuffled weeks differ as much. Over all metrics the
false-discovery rate is held at 10 % (Benjamini, Hochberg 1995), and a change must be at least 0.4 of the usual spread
of days. Takes 14 valid days before and two whole weeks lately. "Nothing notable" is an answer.
"""

from dataclasses import dataclass
from datetime import date
from itertools import combinations
from math import comb

import numpy as np
from jaxtyping import Float64, Int64

from sennight.agent.choosing import call_of, choose
from sennight.agent.evidence import Answer, Direction, Evidence
from sennight.agent.metrics import BY_NAME, metrics_of
from sennight.agent.person import OpenPerson
from sennight.agent.reply import CannotTell
from sennight.agent.window import Between, LastNDays

RECENT_WEEKS, PAST_WEEKS = 4, 12
MIN_PAST_DAYS, MIN_DAYS_OF_WEEK = 14, 3
MIN_RECENT_WEEKS, MIN_PAST_WEEKS = 2, 4
RATE = 0.1  # of false discoveries among all that is said
MIN_SIZE = 0.4  # of the usual spread (1.4826 median absolute deviations of days)
MOST_SHUFFLES = 4_000
MAD_TO_SD = 1.4826
FAR_DAYS = 2.0  # usual spreads
DAYS_A_WEEK = 7
LEFT_OUT = frozenset({"worn_minutes", "weight"})


@dataclass(frozen=True, kw_only=True)
class Change:
    """One metric lately against before: means, how large it is in usual spreads, p, and whether it is said."""

    recent: Evidence
    past: Evidence
    difference: Evidence
    size: float
    p: float
    said: bool = False


def changes(person: OpenPerson) -> tuple[Change, ...]:
    """Every metric that can be judged, those that are said first, each by its p."""
    found = [
        c for name in metrics_of(person) if name in BY_NAME and name not in LEFT_OUT for c in _change(person, name)
    ]
    keep = discoveries(np.array([c.p for c in found]), RATE)
    judged = [
        Change(recent=c.recent, past=c.past, difference=c.difference, size=c.size, p=c.p,
               said=bool(k) and abs(c.size) >= MIN_SIZE)
        for c, k in zip(found, keep, strict=True)
    ]  # fmt: skip
    return tuple(sorted(judged, key=lambda c: (not c.said, c.p)))


def discoveries(p: Float64[np.ndarray, " n"], rate: float) -> np.ndarray:
    """Which p values Benjamini and Hochberg let through at this rate."""
    if not len(p):
        return np.zeros(0, dtype=np.bool_)
    order = np.sort(p)
    fit = np.flatnonzero(order <= rate * np.arange(1, len(p) + 1) / len(p))
    return p <= (order[fit[-1]] if len(fit) else -1.0)


def _change(person: OpenPerson, name: str) -> list[Change]:
    """The change of one metric, or nothing if it cannot be judged."""
    today = person.today.toordinal()
    floor = max(person.segments[-1].first.toordinal() if person.segments else 0, 1)
    first_recent = today - RECENT_WEEKS * DAYS_A_WEEK + 1
    first_past = max(first_recent - PAST_WEEKS * DAYS_A_WEEK, floor)
    if first_past >= first_recent:
        return []
    try:
        recent = choose(person, name, LastNDays(n=RECENT_WEEKS * DAYS_A_WEEK), least=MIN_DAYS_OF_WEEK)
        past = choose(
            person, name, Between(first=date.fromordinal(first_past), last=date.fromordinal(first_recent - 1)),
            least=MIN_PAST_DAYS,
        )  # fmt: skip
    except CannotTell:
        return []
    if recent.ordinal[0] < floor:
        return []
    a, b = means_by_week(
        np.concatenate([past.value, recent.value]), np.concatenate([past.ordinal, recent.ordinal]), today
    )  # fmt: skip
    if len(a) < MIN_PAST_WEEKS or len(b) < MIN_RECENT_WEEKS:
        return []
    spread = MAD_TO_SD * float(np.median(np.abs(past.value - np.median(past.value))))
    gap = float(recent.value.mean() - past.value.mean())
    p = shuffled_p(a, b)
    size = gap / spread if spread > 0 else 0.0
    call = call_of("compare", metric=name, a=past.span.asked, b=recent.span.asked)
    method = f"shuffling {len(a) + len(b)} weeks, p {p:.3f}; {abs(size):.1f} of the usual spread of days"
    difference = recent.evidence(
        "difference", gap, call, unit="min" if recent.metric.unit == "clock" else "", about="lately minus before",
        method=method, direction=Direction.UP if gap > 0 else Direction.DOWN,
    )  # fmt: skip
    lately = recent.evidence(
        "mean", float(recent.value.mean()), call, about="lately", method="mean of the last four weeks"
    )
    before = past.evidence("mean", float(past.value.mean()), call, about="before", method="mean of the weeks before")
    return [Change(recent=lately, past=before, difference=difference, size=size, p=p)]


def means_by_week(
    value: Float64[np.ndarray, " n"], ordinal: Int64[np.ndarray, " n"], today: int
) -> tuple[Float64[np.ndarray, " past"], Float64[np.ndarray, " recent"]]:
    """Means of the weeks before the last four and of those four, where at least three days of a week count.

    The weekday pattern is taken out first and days count up to two usual spreads from the median, both worked out on
    all weeks together, so that shuffled weeks would have been treated alike.
    """
    weekday = ordinal % DAYS_A_WEEK
    usual = np.array([value[weekday == d].mean() if (weekday == d).any() else np.nan for d in range(DAYS_A_WEEK)])
    flat = value - usual[weekday] + value.mean()
    middle = float(np.median(flat))
    # One marathon is no change of habit.
    reach = FAR_DAYS * MAD_TO_SD * float(np.median(np.abs(flat - middle)))
    flat = np.clip(flat, middle - reach, middle + reach) if reach > 0 else flat
    week = (today - ordinal) // DAYS_A_WEEK
    kept = [w for w in np.unique(week) if (week == w).sum() >= MIN_DAYS_OF_WEEK]
    means = np.array([flat[week == w].mean() for w in kept])
    lately = np.array([w < RECENT_WEEKS for w in kept], dtype=np.bool_)
    return means[~lately], means[lately]


def shuffled_p(past: Float64[np.ndarray, " a"], recent: Float64[np.ndarray, " b"], *, seed: int = 0) -> float:
    """How often shuffled weeks differ as much: all shuffles where there are few, else 4,000 of them."""
    together = np.concatenate([past, recent])
    n, r = len(together), len(recent)
    size = abs(recent.mean() - past.mean())
    if comb(n, r) <= MOST_SHUFFLES:
        rows = np.array(list(combinations(range(n), r)))
    else:
        rng = np.random.default_rng(seed)
        rows = np.argsort(rng.random((MOST_SHUFFLES, n)), axis=1)[:, :r]
    inside = together[rows].mean(axis=1)
    outside = (together.sum() - together[rows].sum(axis=1)) / (n - r)
    reached = int((np.abs(inside - outside) >= size - 1e-12).sum())
    return reached / len(rows) if comb(n, r) <= MOST_SHUFFLES else (reached + 1) / (len(rows) + 1)


def insights_answer(person: OpenPerson, question: str, reading: str) -> Answer:
    """What changed lately, in sentences; or that nothing notable did; or that it cannot be told yet."""
    found = changes(person)
    if not found:
        said = (
            "There is too little to compare yet: this takes two weeks lately and four weeks before them, worn most of "
            "the day, on one device."
        )
        return Answer(question=question, reading=reading, sentences=(said,))
    told = [c for c in found if c.said]
    if not told:
        said = (
            f"Nothing notable: none of {len(found)} metrics moved in the last four weeks more than your weeks usually "
            "differ."
        )
        return Answer(question=question, reading=reading, sentences=(said,))
    sentences: list[str] = []
    evidence: list[Evidence] = []
    for c in told:
        sentences.append(change_sentence(person, c, len(evidence)))
        evidence += [c.recent, c.past, c.difference]
    sentences.append(f"{len(found)} metrics were looked at; about one in ten of such findings is chance.")
    return Answer(question=question, reading=reading, sentences=tuple(sentences), evidence=tuple(evidence))


def change_sentence(person: OpenPerson, change: Change, at: int) -> str:
    """One change in words; its evidence stands at places `at` + 1 to 3."""
    title = metrics_of(person)[change.recent.metric].title
    word = "more" if change.difference.direction is Direction.UP else "less"
    if change.recent.unit in ("clock",):
        word = "later" if word == "more" else "earlier"
    elif change.recent.unit not in ("steps", "min", "kcal", "m"):
        word = "higher" if word == "more" else "lower"
    return (
        f"{title[:1].upper()}{title[1:]}, last four weeks: {{E{at + 1}}} on average, {word} than {{E{at + 2}}} in the "
        f"{{E{at + 2}.valid_days}} counted days before."
    )
