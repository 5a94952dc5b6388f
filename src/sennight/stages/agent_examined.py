"""The agent's exam as a stage: everybody who is there is examined, and the counts are written as JSON."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sennight.agent.exam.people import candidates
from sennight.agent.exam.phia import sit_phia
from sennight.agent.exam.silence import silence
from sennight.agent.exam.sitting import sit
from sennight.errors import InputError
from sennight.store.atomic import make_folder, write_file

SYNTHETIC = "synthetic:people=8,days=90,seed=11"


def examine(
    data: Path | None, *, questions: int, phrasing_sets: int = 0, seed: int = 0, phia: Path | None = None,
    out: Path | None = None, shuffles: int = 0, synthetic: str = SYNTHETIC,
    progress: Callable[[int, str], None] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Sit the exam. `shuffles` more than 0 also shuffles weeks and plants changes so often a person.

    Raises: InputError if a folder is not there; StoreError if the result cannot be written.
    """
    if data is not None and not data.is_dir():
        raise InputError(
            "there is no such folder of data sets", where=str(data), todo="Leave --data out for made-up people."
        )
    if phia is not None:
        result: dict[str, Any] = {"phia": sit_phia(phia, progress=progress)}
    else:
        sitting = sit(
            candidates(data, synthetic=synthetic),
            questions=questions,
            seed=seed,
            phrasing_sets=phrasing_sets,
            progress=progress,
        )
        result = sitting.to_json()
        if shuffles:
            found = silence((c.person for c in candidates(data, synthetic=synthetic)), rounds=shuffles, seed=seed)
            result["silence"] = {
                "judged": found.judged,
                "carried": found.carried,
                "planted": found.planted,
                "found": found.found,
            }
    if out is not None:
        make_folder(out.parent)
        write_file(out, json.dumps(result, indent=1, ensure_ascii=False).encode() + b"\n")
    return result
