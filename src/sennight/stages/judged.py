"""Judge everything that is generated from one store: a folder of tables from which all figures are computed again.

People come in folds: a filler and all forecasters learn from the people outside a fold and are judged on those in it.
Nobody whose days the backbone was pretrained on is judged. Stores with many people are judged on one fold of a few.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
import polars as pl

from sennight.backbones.day_transformer.model import DayTransformer
from sennight.backbones.released import released
from sennight.errors import InputError
from sennight.evaluate.generated.daily_kept import judge_days, usual_contributions
from sennight.evaluate.generated.filling import Imputer, judge_filling
from sennight.evaluate.generated.forecasting import (
    forecast_errors,
    forecasters,
    judge_personal,
    with_residuals,
)
from sennight.generate.baselines import Population
from sennight.generate.fill import scaled_of
from sennight.generate.forecast.foundation import EncoderHead, embed_histories, filler_hours
from sennight.generate.forecast.outside import statsforecast
from sennight.generate.forecast.panel import HOURS, Panel, daily, hourly, panel_of
from sennight.generate.forecast.plain import crossed
from sennight.generate.nearest_days import NearestDays
from sennight.generate.saits import train_saits
from sennight.generate.timeline import Timeline
from sennight.pretrain.run import pretraining_people
from sennight.record import folds
from sennight.stages.filled import Learnt, days_of_people, learn_filler, model_of, rows_of
from sennight.store import Store

FILLING, COVERAGE, DAILY, FORECAST, PERSONAL, MADE = (
    "filling.parquet", "coverage.parquet", "daily.parquet", "forecast.parquet", "personal.parquet", "made.json",
)  # fmt: skip
OURS, WITHOUT = "sennight", "without the decoder"
NEAREST, SAITS = "nearest days", "SAITS-like"
HOUR_CHANNELS = ("steps", "heart_rate", "wrist_counts")
DAY_METRICS = ("steps", "active_minutes", "resting_heart_rate", "sleep_minutes")
HISTORY_DAYS, HOURS_AHEAD_DAYS, DAYS_AHEAD = 7, 2, 8
PERSONAL_NETWORK = "MLP"
STATISTICAL = ("AutoETS", "AutoTheta")
MIN_PAIRS = 40  # fewer teach a network nothing
RELEASES_SAW = (
    "nhanes-"  # people of this name in the pack; every released model was pretrained on all of them (its card)
)
MOST_IMPUTER_PEOPLE = 150
MOST_CUTS = 6  # of one person, by hour
MOST_FOUNDATION = 40  # training pairs whose hours the filler forecasts, for its residuals
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class JudgePlan:
    """How much is judged; everything that decides the tables beside the store and the backbone."""

    folds: int = 3
    judged: int = 200
    """At most so many people of a fold."""
    learn: int = 500
    forecast_people: int = 400
    seed: int = 0
    networks: bool = True
    epochs: int = 20


def judge_plan(settings: dict[str, str]) -> JudgePlan:
    """A plan with `key=value` overrides. Raises: InputError on an unknown key or a value of another kind."""
    known = {f.name for f in fields(JudgePlan)}
    unknown = [key for key in settings if key not in known]
    if unknown:
        raise InputError(f"a plan has no setting '{unknown[0]}'", todo=f"Known: {', '.join(sorted(known))}.")
    try:
        numbers = {key: int(text) for key, text in settings.items()}
    except ValueError as error:
        raise InputError("settings of a plan are whole numbers (networks: 0 or 1)") from error
    return JudgePlan(**{k: bool(v) if k == "networks" else v for k, v in numbers.items()})  # type: ignore[arg-type]


def judge_store(
    store: Store,
    out: Path,
    *,
    backbone: str | Path | None,
    plan: JudgePlan,
    also: Sequence[Store] = (),
    say: Say = lambda _: None,
) -> Path:
    """Judge filling, daily metrics, forecasts and personalisation on this store's people; the folder of the tables.

    People of `also`, other studies, are learnt from beside those outside a fold and never judged. A fold that was
    judged before by the same plan is not judged again. Raises: InputError if too few people are left
    that the backbone never saw, or the folder holds another plan.
    """
    model, people = model_of(backbone), _unseen(store, backbone)
    described = {
        "store": store.fingerprint, "people": len(people), "plan": asdict(plan),
        "backbone": model.fingerprint if model else None, "also": [other.fingerprint for other in also],
    }  # fmt: skip
    fold_of = dict(zip(people, folds(people, k=max(plan.folds, 2), seed=plan.seed).tolist(), strict=True))
    for fold in range(plan.folds):
        part = out / f"fold-{fold}"
        if _done(part, described):
            say(f"fold {fold + 1} of {plan.folds} is there")
            continue
        judged = [p for p in people if fold_of[p] == fold][: plan.judged]
        others = [p for p in people if fold_of[p] != fold]
        say(f"fold {fold + 1} of {plan.folds}: {len(judged)} judged, {len(others)} others")
        part.mkdir(parents=True, exist_ok=True)
        tables: dict[str, list[pl.DataFrame]] = {}
        for name, table in _one_fold(store, model, judged, others, also, plan, say):
            if len(table):
                tables.setdefault(name, []).append(table.with_columns(fold=pl.lit(fold)))
                pl.concat(tables[name]).write_parquet(part / name)  # to be looked at while the rest is being judged
        (part / MADE).write_text(json.dumps(described, indent=1) + "\n")
    for name in (FILLING, COVERAGE, DAILY, FORECAST, PERSONAL):
        parts = [pl.read_parquet(p) for f in range(plan.folds) if (p := out / f"fold-{f}" / name).exists()]
        if parts:
            pl.concat(parts).write_parquet(out / name)
    (out / MADE).write_text(json.dumps(described, indent=1) + "\n")
    return out


def _done(part: Path, described: dict[str, object]) -> bool:
    """Was this fold judged before, by the same plan? Raises: InputError if by another."""
    if not (part / MADE).exists():
        return False
    if json.loads((part / MADE).read_text()) != json.loads(json.dumps(described)):
        raise InputError(
            "this fold was judged with another plan, store or backbone", where=str(part), todo="Choose another --out."
        )
    return True


def _unseen(store: Store, backbone: str | Path | None) -> list[str]:
    seen = seen_by(store.people, backbone) if backbone else frozenset()
    left = [p for p in rows_of(store) if p not in seen]
    if len(left) < 4:
        raise InputError(
            f"{len(left)} people are left whom the backbone was not pretrained on",
            where=str(store.path),
            todo="Give a backbone that was pretrained on others.",
        )
    return left


def seen_by(people: Sequence[str], backbone: str | Path) -> frozenset[str]:
    """Those of these people whose days the backbone was pretrained on. Raises: CheckpointError if it is no run."""
    if str(backbone) not in released():
        return pretraining_people(Path(backbone))
    return frozenset(p for p in people if p.startswith(RELEASES_SAW))


def _one_fold(
    store: Store,
    model: DayTransformer | None,
    judged: Sequence[str],
    others: Sequence[str],
    also: Sequence[Store],
    plan: JudgePlan,
    say: Say,
) -> Iterator[tuple[str, pl.DataFrame]]:
    say("learning to fill")
    learnt = learn_filler([store], model=model, people=others[: plan.learn], also=also, without=True, seed=plan.seed)
    fillers = {OURS: learnt.filler} | ({WITHOUT: learnt.without} if learnt.without else {})
    say("learning the baselines")
    imputers = _imputers(store, learnt, plan)
    say("judging filled minutes")
    filling, coverage = judge_filling(
        days_of_people(store, judged), fillers, _natural(store, learnt), imputers=imputers, seed=plan.seed
    )
    yield from ((FILLING, filling), (COVERAGE, coverage))
    say("judging days")
    usual = usual_contributions(days_of_people(store, learnt.train), learnt.filler)
    yield DAILY, judge_days(days_of_people(store, judged), learnt.filler, learnt.days, usual)
    yield from _forecasts(store, learnt, judged, others[: plan.forecast_people], plan, say)


def _imputers(store: Store, learnt: Learnt, plan: JudgePlan) -> dict[str, Imputer]:
    """Baselines that learn: from the same people as the filler, but for those of other studies."""
    filler = learnt.filler
    seen = []
    for windows in days_of_people(store, learnt.train[:MOST_IMPUTER_PEOPLE]):
        timeline = filler.fitting(windows)
        seen.append((scaled_of(filler.scales, timeline)[0], timeline.seen))
    nearest = NearestDays.of(seen, filler.population, np.random.default_rng([plan.seed, 19]))
    return {NEAREST: nearest, SAITS: train_saits(seen, seed=plan.seed)}


def _natural(store: Store, learnt: Learnt) -> Population:
    rows = rows_of(store)
    some = np.concatenate([rows[p] for p in learnt.train])[:2_000]
    batch = store.read(some).select(learnt.filler.channels)
    return Population.of(np.ascontiguousarray(batch.values), np.ascontiguousarray(batch.seen))


def _forecasts(
    store: Store, learnt: Learnt, judged: Sequence[str], others: Sequence[str], plan: JudgePlan, say: Say
) -> Iterator[tuple[str, pl.DataFrame]]:
    """All forecasters on every series that enough pairs of it are known."""
    timelines = {t.person: t for t in map(learnt.filler.fitting, days_of_people(store, [*judged, *others]))}
    series = [(f"{c} by hour", hourly(c), HOURS, HOURS_AHEAD_DAYS, c) for c in HOUR_CHANNELS]
    series += [(f"{m} by day", daily(m), 1, DAYS_AHEAD, "") for m in DAY_METRICS]
    for name, made, a_day, ahead, channel in series:
        train, test = (
            panel_of(
                [timelines[p] for p in group if p in timelines], made,
                history_days=HISTORY_DAYS, horizon_days=ahead, steps_a_day=a_day,
                most_cuts=None if a_day == 1 else MOST_CUTS,
            )
            for group in (others, judged)
        )  # fmt: skip
        if len(train) < MIN_PAIRS or len(set(test.person)) < 2:
            continue
        say(f"forecasting {name}: {len(train)} and {len(test)} pairs")
        quantiles = {
            n: f(test)
            for n, f in forecasters(train, networks=plan.networks, epochs=plan.epochs, seed=plan.seed).items()
        }
        if a_day == 1:
            quantiles |= _statistical(test, say)
        quantiles |= _foundation(train, test, timelines, learnt, channel, a_day)
        errors = forecast_errors(test, quantiles, steps_a_day=a_day)
        yield FORECAST, errors.with_columns(series=pl.lit(name))
        if a_day == 1 and plan.networks:
            own = judge_personal(train, test, name=PERSONAL_NETWORK, epochs=plan.epochs, seed=plan.seed)
            if len(own):
                yield PERSONAL, own.with_columns(series=pl.lit(name))


def _statistical(test: Panel, say: Say) -> dict[str, np.ndarray]:
    """AutoETS and AutoTheta on each history alone, if statsforecast is installed; by hour they would take hours."""
    try:
        return {name: statsforecast(test, name) for name in STATISTICAL}
    except InputError as error:
        say(f"left out: {', '.join(STATISTICAL)}; {error}")
        return {}


def _shows(timeline: Timeline, channels: Sequence[str]) -> bool:
    """Did this person's device ever measure one of these channels?"""
    return any(timeline.seen[:, k].any() for k, name in enumerate(timeline.channels) if name in channels)


def _foundation(
    train: Panel, test: Panel, timelines: dict[str, Timeline], learnt: Learnt, channel: str, a_day: int
) -> dict[str, np.ndarray]:
    """Encoder with a head, the filler, and the decoder directly, on the pairs of this series."""
    made: dict[str, np.ndarray] = {}
    model = learnt.filler.model
    if model is not None and any(_shows(timeline, model.channels) for timeline in timelines.values()):
        of_train, of_test = (embed_histories(p, timelines, model, days=HISTORY_DAYS) for p in (train, test))
        head = EncoderHead.fit(train, of_train)
        of_others = crossed(
            train,
            lambda p, rows: EncoderHead.fit(p.take(~rows), of_train[~rows])(p.take(rows), of_train[rows]),
        )
        points = {"our encoder + head": (of_others, head(test, of_test))}
        made |= with_residuals(train, points, test)
    if a_day == HOURS and channel in learnt.filler.channels:
        # Training pairs give residuals only; some are enough.
        some = train.take(np.arange(0, len(train), max(1, len(train) // MOST_FOUNDATION)))
        ways = {"our filler": False} | ({"our decoder alone": True} if model and channel in model.channels else {})
        points = {
            name: tuple(filler_hours(p, timelines, learnt.filler, channel, decoder=alone) for p in (some, test))  # type: ignore[misc]
            for name, alone in ways.items()
        }
        made |= with_residuals(some, points, test)
    return made
