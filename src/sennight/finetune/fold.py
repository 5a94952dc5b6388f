"""One fold of fine-tuning: train on its people, stop by people held out of them, answer for the people outside.

Epoch e is drawn from (seed, fold, e) alone and saved when it ends, so a run that was stopped goes on to the same
weights. The state of the epoch that validation people liked best answers. A person is the mean over their windows.
"""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float64, Int64
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from sennight.backbones.day_transformer.precision import fast_fp32
from sennight.errors import InputError
from sennight.finetune.answers import Answers, Weighting
from sennight.finetune.network import Trunk, Tuned
from sennight.record import Split, WindowBatch

ADAM = ("step", "exp_avg", "exp_avg_sq")


@dataclass(frozen=True, kw_only=True)
class FinetuneSpec:
    """Everything that decides a fine-tuning beside backbone, data and seed. Raises: InputError on nonsense."""

    epochs: int = 20
    """At most."""
    patience: int = 3
    """Epochs without a better validation loss after which it stops."""
    batch: int = 32
    learning_rate: float = 1e-3
    weight_decay: float = 1e-3
    clip_norm: float = 1.0
    validate_share: float = 0.1

    def __post_init__(self) -> None:
        if min(self.epochs, self.patience, self.batch) < 1 or not 0 < self.validate_share < 0.5:
            raise InputError("epochs, patience and batch are at least 1, validate_share lies between 0 and a half")


@dataclass(frozen=True, kw_only=True, eq=False)
class Windows:
    """The windows of a store that count: a row to read each by, whose each is (a place in people), how to read."""

    rows: Int64[np.ndarray, " window"]
    person: Int64[np.ndarray, " window"]
    read: Callable[[np.ndarray], WindowBatch]

    def of(self, people: np.ndarray) -> Int64[np.ndarray, " window"]:
        """Places of the windows of these people."""
        return np.flatnonzero(np.isin(self.person, people))


@dataclass(frozen=True, kw_only=True, eq=False)
class FoldAnswers:
    """Predictions for the people outside, and how training went: (training loss, validation loss) an epoch."""

    people: Int64[np.ndarray, " outside"]
    p: Float64[np.ndarray, "outside question"]
    curve: tuple[tuple[float, float], ...]
    best_epoch: int


def finetune_fold(
    trunk: Trunk,
    windows: Windows,
    answers: Answers,
    *,
    outside: np.ndarray,
    spec: FinetuneSpec,
    seed: int,
    fold: int,
    state: Path,
    progress: Callable[[int, float], None] | None = None,
) -> FoldAnswers:
    """Train on everybody not `outside` (places in people), predict those; `state` is the file it resumes from.

    Raises: InputError if nobody is left to train or to validate on.
    """
    inside = np.setdiff1d(np.arange(len(answers.people)), outside)
    split = Split.by_person(
        [answers.people[i] for i in inside], seed=seed, validate_share=spec.validate_share, test_share=0.0
    )
    place = {name: i for i, name in enumerate(answers.people)}
    train, held_out = (np.array([place[p] for p in part], dtype=np.int64) for part in (split.train, split.validate))
    if not len(windows.of(train)) or not len(windows.of(held_out)):
        raise InputError("nobody is left to train or to validate on", todo="Use fewer folds, or more people.")
    weighting = Weighting.fit(answers, train)
    torch.manual_seed(_seed(seed, fold, 0))
    tuned = Tuned(trunk, len(answers.tasks))
    run = _Run(tuned, weighting, windows, torch.from_numpy(answers.y).float(), spec, state)
    run.resume()
    with fast_fp32():
        while run.wants_more():
            torch.manual_seed(_seed(seed, fold, 1 + len(run.curve)))
            run.epoch(windows.of(train), windows.of(held_out), np.random.default_rng([seed, fold, len(run.curve)]))
            if progress:
                progress(len(run.curve), run.curve[-1][1])
        tuned.load_state_dict(run.best)
        people, out = run.answer(windows.of(outside))
    return FoldAnswers(
        people=people,
        p=weighting.predict(out).double().numpy(),
        curve=tuple(run.curve),
        best_epoch=run.best_epoch,
    )


class _Run:
    """A network on its way through epochs, with what a restart needs."""

    def __init__(
        self, tuned: Tuned, weighting: Weighting, windows: Windows, y: Tensor, spec: FinetuneSpec, state: Path
    ) -> None:
        self.tuned, self.weighting, self.windows, self.y, self.spec, self.state = (
            tuned, weighting, windows, y, spec, state,
        )  # fmt: skip
        self.names = [name for name, _ in tuned.named_parameters()]
        self.optimizer = torch.optim.AdamW(tuned.parameters(), lr=spec.learning_rate, weight_decay=spec.weight_decay)
        self.curve: list[tuple[float, float]] = []
        self.best: dict[str, Tensor] = {}

    @property
    def best_epoch(self) -> int:
        """Counted from 1."""
        return 1 + min(range(len(self.curve)), key=lambda e: self.curve[e][1])

    def wants_more(self) -> bool:
        """Neither out of epochs nor out of patience."""
        return not self.curve or (
            len(self.curve) < self.spec.epochs and len(self.curve) - self.best_epoch < self.spec.patience
        )

    def epoch(self, train: np.ndarray, held_out: np.ndarray, rng: np.random.Generator) -> None:
        """Once through the training windows, then validate and save."""
        self.tuned.train()
        total, steps = 0.0, 0
        for places in _batches(rng.permutation(train), self.spec.batch):
            self.optimizer.zero_grad()
            out = self.tuned(self.windows.read(self.windows.rows[places]))
            loss: Tensor = self.weighting.loss(out, self.y[self.windows.person[places]])
            loss.backward()  # type: ignore[no-untyped-call]
            norm = torch.nn.utils.clip_grad_norm_(self.tuned.parameters(), self.spec.clip_norm)
            if bool(torch.isfinite(norm)):
                self.optimizer.step()
            total, steps = total + float(loss.detach()), steps + 1
        people, out = self.answer(held_out)
        found = float(self.weighting.loss(out, self.y[people]))
        self.curve.append((total / max(steps, 1), found if np.isfinite(found) else float("inf")))
        if self.best_epoch == len(self.curve):
            self.best = {name: weight.detach().clone() for name, weight in self.tuned.state_dict().items()}
        self.save()

    def answer(self, places: np.ndarray) -> tuple[Int64[np.ndarray, " person"], Tensor]:
        """Mean output over the windows of each person."""
        self.tuned.eval()
        people, whose = np.unique(self.windows.person[places], return_inverse=True)
        total, count = torch.zeros(len(people), self.y.shape[1]), torch.zeros(len(people), 1)
        with torch.inference_mode():
            for some in _batches(np.arange(len(places)), self.spec.batch):
                out = self.tuned(self.windows.read(self.windows.rows[places[some]])).float()
                at = torch.from_numpy(whose[some])
                total.index_add_(0, at, out)
                count.index_add_(0, at, torch.ones(len(some), 1))
        return people, total / count

    def save(self) -> None:
        """Weights, best weights, optimizer and curve in one file that is replaced as a whole."""
        tensors = {f"now/{k}": v for k, v in self.tuned.state_dict().items()}
        tensors |= {f"best/{k}": v for k, v in self.best.items()}
        for i, held in self.optimizer.state_dict()["state"].items():
            tensors |= {f"adam/{self.names[i]}/{key}": held[key] for key in ADAM}
        fresh = self.state.with_suffix(".tmp")
        fresh.parent.mkdir(parents=True, exist_ok=True)
        save_file({k: v.contiguous() for k, v in tensors.items()}, fresh, {"curve": json.dumps(self.curve)})
        os.replace(fresh, self.state)

    def resume(self) -> None:
        """Go on after the last saved epoch, if there is one that opens and is of this network."""
        if not self.state.exists():
            return
        try:
            with safe_open(self.state, "pt") as file:
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
                curve = json.loads(file.metadata()["curve"])
            adam = self.optimizer.state_dict()
            adam["state"] = {
                i: {key: tensors[f"adam/{name}/{key}"] for key in ADAM}
                for i, name in enumerate(self.names)
                if f"adam/{name}/step" in tensors
            }
            self.tuned.load_state_dict(_under("now/", tensors))
        except (SafetensorError, KeyError, ValueError, RuntimeError) as error:
            raise InputError(
                "this state is damaged or of another network", where=str(self.state), todo="Remove it to start over."
            ) from error
        self.optimizer.load_state_dict(adam)
        self.best, self.curve = _under("best/", tensors), [(float(a), float(b)) for a, b in curve]


def _under(stem: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(stem): tensor for name, tensor in tensors.items() if name.startswith(stem)}


def _batches(order: np.ndarray, size: int) -> Iterator[np.ndarray]:
    for i in range(0, len(order), size):
        yield order[i : i + size]


def _seed(*parts: int) -> int:
    return int(np.random.default_rng(parts).integers(2**31))
