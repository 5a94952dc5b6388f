"""The search space: which specs a policy may draw, the portfolio in its fixed order, and what a proposal must pass.

A language model's proposal goes through the same door: plain data, every field within its bounds, canonical, hashed.
Neighbours, networks and in-context models are left out: the first would carry training people in a saved head, the
others cost more than a search of this size may spend.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from sennight.errors import InputError
from sennight.heads import HeadSpec, config_hash, head_from_json, to_json

MODELS = ("linear", "prototype", "ordinal", "boosted")
WIDEST = 256  # components; computed once a fold and shared, smaller ones are its first columns
MOST_CHARS = 8_000  # of a proposal as JSON
PROBE = HeadSpec()
RANKS = {"linear": 0, "prototype": 0, "ordinal": 1, "boosted": 2}


@runtime_checkable
class Draws(Protocol):
    """Where choices come from: a generator, or an optimiser that learns."""

    def pick(self, name: str, words: tuple[str, ...]) -> str:
        """One of some words."""
        ...

    def number(self, name: str, low: float, high: float, *, whole: bool = False) -> float:
        """A number, by its logarithm."""
        ...


def drawn(draws: Draws) -> HeadSpec:
    """A spec whose every choice is asked of `draws`."""
    model: dict[str, Any] = {"head": draws.pick("model", MODELS)}
    if model["head"] == "linear":
        strongest = draws.number("l2", 0.1, 3_000.0)
        model["l2"] = [strongest, strongest / 5, strongest / 25]
    elif model["head"] == "boosted":
        model |= {
            "trees": int(draws.number("trees", 30.0, 200.0, whole=True)),
            "learning_rate": draws.number("learning_rate", 0.02, 0.2),
            "leaves": int(draws.number("leaves", 2.0, 16.0, whole=True)),
        }
    spec: dict[str, Any] = {
        "head": "spec", "model": model, "components": int(draws.number("components", 8.0, float(WIDEST), whole=True)),
        "scaling": draws.pick("scaling", ("shrink", "whiten")),
        "class_weights": draws.pick("class_weights", ("none", "balanced")),
    }  # fmt: skip
    if draws.pick("select", ("all", "some")) == "some":
        spec["selection"] = int(draws.number("selection", 4.0, 64.0, whole=True))
    return proposed(spec)


def proposed(plain: Mapping[str, Any]) -> HeadSpec:
    """A proposal as a spec. Raises: InputError if it is none, leaves its bounds, or asks for what is not offered."""
    try:
        size = len(json.dumps(plain))
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError("a proposal must be plain data") from error
    if size > MOST_CHARS:
        raise InputError("a proposal is too long")
    made = head_from_json({"head": "spec", **plain})
    if not isinstance(made, HeadSpec):
        raise InputError("a proposal must be a spec")
    if made.model.name not in MODELS:
        raise InputError(f"model '{made.model.name}' is not offered here", todo=f"Offered: {', '.join(MODELS)}.")
    if (made.components or 0) > WIDEST or made.components is None:
        raise InputError(f"components lie from 1 to {WIDEST} here")
    fixed = (made.layers, made.channels, made.pooling, made.covariates, made.inputs, made.calibration)
    if fixed != (PROBE.layers, PROBE.channels, PROBE.pooling, PROBE.covariates, PROBE.inputs, PROBE.calibration):
        raise InputError("layers, channels, pooling, inputs, covariates and calibration are fixed in this campaign")
    return made


def _portfolio() -> tuple[HeadSpec, ...]:
    wide: list[dict[str, Any]] = [{"components": c} for c in (20, 100, 200)]
    strong: list[dict[str, Any]] = [{"model": {"head": "linear", "l2": [a, b]}, "components": c}
              for a, b, c in ((2_500.0, 500.0, 200), (50.0, 10.0, 100))]  # fmt: skip
    others: list[dict[str, Any]] = [
        {"scaling": "whiten", "components": 20}, {"scaling": "whiten", "components": 50},
        {"selection": 10}, {"selection": 25, "components": 100}, {"class_weights": "balanced"},
        {"model": {"head": "prototype"}}, {"model": {"head": "ordinal"}},
        {"model": {"head": "boosted", "trees": 80}, "components": 30},
        {"model": {"head": "boosted", "trees": 120, "leaves": 3}, "components": 100},
        {"scaling": "whiten", "selection": 20, "components": 100},
    ]  # fmt: skip
    return (PROBE, *map(proposed, [*wide, *strong, *others]))


PORTFOLIO = _portfolio()


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What a proposer hands in: a spec, a sentence why, and the trial it came from."""

    spec: HeadSpec
    source: str
    reason: str = ""
    parent: str = ""

    @property
    def hash(self) -> str:
        """Equal specs share it."""
        return config_hash(self.spec)

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {"spec": to_json(self.spec), "spec_hash": self.hash, "source": self.source, "reason": self.reason,
                "parent": self.parent}  # fmt: skip


def simplicity(spec: HeadSpec) -> tuple[int, int, int]:
    """Smaller is simpler: the model's rank, then how many components it may use, then what else is set."""
    kept = min(spec.components or WIDEST, spec.selection or WIDEST)
    extra = (spec.scaling != "shrink") + (spec.class_weights != "none") + (spec.selection is not None)
    return RANKS[spec.model.name], kept, extra
