"""What campaigns say: a line a question, the mean gain over all with its interval, and what limits it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sennight.evaluate.uncertainty import holm

DRAWS = 10_000


def searched_markdown(outcomes: Mapping[str, Mapping[str, Any]], *, title: str, made_by: str) -> str:
    """A table of campaigns and the sentences under it."""
    lines = [
        f"# {title}", "", f"Made by `{made_by}`.", "",
        "| question | sealed people | probe | chosen | gain (95 %) | ensemble's gain (95 %) | probe, development "
        "| best, development |", "|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for task, one in outcomes.items():
        ensemble, chosen = (next(g for g in one["gains"] if g["name"] == n) for n in ("ensemble", "chosen"))
        lines.append(
            f"| {task} | {one['n_sealed']:,} | {chosen['probe']:.3f} | {chosen['value']:.3f} | {_gain(chosen)} "
            f"| {_gain(ensemble)} | {one['probe']:.3f} | {one['best']:.3f} |"
        )
    return "\n".join([*lines, "", *(f"- {s}" for s in sentences(outcomes)), ""])


def _gain(one: Mapping[str, Any]) -> str:
    return f"{one['gain']:+.3f} ({one['low']:+.3f} to {one['high']:+.3f})"


def sentences(outcomes: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """Mean gains with a bootstrap interval over questions, losses after Holm, and how optimistic development was."""
    if not outcomes:
        return ("No question had enough sealed people.",)
    first = next(iter(outcomes.values()))
    name = "classical search" if first["policy"] == "portfolio+tpe" else first["policy"]
    said = [
        f"Policy: {name}; {first['evals']} evaluations a question, seed {first['seed']}; sealed people opened once, "
        f"{'PERMUTED LABELS (null twin)' if first.get('null') else 'true labels'}."
    ]
    for which in ("ensemble", "chosen"):
        gains = [next(g for g in one["gains"] if g["name"] == which) for one in outcomes.values()]
        each = np.array([g["gain"] for g in gains])
        drawn = np.random.default_rng(0).choice(each, size=(DRAWS, len(each))).mean(axis=1)
        low, high = np.quantile(drawn, [0.025, 0.975])
        adjusted = holm([g["p"] for g in gains])
        worse = sum(p < 0.05 and g["gain"] < 0 for p, g in zip(adjusted, gains, strict=True))
        better = sum(p < 0.05 and g["gain"] > 0 for p, g in zip(adjusted, gains, strict=True))
        said.append(
            f"{which}: mean gain over the default probe on sealed people {each.mean():+.4f} ({low:+.4f} to "
            f"{high:+.4f}, bootstrap over {len(each)} questions); after Holm {better} clearly better, {worse} worse."
        )
    hoped = np.mean([one["best"] - one["probe"] for one in outcomes.values()])
    said.append(f"On development people the best spec looked {hoped:+.4f} better than the probe: that is optimistic.")
    degraded = [task for task, one in outcomes.items() if one.get("degraded")]
    if degraded:
        said.append(f"Degraded: a language model was out of reach in {', '.join(degraded)}; the tutor went on.")
    return tuple(said)
