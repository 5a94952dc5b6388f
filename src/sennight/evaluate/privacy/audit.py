"""An audit: every leak of one model in one place, each beside what an attacker reaches without the model.

`scores` keeps what each attack gave each person, so that its figures can be made again from the audit alone.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from sennight.errors import StoreError
from sennight.evaluate.privacy.nearest import Copies
from sennight.evaluate.privacy.rates import PRIVATE_AUC, STRONG, Leak, Rate, leak
from sennight.evaluate.privacy.reidentify import EVERYBODY, Found, found
from sennight.parquet import tried

AUDIT_FILE, SCORES_FILE, RANKS_FILE = "audit.json", "membership.parquet", "ranks.parquet"
FORMAT = 1
KNOWLEDGE = ("nothing else", "sex and decade of age", "sex and year of age")  # tiers of a finder, the least first
NOBODY = pl.DataFrame(schema={"person": pl.String})
"""Scores or ranks of nobody; a table without a column could not be read back."""
CONTROL = "over-trained twin: "  # what the attacks on the positive control are called


@dataclass(frozen=True, kw_only=True)
class AttributeLeak:
    """One attribute guessed: from age and sex (the template), from the vector alone, from both; `gain` is paired."""

    task: str
    metric: str
    n_people: int
    template: float
    alone: float
    both: float
    gain: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Tier:
    """What an attacker of one tier of knowledge reaches, and how much of that is the model's doing."""

    tier: int
    knows: str
    goal: str
    value: float
    template: float

    @property
    def gain(self) -> float:
        """Value minus template."""
        return self.value - self.template


@dataclass(frozen=True, kw_only=True, eq=False)
class Audit:
    """All leaks of one model. What could not be measured is said in `notes`."""

    model: str
    run: str
    membership: tuple[Leak, ...] = ()
    control: tuple[Leak, ...] = ()
    reidentified: tuple[Found, ...] = ()
    attributes: tuple[AttributeLeak, ...] = ()
    copies: Copies | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    cost_s: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    scores: pl.DataFrame = field(default_factory=lambda: NOBODY)
    ranks: pl.DataFrame = field(default_factory=lambda: NOBODY)

    @property
    def weak_signals(self) -> tuple[str, ...]:
        """What the attacks looked at without finding the over-trained twin out: their failure there says nothing."""
        strong = {signal_of(c.attack) for c in self.control if c.auc >= STRONG}
        return tuple(dict.fromkeys(s for s in map(_signal, self.membership) if s not in strong))

    @property
    def strong_enough(self) -> bool:
        """Was the over-trained twin found out by every signal that the model was attacked by?"""
        return bool(self.membership) and not self.weak_signals

    @property
    def tier(self) -> str:
        """The release tier in words; "private" only by attacks that were shown to be able to find a leak."""
        if not self.membership:
            return "not assessed"
        if self.weak_signals and not any(found.low > PRIVATE_AUC for found in self.membership):
            weak = " and ".join(self.weak_signals)
            return f"not assessed: the attacks on {weak} found too little in an over-trained model"
        return "private" if all(found.private for found in self.membership) else "not private"

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """Attackers by what they know, each minus its template."""
        rows = [
            Tier(tier=KNOWLEDGE.index(f.knows) if f.knows in KNOWLEDGE else 0, knows=f.knows, value=f.rank_1,
                 goal=f"find a person among {f.n_people:,} ({f.among}) by {f.features}, rank 1", template=f.template)
            for f in self.reidentified if f.features == self.model
        ]  # fmt: skip
        rows += [
            Tier(tier=1, knows="age, sex", goal=f"guess {a.task.replace('_', ' ')} ({a.metric})", value=a.both,
                 template=a.template)
            for a in self.attributes
        ]  # fmt: skip
        return tuple(rows)

    def to_json(self) -> dict[str, Any]:
        """Plain data; nobody's scores."""
        names = ("model", "run", "settings", "cost_s", "notes")
        plain = {name: getattr(self, name) for name in names}
        for name in ("membership", "control", "reidentified", "attributes"):
            plain[name] = [asdict(row) for row in getattr(self, name)]
        copies = None if self.copies is None else asdict(self.copies)
        return {"format": FORMAT, **plain, "copies": copies, "tier": self.tier}

    def save(self, folder: Path) -> None:
        """Write the audit and what its figures are made from."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in ((SCORES_FILE, self.scores), (RANKS_FILE, self.ranks)):
            table.write_parquet(folder / name, compression="zstd", statistics=False)
        text = json.dumps(self.to_json(), indent=1, allow_nan=False)
        (folder / AUDIT_FILE).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "Audit":
        """Read an audit. Raises: StoreError if it is absent or damaged."""
        try:
            stored = json.loads((folder / AUDIT_FILE).read_text(encoding="utf-8"))
            return cls(
                model=stored["model"],
                run=stored["run"],
                membership=tuple(_leak(row) for row in stored["membership"]),
                control=tuple(_leak(row) for row in stored["control"]),
                reidentified=tuple(Found(**row) for row in stored["reidentified"]),
                attributes=tuple(AttributeLeak(**row) for row in stored["attributes"]),
                copies=_copies(stored["copies"]),
                settings=stored["settings"],
                cost_s=stored["cost_s"],
                notes=tuple(stored["notes"]),
                scores=pl.read_parquet(tried(folder / SCORES_FILE)),
                ranks=pl.read_parquet(tried(folder / RANKS_FILE)),
            )
        except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError) as error:
            raise StoreError("there is no audit here, or it is damaged", where=str(folder),
                             todo="Run `sennight audit` again.") from error  # fmt: skip


def signal_of(attack: str) -> str:
    """What an attack looks at: the last word of its name."""
    return attack.removeprefix(CONTROL).rsplit(", ", 1)[-1]


def _signal(found: Leak) -> str:
    return signal_of(found.attack)


def _copies(row: dict[str, Any] | None) -> Copies | None:
    if row is None:
        return None
    nearer = row.get("nearer")
    return Copies(**{**row, "nearer": None if nearer is None else tuple(nearer)})


def _leak(row: dict[str, Any]) -> Leak:
    return Leak(**{**row, "rates": tuple(Rate(**rate) for rate in row["rates"])})


def leaks_of(scores: pl.DataFrame, *, control: bool) -> tuple[Leak, ...]:
    """Membership figures from what each attack gave each person (columns attack, person, member, score)."""
    if not len(scores):
        return ()
    made = []
    for (attack,), part in scores.partition_by("attack", as_dict=True, maintain_order=True).items():
        if str(attack).startswith(CONTROL) is control:
            member, score = part["member"].to_numpy(), part["score"].to_numpy().astype(np.float64)
            made.append(leak(str(attack), score, np.asarray(member, dtype=np.bool_)))
    return tuple(made)


def found_of(ranks: pl.DataFrame) -> tuple[Found, ...]:
    """Re-identification figures from each person's rank (columns features, knows, among, rank, candidates)."""
    if not len(ranks):
        return ()
    if "among" not in ranks.columns:  # written before galleries of unseen people
        ranks = ranks.with_columns(among=pl.lit(EVERYBODY))
    made, keys = [], ("among", "features", "knows")
    for (among, features, knows), part in ranks.partition_by(*keys, as_dict=True, maintain_order=True).items():
        rank, candidates = (part[c].to_numpy().astype(np.int64) for c in ("rank", "candidates"))
        made.append(found(str(features), rank, knows=str(knows), candidates=candidates, among=str(among)))
    return tuple(made)


def differs(audit: Audit) -> tuple[str, ...]:
    """What an audit says that its own scores and ranks do not give."""
    wrong = []
    if leaks_of(audit.scores, control=False) != audit.membership:
        wrong.append("membership")
    if leaks_of(audit.scores, control=True) != audit.control:
        wrong.append("the over-trained twin")
    if found_of(audit.ranks) != audit.reidentified:
        wrong.append("re-identification")
    return tuple(wrong)
