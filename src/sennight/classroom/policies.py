"""Policies: who says which spec is tried next, given everything tried so far. All share one method, `propose`.

A policy is a function of the notebook's trials, their number and a seed, and of nothing else; so a campaign that was
killed goes on as if it had not been. `portfolio+tpe` is what sennight uses by itself and is always called classical
search. Source of the tutor: Bergstra et al. 2011, TPE, by Optuna.
"""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np

from sennight.classroom.space import PORTFOLIO, PROBE, WIDEST, Proposal, drawn, proposed
from sennight.errors import InputError

History = Sequence[Mapping[str, Any]]
WARM_UP = 4  # the portfolio takes at most one in so many evaluations


@runtime_checkable
class Policy(Protocol):
    """Says what is tried next."""

    @property
    def name(self) -> str: ...

    def propose(self, history: History, *, evals: int) -> Proposal:
        """The next proposal of a campaign of so many evaluations. Never raises for want of an idea."""
        ...


class GeneratorDraws:
    """Choices at random, numbers evenly on their logarithm."""

    def __init__(self, seed: Sequence[int]) -> None:
        self.rng = np.random.default_rng(list(seed))

    def pick(self, name: str, words: tuple[str, ...]) -> str:  # noqa: ARG002
        """One of some words."""
        return str(self.rng.choice(words))

    def number(self, name: str, low: float, high: float, *, whole: bool = False) -> float:  # noqa: ARG002
        """A number."""
        value = float(np.exp(self.rng.uniform(np.log(low), np.log(high))))
        return float(round(value)) if whole else value


class Probe:
    """The default linear probe, and nothing else."""

    name = "probe"

    def propose(self, history: History, *, evals: int) -> Proposal:  # noqa: ARG002
        """The probe."""
        return Proposal(spec=PROBE, source=self.name)


class Random:
    """Drawn evenly from the space."""

    name = "random"

    def __init__(self, *, seed: int = 0) -> None:
        self.seed = seed

    def propose(self, history: History, *, evals: int) -> Proposal:  # noqa: ARG002
        """Another draw."""
        return Proposal(spec=drawn(GeneratorDraws([self.seed, len(history)])), source=self.name)


class Portfolio:
    """Sixteen specs put in order by hand, then random ones."""

    name = "portfolio"

    def __init__(self, *, seed: int = 0) -> None:
        self.after = Random(seed=seed)

    def propose(self, history: History, *, evals: int) -> Proposal:
        """The next in order."""
        if len(history) < len(PORTFOLIO):
            return Proposal(spec=PORTFOLIO[len(history)], source=self.name)
        return self.after.propose(history, evals=evals)


class Tpe:
    """Optuna's tree-structured Parzen estimator, which learns from every trial, whoever proposed it."""

    name = "tpe"

    def __init__(self, *, seed: int = 0) -> None:
        self.seed = seed

    def propose(self, history: History, *, evals: int) -> Proposal:  # noqa: ARG002
        """What the optimiser asks for next. Raises: InputError if Optuna is not installed."""
        try:
            import optuna
        except ImportError as error:
            todo = "Install it: pip install 'sennight[heads]'."
            raise InputError("this policy needs the package optuna", todo=todo) from error
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            sampler = optuna.samplers.TPESampler(
                seed=self.seed * 10_007 + len(history), multivariate=True, group=True, n_startup_trials=8
            )
            study = optuna.create_study(direction="maximize", sampler=sampler)
            for trial in history:
                params = choices_of(trial["spec"])
                known = {name: _distributions(optuna)[name] for name in params}
                study.add_trial(
                    optuna.trial.create_trial(params=params, distributions=known, value=float(trial["score"]))
                )
            return Proposal(spec=drawn(_Asked(study.ask())), source=self.name)


class ClassicalSearch:
    """`portfolio+tpe`: the portfolio for a quarter of the evaluations at most, then the optimiser."""

    name = "portfolio+tpe"

    def __init__(self, *, seed: int = 0) -> None:
        self.first, self.then = Portfolio(seed=seed), Tpe(seed=seed)

    def propose(self, history: History, *, evals: int) -> Proposal:
        """Portfolio first."""
        if len(history) < min(len(PORTFOLIO), max(1, evals // WARM_UP)):
            return self.first.propose(history, evals=evals)
        return self.then.propose(history, evals=evals)


class _Asked:
    """Choices of an Optuna trial."""

    def __init__(self, trial: Any) -> None:
        self.trial = trial

    def pick(self, name: str, words: tuple[str, ...]) -> str:
        return str(self.trial.suggest_categorical(name, words))

    def number(self, name: str, low: float, high: float, *, whole: bool = False) -> float:
        if whole:
            return float(self.trial.suggest_int(name, int(low), int(high), log=True))
        return float(self.trial.suggest_float(name, low, high, log=True))


def _distributions(optuna: Any) -> dict[str, Any]:
    """The space as Optuna names it; the bounds of `space.drawn`."""
    d = optuna.distributions
    return {
        "model": d.CategoricalDistribution(("linear", "prototype", "ordinal", "boosted")),
        "l2": d.FloatDistribution(0.1, 3_000.0, log=True), "trees": d.IntDistribution(30, 200, log=True),
        "learning_rate": d.FloatDistribution(0.02, 0.2, log=True), "leaves": d.IntDistribution(2, 16, log=True),
        "components": d.IntDistribution(8, WIDEST, log=True),
        "scaling": d.CategoricalDistribution(("shrink", "whiten")),
        "class_weights": d.CategoricalDistribution(("none", "balanced")),
        "select": d.CategoricalDistribution(("all", "some")), "selection": d.IntDistribution(4, 64, log=True),
    }  # fmt: skip


def choices_of(plain: Mapping[str, Any]) -> dict[str, Any]:
    """The choices that `space.drawn` would have had to make for a spec, kept within its bounds."""
    spec = proposed(plain)
    model = plain["model"]
    out: dict[str, Any] = {
        "model": spec.model.name, "components": int(np.clip(spec.components or WIDEST, 8, WIDEST)),
        "scaling": spec.scaling, "class_weights": spec.class_weights,
        "select": "all" if spec.selection is None else "some",
    }  # fmt: skip
    if spec.selection is not None:
        out["selection"] = int(np.clip(spec.selection, 4, 64))
    if spec.model.name == "linear":
        out["l2"] = float(np.clip(max(model["l2"]), 0.1, 3_000.0))
    if spec.model.name == "boosted":
        out |= {
            "trees": int(np.clip(model["trees"], 30, 200)),
            "learning_rate": float(np.clip(model["learning_rate"], 0.02, 0.2)),
            "leaves": int(np.clip(model["leaves"], 2, 16)),
        }
    return out


POLICIES = {c.name: c for c in (Random, Portfolio, Tpe, ClassicalSearch)}


def policy_named(name: str, *, seed: int) -> Policy:
    """A policy that needs no language model. Raises: InputError naming those there are."""
    if name == Probe.name:
        return Probe()
    if name not in POLICIES:
        raise InputError(f"there is no policy '{name}'", todo=f"Known: probe, {', '.join(POLICIES)}, classroom.")
    made: Policy = POLICIES[name](seed=seed)
    return made
