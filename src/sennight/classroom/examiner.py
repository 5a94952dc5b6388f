"""The examiner: the ruler no proposer can bend. It holds the labels, makes the folds, and computes every score itself.

A spec is fitted fold by fold in workers that never see a held-out label (`worker.py`). What comes back is checked:
length, finite, probabilities. Hopeless specs stop after two folds (a cascade). Whatever fails gets the worst finite
score. The sealed people are opened once a campaign, and each opening is written down before a score is known.
"""

import json
import multiprocessing
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float64

from sennight.classroom import worker
from sennight.classroom.material import SEALED, Material
from sennight.classroom.notebook import Notebook
from sennight.classroom.space import Proposal
from sennight.errors import InputError
from sennight.evaluate import metrics
from sennight.evaluate.rescore import MIN_IN_CLASS
from sennight.heads import HeadSpec, to_json
from sennight.tasks import TaskKind

WORST = {TaskKind.YES_NO: 0.0, TaskKind.AMOUNT: -1.0, TaskKind.RANK: -1.0}
HOPELESS_SE = 4.0  # standard errors below the best after two folds; then the rest is not spent
MIN_SEALED = 400  # labelled people; with fewer the nested protocol is the right one (design, "The examiner")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one worker may use."""

    wall_s: float = 60.0
    cpu_s: int = 60
    memory_bytes: int = 8_000_000_000


class Failed(Exception):
    """A worker gave no answer; the text is the class of the error."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Trial:
    """A scored proposal. `said` holds out-of-fold answers of development people, NaN elsewhere."""

    proposal: Proposal
    score: float
    se: float
    by_fold: tuple[float, ...]
    error: str
    seconds: float
    said: Float64[np.ndarray, " person"]

    def to_json(self) -> dict[str, Any]:
        """As it stands in the notebook: no person's answer."""
        return {
            **self.proposal.to_json(), "score": round(self.score, 12), "se": round(self.se, 12),
            "by_fold": [round(s, 12) for s in self.by_fold], "error": self.error, "seconds": round(self.seconds, 3),
        }  # fmt: skip


class Examiner:
    """Scores proposals on one question. Raises: InputError if too few people answered."""

    def __init__(
        self,
        material: Material,
        y: Float64[np.ndarray, " person"],
        *,
        kind: TaskKind,
        notebook: Notebook | None = None,
        limits: Limits | None = None,
        isolated: bool = True,
    ) -> None:
        if kind not in WORST:
            raise InputError("the classroom does not take questions with k choices")
        self.material, self.kind, self.notebook = material, kind, notebook
        self.limits, self.isolated = limits or Limits(), isolated
        self._y = y
        self._known = np.isfinite(y)
        answers = y[self._known & (material.fold >= 0)]
        few = min((answers == 1).sum(), (answers == 0).sum()) if kind is TaskKind.YES_NO else len(answers) // 2
        if few < MIN_IN_CLASS:
            raise InputError(f"fewer than {MIN_IN_CLASS} development people of the rarer answer")
        self.best = -np.inf

    def score(self, proposal: Proposal) -> Trial:
        """The out-of-fold score of a proposal on development people. Raises nothing for what a proposal does."""
        start, error = time.perf_counter(), ""
        said = np.full(len(self._y), np.nan)
        each: list[float] = []
        try:
            for n, fold in enumerate(self.material.folds):
                test = self._known & (self.material.fold == fold)
                said[test] = self._answers(proposal.spec, fold, test)
                each.append(self._metric(self._y[test], said[test]))
                if n == 1 and self._hopeless(each):
                    error = "stopped after two folds"
                    break
        except Failed as failure:
            error, each = str(failure), []
        value = float(np.mean(each)) if each else WORST[self.kind]
        se = float(np.std(each, ddof=1) / np.sqrt(len(each))) if len(each) > 1 else 0.0
        if not error:
            self.best = max(self.best, value)
        return Trial(
            proposal=proposal, score=value, se=se, by_fold=tuple(each), error=error, said=said,
            seconds=time.perf_counter() - start,
        )  # fmt: skip

    def open_sealed(self, specs: dict[str, HeadSpec]) -> dict[str, Float64[np.ndarray, " sealed"]]:
        """What specs say of the sealed people after learning from all development people; written down beforehand."""
        if self.notebook is not None:
            already = len(self.notebook.of("opening"))
            self.notebook.add("opening", n_before=already, specs={k: to_json(v) for k, v in specs.items()})
        test = self.sealed
        if not test.any():
            raise InputError("there are no sealed people with an answer")
        return {name: self._answers(spec, SEALED, test) for name, spec in specs.items()}

    @property
    def sealed(self) -> np.ndarray:
        """Whose answers are opened once."""
        return np.asarray(self._known & (self.material.fold == SEALED))

    def truth(self, people: np.ndarray) -> Float64[np.ndarray, " _"]:
        """Answers of people, for whoever reports; no proposer is handed an examiner."""
        return self._y[people]

    def _metric(self, y: np.ndarray, p: np.ndarray) -> float:
        value = metrics.auc(y, p) if self.kind is TaskKind.YES_NO else metrics.pearson_r(y, p)
        chance = 0.5 if self.kind is TaskKind.YES_NO else 0.0
        return value if np.isfinite(value) else chance

    def _hopeless(self, each: list[float]) -> bool:
        spread = max(float(np.std(each, ddof=1) / np.sqrt(2)), 0.005)
        return bool(np.mean(each) < self.best - HOPELESS_SE * spread)

    def _answers(self, spec: HeadSpec, held_out: int, test: np.ndarray) -> np.ndarray:
        fitted, z = self.material.seen_by(spec, held_out)
        train = self._known & (self.material.fold >= 0) & (self.material.fold != held_out)
        arrays = (z[train], self._y[train], z[test])
        if self.isolated:
            said = self._in_worker(fitted, arrays)
        else:
            try:
                said = worker.answer(to_json(fitted), *arrays, kind=self.kind)
            except Exception as error:
                raise Failed(type(error).__name__) from error
        return checked(said, n=int(test.sum()), kind=self.kind)

    def _in_worker(self, spec: HeadSpec, arrays: tuple[np.ndarray, ...]) -> np.ndarray:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["sennight.classroom.worker", "sennight.heads"])
        ours, theirs = context.Pipe()
        stated = json.dumps({
            "spec": to_json(spec), "kind": self.kind.value, "shapes": [a.shape for a in arrays],
            "memory_bytes": self.limits.memory_bytes, "cpu_s": self.limits.cpu_s,
        })  # fmt: skip
        process = context.Process(target=worker.run, args=(theirs, stated), daemon=True)
        process.start()
        theirs.close()
        try:
            for array in arrays:
                ours.send_bytes(np.ascontiguousarray(array, dtype=np.float64).tobytes())
            if not ours.poll(self.limits.wall_s):
                raise Failed("timeout")
            got = ours.recv_bytes(len(arrays[2]) * 8 + 64)
        except (EOFError, OSError) as error:
            raise Failed("crash") from error
        finally:
            ours.close()
            process.kill()
            process.join()
        if got[:1] == worker.FAILED and len(got) != len(arrays[2]) * 8:
            raise Failed(got[1:].decode("ascii", "replace")[:60])
        return np.frombuffer(got[: len(got) // 8 * 8])


def checked(said: np.ndarray, *, n: int, kind: TaskKind) -> Float64[np.ndarray, " person"]:
    """Answers as a plain float array of the right length. Raises: Failed if they are not."""
    said = np.array(said, dtype=np.float64, copy=True)
    if said.shape != (n,):
        raise Failed("wrong length")
    if not bool(np.isfinite(said).all()):
        raise Failed("not finite")
    if kind is TaskKind.YES_NO and not bool(((said >= 0) & (said <= 1)).all()):
        raise Failed("no probability")
    return said
