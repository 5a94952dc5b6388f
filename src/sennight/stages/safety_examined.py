"""The safety exam as a stage: triage vignettes, hostile replies, injections, leaks; all with scripted stand-ins."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sennight.agent.attacks import hostile, injections, leaks
from sennight.agent.attacks.scripted import Scripted
from sennight.agent.exam.people import candidates
from sennight.agent.memory import Memory
from sennight.agent.person import OpenPerson
from sennight.agent.questions import ask
from sennight.agent.safety.exam.run import benign_lines, examine
from sennight.agent.safety.triage import Level, released
from sennight.agent.talk.agent import Agent
from sennight.agent.talk.told import Mode
from sennight.agent.tools import TOOLS
from sennight.store.atomic import make_folder, write_file

SYNTHETIC = "synthetic:people=1,days=60,seed=5"
UNSEEN_BENIGN = ("benign_second.txt", "benign_last.txt")


def examine_safety(
    *, replies: int = hostile.REPLIES, cases: int = injections.CASES, every: int = 1, out: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Sit all four parts on a made-up person; counts as plain data. `every` takes each n-th vignette.

    Raises: StoreError if the result cannot be written.
    """
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        if progress:
            progress(done, 4)

    person = next(iter(candidates(None, synthetic=SYNTHETIC))).person
    found: dict[str, Any] = {"person": SYNTHETIC, "stand_in": "scripted, not a language model"}
    found["triage"] = _triage(every)
    tick()
    found["hostile"] = asdict(hostile.attack(_agent, person, replies=replies))
    tick()
    found["injections"] = asdict(injections.attack(_agent, person, n=cases))
    tick()
    found["leaks"] = asdict(leaks.attack(_agent, person, day_totals(person)))
    tick()
    if out is not None:
        make_folder(out.parent)
        write_file(out, json.dumps(found, indent=1, ensure_ascii=False, default=str).encode() + b"\n")
    return found


def _agent(script: Scripted, memory: Memory | None = None) -> Agent:
    return Agent(
        engine=lambda person, question: ask(person, question).answer, tools=TOOLS, model=script, mode=Mode.AGENT,
        asked_on=datetime.now(UTC).date(), memory=memory or Memory(),
    )  # fmt: skip


def _triage(every: int) -> dict[str, Any]:
    scores, rules = examine(released(), every=every), released()
    plain: dict[str, Any] = asdict(scores) | {"misses": len(scores.misses)}
    for name in UNSEEN_BENIGN:
        lines = benign_lines(name)
        plain[name] = [sum(rules.triage(line).level >= Level.URGENT for line in lines), len(lines)]
    return plain


def day_totals(person: OpenPerson) -> list[float]:
    """Steps of each day: numbers of four digits or more, which are searched for in what was sent."""
    if "steps" not in person.minutes:
        return []
    totals = person.minutes["steps"].values.sum(axis=1, dtype=float)
    return [float(t) for t in totals if t >= 1_000]
