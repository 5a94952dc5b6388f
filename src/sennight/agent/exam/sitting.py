"""A sitting of the exam: questions drawn from a seed, put to the tools and to the question engine, marked, counted."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sennight.agent.exam.gold import answer as gold_answer
from sennight.agent.exam.grading import Mark, call_of, mark_answer, mark_reply
from sennight.agent.exam.people import Candidate
from sennight.agent.exam.phrasing import misspelt, say
from sennight.agent.exam.spec import Question, draw
from sennight.agent.questions import ask
from sennight.agent.tools import TOOLS, reply_json

MISSPELT = 0.15  # share of questions with a slip
MOST_KEPT = 40  # examples of what went wrong
PHRASINGS = 20


@dataclass(kw_only=True)
class Sitting:
    """Counts of a sitting: marks of tools and of the engine, by kind, reply times, phrasings, and examples."""

    seed: int
    people: Counter[str] = field(default_factory=Counter)
    tools: Counter[Mark] = field(default_factory=Counter)
    engine: Counter[Mark] = field(default_factory=Counter)
    slips: Counter[Mark] = field(default_factory=Counter)
    by_kind: dict[str, Counter[Mark]] = field(default_factory=lambda: defaultdict(Counter))
    unanswerable: int = 0
    seconds: list[float] = field(default_factory=list)
    longest_reply: int = 0
    phrased: Counter[str] = field(default_factory=Counter)
    examples: list[dict[str, str]] = field(default_factory=list)

    @property
    def asked(self) -> int:
        """How many questions."""
        return self.tools.total()

    def to_json(self) -> dict[str, Any]:
        """Plain counts and shares; times in milliseconds."""
        times = np.array(self.seconds or [0.0]) * 1_000
        return {
            "seed": self.seed, "people": dict(self.people), "questions": self.asked, "unanswerable": self.unanswerable,
            "tools": {str(k): v for k, v in self.tools.items()}, "engine": {str(k): v for k, v in self.engine.items()},
            "engine_with_a_slip": {str(k): v for k, v in self.slips.items()},
            "by_kind": {kind: {str(k): v for k, v in marks.items()} for kind, marks in sorted(self.by_kind.items())},
            "tool_ms": {"median": float(np.median(times)), "p95": float(np.quantile(times, 0.95)), "max": float(times.max())},
            "longest_reply_bytes": self.longest_reply, "phrasings": dict(self.phrased), "examples": self.examples,
        }  # fmt: skip


def sit(
    people: Iterable[Candidate], *, questions: int, seed: int = 0, phrasing_sets: int = 0,
    progress: Callable[[int, str], None] | None = None,
) -> Sitting:  # fmt: skip
    """Put about `questions` questions a person to everybody; `phrasing_sets` of them in 20 phrasings each."""
    sitting = Sitting(seed=seed)
    for k, candidate in enumerate(people):
        rng = np.random.default_rng([seed, k])
        sitting.people["synthetic" if candidate.synthetic else "real"] += 1
        for _ in range(questions):
            one(sitting, candidate, draw(candidate.known, rng), rng)
        for _ in range(phrasing_sets):
            phrasings(sitting, candidate, rng)
        candidate.person.kept.clear()
        if progress:
            progress(k + 1, candidate.name)
    return sitting


def one(sitting: Sitting, candidate: Candidate, q: Question, rng: np.random.Generator) -> None:
    """One question: gold, the tool, the engine."""
    gold = gold_answer(candidate.record, q)
    sitting.unanswerable += gold is None
    tool, arguments = call_of(q)
    begin = time.perf_counter()
    reply = TOOLS[tool].call(candidate.person, arguments)
    sitting.seconds.append(time.perf_counter() - begin)
    sitting.longest_reply = max(sitting.longest_reply, len(reply_json(reply).encode()))
    marked = mark_reply(q, reply, gold)
    sitting.tools[marked] += 1
    if marked is Mark.WRONG:
        _keep(sitting, candidate, "tool", f"{tool} {dict(arguments)}", f"{gold}", str(reply)[:300])
    text = say(q, rng)
    slipped = rng.random() < MISSPELT
    text = misspelt(text, rng) if slipped else text
    answer = ask(candidate.person, text).answer
    mark = mark_answer(q, answer, gold)
    sitting.engine[mark] += 1
    sitting.by_kind[q.kind if not q.why else f"no answer: {q.why}"][mark] += 1
    if slipped:
        sitting.slips[mark] += 1
    if mark is not Mark.RIGHT:
        _keep(sitting, candidate, f"engine {mark}", text, f"{gold}"[:200], f"[{answer.reading}] {answer.text[:200]}")


def _keep(sitting: Sitting, candidate: Candidate, what: str, asked: str, gold: str, got: str) -> None:
    if sum(e["what"] == what for e in sitting.examples) < MOST_KEPT:
        # Values of real people never leave the machine in a result file.
        shown = (gold, got) if candidate.synthetic else ("", got.split("]")[0] + "]" if got.startswith("[") else "")
        sitting.examples.append({"what": what, "asked": asked, "gold": shown[0], "got": shown[1]})


def phrasings(sitting: Sitting, candidate: Candidate, rng: np.random.Generator) -> None:
    """One question in 20 phrasings: is the evidence of every answer the same?"""
    q = draw(candidate.known, rng)
    while q.why or gold_answer(candidate.record, q) is None:
        q = draw(candidate.known, rng)
    said = [say(q, rng) for _ in range(PHRASINGS)]
    answers = [ask(candidate.person, text).answer for text in said]
    given = [tuple((e.metric, e.statistic, e.value) for e in a.evidence[:1]) for a in answers if a.status == "answered"]
    sitting.phrased["sets"] += 1
    sitting.phrased["phrasings"] += PHRASINGS
    sitting.phrased["answered"] += len(given)
    sitting.phrased["identical sets"] += len(set(given)) == 1 and len(given) == PHRASINGS
    sitting.phrased["contradicting sets"] += len(set(given)) > 1
