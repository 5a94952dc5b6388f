"""Shift: heads from one store are asked of another whose device differs; both are brought to what they share.

Shared means: the channels the two have in common or that are mapped onto each other, and the same hours of the day (a
hip device is off at night, a wrist device is not). Values of a mapped channel can be matched by their quantiles over
all people there, which needs no label: device units differ, and nobody knows the factor.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from jaxtyping import Float64

from sennight.backbones.backbone import Backbone, OverDays
from sennight.backbones.handcrafted import HandcraftedConfig
from sennight.embed import embed_batches
from sennight.errors import InputError
from sennight.evaluate.shift import Question, ShiftResult, shift
from sennight.heads import HeadConfig, LinearConfig
from sennight.record import MIN_VALID_DAYS, Embedding, Facts, WindowBatch
from sennight.stages.embedded import backbones_of, title
from sennight.stages.who import people_who_count, valid_rows
from sennight.store import Store
from sennight.tasks import TASKS, task
from sennight.tasks.derive import derived

ENGINEERED = "engineered"
BATCH = 128
HOURS = (7, 22)  # of the day that both are looked at; most hip devices are worn between them
MIN_SEEN_SHARE = 0.5  # of these hours, for a day to count
MIN_CHANNEL_SHARE = 0.2  # of these hours there, for a channel to be shared
QUANTILES = np.linspace(0, 1, 2_001)
SAMPLE_DAYS = 1_000  # that quantiles are taken from
Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class ShiftPlan:
    """`channels`: the other store's channel to the home channel it stands for. `asks`: task to the fact it is asked of.

    `match`: "quantiles" or "none". `group`: the fact that numbers who belong together there.
    """

    channels: Mapping[str, str]
    asks: Mapping[str, str]
    match: str = "quantiles"
    group: str = ""
    hours: tuple[int, int] = HOURS
    seed: int = 0
    replicates: int = 1_000

    def __post_init__(self) -> None:
        if self.match not in ("quantiles", "none"):
            raise InputError(f"values can be matched by quantiles or none, not '{self.match}'")
        if not 0 <= self.hours[0] < self.hours[1] <= 24:
            raise InputError(f"hours {self.hours[0]} to {self.hours[1]} are no part of a day")
        for name in self.asks:
            task(name)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Side:
    """One store as both are looked at: home's channel names, the shared hours, matched values."""

    store: Store
    named: Mapping[str, str]
    hours: tuple[int, int]
    match: Mapping[str, tuple[np.ndarray, np.ndarray]]

    def batches(self, rows: np.ndarray) -> Iterator[WindowBatch]:
        for i in range(0, len(rows), BATCH):
            yield self._seen_alike(self.store.read(rows[i : i + BATCH]))

    def _seen_alike(self, batch: WindowBatch) -> WindowBatch:
        shown = batch.select(tuple(self.named))
        inside = np.zeros(shown.seen.shape[1], dtype=np.bool_)
        inside[self.hours[0] * 60 : self.hours[1] * 60] = True
        seen = shown.seen & inside[None, :, None]
        values = shown.values.copy()
        for k, name in enumerate(self.named.values()):
            if name in self.match:
                values[..., k] = np.interp(values[..., k], *self.match[name])
        return replace(
            shown, channels=tuple(self.named.values()), seen=seen, values=np.where(seen, values, 0).astype(np.float32)
        )

    def rows(self) -> np.ndarray:
        """Valid days seen for at least half of the shared hours, of people who count and have three of them."""
        rows = valid_rows(self.store)
        enough = MIN_SEEN_SHARE * 60 * (self.hours[1] - self.hours[0])
        good = np.concatenate([b.seen.any(axis=2).sum(axis=1) >= enough for b in self.batches(rows)])
        index = self.store.index[rows].with_columns(good=pl.Series(good)).filter(
            pl.col("good") & pl.col("person").is_in(people_who_count(self.store))
        )  # fmt: skip
        counted = index.filter(pl.len().over("person") >= MIN_VALID_DAYS)
        return counted["row"].to_numpy().astype(np.int64)


def shift_stores(
    home: Path,
    away: Path,
    out: Path,
    *,
    backbones: Sequence[str],
    plan: ShiftPlan,
    head: HeadConfig | None = None,
    progress: Progress | None = None,
) -> ShiftResult:
    """Ask what the other store's facts can answer.

    Raises: StoreError, InputError if the two share no channel or question.
    """
    stores = Store.open(home), Store.open(away)
    named, rare = _often_seen(stores[1], _named(*stores, plan), plan)
    facts = derived(stores[0].facts), derived(stores[1].facts)
    sides = _sides(stores, named, plan)
    rows = [side.rows() for side in sides]
    people = [tuple(dict.fromkeys(s.index["person"].gather(r).to_list())) for s, r in zip(stores, rows, strict=True)]
    if min(map(len, people)) == 0:
        raise InputError("nobody has three days that are seen in the shared hours", where=str(away))
    questions = _questions(facts, people, plan)
    if not questions:
        raise InputError(
            "the two stores share no question", where=str(away),
            todo=f"Its facts are {', '.join(stores[1].facts.columns) or 'none'}; name one with --ask TASK=FACT.",
        )  # fmt: skip
    made = {n: [_embedded(s, r, b) for s, r in zip(sides, rows, strict=True)]
            for n, b in _makers(backbones, stores[0], tuple(named.values())).items()}  # fmt: skip
    if progress:
        progress(1, 2)
    result = shift(
        home={n: e[0] for n, e in made.items()}, away={n: e[1] for n, e in made.items()}, home_facts=facts[0],
        away_facts=facts[1], questions=questions, home_people=people[0], away_people=people[1],
        group=facts[1].vector(plan.group, people[1]) if plan.group else None, head=head or LinearConfig(),
        notes=_notes(stores, named, rare, plan, rows, people), seed=plan.seed, replicates=plan.replicates,
    )  # fmt: skip
    result.save(out)
    return result


def _named(home: Store, away: Store, plan: ShiftPlan) -> dict[str, str]:
    """The other store's channels and what they are called at home."""
    for theirs, ours in plan.channels.items():
        if theirs not in away.channels or ours not in home.channels:
            raise InputError(
                f"{theirs}={ours}: no such channels",
                todo=f"There: {', '.join(away.channels)}; at home: {', '.join(home.channels)}.",
            )
    taken = set(plan.channels.values())
    named = dict(plan.channels) | {c: c for c in away.channels if c in home.channels and c not in taken}
    if not named:
        raise InputError("the two stores share no channel", where=str(away.path), todo="Map one: --map THERE=HOME.")
    return {theirs: ours for ours in home.channels for theirs, other in named.items() if other == ours}


def _often_seen(away: Store, named: Mapping[str, str], plan: ShiftPlan) -> tuple[dict[str, str], tuple[str, ...]]:
    """Without channels that are hardly ever seen there: a vector made of their absence would describe the device."""
    side = _Side(store=away, named=named, hours=plan.hours, match={})
    rows = np.sort(np.random.default_rng([plan.seed, 59]).permutation(valid_rows(away))[:SAMPLE_DAYS])
    seen = np.concatenate([b.seen.sum(axis=1) for b in side.batches(rows)]).mean(axis=0)
    often = seen >= MIN_CHANNEL_SHARE * 60 * (plan.hours[1] - plan.hours[0])
    kept = {theirs: ours for (theirs, ours), good in zip(named.items(), often, strict=True) if good}
    if not kept:
        raise InputError("no shared channel is seen often enough there", where=str(away.path))
    return kept, tuple(theirs for theirs in named if theirs not in kept)


def _sides(stores: tuple[Store, Store], named: Mapping[str, str], plan: ShiftPlan) -> tuple[_Side, _Side]:
    """Home under its own names, the other store under home's; matched values only for channels that were mapped."""
    own = {c: c for c in named.values()}
    home = _Side(store=stores[0], named=own, hours=plan.hours, match={})
    away = _Side(store=stores[1], named=named, hours=plan.hours, match={})
    if plan.match == "none":
        return home, away
    of = [_quantiles(side, seed=plan.seed) for side in (home, away)]
    mapped = [ours for theirs, ours in named.items() if theirs != ours]
    return home, replace(away, match={c: _steps(of[1][c], of[0][c]) for c in mapped})


def _quantiles(side: _Side, *, seed: int) -> dict[str, np.ndarray]:
    """Quantiles of each channel's seen minutes in the shared hours, over a thousand days of anybody."""
    rows = np.sort(np.random.default_rng([seed, 53]).permutation(valid_rows(side.store))[:SAMPLE_DAYS])
    batches = list(side.batches(rows))
    found = {}
    for k, name in enumerate(side.named.values()):
        seen = np.concatenate([b.values[..., k][b.seen[..., k]] for b in batches])
        found[name] = np.quantile(seen, QUANTILES) if len(seen) else np.zeros(len(QUANTILES))
    return found


def _steps(theirs: np.ndarray, ours: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Knots of a rising map; a value that many minutes share goes to the middle of what those quantiles are at home."""
    levels, place = np.unique(theirs, return_inverse=True)
    return levels, np.bincount(place, weights=ours) / np.bincount(place)


def _questions(facts: tuple[Facts, Facts], people: Sequence[tuple[str, ...]], plan: ShiftPlan) -> list[Question]:
    made = []
    for one in TASKS:
        at_home = one.target(facts[0], people[0]) if all(n in facts[0].columns for n in one.needs) else None
        if at_home is None:
            continue
        other = plan.asks.get(one.name, "")
        answers = facts[1].vector(other, people[1]) if other else _known(one.name, facts[1], people[1])
        if answers is not None and np.isfinite(answers).any():
            made.append(Question(task=one, home=at_home, away=answers, asked=other))
    return made


def _known(name: str, facts: Facts, people: tuple[str, ...]) -> Float64[np.ndarray, " person"] | None:
    one = task(name)
    wanted = (*one.needs, *one.who.needs)
    return one.target(facts, people) if all(n in facts.columns for n in wanted) else None


def _makers(words: Sequence[str], home: Store, channels: tuple[str, ...]) -> dict[str, Backbone]:
    """Name in tables to backbone; engineered features over the shared channels always stand beside."""
    made: dict[str, Backbone] = {}
    for word in words:
        backbone = backbones_of(word, home)[0]
        made[title(backbone)] = backbone
    made[ENGINEERED] = HandcraftedConfig(channels=channels, over_days=OverDays.MEAN).build()
    return made


def _embedded(side: _Side, rows: np.ndarray, backbone: Backbone) -> Embedding:
    return embed_batches(side.batches(rows), backbone)


def _notes(
    stores: tuple[Store, Store],
    named: Mapping[str, str],
    rare: Sequence[str],
    plan: ShiftPlan,
    rows: Sequence[np.ndarray],
    people: Sequence[tuple[str, ...]],
) -> tuple[str, ...]:
    how = "its quantiles matched to home" if plan.match == "quantiles" else "as it is"
    said = [
        f"{theirs} there is taken for {ours}, {how}" if theirs != ours else f"{ours} on both sides"
        for theirs, ours in named.items()
    ]
    absent = [c for c in stores[0].channels if c not in named.values()]
    lines = ["Channels: " + "; ".join(said) + "."]
    if absent:
        lines.append(f"Not there, so hidden at home too: {', '.join(absent)}.")
    if rare:
        lines.append(f"Seen in less than {100 * MIN_CHANNEL_SHARE:.0f} % of those hours there: {', '.join(rare)}.")
    lines.append(
        f"Hours {plan.hours[0]}:00 to {plan.hours[1]}:00 at both; home {len(people[0]):,} people with {len(rows[0]):,} "
        f"days, there {len(people[1]):,} with {len(rows[1]):,}; {MIN_VALID_DAYS} days a person at least."
    )
    return tuple(lines)
