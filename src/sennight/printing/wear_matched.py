"""The wear-matched control as Markdown."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from sennight.evaluate.controls import MISSINGNESS
from sennight.evaluate.result import BenchResult
from sennight.evaluate.wear_matched import DRAWS, STRATUM_PEOPLE, MatchedMean


def wear_matched_markdown(result: BenchResult, means: Sequence[MatchedMean], *, title: str, made_by: str) -> str:
    """One table a metric."""
    lines = [
        f"# {title}",
        "",
        f"{result.plan.n_people:,} people, {result.plan.k} folds, seed {result.plan.seed}, in strata of about "
        f"{STRATUM_PEOPLE} neighbours in valid days and worn minutes a",
        "day. Yes/no questions are judged by pairs of one stratum and fold, amounts by what the mean of each "
        "stratum and fold leaves;",
        "*all people* fold by fold, as in the main table. How much the device was worn is matched, not at which hours.",
        f"Brackets: 95 %, people drawn again within strata ({DRAWS} times). Research figures; not a diagnosis.",
        "",
        f"Made by `{made_by}`, from stored predictions.",
    ]
    for metric, name in (("auc", "mean AUC"), ("pearson_r", "mean r")):
        rows = [m for m in means if m.metric == metric]
        if not rows:
            continue
        lines += ["", f"## {name}, {rows[0].n_tasks} questions", ""]
        lines += [
            f"| features | all people | equal wear | minus {result.plan.reference}, equal wear | minus {MISSINGNESS}, "
            "equal wear |",
            "|---|---|---|---|---|",
        ]
        lines += [
            f"| {m.features} | {m.plain:.3f} | {m.value:.3f} [{m.low:.3f}, {m.high:.3f}] | {_lead(m.lead)} | "
            f"{_lead(m.over_wear)} |"
            for m in rows
        ]
    return "\n".join(lines) + "\n"


def wear_matched_json(result: BenchResult, means: Sequence[MatchedMean]) -> str:
    """The same as JSON, with what it is of."""
    plan = result.plan
    head = {"n_people": plan.n_people, "folds": plan.k, "seed": plan.seed, "stratum_people": STRATUM_PEOPLE}
    return json.dumps({**head, "draws": DRAWS, "means": [asdict(m) for m in means]}, indent=1, allow_nan=False)


def _lead(found: tuple[float, float, float] | None) -> str:
    if found is None:
        return "-"
    value, low, high = found
    return f"{value:+.3f} [{low:+.3f}, {high:+.3f}]"
