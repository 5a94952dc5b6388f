"""Audit: a store and a run become an audit of what the model gives away; cheap shadows by default, cost told.

Members are whom the run learned from, others whom it never saw, matched by age and sex. Shadow models and the
over-trained twin are the smallest size, few steps, of the run's own layout and objective: a weak attacker, whose
strength the twin shows. A run with folds is audited by its first fold. Its decoder is attacked only if it learned: one
that did not can give nobody away.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from sennight.backbones.backbone import Backbone
from sennight.backbones.checkpoint import load
from sennight.backbones.day_transformer.model import DayTransformer
from sennight.backbones.handcrafted import HandcraftedConfig
from sennight.embed import embed_batches
from sennight.errors import CheckpointError, InputError
from sennight.evaluate import evaluate
from sennight.evaluate.controls import MISSINGNESS, missingness, with_age_sex
from sennight.evaluate.privacy.audit import CONTROL, KNOWLEDGE, NOBODY, AttributeLeak, Audit, found_of, leaks_of
from sennight.evaluate.privacy.losses import DRAWS, SIGNALS, PersonLosses, person_losses
from sennight.evaluate.privacy.membership import by_loss, lira, matched, rmia, shadow_halves
from sennight.evaluate.privacy.reidentify import EVERYBODY, UNSEEN, gallery, own_ranks, same_known
from sennight.evaluate.report.audit_tables import audit_markdown
from sennight.pretrain.recipes import Recipe, recipe
from sennight.pretrain.run import MODEL, PEOPLE, RUN, pretrain
from sennight.record import MINUTES_PER_DAY, Embedding, WindowBatch
from sennight.stages.copied import copied_days
from sennight.stages.embedded import backbones_of, title
from sennight.stages.who import people_who_count, valid_rows
from sennight.store import Store
from sennight.store.store import WEEK_DAYS
from sennight.tasks import AGE, SEX, TASKS

ENGINEERED, AUDIT_PAGE = "engineered", "audit.md"
BATCH = 128
ATTRIBUTES = (
    "age", "sex", "obese", "diabetes", "current_smoker", "depression_phq10", "med_antidepressant_any", "hypertension",
)  # fmt: skip
FOLLOWED = ("layout", "patch_minutes", "window_days", "aim_weight", "person_weight", "keep_tokens")  # by shadows
FOLLOWED_LATER = {"vector": 0, "other_day_weight": 0.0}  # and by what recipes of before did not have
MADE_UP = "rebuilt by the model from a tenth of the tokens of days of people it never saw"
DECADE = 10.0
MIN_SIDE = 20  # members, and others; with fewer an AUC strays by .18 by chance
Tick = Callable[[int, int, str], None]


@dataclass(frozen=True, kw_only=True)
class AuditPlan:
    """How much an audit spends. `people`: at most so many members, and as many others."""

    shadows: int = 8
    shadow_steps: int = 60
    batch: int = 32
    people: int = 1_000
    windows: int = 4
    control_people: int = 24
    control_steps: int = 400
    gallery: int = 1_000
    replicates: int = 200
    seed: int = 0


def audit_plan(settings: Mapping[str, str], *, seed: int = 0) -> AuditPlan:
    """A plan with `key=value` settings. Raises: InputError if one is unknown or no whole number."""
    known = asdict(AuditPlan())
    for key, text in settings.items():
        if key not in known or key == "seed":
            raise InputError(
                f"an audit has no setting '{key}'", todo=f"It has {', '.join(k for k in known if k != 'seed')}."
            )
        if not text.isdigit():
            raise InputError(f"setting {key}={text}: expected a whole number")
    return AuditPlan(**{key: int(text) for key, text in settings.items()}, seed=seed)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Target:
    """What is attacked, and who it learned from (nobody known, of a bare checkpoint)."""

    model: DayTransformer
    folder: Path
    members: frozenset[str]
    seen: frozenset[str]
    recipe: Mapping[str, Any]

    @property
    def rebuilds(self) -> bool:
        """Did it learn to rebuild hidden minutes? If not, its decoder is noise that can give nobody away."""
        return float(self.recipe.get("aim_weight", 0)) > 0

    @property
    def signals(self) -> tuple[str, ...]:
        """What an attacker looks at: two vectors of a person, and rebuilt minutes if the model was taught to rebuild.

        Of a week model there is one vector a person, so that how strange a second one is cannot be asked.
        """
        rebuilt, strange = SIGNALS
        weeks = self.model.config.window_days == WEEK_DAYS
        return (*((rebuilt,) if self.rebuilds else ()), *(() if weeks else (strange,)))


def audit_store(
    store: Store,
    run: Path,
    out: Path,
    *,
    plan: AuditPlan | None = None,
    generated: Store | None = None,
    progress: Tick | None = None,
) -> Audit:
    """Attack a run or checkpoint with the people of a store. Raises: InputError, CheckpointError, StoreError."""
    plan, tick = plan or AuditPlan(), progress or _silent
    target = _target(run, store)
    name = title(target.model)
    cost: dict[str, float] = {}
    notes: list[str] = []
    scores, ranks = NOBODY, NOBODY
    if target.members and not target.signals:
        notes.append("Membership was not assessed: the model rebuilds nothing, and has one vector a person.")
    elif target.members:
        with _timed("membership", cost):
            scores, said = _membership(store, target, plan, out, tick)
            notes += said
    else:
        notes.append("Membership was not assessed: this checkpoint does not say whom it learned from.")
    with _timed("re-identification", cost):
        ranks = _reidentification(store, target, name, plan)
    tick(plan.shadows + 2, plan.shadows + 3, "attributes")
    with _timed("attributes", cost):
        attributes = _attributes(store, target, name, plan)
    copied = None
    if target.members and (generated is not None or target.rebuilds) and target.model.config.window_days == 1:
        try:
            with _timed("nearest day", cost):
                copied = copied_days(
                    store, target.model, members=target.members, seen=target.seen, generated=generated, seed=plan.seed
                )
            notes.append(f"Generated days are {MADE_UP if generated is None else 'those that were given'}.")
        except InputError as error:
            notes.append(f"Generated days were not assessed: {error.what}.")
    else:
        notes.append("Generated days were not assessed: the model rebuilds none, or nobody knows whom it learned from.")
    audit = Audit(
        model=name,
        run=target.model.fingerprint,
        membership=leaks_of(scores, control=False),
        control=leaks_of(scores, control=True),
        reidentified=found_of(ranks),
        attributes=attributes,
        copies=copied,
        settings=asdict(plan),
        cost_s=cost,
        notes=tuple(notes),
        scores=scores,
        ranks=ranks,
    )
    audit.save(out)
    title_line = f"# Audit of {audit.model}"
    (out / AUDIT_PAGE).write_text("\n".join([title_line, "", *audit_markdown(audit)]) + "\n", encoding="utf-8")
    return audit


def _silent(done: int, total: int, note: str) -> None:
    """Nobody listens."""


@contextmanager
def _timed(name: str, cost: dict[str, float]) -> Iterator[None]:
    begin = time.perf_counter()
    yield
    cost[name] = round(time.perf_counter() - begin, 1)


def _target(run: Path, store: Store) -> _Target:
    folder = run if (run / RUN).exists() or not (run / "fold-0" / RUN).exists() else run / "fold-0"
    model = backbones_of(folder, store)[0]
    if not isinstance(model, DayTransformer):
        raise InputError("an audit is of a pretraining run or a checkpoint of one", where=str(run))
    if not (folder / RUN).exists():
        return _Target(model=model, folder=folder, members=frozenset(), seen=frozenset(), recipe={})
    try:
        people = json.loads((folder / PEOPLE).read_text())
        described = json.loads((folder / RUN).read_text())["recipe"]
        members = frozenset(people["train"])
    except (OSError, ValueError, KeyError) as error:
        raise CheckpointError("this run does not say whom it learned from", where=str(folder)) from error
    seen = members | frozenset(people["validate"])
    return _Target(model=model, folder=folder, members=members, seen=seen, recipe=described)


def _membership(
    store: Store, target: _Target, plan: AuditPlan, out: Path, tick: Tick
) -> tuple[pl.DataFrame, list[str]]:
    """What every attack gives every matched person, of the model and of its over-trained twin."""
    everybody = tuple(p for p in people_who_count(store) if p in target.members or p not in target.seen)
    notes = []
    if not any(p not in target.seen for p in everybody):
        everybody = people_who_count(store)
        notes.append("The run learned from everybody it could; the others are the people it only judged itself by.")
    member = np.array([p in target.members for p in everybody], dtype=np.bool_)
    chosen = matched(member, _stratum(store, everybody), most=plan.people, seed=plan.seed)
    people = tuple(p for p, c in zip(everybody, chosen, strict=True) if c)
    member = member[chosen]
    if min(member.sum(), (~member).sum()) < MIN_SIDE:
        return NOBODY, [*notes, f"Membership was not assessed: fewer than {MIN_SIDE} people on one side."]
    windows = _windows_of(store, people, target.model, most=plan.windows)
    inside, shadow = _shadows(store, target, plan, people, windows, out, tick)
    draws = DRAWS if target.rebuilds else 0
    truth = _losses(target.model, windows, people, plan, draws)
    frames = []
    for signal in target.signals:
        held = np.stack([s.of(signal) for s in shadow])
        for attack, score in _attacks(truth.of(signal), held, inside).items():
            frames.append(_rows(f"{attack}, {signal}", people, member, score))
    tick(plan.shadows, plan.shadows + 3, "over-trained twin")
    twin_people = people[: plan.control_people]
    twin, learned = _train(store, target, plan, twin_people, out / "twin", steps=plan.control_steps, seed=plan.seed)
    known = _losses(twin, windows, people, plan, draws)
    of_twin = np.array([p in learned for p in people], dtype=np.bool_)
    judged = of_twin | np.array([p not in twin_people for p in people], dtype=np.bool_)
    for signal in target.signals:
        held = np.stack([s.of(signal) for s in shadow])
        kept = tuple(p for p, j in zip(people, judged, strict=True) if j)
        for attack in ("loss", "RMIA"):
            score = _attacks(known.of(signal), held, inside)[attack]
            frames.append(_rows(f"{CONTROL}{attack}, {signal}", kept, of_twin[judged], score[judged]))
    return pl.concat(frames), notes


def _attacks(loss: np.ndarray, shadow: np.ndarray, inside: np.ndarray) -> dict[str, np.ndarray]:
    return {"loss": by_loss(loss), "LiRA": lira(loss, shadow, inside), "RMIA": rmia(loss, shadow[:2])}


def _rows(attack: str, people: Sequence[str], member: np.ndarray, score: np.ndarray) -> pl.DataFrame:
    return pl.DataFrame({"attack": [attack] * len(people), "person": list(people), "member": member, "score": score})


def _stratum(store: Store, people: Sequence[str]) -> np.ndarray:
    """Decade of age and sex as one number; an unknown one is a stratum of its own."""
    age, sex = (np.nan_to_num(store.facts.vector(name, people), nan=-10.0) for name in (AGE, SEX))
    return (np.floor(age / DECADE) * 10 + sex).astype(np.int64)


def _shadows(
    store: Store,
    target: _Target,
    plan: AuditPlan,
    people: tuple[str, ...],
    windows: list[WindowBatch],
    out: Path,
    tick: Tick,
) -> tuple[np.ndarray, list[PersonLosses]]:
    """Losses of shadow models, and who is in which; those a shadow only judged itself by count as outside."""
    halves = shadow_halves(len(people), shadows=plan.shadows, seed=plan.seed)
    losses = []
    for i, half in enumerate(halves):
        tick(i, plan.shadows + 3, f"shadow {i + 1} of {plan.shadows}")
        mine = tuple(p for p, h in zip(people, half, strict=True) if h)
        model, learned = _train(store, target, plan, mine, out / "shadows" / str(i), steps=plan.shadow_steps, seed=i)
        halves[i] = [p in learned for p in people]
        losses.append(_losses(model, windows, people, plan, DRAWS if target.rebuilds else 0))
    _spread_over(halves)
    return halves, losses


def _spread_over(inside: np.ndarray) -> None:
    """Somebody whom chance left for judging only, in every shadow of theirs, counts as inside the first one's."""
    nowhere = ~inside.any(axis=0)
    inside[0, nowhere] = True


def _train(
    store: Store, target: _Target, plan: AuditPlan, people: Sequence[str], out: Path, *, steps: int, seed: int
) -> tuple[DayTransformer, frozenset[str]]:
    """A small model of the target's kind on these people, and those it really learned from."""
    report = pretrain(store, _small(target, plan, steps), out, people=people, channels=target.model.channels, seed=seed)
    model = load(out / MODEL).model
    return model, frozenset(report.train_people)


def _small(target: _Target, plan: AuditPlan, steps: int) -> Recipe:
    """The target's recipe, cut down to the smallest size and few steps."""
    followed = {key: str(target.recipe[key]) for key in FOLLOWED if key in target.recipe}
    followed |= {key: str(target.recipe.get(key, absent)) for key, absent in FOLLOWED_LATER.items()}
    every = str(steps)
    return recipe("demo").with_settings(
        {**followed, "steps": every, "batch": str(plan.batch), "save_every": every, "validate_every": every,
         "validate_windows": "32"}
    )  # fmt: skip


def _losses(
    model: DayTransformer, windows: list[WindowBatch], people: tuple[str, ...], plan: AuditPlan, draws: int
) -> PersonLosses:
    found = person_losses(model, windows, seed=plan.seed, draws=draws)
    place = {p: i for i, p in enumerate(found.people)}
    order = [place[p] for p in people]
    return PersonLosses(people=people, reconstruction=found.reconstruction[order], strangeness=found.strangeness[order])


def _windows_of(store: Store, people: Sequence[str], model: DayTransformer, *, most: int) -> list[WindowBatch]:
    """At most so many valid windows of each of these people, in the channels that the model knows."""
    wanted, days = set(people), model.config.window_days
    known = tuple(c for c in store.channels if c in model.channels)
    if days == 1:
        index = store.index[valid_rows(store)]
        index = index.filter(pl.col("person").is_in(wanted)).group_by("person", maintain_order=True).head(most)
    else:
        index = store.weeks().filter(pl.col("person").is_in(wanted)).group_by("person", maintain_order=True).head(most)
    rows = index["row"].to_numpy().astype(np.int64)
    read = store.read if days == 1 else store.read_weeks
    return [read(rows[i : i + BATCH]).select(known) for i in range(0, len(rows), BATCH)]


def _reidentification(store: Store, target: _Target, name: str, plan: AuditPlan) -> pl.DataFrame:
    """Ranks of everybody in two galleries, of the whole store and of people the model never saw.

    Each by the model, by engineered features and by wear alone; then by what an attacker may know beside the vector.
    """
    halves = _half_rows(store)
    galleries = {EVERYBODY: tuple(sorted(halves))}
    if target.seen:
        galleries[UNSEEN] = tuple(p for p in sorted(halves) if p not in target.seen)
    ranks = []
    for among, everybody in galleries.items():
        people = tuple(everybody[i] for i in gallery(len(everybody), size=plan.gallery, seed=plan.seed))
        if len(people) >= 2:
            ranks += _looked_up(store, people, halves, target.model, name, among)
    return pl.concat(ranks) if ranks else NOBODY


def _looked_up(
    store: Store,
    people: tuple[str, ...],
    halves: Mapping[str, tuple[list[int], list[int]]],
    model: DayTransformer,
    name: str,
    among: str,
) -> list[pl.DataFrame]:
    """The ranks of one gallery."""
    engineered = HandcraftedConfig(channels=store.channels).build()
    makers: dict[str, Backbone | None] = {name: model, ENGINEERED: engineered, MISSINGNESS: None}
    everybody = np.full(len(people), len(people))
    vectors, ranks = {}, []
    for features, backbone in makers.items():
        vectors[features] = [_half(store, people, halves, side, backbone).rows(people) for side in (0, 1)]
        ranks.append(_ranked(features, KNOWLEDGE[0], among, own_ranks(*vectors[features]), everybody))
    age, sex = (store.facts.vector(fact, people) for fact in (AGE, SEX))
    for knows, columns in zip(KNOWLEDGE[1:], ([np.floor(age / DECADE), sex], [age, sex]), strict=True):
        same = same_known(columns)
        ranks.append(_ranked(name, knows, among, own_ranks(*vectors[name], same=same), same.sum(axis=1)))
    return ranks


def _ranked(features: str, knows: str, among: str, rank: np.ndarray, candidates: np.ndarray) -> pl.DataFrame:
    n = len(rank)
    return pl.DataFrame(
        {"features": [features] * n, "knows": [knows] * n, "among": [among] * n, "rank": rank.astype(np.int64),
         "candidates": candidates.astype(np.int64)}
    )  # fmt: skip


def _half_rows(store: Store) -> dict[str, tuple[list[int], list[int]]]:
    """Person -> rows of every other valid day, and of those between; people with a day in each."""
    halves: dict[str, tuple[list[int], list[int]]] = {}
    counted = set(people_who_count(store))
    for person, row in store.index[valid_rows(store)].select("person", "row").iter_rows():
        if person in counted:
            first, other = halves.setdefault(person, ([], []))
            (first if len(first) <= len(other) else other).append(row)
    return {p: h for p, h in halves.items() if h[0] and h[1]}


def _half(
    store: Store,
    people: Sequence[str],
    halves: Mapping[str, tuple[list[int], list[int]]],
    side: int,
    backbone: Backbone | None,
) -> Embedding:
    rows = np.array(sorted(r for p in people for r in halves[p][side]), dtype=np.int64)
    batches: Iterator[WindowBatch] = (store.read(rows[i : i + BATCH]) for i in range(0, len(rows), BATCH))
    if isinstance(backbone, DayTransformer) and backbone.config.window_days == WEEK_DAYS:
        batches = _half_weeks(store, rows)
    return missingness(batches) if backbone is None else embed_batches(batches, backbone)


def _half_weeks(store: Store, rows: np.ndarray) -> Iterator[WindowBatch]:
    """Whole weeks in which only the days at these rows are seen, for a model that takes nothing shorter."""
    shown, ordinal = set(rows.tolist()), store.index["ordinal"].to_numpy()
    for at, days in store.weeks().select("row", "days").iter_rows():
        kept = np.zeros(WEEK_DAYS, dtype=np.bool_)
        kept[[ordinal[r] - ordinal[at] for r in range(at, at + days) if r in shown]] = True
        if kept.any():
            week = store.read_weeks(np.array([at]))
            seen = week.seen & np.repeat(kept, MINUTES_PER_DAY)[None, :, None]
            yield replace(week, seen=seen, values=np.where(seen, week.values, 0))


def _attributes(store: Store, target: _Target, name: str, plan: AuditPlan) -> tuple[AttributeLeak, ...]:
    """Attributes from vectors against age and sex alone, of people the model never saw where there are enough."""
    counted = people_who_count(store)
    unseen = tuple(p for p in counted if p not in target.seen)
    people = unseen if len(unseen) >= 200 else counted
    windows = _windows_of(store, people, target.model, most=10**6)
    embedding = embed_batches(iter(windows), target.model)
    asked = [task for task in TASKS if task.name in ATTRIBUTES]
    people = tuple(p for p in people if p in set(embedding.people))
    result = evaluate(
        embeddings={name: embedding}, facts=store.facts, people=people, tasks=asked, seed=plan.seed,
        replicates=plan.replicates, jobs=1,
    )  # fmt: skip
    rows = []
    for note in result.plan.tasks:
        scores = [result.score(note.name, f) for f in ("age_sex", name, with_age_sex(name))]
        gain = result.comparison(note.name, with_age_sex(name), "age_sex")
        if gain is None or None in scores:
            continue
        template, alone, both = (s.value for s in scores if s is not None)
        n = next(s.n_people for s in scores if s is not None)
        rows.append(
            AttributeLeak(
                task=note.name, metric=note.metric, n_people=n, template=template, alone=alone, both=both,
                gain=gain.difference, low=gain.low, high=gain.high,
            )
        )  # fmt: skip
    return tuple(rows)
