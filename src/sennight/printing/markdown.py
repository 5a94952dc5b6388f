"""A result as Markdown: every question with n, events and intervals, the averages, and how to make it again."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sennight.printing.lines import clean, count, number, signed

if TYPE_CHECKING:
    from sennight.evaluate import BenchResult

METRICS = {"auc": "AUC", "pearson_r": "r"}


def markdown(result: "BenchResult", *, title: str, made_by: str) -> str:
    """One page of tables; `made_by` is the command that makes it."""
    from sennight.evaluate.report.shown import Shown

    plan, shown = result.plan, Shown.of(result.plan)
    lines = [
        f"# {clean(title)}",
        "",
        f"{count(plan.n_people)} people, {plan.k} folds by person, seed {plan.seed}, head `{plan.head_name}`. "
        f"Brackets: 95 % bootstrap over people ({count(plan.replicates)} draws). `*`: the paired difference to "
        f"`{shown.reference or 'the reference'}` survives Holm's correction over the questions (p < .05). "
        "Research figures; not a diagnosis.",
        "",
        f"Made by `{made_by}`; every figure here is recomputed from the stored predictions by "
        "`sennight show RESULT --recompute`.",
    ]
    lines += ["", "## Averages over questions", "", *_averages(result)]
    lines += ["", "## Paired differences, averaged over questions", "", *_leads(result)]
    for metric, heading in (("auc", "Yes/no questions (AUC)"), ("pearson_r", "Amounts (Pearson r)")):
        tasks = [t.name for t in plan.tasks if t.metric == metric]
        if tasks:
            lines += ["", f"## {heading}", "", *_scores(result, tasks, shown.model, shown.reference)]
    for task in (t for t in plan.tasks if t.thresholds):
        lines += ["", f"## Severity: {task.name}, one output judged in every way", "", *_severity(result, task.name)]
    if plan.not_assessed:
        lines += ["", "## Not assessed", "", *_row(("question", "n", "why")), "|---|---|---|"]
        for n in plan.not_assessed:
            lines += _row((n.task, count(n.n_people), n.reason))
    lines += ["", "## Backbones", ""]
    lines += [f"- `{name}`: {print_}" for name, print_ in plan.backbones.items()]
    lines += [f"- {clean(note)}" for note in plan.notes]
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> list[str]:
    return ["| " + " | ".join(clean(c).replace("|", "\\|") for c in cells) + " |"]


def _interval(value: float, low: float, high: float) -> str:
    return f"{number(value, 3)} [{number(low, 3)}, {number(high, 3)}]"


def _averages(result: "BenchResult") -> list[str]:
    lines = [*_row(("features", "mean AUC", "mean r")), "|---|---|---|"]
    for name in result.plan.features:
        cells = {a.metric: _interval(a.value, a.low, a.high) for a in result.averages if a.features == name}
        lines += _row((name, cells.get("auc", "-"), cells.get("pearson_r", "-")))
    return lines


def _leads(result: "BenchResult") -> list[str]:
    head = ("features", "minus", "mean AUC", "mean r", "ahead in", "clearly ahead", "clearly behind")
    lines = [*_row(head), "|---" * len(head) + "|"]
    for pair in result.plan.pairs:
        of = {lead.metric: lead for lead in result.leads if (lead.features, lead.baseline) == pair}
        if "all" not in of:
            continue
        mean = [
            f"{signed(of[m].difference)} [{signed(of[m].low)}, {signed(of[m].high)}]" if m in of else "-"
            for m in METRICS
        ]
        wins = of["all"]
        lines += _row((*pair, *mean, f"{wins.wins} of {wins.n_tasks}", str(wins.clear_wins), str(wins.clear_losses)))
    return lines


OF_AMOUNTS = {"mae": "mean absolute error", "rmse": "root mean squared error", "r2": "R2"}


def _severity(result: "BenchResult", task: str) -> list[str]:
    """r, errors, and the AUC of "at least so much" at every threshold with enough people on both sides."""
    features = [f for f in result.plan.features if not f.startswith("shuffled:") and result.score(task, f)]
    main = {f: score for f in features if (score := result.score(task, f))}
    others = {f: result.other_scores(task, f) for f in features}
    head = ("figure", "people at or above", *features)
    lines = [*_row(head), "|---" * len(head) + "|"]
    lines += _row(("r", "-", *(_interval(s.value, s.low, s.high) for s in main.values())))
    at = dict.fromkeys(m for of in others.values() for m in of if m.startswith("auc_at_"))
    names = {**OF_AMOUNTS, **{m: f"AUC at {m.removeprefix('auc_at_')} or more" for m in at}}
    for metric, name in names.items():
        found = [others[f].get(metric) for f in features]
        events = next((count(s.n_events) for s in found if s and s.n_events is not None and metric in at), "-")
        lines += _row((name, events, *(_interval(s.value, s.low, s.high) if s else "-" for s in found)))
    return lines


def _scores(result: "BenchResult", tasks: Sequence[str], model: str, reference: str) -> list[str]:
    features = [f for f in result.plan.features if not f.startswith("shuffled:")]
    head = ("question", "n", "events", *features)
    lines = [*_row(head), "|---" * len(head) + "|"]
    for task in tasks:
        cells = []
        n = events = "-"
        for name in features:
            score = result.score(task, name)
            if score is None:
                cells.append("-")
                continue
            n, events = count(score.n_people), "-" if score.n_events is None else count(score.n_events)
            comparison = result.comparison(task, name, reference) if name == model and reference else None
            mark = " *" if comparison and comparison.p_holm < 0.05 else ""
            cells.append(_interval(score.value, score.low, score.high) + mark)
        lines += _row((task, n, events, *cells))
    return lines
