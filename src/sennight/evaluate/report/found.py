"""What was found, in a few plain sentences made from the numbers, never kinder than they are.

A difference is called one only where its 95 % interval leaves out 0; where the model is behind, that is said.
"""

from collections.abc import Mapping

from sennight.evaluate import controls
from sennight.evaluate.report.plain import count, interval, number, signed
from sennight.evaluate.report.shown import Shown
from sennight.evaluate.result import Average, BenchPlan, BenchResult, Lead

MEAN_OF = {"auc": "mean AUC", "pearson_r": "mean correlation"}
NO_BREAK = "\u00a0"  # a space at which no line ends
CONTROLS = {
    controls.RANDOM_INIT: "an untrained network of the same shape",
    controls.MISSINGNESS: "knowing only when the device was worn",
}
CHANCE = {"auc": 0.5, "pearson_r": 0.0}


def found(result: BenchResult, shown: Shown, *, synthetic: bool) -> tuple[str, ...]:
    """Three to five sentences: how well, against engineered features, beside age and sex, against controls."""
    model = shown.names[shown.model]
    sentences = [
        _how_well(result, shown, model, synthetic=synthetic),
        _against_reference(result, shown, model),
        _beside_age_and_sex(result, shown, model),
        _against_controls(result, shown),
        _shuffled(result, shown),
    ]
    return tuple(sentence for sentence in sentences if sentence)


def _how_well(result: BenchResult, shown: Shown, model: str, *, synthetic: bool) -> str:
    averages = {a.metric: a for a in result.averages if a.features == shown.model}
    if not averages:
        return f"No question had enough people to be assessed, so nothing can be said about {model}."
    parts = []
    if "auc" in averages:
        parts.append(
            f"a mean AUC of {_mean(averages['auc'])} over {_plural(averages['auc'].n_tasks, 'yes/no question')} "
            "(0.5 is chance, 1 is perfect)"
        )
    if "pearson_r" in averages:
        parts.append(
            f"a mean correlation of {_mean(averages['pearson_r'])} "
            f"over {_plural(averages['pearson_r'].n_tasks, 'amount')} (0 is none, 1 is perfect)"
        )
    who = "synthetic people" if synthetic else "people"
    plan: BenchPlan = result.plan
    return (
        f"In {count(plan.n_people)} {who}, each predicted by a head that had not seen them ({plan.k}-fold "
        f"cross-validation by person), {model} reached {' and '.join(parts)}."
    )


def _against_reference(result: BenchResult, shown: Shown, model: str) -> str:
    leads = _leads(result, shown.model, shown.reference)
    if "all" not in leads:
        return ""
    everything, baseline = leads["all"], shown.names[shown.reference]
    clear = (
        f"clearly ahead in {everything.clear_wins} and clearly behind in {everything.clear_losses} after Holm's "
        "correction for asking many questions"
    )
    return (
        f"{_capital(model)} was ahead of {baseline} in {everything.wins} of "
        f"{_plural(everything.n_tasks, 'question')} (95 % interval {everything.wins_low:.0f} to "
        f"{everything.wins_high:.0f}), {clear}; {_differences(leads)}."
    )


def _beside_age_and_sex(result: BenchResult, shown: Shown, model: str) -> str:
    leads = _leads(result, shown.with_model, shown.age_sex)
    if "all" not in leads:
        return ""
    wins = leads["all"]
    return (
        f"Added to age and sex, {model} gave a better answer than age and sex alone in {wins.wins} of "
        f"{_plural(wins.n_tasks, 'question')} (clearly better in {wins.clear_wins}, clearly worse in "
        f"{wins.clear_losses}); {_differences(leads)}."
    )


def _against_controls(result: BenchResult, shown: Shown) -> str:
    parts = []
    for control, said in CONTROLS.items():
        leads = _leads(result, shown.model, control)
        if control != shown.model and "all" in leads:
            parts.append(f"Against {said}: {_differences(leads)}.")
    return " ".join(parts)


def _shuffled(result: BenchResult, shown: Shown) -> str:
    name = controls.shuffled(shown.model)
    averages = [a for a in result.averages if a.features == name]
    if not averages:
        return ""
    figures = " and ".join(f"{MEAN_OF[a.metric]} {_mean(a)}" for a in averages)
    if any(a.low > CHANCE[a.metric] for a in averages):
        verdict = (
            "This is above chance: look for a leak before trusting the figures above (one such check in 40 shows "
            "this by luck alone)."
        )
    else:
        verdict = "This is not above chance, so it shows no leak."
    return f"As a check, with labels dealt out at random among the people: {figures}. {verdict}"


def _leads(result: BenchResult, features: str, baseline: str) -> Mapping[str, Lead]:
    """Metric -> lead of one pair."""
    return {lead.metric: lead for lead in result.leads if (lead.features, lead.baseline) == (features, baseline)}


def _differences(leads: Mapping[str, Lead]) -> str:
    return "; ".join(_difference(leads[metric], metric) for metric in MEAN_OF if metric in leads)


def _difference(lead: Lead, metric: str) -> str:
    """ "mean AUC higher: +0.016 [+0.005, +0.029]", or plainly that no difference is shown."""
    figures = f"{signed(lead.difference)} [{signed(lead.low)},{NO_BREAK}{signed(lead.high)}]"
    if lead.low > 0:
        return f"{MEAN_OF[metric]} higher: {figures}"
    if lead.high < 0:
        return f"{MEAN_OF[metric]} lower: {figures}"
    return f"{MEAN_OF[metric]} {figures}, an interval that includes 0, so no difference is shown"


def _mean(average: Average) -> str:
    return f"{number(average.value)} {interval(average)}".replace(", ", f",{NO_BREAK}")


def _plural(n: int, noun: str) -> str:
    return f"{count(n)} {noun}" if n == 1 else f"{count(n)} {noun}s"


def _capital(text: str) -> str:
    """A sentence may begin with a name, which keeps its letters; plain words get a capital."""
    return text[:1].upper() + text[1:] if text.startswith(("engineered", "wear", "untrained")) else text
