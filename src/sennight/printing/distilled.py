"""A judged student as Markdown: the bars first, then question by question, the leaky control beside."""

from typing import TYPE_CHECKING

from sennight.printing.lines import clean, number, signed

if TYPE_CHECKING:
    from sennight.evaluate.distilled import Bar, DistillResult

COMPARED = {
    ("student", "teacher"): "student minus teacher",
    ("student", "student_alone"): "student minus the student alone",
    ("student_leaky", "student"): "leaky student minus student",
}


def bar_line(bar: "Bar") -> str:
    """One bar with its verdict."""
    verdict = "not assessed" if bar.holds is None else "holds" if bar.holds else "DOES NOT HOLD"
    measured = "-" if bar.measured is None else number(bar.measured, 3)
    return f"{clean(bar.name)}: {measured} (asked: {number(bar.asked, 2)}) {verdict}"


def distill_markdown(result: "DistillResult", *, title: str, made_by: str) -> str:
    """One page of tables; `made_by` is the command that makes it."""
    plan = result.bench.plan
    teacher, student = plan.head["teacher"]["head"], plan.head["student"]["head"]
    lines = [
        f"# {clean(title)}",
        "",
        f"{plan.n_people:,} people, {plan.k} folds by person, seed {plan.seed}; teacher `{clean(teacher)}`, student "
        f"`{clean(student)}`, {number(100 * plan.head['mix'], 0)} % of its labels the teacher's, out of fold. "
        "Research figures; not a diagnosis.",
        "",
        f"Made by `{clean(made_by)}`; scores and differences are recomputed by `sennight show RESULT --recompute`.",
        "",
        "## Bars",
        "",
        *(f"- {bar_line(bar)}" for bar in result.bars),
        "",
        f"Answering one person, in a batch of 1,000: teacher {number(result.teacher_us, 1)} us of one core, student "
        f"{number(result.student_us, 2)} us.",
        "",
        "## Mean differences of AUC",
        "",
    ]
    for lead in result.bench.leads:
        name = COMPARED.get((lead.features, lead.baseline))
        if name and lead.metric == "auc":
            lines.append(f"- {name}: {signed(lead.difference)} [{signed(lead.low)}, {signed(lead.high)}]")
    head = ("question", "teacher", "student", "alone", "leaky", "kept", "ECE teacher", "ECE student", "gap teacher",
            "gap student", "labels' AUC", "leaky labels' AUC")  # fmt: skip
    lines += ["", "## Questions", "", "| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for row in result.tasks:
        gaps = [None if (g := row.gap.get(role)) is None else g for role in ("teacher", "student")]
        cells = (
            row.task, *(number(row.auc[r], 3) for r in ("teacher", "student", "student_alone", "student_leaky")),
            number(row.kept, 3), number(row.ece["teacher"], 3), number(row.ece["student"], 3),
            *("-" if g is None else number(g, 3) for g in gaps), number(row.labels_auc, 3),
            number(row.leaky_labels_auc, 3),
        )  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    lines += [
        "",
        "Labels' AUC: how well the labels a student learned from foretell the truth among its own training people. Out "
        "of fold that is what the teacher knows; the leaky control's labels repeat what was to be learned.",
    ]
    return "\n".join(lines) + "\n"
