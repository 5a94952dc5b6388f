"""The model card: one Markdown page of a run, its result, its groups and its audit; and the checklist of reporting.

A pure function of what it is handed, so that a card made from recomputed numbers must be the same text.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from sennight.evaluate.groups import GroupReport
from sennight.evaluate.privacy.audit import Audit
from sennight.evaluate.report.audit_tables import audit_markdown
from sennight.evaluate.report.checklist import checklist
from sennight.evaluate.report.group_tables import gap_sentences, group_table, population_table
from sennight.evaluate.report.plain import count, number, signed, words
from sennight.evaluate.report.shown import Shown
from sennight.evaluate.result import BenchResult

CARD, CHECKLIST, FACTS = "card.md", "tripod_ai.md", "card.json"
NOT_KNOWN = "not known"


@dataclass(frozen=True, kw_only=True)
class CardFacts:
    """What a card says beside numbers of the result. `learned` is the recipe of pretraining, `wear` the wear report."""

    cohort: str
    synthetic: bool
    command: str
    version: str
    store: str = ""
    backbone: str = ""
    pretraining_people: int | None = None
    overlap_people: int | None = None
    learned: Mapping[str, Any] = field(default_factory=dict)
    wear: Mapping[str, int] = field(default_factory=dict)
    software: Mapping[str, str] = field(default_factory=dict)
    limits: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "CardFacts":
        """Back from plain data."""
        return cls(**{**stored, "limits": tuple(stored["limits"])})


def model_card(facts: CardFacts, result: BenchResult, groups: GroupReport | None, audit: Audit | None) -> str:
    """The card as Markdown."""
    shown = Shown.of(result.plan)
    lines = [f"# Model card: {words(shown.model)}", ""]
    if facts.synthetic:
        lines += ["**Synthetic people: these numbers say nothing about real bodies.**", ""]
    lines += [*_what_it_is(facts, result), "", *_performance(result, shown)]
    lines += ["", "## Groups", "", *_groups(groups, result, shown)]
    lines += ["", "## Privacy", ""]
    lines += ["Not audited yet: `sennight audit` makes this part."] if audit is None else audit_markdown(audit)
    lines += ["", "## Limits", "", *(f"- {words(limit)}" for limit in facts.limits)]
    lines += ["- What is not written here was not measured."]
    lines += ["", "## How to check it", ""]
    lines += ["`sennight evaluate FOLDER --verify` computes every figure of this card again from stored predictions."]
    return "\n".join(lines) + "\n"


def _what_it_is(facts: CardFacts, result: BenchResult) -> list[str]:
    learned = ", ".join(f"{k} {v}" for k, v in facts.learned.items() if k != "name") or NOT_KNOWN
    overlap = NOT_KNOWN if facts.overlap_people is None else count(facts.overlap_people)
    people = NOT_KNOWN if facts.pretraining_people is None else count(facts.pretraining_people)
    return [
        "## What it is",
        "",
        "A backbone that turns days of a wearable into vectors, judged by heads that learn health questions from them. "
        "For research and general wellness: it makes no diagnosis, is no medical device, and says nothing about one "
        "person.",
        "",
        f"- backbone: `{facts.backbone or NOT_KNOWN}`; head: `{result.plan.head_name}`",
        f"- cohort: {words(facts.cohort)}; store `{facts.store[:16] or NOT_KNOWN}`",
        f"- pretrained on {people} people, {overlap} of whom it is also judged on",
        f"- recipe: {words(learned)}",
        f"- judged on {count(result.plan.n_people)} people, {result.plan.k} folds by person, seed {result.plan.seed}, "
        f"{count(result.plan.replicates)} bootstrap draws",
        f"- made by `{words(facts.command)}`, sennight {facts.version}, "
        + ", ".join(f"{name} {version}" for name, version in facts.software.items()),
    ]


def _performance(result: BenchResult, shown: Shown) -> list[str]:
    lines = ["## How well it answers", "", "| features | mean AUC | mean r |", "|---|---|---|"]
    for name in result.plan.features:
        of = {a.metric: a for a in result.averages if a.features == name}
        cells = [
            f"{number(of[m].value, 3)} [{number(of[m].low, 3)}, {number(of[m].high, 3)}]" if m in of else "–"
            for m in ("auc", "pearson_r")
        ]
        lines.append(f"| {words(shown.names[name])} | {' | '.join(cells)} |")
    lines += [
        "",
        "| question | measure | n | "
        + " | ".join(words(shown.names[f]) for f in shown.front)
        + " | gain over age + sex |",
    ]
    lines.append("|---" * (4 + len(shown.front)) + "|")
    for note in result.plan.tasks:
        scores = [result.score(note.name, f) for f in shown.front]
        n = next((count(s.n_people) for s in scores if s), "–")
        cells = ["–" if s is None else f"{number(s.value)} [{number(s.low)}, {number(s.high)}]" for s in scores]
        gain = result.comparison(note.name, shown.with_model, shown.age_sex)
        told = "–" if gain is None else f"{signed(gain.difference)} [{signed(gain.low)}, {signed(gain.high)}]"
        measure = "AUC" if note.metric == "auc" else "r"
        lines.append(f"| {note.name.replace('_', ' ')} | {measure} | {n} | {' | '.join(cells)} | {told} |")
    slopes = [s.value for s in result.secondary if s.metric == "calibration_slope" and s.features == shown.model]
    if slopes:
        good = sum(0.8 <= s <= 1.2 for s in slopes)
        lines += ["", f"Calibration: slope between 0.8 and 1.2 in {good} of {len(slopes)} yes/no questions "
                  f"(median {number(float(np.median(slopes)))})."]  # fmt: skip
    if result.plan.not_assessed:
        lines += ["", "Not assessed: " + "; ".join(f"{n.task} ({n.reason})" for n in result.plan.not_assessed) + "."]
    return lines


def _groups(groups: GroupReport | None, result: BenchResult, shown: Shown) -> list[str]:
    if groups is None:
        return ["Not assessed."]
    gaps = gap_sentences(groups, shown)
    lines = ["Gaps above 0.05 AUC between the best and the worst group that could be assessed:", ""]
    lines += [f"- {line}" for line in gaps] or ["- none"]
    for table in group_table(groups, result, shown):
        lines += ["", f"### By {table.by}", "", "| question | measure | " + " | ".join(table.groups) + " |"]
        lines.append("|---" * (2 + len(table.groups)) + "|")
        for row in table.rows:
            cells = " | ".join(f"{c.text} {c.interval}".strip() for c in row.cells)
            lines.append(f"| {words(row.question)} | {row.metric} | {cells} |")
    rows = population_table(groups, result, shown)
    if rows:
        lines += ["", "### What the population would show", ""]
        lines += [
            "| question | figure | population | people measured | n | design effect |",
            "|---|---|---|---|---|---|",
        ]
        lines += [
            f"| {words(r.question)} | {r.what} | {r.weighted.text} {r.weighted.interval} | {r.unweighted} | {r.n} | "
            f"{r.design_effect} |"
            for r in rows
        ]  # fmt: skip
    return [*lines, "", *(f"- {words(note)}" for note in groups.notes)]


def reporting_checklist(facts: CardFacts, result: BenchResult, groups: GroupReport | None) -> str:
    """The checklist as a Markdown page, filled with what the run knows."""
    plan = result.plan
    wear = facts.wear
    features = ", ".join(f for f in plan.features if not f.startswith("shuffled:"))
    answers = {
        "5a": words(facts.cohort) + (", synthetic" if facts.synthetic else ""),
        "6b": "at least 3 days worn for 10 hours or more, on a device the survey does not distrust",
        "7": f"`sennight prepare`; store `{facts.store[:16]}`" if facts.store else "",
        "8a": f"{len(plan.tasks)} questions, each with its source on the page",
        "9a": f"feature sets: {words(features)}",
        "10": f"{count(plan.n_people)} people; a question with fewer than 20 in its rarer answer is not assessed",
        "11": "a minute without a value is marked, never filled in; people without the answer are left out of it",
        "12a": f"{plan.k} folds by person, seed {plan.seed}; nothing is fitted before the split",
        "12c": f"{plan.head_name} head on frozen vectors of `{facts.backbone}`" if facts.backbone else "",
        "12d": f"by {', '.join(groups.groupings)}" if groups and groups.groupings else "",
        "12e": "AUC, average precision, Brier, calibration slope, intercept, ECE; r, MAE, RMSE, R²; 95 % bootstrap "
        "over people; Holm over questions",
        "13": "no resampling; AUC and average precision beside each other",
        "14": f"gaps above 0.05 AUC are named: {len(groups.named)} over all feature sets shown" if groups else "",
        "15": "probability of yes, or an amount; no threshold is set",
        "18f": f"sennight {facts.version}",
        "20a": f"{count(wear['people'])} people read, {count(plan.n_people)} judged" if "people" in wear else "",
        "21": "people and events of every question stand in the tables",
        "22": f"weights `{facts.backbone}`; heads are refitted from stored vectors" if facts.backbone else "",
        "23a": "tables of the card, groups included",
        "26": " ".join(facts.limits),
        "27a": "days worn for less than 10 hours are not used",
    }
    lines = ["# Reporting checklist (TRIPOD+AI)", "", *checklist({k: v for k, v in answers.items() if v})]
    return "\n".join(lines) + "\n"
