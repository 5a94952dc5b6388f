"""Learning curves as Markdown and as a few lines: means by size, people needed a question, and who needs fewer."""

from typing import TYPE_CHECKING

import numpy as np

from sennight.printing.lines import clean, count, number, table

if TYPE_CHECKING:
    from sennight.evaluate.learning_curve import CurveResult, Need
    from sennight.evaluate.score import Score

METRICS = {"auc": "mean AUC", "pearson_r": "mean r"}


def few_shot_markdown(result: "CurveResult", *, title: str, made_by: str) -> str:
    """One page of tables; `made_by` is the command that makes it."""
    plan = result.plan
    lines = [
        f"# {clean(title)}",
        "",
        f"{count(plan.n_people)} people, {plan.draws} draws over {plan.k} folds by person, seed {plan.seed}, head "
        f"`{clean(plan.head['head'])}`. A size is people of each answer; of an amount, twice as many in all; `all` is "
        "everybody outside the fold, by whom the label-free squeeze is fitted at every size. Brackets: 95 %, people "
        f"and draws drawn again ({count(plan.replicates)} times). Research figures; not a diagnosis.",
        "",
        f"Made by `{clean(made_by)}`; recomputed from the stored predictions by `sennight show FOLDER --recompute`.",
        "",
        *_verdict(result),
    ]
    for metric, heading in METRICS.items():
        rows = _means(result, metric)
        if rows:
            lines += ["", f"## {heading} by size", "", *rows]
    lines += [
        "", f"## Labelled people needed to reach `{clean(plan.reference)}` with everybody's labels", "",
        "Read off the curve made rising; `<=` and `>` are censored: already reached at the smallest size, or not "
        "reached with everybody. Ratio: to what the reference itself needs. A question in brackets: the reference is "
        "not above chance there, so reaching it says nothing.", "", *_needs(result),
    ]  # fmt: skip
    for task in plan.tasks:
        lines += ["", f"## {task.name} ({METRICS[task.metric].removeprefix('mean ')})", "", *_curves(result, task.name)]
    if plan.not_assessed:
        lines += ["", "## Not assessed", ""]
        lines += [f"- {n.task}: {clean(n.reason)} (n {count(n.n_people)})" for n in plan.not_assessed]
    lines += ["", "## Backbones", "", *(f"- `{clean(name)}`: {clean(of)}" for name, of in plan.backbones.items())]
    return "\n".join(lines) + "\n"


def few_shot_summary(result: "CurveResult") -> str:
    """What came of it, for a terminal."""
    rows = [
        (m.features, METRICS[m.metric], "all" if m.shots is None else str(m.shots), number(m.value, 3), str(m.n_tasks))
        for m in result.means
    ]
    head = ("embedding", "metric", "of each answer", "value", "questions")
    return "\n".join([*table(head, rows, align="llrrr"), "", *(line.replace("`", "") for line in _verdict(result))])


def _verdict(result: "CurveResult") -> list[str]:
    """In how many questions each embedding needs fewer labelled people than the reference."""
    lines = []
    reference = result.plan.reference
    for name in result.plan.features:
        needs = [n for n in result.needs if n.features == name and n.meaningful]
        if name == reference or not needs:
            continue
        fewer = sum(n.ratio is not None and n.ratio < 1 for n in needs)
        clear = sum(n.ratio_high is not None and n.ratio_high < 1 for n in needs)
        never = sum(n.people is None for n in needs)
        lines.append(
            f"`{clean(name)}` needs fewer labelled people than `{clean(reference)}` in {fewer} of {len(needs)} "
            f"questions ({clear} with the whole interval below 1), and does not get there in {never}."
        )
    return lines


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(clean(c).replace("|", "\\|") for c in cells) + " |"


def _value(value: float, low: float, high: float) -> str:
    return f"{number(value, 3)} [{number(low, 3)}, {number(high, 3)}]"


def _means(result: "CurveResult", metric: str) -> list[str]:
    points = [m for m in result.means if m.metric == metric]
    if not points:
        return []
    sizes = list(dict.fromkeys(m.shots for m in points))
    n_tasks = {m.shots: m.n_tasks for m in points}
    found = {(m.shots, m.features): _value(m.value, m.low, m.high) for m in points}
    lines = [_row(("size", "questions", *result.plan.features)), "|---" * (2 + len(result.plan.features)) + "|"]
    for size in sizes:
        cells = (found[(size, name)] for name in result.plan.features)
        lines.append(_row(("all" if size is None else str(size), str(n_tasks[size]), *cells)))
    return lines


def people(need: "Need") -> str:
    """How many people, as it is written: `<= 10`, `> 2,121`, or a number with its interval.

    An end of an interval that is not reached with everybody is written `never`.
    """
    interval = f"[{_people(need.low)}, {_people(need.high)}]"
    if need.more_than is not None:
        return f"> {count(need.more_than)} {interval}"
    if need.at_most is not None:
        return f"<= {count(need.at_most)} {interval}"
    return f"{_people(need.people)} {interval}"


def _people(value: float | None) -> str:
    return "never" if value is None else count(round(value))


def _needs(result: "CurveResult") -> list[str]:
    names = result.plan.features
    others = [n for n in names if n != result.plan.reference]
    lines = [_row(("question", "target", *names, *(f"ratio {n}" for n in others)))]
    lines.append("|---" * (2 + len(names) + len(others)) + "|")
    for task in result.plan.tasks:
        needs = {name: result.need(task.name, name) for name in names}
        own = needs[result.plan.reference]
        ratios = ["-" if needs[n].ratio is None else number(needs[n].ratio or np.nan, 2) for n in others]
        name = task.name if own.meaningful else f"({task.name})"
        lines.append(_row((name, number(own.target, 3), *(people(needs[n]) for n in names), *ratios)))
    return lines


def _curves(result: "CurveResult", task: str) -> list[str]:
    names = result.plan.features
    curves: list[tuple[Score, ...]] = [result.curve(task, name) for name in names]
    lines = [_row(("size", "labelled", *names)), "|---" * (2 + len(names)) + "|"]
    for at in zip(*curves, strict=True):
        size = "all" if at[0].shots is None else str(at[0].shots)
        lines.append(_row((size, count(at[0].n_people), *(_value(s.value, s.low, s.high) for s in at))))
    return lines
