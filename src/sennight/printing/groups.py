"""Groups of a result as Markdown: gaps that must be named, every group's figures, calibration, and the population."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sennight.printing.lines import clean, count, number, signed

if TYPE_CHECKING:
    from sennight.evaluate.groups import Gap, GroupReport, GroupScore
    from sennight.evaluate.result import BenchResult
    from sennight.evaluate.score import Score

SLOPE_LOW, SLOPE_HIGH = 0.8, 1.2  # a calibration slope between them is called good (TRIPOD+AI practice)


def groups_markdown(result: "BenchResult", report: "GroupReport", *, title: str, made_by: str) -> str:
    """One page of tables for the model in front, with the reference beside it where gaps are counted."""
    from sennight.evaluate.groups import GAP, MIN_PEOPLE
    from sennight.evaluate.report.shown import Shown
    from sennight.evaluate.rescore import MIN_IN_CLASS

    plan, shown = result.plan, Shown.of(result.plan)
    lines = [
        f"# {clean(title)}",
        "",
        f"{count(plan.n_people)} people, {plan.k} folds by person, seed {plan.seed}, head `{plan.head_name}`; the "
        f"model is `{shown.model}`. Brackets: 95 %",
        f"bootstrap over people. Fewer than {MIN_PEOPLE} people, or {MIN_IN_CLASS} in the rarer answer: not assessed. "
        "Research figures; not a diagnosis.",
        "",
        f"Made by `{made_by}`, from stored predictions; `sennight evaluate FOLDER --verify` computes every number "
        "again.",
        "",
        f"## Gaps above {number(GAP, 2)} AUC",
        "",
        *_gap_counts(report, shown.front, GAP),
        "",
        f"Of `{shown.model}`, those whose interval stays above {number(GAP, 2)}:",
        "",
        *_gaps(report, shown.model, GAP),
    ]
    for by in report.groupings:
        mine = [s for s in report.scores if s.by == by and s.features == shown.model]
        lines += ["", f"## By {by}", "", *_by(mine)]
    lines += ["", "## Calibration of yes/no answers, by group", "", *_calibration(result, report, shown.model)]
    lines += ["", "## What the survey's design says of the population", "", *_population(report, shown.model)]
    return "\n".join(lines) + "\n"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    made = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    return [*made, *("| " + " | ".join(clean(c) for c in row) + " |" for row in rows)]


def _gap_counts(report: "GroupReport", front: Sequence[str], bar: float) -> list[str]:
    """How many gaps of each feature set are large, so that the model is seen beside what has no model."""
    rows = []
    for name in front:
        mine = [g for g in report.gaps if g.features == name]
        rows.append(
            (name, count(len(mine)), count(sum(g.named for g in mine)), count(sum(g.low > 0 for g in mine if g.named)),
             count(sum(g.low > bar for g in mine)))
        )  # fmt: skip
    head = ("features", "gaps measured", f"above {number(bar, 2)}", "and above 0 with the whole interval",
            f"above {number(bar, 2)} with the whole interval")  # fmt: skip
    return [
        *_table(head, rows),
        "",
        "A gap is the best group's AUC minus the worst's; best and worst are picked by looking, so small ones are "
        "overstated.",
    ]


def _gaps(report: "GroupReport", model: str, bar: float) -> list[str]:
    gaps = sorted((g for g in report.gaps if g.features == model and g.low > bar), key=lambda g: -g.difference)
    if not gaps:
        return ["None."]
    return _table(("question", "by", "best", "worst", "gap"), [_gap_row(g) for g in gaps])


def _gap_row(gap: "Gap") -> tuple[str, ...]:
    return (gap.task, gap.by, gap.best, gap.worst,
            f"{signed(gap.difference)} [{signed(gap.low)}, {signed(gap.high)}]")  # fmt: skip


def _by(scores: Sequence["GroupScore"]) -> list[str]:
    groups = tuple(dict.fromkeys(s.group for s in scores))
    held = {(s.task, s.group): s for s in scores}
    rows = []
    for task in dict.fromkeys(s.task for s in scores):
        metric = next((s.score.metric for s in scores if s.task == task and s.score), "")
        rows.append((task, {"auc": "AUC", "pearson_r": "r"}.get(metric, "-"),
                     *(_cell(held.get((task, g))) for g in groups)))  # fmt: skip
    return _table(("question", "", *groups), rows)


def _cell(score: "GroupScore | None") -> str:
    if score is None:
        return "-"
    if score.score is None:
        return f"not assessed (n {count(score.n_people)})"
    return f"{_figure(score.score)}, n {count(score.n_people)}"


def _figure(score: "Score") -> str:
    return f"{number(score.value, 3)} [{number(score.low, 3)}, {number(score.high, 3)}]"


def _calibration(result: "BenchResult", report: "GroupReport", model: str) -> list[str]:
    """A line a group: the median slope and error over questions, and how many slopes lie between .8 and 1.2."""
    everybody = [result.other_scores(t.name, model) for t in result.plan.tasks if t.metric == "auc"]
    groups: dict[tuple[str, str], list[dict[str, Score]]] = {("everybody", ""): everybody}
    for s in report.scores:
        if s.features == model and s.score:
            groups.setdefault((s.by, s.group), []).append({o.metric: o for o in s.others})
    rows = []
    for (by, group), of in groups.items():
        slopes = [o["calibration_slope"] for o in of if "calibration_slope" in o]
        errors = [o["ece"].value for o in of if "ece" in o]
        if slopes:
            good = sum(SLOPE_LOW <= s.value <= SLOPE_HIGH for s in slopes)
            off = sum(s.high < SLOPE_LOW or s.low > SLOPE_HIGH for s in slopes)
            rows.append((by, group, count(len(slopes)), number(_median([s.value for s in slopes]), 2),
                         count(good), count(off), number(_median(errors), 3)))  # fmt: skip
    rows.sort(key=lambda r: ("everybody", *report.groupings).index(r[0]))
    head = ("by", "group", "questions", "median slope", f"slope {SLOPE_LOW} to {SLOPE_HIGH}",
            "clearly outside", "median calibration error")  # fmt: skip
    return _table(head, rows)


def _median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _population(report: "GroupReport", model: str) -> list[str]:
    rows = []
    for f in report.population:
        if f.what == "auc" and f.features != model:
            continue
        e = f.estimate
        effect = "-" if e.design_effect is None else number(e.design_effect, 1)
        rows.append((f.task, "share or mean" if f.what == "answer" else f"AUC of {model}",
                     f"{number(e.value, 3)} [{number(e.low, 3)}, {number(e.high, 3)}]", number(f.unweighted, 3),
                     count(e.n_people), effect))  # fmt: skip
    head = ("question", "what", "population, by weights, strata and PSUs", "these people", "n", "design effect")
    return [*(_table(head, rows) if rows else []), *(line for note in report.notes for line in ("", clean(note)))]
