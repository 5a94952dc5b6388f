"""A campaign: one policy, one question, so many evaluations; then a choice, an ensemble, and the sealed people once.

The chosen spec is the simplest within one standard error of the best; the ensemble is greedy over the best few by
out-of-fold answers. Both are frozen in the notebook before the sealed people are opened.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from jaxtyping import Float64

from sennight.classroom.examiner import Examiner
from sennight.classroom.notebook import Notebook
from sennight.classroom.policies import Policy
from sennight.classroom.space import PROBE, Proposal, proposed, simplicity
from sennight.errors import InputError, StoreError
from sennight.evaluate import metrics
from sennight.evaluate.uncertainty import Draws, auc_replicates, interval, p_of_difference, pearson_replicates
from sennight.heads import HeadSpec, config_hash, to_json
from sennight.heads.ensemble import greedy
from sennight.tasks import TaskKind

IN_ENSEMBLE = 5
ROUNDS = 15
REPLICATES = 1_000
SAME = 1e-9  # how near `verify` must come

Tick = Callable[[int, int, str], None]


@dataclass(frozen=True, kw_only=True)
class Gain:
    """A frozen choice against the default probe on the same unseen people."""

    name: str
    value: float
    probe: float
    gain: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a campaign came to."""

    policy: str
    metric: str
    evals: int
    seed: int
    best: float
    """Best out-of-fold score on development people, which is optimistic."""
    probe: float
    """The probe's, on the same folds."""
    chosen: dict[str, Any]
    ensemble: tuple[tuple[float, str], ...]
    """Share and spec hash of each member."""
    gains: tuple[Gain, ...]
    n_development: int
    n_sealed: int
    openings: int
    by_source: Mapping[str, int]
    anytime: tuple[float, ...]
    """Best score after each evaluation."""
    seconds: float
    leaderboard: str
    degraded: bool = False

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def search(
    examiner: Examiner, policy: Policy, notebook: Notebook, *, evals: int, seed: int, tick: Tick | None = None
) -> list[dict[str, Any]]:
    """Evaluate until there are so many trials; goes on where the notebook ends. Equal specs are answered from it.

    Raises: StoreError if the notebook belongs to another campaign.
    """
    about = {"policy": policy.name, "evals": evals, "seed": seed, "kind_of_answer": examiner.kind.value}
    if not notebook.entries:
        notebook.add("campaign", **about)
    first = {k: notebook.entries[0].get(k) for k in about}
    if first != about:
        raise StoreError("this notebook belongs to another campaign", where=str(notebook.path), todo="Begin another.")
    history = notebook.of("trial")
    examiner.best = max((t["score"] for t in history if not t["error"]), default=-np.inf)
    for n in range(len(history), evals):
        proposal = policy.propose(history, evals=evals)
        known = next((t for t in history if t["spec_hash"] == proposal.hash), None)
        body = examiner.score(proposal).to_json() if known is None else {
            **proposal.to_json(), **{k: known[k] for k in ("score", "se", "by_fold", "error")}, "seconds": 0.0
        }  # fmt: skip
        notebook.add("trial", n=n, **body)
        history = notebook.of("trial")
        if tick:
            tick(n + 1, evals, f"best {max(t['score'] for t in history):.3f}")
    return history


def chosen_of(history: Sequence[Mapping[str, Any]]) -> HeadSpec:
    """The simplest within one standard error of the best. Raises: InputError if every trial failed."""
    good = [t for t in history if not t["error"]]
    if not good:
        raise InputError("no spec of this campaign could be evaluated")
    best = max(good, key=lambda t: t["score"])
    near = [proposed(t["spec"]) for t in good if t["score"] >= best["score"] - best["se"]]
    return min(near, key=lambda s: (simplicity(s), config_hash(s)))


def finish(examiner: Examiner, policy: Policy, notebook: Notebook, *, evals: int, seed: int) -> Outcome:
    """Choose, build the ensemble, freeze both, open the sealed people, measure. A second call reads what was frozen."""
    history = notebook.of("trial")
    choice = chosen_of(history)
    members = _best(history)
    trials = [examiner.score(Proposal(spec=s, source="ensemble")) for s in members]
    whole = [(s, t) for s, t in zip(members, trials, strict=True) if not t.error]
    known = np.isfinite(whole[0][1].said)
    y = examiner.truth(known)
    said = np.stack([t.said[known] for _, t in whole])
    shares = greedy(said, y, kind=examiner.kind, weights=np.ones(len(y)), rounds=ROUNDS)
    taken = [(float(w), s) for w, (s, _) in zip(shares, whole, strict=True) if w > 0]
    probe = examiner.score(Proposal(spec=PROBE, source="probe"))
    notebook.add("frozen", chosen=config_hash(choice), ensemble=[(w, config_hash(s)) for w, s in taken])
    specs = {"probe": PROBE, "chosen": choice, **{f"member {i}": s for i, (_, s) in enumerate(taken)}}
    opened = examiner.open_sealed(specs)
    together = np.sum([w * opened[f"member {i}"] for i, (w, _) in enumerate(taken)], axis=0)
    truth = examiner.truth(examiner.sealed)
    gains = tuple(
        gain_of(name, truth, p, opened["probe"], kind=examiner.kind, seed=seed)
        for name, p in (("ensemble", together), ("chosen", opened["chosen"]))
    )
    for one in gains:
        notebook.add("sealed score", **asdict(one))
    scores = [t["score"] for t in history]
    sources = [t["source"] for t in history]
    return Outcome(
        policy=policy.name, metric="auc" if examiner.kind is TaskKind.YES_NO else "pearson_r", evals=evals, seed=seed,
        best=max(scores), probe=probe.score, chosen=to_json(choice),
        ensemble=tuple((w, config_hash(s)) for w, s in taken), gains=gains, n_development=len(y), n_sealed=len(truth),
        openings=len(notebook.of("opening")), by_source={s: sources.count(s) for s in dict.fromkeys(sources)},
        anytime=tuple(float(v) for v in np.maximum.accumulate(scores)), seconds=sum(t["seconds"] for t in history),
        leaderboard=notebook.leaderboard_hash(), degraded=bool(getattr(policy, "degraded", False)),
    )  # fmt: skip


def _best(history: Sequence[Mapping[str, Any]]) -> list[HeadSpec]:
    """The best few different specs that were evaluated whole."""
    good = sorted((t for t in history if not t["error"]), key=lambda t: (-t["score"], t["spec_hash"]))
    by_hash = {t["spec_hash"]: t["spec"] for t in good}
    return [proposed(plain) for plain in list(by_hash.values())[:IN_ENSEMBLE]]


def gain_of(
    name: str,
    y: Float64[np.ndarray, " person"],
    p: Float64[np.ndarray, " person"],
    probe: Float64[np.ndarray, " person"],
    *,
    kind: TaskKind,
    seed: int,
) -> Gain:
    """A paired difference on the same people with its 95 % bootstrap interval over people."""
    fold = np.zeros(len(y), dtype=np.int16)
    draws = Draws.within_folds([str(i) for i in range(len(y))], fold, replicates=REPLICATES, seed=seed)
    yes_no = kind is TaskKind.YES_NO
    measure, replicate = (metrics.auc, auc_replicates) if yes_no else (metrics.pearson_r, pearson_replicates)
    value, base = (float(np.nan_to_num(measure(y, one))) for one in (p, probe))
    spread = replicate(y, p, fold, draws.weights) - replicate(y, probe, fold, draws.weights)
    low, high = interval(spread, value - base)
    return Gain(
        name=name, value=value, probe=base, gain=value - base, low=low, high=high,
        p=p_of_difference(spread, value - base),
    )  # fmt: skip


def verify(examiner: Examiner, notebook: Notebook) -> float:
    """Fit the chosen spec again and hold its score against the notebook's; the difference, at most `SAME`.

    Raises: StoreError if it differs.
    """
    history = notebook.of("trial")
    choice = chosen_of(history)
    same = [t for t in history if config_hash(proposed(t["spec"])) == config_hash(choice)]
    stored = max(same, key=lambda t: float(t["score"]))
    examiner.best = -np.inf
    apart = abs(examiner.score(Proposal(spec=choice, source="verify")).score - stored["score"])
    if apart > SAME:
        raise StoreError(f"the winner scores {apart:.2g} otherwise than its notebook says", where=str(notebook.path))
    return float(apart)
