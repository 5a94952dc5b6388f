"""What a bench found, in words and narrow tables; never kinder than the numbers, which are those of the result.

A difference is called one only where its 95 % interval leaves out 0.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from sennight.printing.lines import clean, count, duration, memory, number, plural, short, signed, table

if TYPE_CHECKING:
    from sennight.demo import DemoReport
    from sennight.evaluate import Average, BenchResult, Comparison, Lead, Score
    from sennight.evaluate.report.shown import Shown

METRICS = {"auc": "AUC", "pearson_r": "r"}
MEAN_OF = {"auc": "mean AUC", "pearson_r": "mean r"}
QUESTIONS = {"auc": "yes/no questions, AUC (.50 is chance)", "pearson_r": "amounts, correlation r (.00 is chance)"}
WIDTH = 120  # letters; a wider table wraps on most screens
CLEAR = 0.05  # Holm-adjusted p below which a difference is marked
# Chosen before any result was seen, from every domain; others stand in where one was not assessed.
SHORT_LIST = ("hypertension", "diabetes", "sleep_hours_selfreport", "depression_phq10", "current_smoker", "age", "sex",
              "obese")  # fmt: skip


def result_summary(result: "BenchResult") -> str:
    """Every assessed question with its intervals, what was not assessed and why, and the averages."""
    from sennight.evaluate.report.shown import Shown

    shown, plan = Shown.of(result.plan), result.plan
    lines = [
        f"{plural(plan.n_people, 'person', 'people')}, {plan.k} folds by person, head '{plan.head_name}', "
        f"seed {plan.seed}",
        f"in brackets 95 % intervals, bootstrap over people, {count(plan.replicates)} draws",
    ]
    for metric, title in QUESTIONS.items():
        tasks = [t.name for t in plan.tasks if t.metric == metric]
        if tasks:
            lines += ["", f"{title}; model is {clean(shown.model)}", *_scores(result, shown, tasks)]
    if shown.reference:
        lines += [
            "",
            f"difference: model minus {clean(shown.reference)}, paired; * after Holm's correction, p < {CLEAR}",
        ]
    lines += ["", "averages over questions", *_averages(result, plan.features)]
    if result.leads:
        lines += ["", "mean paired differences; questions ahead in, clearly (*) ahead in, clearly behind in"]
        lines += _all_leads(result)
    if plan.not_assessed:
        lines += ["", "not assessed"]
        rows = [(n.task, count(n.n_people), _events(n.n_events), n.reason) for n in plan.not_assessed]
        lines += table(("question", "n", "events", "why"), rows, align="lrrl")
    lines += [f"note: {clean(note)}" for note in plan.notes]
    return "\n".join(lines)


def found(console: Console, report: "DemoReport") -> None:
    """The end of the demo: who, how well, against what, what it cost, and the page to open."""
    from sennight.evaluate.report.shown import Shown

    result = report.result
    shown = Shown.of(result.plan)
    lines = ["", *(["Synthetic people: nothing here was measured on anybody."] if report.synthetic else [])]
    lines += _who(report)
    rows = [name for name in shown.front if any(a.features == name for a in result.averages)]
    lines += ["", *_averages(result, rows), ""] if rows else ["No question had enough people to be assessed."]
    lines += verdict(result, shown.model, shown.reference)
    if rows and not _is_ahead(result, shown.model, shown.reference):
        lines.append("The demo's pretraining is short by design; this says nothing about a model trained in full.")
    lines += verdict(result, shown.with_model, shown.age_sex)
    tasks = _chosen(result)
    lines += ["", *_scores(result, shown, tasks)] if tasks else []
    lines += ["", "; ".join(f"{c.name} {duration(c.seconds)}, {memory(c.peak_mb)}" for c in report.costs)]
    lines += [f"Open {report.page}"]
    for line in lines:
        console.print(line, markup=False, soft_wrap=True)


def verdict(result: "BenchResult", features: str, baseline: str) -> list[str]:
    """Ahead, behind or level, as a sentence; none where the pair was not compared.

    Ahead (behind) is a mean difference whose interval lies above (below) 0, in AUC or in r, and not the other
    way round in the other one.
    """
    leads = {lead.metric: lead for lead in result.leads if (lead.features, lead.baseline) == (features, baseline)}
    if "all" not in leads:
        return []
    means = [(MEAN_OF[m], leads[m]) for m in MEAN_OF if m in leads]
    up, down = (any(lead.low > 0 for _, lead in means), any(lead.high < 0 for _, lead in means))
    words = {
        (True, False): "{a} is ahead of {b}",
        (False, True): "{a} is behind {b}",
        (True, True): "{a} is ahead of {b} in one kind of question and behind in the other",
        (False, False): "{a} is level with {b}, no difference is shown",
    }[up, down]
    wins = leads["all"]
    differences = ", ".join(f"{name} {_difference(lead)}" for name, lead in means)
    return [
        f"{words.format(a=clean(features), b=clean(baseline))}: {differences}; "
        f"ahead in {wins.wins} of {plural(wins.n_tasks, 'question')} [{wins.wins_low:.0f} to {wins.wins_high:.0f}], "
        f"clearly ahead in {wins.clear_wins}, clearly behind in {wins.clear_losses}."
    ]


def _is_ahead(result: "BenchResult", features: str, baseline: str) -> bool:
    pair = (features, baseline)
    means = [x for x in result.leads if (x.features, x.baseline) == pair and x.metric in MEAN_OF]
    return any(lead.low > 0 for lead in means) and not any(lead.high < 0 for lead in means)


def _who(report: "DemoReport") -> list[str]:
    wear, read = report.prepared.wear, report.prepared.read
    dropped = sum(read["dropped"].values())
    return [
        f"{plural(wear['people'], 'person', 'people')} and {plural(wear['person_days'], 'day')}, "
        f"{count(wear['valid_days'])} of them worn for {wear['valid_day_minutes']} minutes or more; "
        f"{plural(report.result.plan.n_people, 'person', 'people')} evaluated, each by a model that never saw them.",
        f"{count(read['records_seen'])} records read: {count(read['records_kept'])} kept, {count(dropped)} dropped "
        "for reasons the page lists.",
    ]


def _chosen(result: "BenchResult") -> list[str]:
    """The short list as far as it was assessed, filled up with others in the order of the plan."""
    assessed = [t.name for t in result.plan.tasks]
    others = [name for name in assessed if name not in SHORT_LIST]
    chosen = ([name for name in SHORT_LIST if name in assessed] + others)[: len(SHORT_LIST)]
    return [name for name in assessed if name in chosen]


def _scores(result: "BenchResult", shown: "Shown", tasks: Sequence[str]) -> list[str]:
    """A line a question: counts, the feature sets in front, and the model minus the reference."""
    metric = {t.name: t.metric for t in result.plan.tasks}
    metrics = {metric[task] for task in tasks}
    header = ["question", "events/n" if "auc" in metrics else "n", *(_heading(name, shown) for name in shown.front)]
    header += ["difference"] if shown.reference else []
    rows = []
    for task in tasks:
        scores = [result.score(task, features) for features in shown.front]
        known = next((s for s in scores if s), None)
        # Beside questions of the other kind each has to say what it is measured by.
        name = f"{task} ({METRICS[metric[task]]})" if len(metrics) > 1 else task
        row = [name, _counts(known), *map(_score, scores)]
        difference = [_comparison(result.comparison(task, shown.model, shown.reference))] if shown.reference else []
        rows.append(row + difference)
    return table(header, rows, most=WIDTH)


def _counts(score: "Score | None") -> str:
    if score is None:
        return "-"
    return str(score.n_people) if score.n_events is None else f"{score.n_events}/{score.n_people}"


def _heading(features: str, shown: "Shown") -> str:
    """Column titles that stay narrow whatever an embedding is called."""
    if features == shown.model:
        return "model"
    return {shown.with_model: "age+sex+model", shown.age_sex: "age+sex"}.get(features, features)


def _score(score: "Score | None") -> str:
    return "-" if score is None else f"{_two(score.value)} [{_two(score.low)} {_two(score.high)}]"


def _comparison(row: "Comparison | None") -> str:
    if row is None:
        return "- "
    three = [short(signed(x)) for x in (row.difference, row.low, row.high)]
    return f"{three[0]} [{three[1]} {three[2]}]{'*' if row.p_holm < CLEAR else ' '}"


def _two(value: float | int) -> str:
    return short(number(value))


def _averages(result: "BenchResult", features: Sequence[str]) -> list[str]:
    by = {(a.features, a.metric): a for a in result.averages}
    rows = [(name, *(_average(by.get((name, metric))) for metric in MEAN_OF)) for name in features]
    n = {a.metric: a.n_tasks for a in result.averages}
    titles = [f"{title} ({plural(n[m], 'question')})" if m in n else title for m, title in MEAN_OF.items()]
    return table(("features", *titles), rows)


def _average(average: "Average | None") -> str:
    return "-" if average is None else f"{_three(average.value)} [{_three(average.low)} {_three(average.high)}]"


def _three(value: float | int) -> str:
    return number(value, 3)


def _all_leads(result: "BenchResult") -> list[str]:
    """One line a pair that was compared: mean differences, and in how many questions it is ahead."""
    by: dict[tuple[str, str], dict[str, Lead]] = {}
    for lead in result.leads:
        by.setdefault((lead.features, lead.baseline), {})[lead.metric] = lead
    rows = []
    for (features, baseline), leads in by.items():
        means = [_difference(leads[m]) if m in leads else "-" for m in MEAN_OF]
        rows.append((features, baseline, *means, *_wins(leads)))
    header = ("features", "minus", "mean AUC", "mean r", "ahead in", "ahead*", "behind*")
    return table(header, rows, align="llrrrrr", most=WIDTH)


def _wins(leads: "Mapping[str, Lead]") -> tuple[str, str, str]:
    if "all" not in leads:
        return ("-", "-", "-")
    wins = leads["all"]
    return (f"{wins.wins}/{wins.n_tasks}", str(wins.clear_wins), str(wins.clear_losses))


def _difference(lead: "Lead") -> str:
    return f"{signed(lead.difference)} [{signed(lead.low)} {signed(lead.high)}]"


def _events(n: int | None) -> str:
    return "" if n is None else count(n)
