"""The tools `predict` and `explain`: what a saved predictor says of this person, if it may, and which days moved it.

Both are made for a session from a set of predictors and a function that turns days into vectors, because a model may
only ever choose the question. A truth that the person stated, or that was measured, is told in place of a prediction.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from sennight.agent.choosing import call_of
from sennight.agent.evidence import Call, Direction, Evidence, Interval, Origin
from sennight.agent.person import OpenPerson
from sennight.agent.predictors.predictor import Predictor, PredictorSet, names
from sennight.agent.profile import Sex
from sennight.agent.reply import CannotTell, Found, Reason, Reply
from sennight.agent.safety.claims import View
from sennight.agent.tools.tool import Tool, WindowWords
from sennight.agent.window import ALL, Span, Window, on_calendar
from sennight.record import MINUTES_PER_DAY, VALID_DAY_MINUTES, PersonDays

BLOCK_MINUTES = 240
TOLD = 5  # days and blocks that moved an answer most
Vectors = Callable[[Sequence[PersonDays]], Float32[np.ndarray, "day width"]]
NOT_A_DIAGNOSIS = "an estimate from minutes of a wearable: not a measurement, and not a diagnosis"


@dataclass(frozen=True, kw_only=True, eq=False)
class _Asked:
    """Everything a permitted prediction needs: the predictor, the person's days, their vectors, age and sex."""

    predictor: Predictor
    span: Span
    days: list[PersonDays]
    vectors: Float32[np.ndarray, "day width"]
    age: float
    female: float

    def value(self, vectors: Float32[np.ndarray, "day width"]) -> float:
        """The answer for the mean of these day vectors."""
        mean = vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
        return self.predictor.predict(mean, age=self.age, female=self.female).value


def predict_tools(predictors: PredictorSet, vectors: Vectors, *, view: View = View.WELLNESS) -> dict[str, Tool]:
    """`predict` and `explain` for a session."""

    def predict(person: OpenPerson, *, task: str, window: WindowWords = ALL) -> Reply:
        """What a tested predictor says about a health question (`task`) from the person's days in a window: a value,
        its 90 % interval, the base rate, and how good it was on people it had not seen; or why it is withheld. A
        truth that the person stated or that was measured is told instead.
        """
        call = call_of("predict", task=task, window=window)
        if (known := _truth(person, predictors.find(task), task, call)) is not None:
            return known
        asked = _permitted(person, task, window, predictors, vectors, view)
        return Found(evidence=(_told(asked, person, predictors, call),))

    def explain(person: OpenPerson, *, task: str, window: WindowWords = ALL) -> Reply:
        """Which days and which hours of the day moved a prediction: the answer minus the answer without them. Withheld
        where the prediction is.
        """
        call = call_of("explain", task=task, window=window)
        asked = _permitted(person, task, window, predictors, vectors, view)
        return Found(evidence=tuple(_moved(asked, person, vectors, call)))

    return {tool.name: tool for tool in (Tool(predict), Tool(explain))}


def _truth(person: OpenPerson, predictor: Predictor | None, task: str, call: Call) -> Found | None:
    """What is known already: a measured fact of that name, or a condition of the profile."""
    instead = "known, so no prediction is made: what was measured or stated outranks it"
    today = Span(first=person.today, last=person.today, asked="today")
    if task in person.facts and len(person.facts[task].ordinal):
        fact = person.facts[task]
        day = date.fromordinal(int(fact.ordinal[-1]))
        return Found(
            evidence=(
                Evidence(
                    metric=task, statistic="latest", value=float(fact.values[-1]), unit=fact.unit or "1",
                    window=Span(first=day, last=day, asked=str(day)), method=f"measured, {fact.source}", call=call,
                    valid_days=1, days=1, caveats=(instead,),
                ),
            )
        )  # fmt: skip
    words = predictor.truth_words if predictor else ()
    said = next((c for c in person.profile.conditions if any(w in c.lower() for w in words)), None)
    if said is None:
        return None
    return Found(
        evidence=(
            Evidence(
                metric=task, statistic="stated", value=said, unit="word", window=today, method="entered by the person",
                call=call, origin=Origin.STATED, caveats=(instead,),
            ),
        )
    )  # fmt: skip


def _withheld(why: str, todo: str = "") -> CannotTell:
    return CannotTell(Reason.WITHHELD, f"the prediction is withheld: {why}", todo=todo)


def _permitted(
    person: OpenPerson, task: str, window: Window, predictors: PredictorSet, vectors: Vectors, view: View
) -> _Asked:
    """Everything for a prediction. Raises: CannotTell with the first reason why there is none."""
    predictor, domain = predictors.find(task), predictors.domain
    if predictor is None:
        known = names([p for p in predictors.predictors if not p.refused])
        raise CannotTell(Reason.BAD_ARGUMENT, f"there is no predictor '{task[:40]}'", todo=f"There are: {known}.")
    if predictor.for_clinicians and view is not View.CLINICIAN:
        raise _withheld("it is about a disease or a test, and is shown in a clinician view only")
    if predictor.refused:
        raise _withheld(predictor.refused[0])
    age, sex = person.profile.age_on(person.today), person.profile.sex
    if age is None or sex not in (Sex.FEMALE, Sex.MALE):
        raise CannotTell(Reason.NOT_IN_PROFILE, "a prediction needs age and sex", todo="Enter them in the profile.")
    if not domain.youngest <= age <= domain.oldest:
        raise _withheld(f"it learned from people of {domain.youngest:.0f} to {domain.oldest:.0f} years")
    if absent := [c for c in domain.channels if c not in person.minutes]:
        raise _withheld(f"it learned from {domain.device}, and your devices did not record {', '.join(absent)}")
    span = on_calendar(window, today=person.today, recorded=person.recorded, events=person.events)
    days = days_of(person, span, domain.channels)
    if len(days) < domain.min_valid_days:
        raise CannotTell(
            Reason.TOO_FEW_DAYS, f"a prediction needs {domain.min_valid_days} valid days, and there are {len(days)}"
        )
    rows = vectors(days)
    if not domain.distance(rows.mean(axis=0)) <= domain.farthest:
        raise _withheld("these days are unlike those of the people it learned from")
    return _Asked(
        predictor=predictor, span=span, days=days, vectors=rows, age=float(age), female=float(sex is Sex.FEMALE)
    )


def days_of(person: OpenPerson, span: Span, channels: Sequence[str]) -> list[PersonDays]:
    """The valid days of a window with these channels, as windows of one day."""
    found = []
    for row, ordinal in enumerate(person.ordinal.tolist()):
        day = date.fromordinal(ordinal)
        seen = np.stack([person.minutes[c].seen[row] for c in channels], axis=1)
        if not span.holds(day) or seen.any(axis=1).sum() < VALID_DAY_MINUTES:
            continue
        values = np.stack([person.minutes[c].values[row] for c in channels], axis=1)
        found.append(
            PersonDays(
                person=person.id, first_date=day, ordinal=ordinal, weekday=day.weekday(), channels=tuple(channels),
                values=np.where(seen, values, 0).astype(np.float32), seen=seen,
            )
        )  # fmt: skip
    return found


def _told(asked: _Asked, person: OpenPerson, predictors: PredictorSet, call: Call) -> Evidence:
    one, figures = asked.predictor, asked.predictor.figures
    mean = asked.vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    said = one.predict(mean, age=asked.age, female=asked.female)
    base = f"base rate {100 * one.base_rate:.0f} %" if one.kind == "yes/no" else f"mean of others {one.base_rate:.3g}"
    good = (
        f"on {figures.n_people:,} people it had not seen: {figures.metric} {figures.value:.2f}, "
        f"{figures.gain:+.3f} [{figures.gain_low:+.3f}, {figures.gain_high:+.3f}] over age and sex"
    )
    return Evidence(
        metric=one.task, statistic="probability" if one.kind == "yes/no" else "estimate", value=said.value,
        unit=one.unit, window=asked.span, interval=Interval(low=said.low, high=said.high, level=0.9),
        origin=Origin.PREDICTED, call=call,
        method=f"linear head on {predictors.domain.backbone}, learned from {predictors.domain.people}",
        valid_days=len(asked.days), days=len(asked.span.dates), devices=tuple(dict.fromkeys(person.device)),
        caveats=(NOT_A_DIAGNOSIS, base, good),
    )  # fmt: skip


def _moved(asked: _Asked, person: OpenPerson, vectors: Vectors, call: Call) -> list[Evidence]:
    """The days and hours that moved the answer most."""
    whole, effects = asked.value(asked.vectors), dict[str, float]()
    for i, day in enumerate(asked.days):
        effects[str(day.first_date)] = whole - asked.value(np.delete(asked.vectors, i, axis=0))
    for begin in range(0, MINUTES_PER_DAY, BLOCK_MINUTES):
        hours = f"{begin // 60:02d}:00 to {(begin + BLOCK_MINUTES) // 60:02d}:00 of every day"
        effects[hours] = whole - asked.value(vectors([_without(d, begin) for d in asked.days]))
    ranked = sorted(effects.items(), key=lambda pair: -abs(pair[1]))[:TOLD]
    return [
        Evidence(
            metric=asked.predictor.task, statistic="effect", value=effect, unit=asked.predictor.unit, about=about,
            window=asked.span, method="the answer minus the answer without these minutes", call=call,
            origin=Origin.PREDICTED, valid_days=len(asked.days), days=len(asked.span.dates),
            direction=Direction.UP if effect > 0 else Direction.DOWN, devices=tuple(dict.fromkeys(person.device)),
            caveats=(NOT_A_DIAGNOSIS, "what moved a prediction is no cause of anything"),
        )
        for about, effect in ranked
    ]  # fmt: skip


def _without(day: PersonDays, begin: int) -> PersonDays:
    """The day with four hours unseen."""
    seen, values = day.seen.copy(), day.values.copy()
    seen[begin : begin + BLOCK_MINUTES], values[begin : begin + BLOCK_MINUTES] = False, 0
    return PersonDays(
        person=day.person, first_date=day.first_date, ordinal=day.ordinal, weekday=day.weekday, values=values,
        seen=seen, channels=day.channels,
    )  # fmt: skip


def with_predictors(folder: Path | None, *, view: View = View.WELLNESS) -> dict[str, Tool]:
    """The whole shelf with `predict` and `explain` where there is a folder of predictors, else without.

    Raises: StoreError if the folder holds none.
    """
    from sennight.agent.tools import TOOLS

    if folder is None:
        return dict(TOOLS)
    kept = PredictorSet.load(folder)
    return TOOLS | predict_tools(kept, released_vectors(kept.domain.backbone), view=view)


def released_vectors(name: str) -> Vectors:
    """Day vectors of released weights, loaded at the first use."""
    loaded: Mapping[str, object] = {}

    def vectors(days: Sequence[PersonDays]) -> Float32[np.ndarray, "day width"]:
        from sennight.backbones import load
        from sennight.record import WindowBatch

        if "backbone" not in loaded:
            loaded["backbone"] = load(name)  # type: ignore[index]
        backbone = loaded["backbone"]
        rows: np.ndarray = backbone.encode_windows(WindowBatch.stack(list(days)))  # type: ignore[attr-defined]
        return rows

    return vectors
