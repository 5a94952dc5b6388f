"""A saved head: a fitted head on disk with all that may be asked of it before it speaks. No pickle, no code.

The agent and the classroom meet only here. A folder holds `predictor.json` (spec, fitted parts, gate figures, card) and
`predictor.safetensors` (every array). What is built again is built from a closed list of classes, so a file can hold
wrong numbers but can run nothing. A head that remembers its training people (neighbours) is refused: a file of it would
be a file of them.
"""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float64
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from sennight.errors import InputError, StoreError
from sennight.heads import head_from_json
from sennight.heads.boosted import BoostedHead
from sennight.heads.calibrate import Calibrator, Curve
from sennight.heads.columns import Columns
from sennight.heads.conformal import AnswerSet, Conformal, Interval
from sennight.heads.distill import DistilledHead
from sennight.heads.ensemble import EnsembleHead
from sennight.heads.head import Answers, BaseRate, Beside, HeadConfig, X, to_json
from sennight.heads.levels import Levels
from sennight.heads.linear import Line, LinearHead
from sennight.heads.nearest import PrototypeHead
from sennight.heads.ordinal import OrdinalHead
from sennight.heads.spec import Front, SpecHead
from sennight.heads.squeeze import Squeeze
from sennight.tasks import TaskKind

FORMAT = "sennight predictor 1"
JSON, ARRAYS = "predictor.json", "predictor.safetensors"
MOST_BYTES = 50_000_000
MOST_ECE = 0.05  # agent design, section 4
COVERED = (0.87, 0.93)  # share of people whom a 90 % interval or set must hold; idem
PARTS: dict[str, type[Any]] = {
    c.__name__: c
    for c in (
        BaseRate, BoostedHead, Calibrator, Columns, Conformal, Curve, DistilledHead, EnsembleHead, Front, Levels, Line,
        LinearHead,
        OrdinalHead, PrototypeHead, SpecHead, Squeeze,
    )
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Gate:
    """What a predictor showed on people it never saw: gain over age and sex, calibration error, coverage, counts."""

    metric: str
    value: float
    gain: float
    """Over age and sex alone, in the metric, paired on the same people."""
    gain_low: float
    gain_high: float
    ece: float | None
    """Expected calibration error of a yes/no question; None for others."""
    coverage: float
    base_rate: float
    """Share of yes, or the mean amount, among training people."""
    n_people: int
    n_events: int | None
    n_training: int
    people: str
    """Who was judged on, such as "sealed" or "out of fold"."""

    def refusals(self) -> tuple[str, ...]:
        """Why it may not speak to a person, nothing if it may."""
        out = []
        if not self.gain_low > 0:
            out.append("it does not clearly beat age and sex")
        if self.ece is not None and not self.ece <= MOST_ECE:
            out.append(f"its calibration error is above {MOST_ECE:g}")
        if not COVERED[0] <= self.coverage <= COVERED[1]:
            out.append(f"its 90 % sets hold the truth of {self.coverage:.0%}, not of 87 to 93 %")
        return tuple(out)


@dataclass(frozen=True, kw_only=True, eq=False)
class Domain:
    """Where training people lie: means and spreads of their columns, and how far out 99 in 100 of them are."""

    mean: Float64[np.ndarray, " width"]
    sd: Float64[np.ndarray, " width"]
    reach: float
    """99th percentile of the mean squared standard score of training people."""

    @classmethod
    def of(cls, x: X) -> "Domain":
        """Learn from training people."""
        mean, sd = x.mean(axis=0, dtype=np.float64), x.std(axis=0, dtype=np.float64)
        made = cls(mean=mean, sd=np.where(sd > 1e-12, sd, np.inf), reach=0.0)
        return cls(mean=mean, sd=made.sd, reach=float(np.quantile(made.distance(x), 0.99)))

    def distance(self, x: X) -> Float64[np.ndarray, " person"]:
        """Mean squared standard score of each person. Raises: InputError if the width differs."""
        if x.shape[1] != len(self.mean):
            raise InputError(f"a predictor of {len(self.mean)} columns was given {x.shape[1]}")
        return np.asarray((((x - self.mean) / self.sd) ** 2).mean(axis=1), dtype=np.float64)

    def inside(self, x: X) -> Bool[np.ndarray, " person"]:
        """Whether each person lies where 99 in 100 training people do."""
        return self.distance(x) <= self.reach


@dataclass(frozen=True, kw_only=True, eq=False)
class Predictor:
    """A fitted head with its interval, domain, gate figures and card."""

    task: str
    question: str
    unit: str
    spec: HeadConfig
    fitted: Conformal
    domain: Domain
    gate: Gate
    backbone: str
    """Fingerprint of what made the embeddings it was fitted on."""
    valid_days: int
    """Fewest valid days a person needs."""
    beside: tuple[str, ...] = ()
    """Columns that are wanted beside, by name, such as those of age and sex."""
    card: str = ""

    @property
    def kind(self) -> TaskKind:
        """Yes/no, amount, ..."""
        return self.fitted.kind

    def predict(self, x: X, *, beside: Beside = None) -> tuple[Answers, Interval | AnswerSet]:
        """Amounts or probabilities, and the 90 % interval or set around each.

        Raises: InputError if the width differs or what stands beside is missing.
        """
        self.domain.distance(x)
        if (beside is not None and beside.shape[1] > 0) != bool(self.beside):
            raise InputError("this predictor wants other columns beside", todo=f"It wants {self.beside or 'none'}.")
        return self.fitted.head.predict(x, beside=beside), self.fitted.predict(x, beside=beside)

    def refusals(self, *, backbone: str, x: X, valid_days: int) -> tuple[str, ...]:
        """Why it may not speak of one person (a row of `x`), nothing if it may."""
        out = list(self.gate.refusals())
        if backbone != self.backbone:
            out.append("the embedding comes from another backbone")
        elif not bool(self.domain.inside(x).all()):
            out.append("this person is unlike those it was fitted on")
        if valid_days < self.valid_days:
            out.append(f"{valid_days} valid days; {self.valid_days} are needed")
        return tuple(out)


def save_predictor(predictor: Predictor, folder: Path) -> None:
    """Write a folder, whole or not at all. Raises: InputError if its head cannot be saved, StoreError if it exists."""
    if folder.exists():
        raise StoreError("there is something here already", where=str(folder), todo="Choose another folder.")
    arrays: dict[str, np.ndarray] = {}
    plain = {
        "format": FORMAT, "spec": to_json(predictor.spec), "gate": asdict(predictor.gate),
        "fitted": _packed(predictor.fitted, arrays), "domain": {"reach": predictor.domain.reach},
        **{n: getattr(predictor, n) for n in ("task", "question", "unit", "backbone", "valid_days", "card")},
        "beside": list(predictor.beside),
    }  # fmt: skip
    arrays |= {"domain.mean": predictor.domain.mean, "domain.sd": predictor.domain.sd}
    half = folder.with_name(f".{folder.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    save_file({k: np.ascontiguousarray(v) for k, v in arrays.items()}, half / ARRAYS)
    (half / JSON).write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")
    os.replace(half, folder)


def load_predictor(folder: Path) -> Predictor:
    """A saved predictor. Raises: StoreError if it is absent, damaged, or of another version."""
    bad = StoreError("this is no predictor, or it is damaged", where=str(folder), todo="Export it again.")
    try:
        if (folder / JSON).stat().st_size > MOST_BYTES:
            raise bad
        stored = json.loads((folder / JSON).read_text(encoding="utf-8"))
        arrays = load_file(folder / ARRAYS)
        if stored["format"] != FORMAT:
            raise bad
        domain = Domain(mean=arrays["domain.mean"], sd=arrays["domain.sd"], reach=float(stored["domain"]["reach"]))
        fitted = _built(stored["fitted"], arrays)
        if not isinstance(fitted, Conformal):
            raise bad
        return Predictor(
            spec=head_from_json(stored["spec"]), fitted=fitted, domain=domain, gate=Gate(**stored["gate"]),
            beside=tuple(stored["beside"]),
            **{n: stored[n] for n in ("task", "question", "unit", "backbone", "valid_days", "card")},
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, SafetensorError) as error:
        raise bad from error


def _packed(value: Any, arrays: dict[str, np.ndarray]) -> Any:
    """A fitted thing as plain data; arrays go into `arrays` under a number."""
    if value is None or isinstance(value, bool | str) or (isinstance(value, int | float) and np.isscalar(value)):
        return {"kind": value.value} if isinstance(value, TaskKind) else value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        name = f"a{len(arrays)}"
        arrays[name] = value
        return {"array": name}
    if isinstance(value, HeadConfig):
        return {"config": to_json(value)}
    if isinstance(value, list | tuple):
        return {"list" if isinstance(value, list) else "tuple": [_packed(v, arrays) for v in value]}
    if isinstance(value, Levels):
        value = replace(value, member=value.member[:0])  # which training person gave which answer stays behind
    name = type(value).__name__
    if name == "Booster":
        return {"trees": value.model_to_string()}
    if PARTS.get(name) is not type(value):
        raise InputError(
            f"a head with a {name} cannot be saved as a predictor",
            todo="Neighbours would save their training people; networks are saved as runs.",
        )
    held = {f.name: getattr(value, f.name) for f in fields(value)} if is_dataclass(value) else vars(value)
    return {"part": name, "holds": {k: _packed(v, arrays) for k, v in held.items()}}


def _built(stored: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    """What `_packed` wrote. Raises: KeyError, ValueError if it is not that."""
    if not isinstance(stored, dict):
        return stored
    if "kind" in stored:
        return TaskKind(stored["kind"])
    if "trees" in stored:
        from lightgbm import Booster

        return Booster(model_str=stored["trees"])
    if "array" in stored:
        return arrays[stored["array"]]
    if "config" in stored:
        return head_from_json(stored["config"])
    for name, of in (("list", list), ("tuple", tuple)):
        if name in stored:
            return of(_built(v, arrays) for v in stored[name])
    part = PARTS[stored["part"]]
    held = {str(k): _built(v, arrays) for k, v in stored["holds"].items()}
    if is_dataclass(part):
        return part(**held)
    made = object.__new__(part)
    vars(made).update(held)
    return made
