"""The wear-matched control as Markdown."""

from collections.abc import Sequence

from sennight.evaluate.result import BenchResult
from sennight.evaluate.wear_matched import DRAWS, STRATUM_PEOPLE, MatchedMean


def wear_matched_markdown(result: BenchResult, means: Sequence[MatchedMean], *, title: str, made_by: str) -> str:
    """One table a metric."""
    lines = [
        f"# {title}",
        "",
        f"{result.plan.n_people:,} people, {result.plan.k} folds, seed {result.plan.seed}, in strata of about "
        f"{STRATUM_PEOPLE} neighbours in valid days and worn minutes a",
        "day. *Equal wear* ranks the answers of all folds' heads together, *all people* fold by fold: compare within a "
        "column.",
        "Yes/no questions are judged by pairs of one stratum, amounts by what each stratum's mean leaves.",
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
            f"| features | all people | equal wear | minus {result.plan.reference}, equal wear |",
            "|---|---|---|---|",
        ]
        lines += [
            f"| {m.features} | {m.plain:.3f} | {m.value:.3f} [{m.low:.3f}, {m.high:.3f}] | {_lead(m)} |" for m in rows
        ]
    return "\n".join(lines) + "\n"


def _lead(mean: MatchedMean) -> str:
    if mean.lead is None:
        return "-"
    value, low, high = mean.lead
    return f"{value:+.3f} [{low:+.3f}, {high:+.3f}]"
