"""Put a finished pretraining run into the package as released weights, with its card.

    python runs/release.py RUN NAME --result RESULT --store STORE --audit AUDIT [--inputs]      what runs/release.sh calls

With `--limits` only the last section of a card that is there is written again.

The card's figures are those of RESULT, a result of `sennight evaluate` in which the same recipe was judged on people
its models never saw; facts about the run come from its own files.
"""
# ruff: noqa: E501  (the card's lines are lines of Markdown)

import argparse
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sennight.backbones.checkpoint import CONFIG, load
from sennight.backbones.released import CARD
from sennight.evaluate import BenchResult
from sennight.evaluate.groups import GAP, GroupReport
from sennight.evaluate.privacy.audit import CONTROL, Audit
from sennight.evaluate.privacy.reidentify import EVERYBODY, UNSEEN
from sennight.evaluate.report.group_tables import gap_sentence
from sennight.pretrain.log import read_curve
from sennight.pretrain.run import MODEL, RUN
from sennight.store import Store

BESIDE = ("engineered", "engineered_mean", "half_hour", "missingness")
INPUTS = ("distribution", "random_init")  # a vector's inputs with nothing learned, and through random weights
LIMITS = "## Limits\n"  # what the last section of a card begins with
WEIGHTS = Path(__file__).parents[1] / "src" / "sennight" / "backbones" / "weights"


def main(arguments: Sequence[str] | None = None) -> None:
    """Copy config and weights, write the card."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("name")
    parser.add_argument("--result", type=Path, required=True, help="how the recipe did on unseen people")
    parser.add_argument("--store", type=Path, required=True, help="the store it was pretrained on")
    parser.add_argument("--audit", type=Path, required=True, help="an audit of a model of the same recipe")
    parser.add_argument(
        "--inputs", action="store_true", help="RESULT's controls `distribution` and `random_init` are of this recipe"
    )
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="where releases lie")
    parser.add_argument("--limits", action="store_true", help="rewrite only the limits of a card that is there")
    options = parser.parse_args(arguments)
    folder = options.weights / options.name
    if options.limits:
        told = limits(options.name, Audit.load(options.audit), GroupReport.load(options.result))
        kept, _, _ = (folder / CARD).read_text(encoding="utf-8").partition(LIMITS)
        (folder / CARD).write_text(kept + told, encoding="utf-8")
        return
    folder.mkdir(parents=True, exist_ok=True)
    for file in (CONFIG, "model.safetensors"):
        shutil.copyfile(options.run / MODEL / file, folder / file)
    result, audit = BenchResult.load(options.result), Audit.load(options.audit)
    groups = GroupReport.load(options.result)
    text = card(options.run, options.name, result, audit, groups, Store.open(options.store), with_inputs=options.inputs)
    (folder / CARD).write_text(text, encoding="utf-8")
    print(f"{folder}: {sum(f.stat().st_size for f in folder.iterdir()) / 1e6:.1f} MB")


def card(
    run: Path, name: str, result: BenchResult, audit: Audit, groups: GroupReport, store: Store, *, with_inputs: bool
) -> str:
    """The model card as Markdown; `with_inputs` if the result holds what its inputs alone give."""
    model = load(run / MODEL)
    described: dict[str, Any] = json.loads((run / RUN).read_text())
    config = json.loads((run / MODEL / CONFIG).read_text())
    curve = read_curve(run)
    validation = [line["validation"] for line in curve if line.get("validation")][-1]
    recipe, steps = described["recipe"], len(curve)
    hours = sum(line["seconds"] for line in curve) / 3600
    people = described["train_people"] + described["validate_people"]
    minutes = int(np.sum(store.index["worn_minutes"].to_numpy()))
    weights = sum(p.numel() for p in model.model.parameters())
    window = "week" if recipe["window_days"] > 1 else "day"
    beside = [*BESIDE, *(INPUTS if with_inputs else ()), "age_sex", f"age_sex+{name}", "age_sex+engineered"]
    rows = [
        f"| {features} | {value(result, features, 'auc')} | {value(result, features, 'pearson_r')} |"
        for features in (name, *beside)
    ]
    inputs = (
        "`distribution` is what the day vector takes in with nothing learned, `random_init` the same through random weights: most of the lead over engineered features is the description of a day, the rest is\nlearned. "
        if with_inputs
        else ""
    )
    return f"""# {name}

A day transformer with a vector for each {window} it sees, for minutes of {" and ".join(described["channels"])}. {weights:,} weights in fp32; MIT licence.
Research and general wellness; it makes no statement about one person's health and is not a diagnosis.

`load("{name}")` gives it with no network; `sennight embed STORE --backbone {name} --out FILE` embeds a store.

## What it was pretrained on

NHANES 2005-2006, hip ActiGraph 7164, one week a person, public domain (CDC, NCHS; statistical use, nobody is to be identified): {people:,} people
({described["validate_people"]:,} of them only to validate), {minutes:,} worn minutes, no label. Store `{described["store"][:12]}`, split `{described["split"][:12]}`, seed {described["seed"]}.
Recipe `{recipe["name"]}`, {steps:,} steps of {recipe["batch"]} {"halves of weeks" if window == "week" else "days"}, {hours:.1f} hours of one thread of a two-core server. File `model.safetensors`, SHA-256 `{config["sha256"]["model.safetensors"]}`.

On the people held out to validate, the error of reconstruction is {validation["loss"]:.3f} of a squared standard deviation (guessing the mean {validation["mean_baseline"]:.3f}).

## How the recipe does on people it never saw

These very weights have seen the unlabelled days of everybody in the cohort, so they cannot be judged on it. Five models of the same recipe, each pretrained on the people outside its fold, were
({result.plan.n_people:,} people, {len(result.plan.tasks)} questions, linear probe, 95 % bootstrap over people; `runs/nhanes_sennight.sh`, whole table in docs/results/sennight.md):

| features | mean AUC | mean r |
|---|---|---|
{chr(10).join(rows)}

{inputs}Read every figure beside age and sex.

{limits(name, audit, groups)}"""


def limits(name: str, audit: Audit, groups: GroupReport) -> str:
    """The last section of a card, from the audit and the groups alone."""
    return f"""## Limits

- One device on the hip, taken off at night; one country; 2005 and 2006; ages 6 to 85. Wrists, nights and other devices were not tested.
- **It tells people apart, and that is what it was taught.** {told_apart(audit)} Treat embeddings like the data they
  came from; never publish them beside names or other tables.
- The vector holds some of when the device was worn; docs/results/sennight_wear_matched.md says how much that matters.
- {membership(audit)}
- {uneven(name, groups)}
- {copied(audit)}
- From the hip to the wrist little travels: docs/results/shift.md. No clinician has reviewed any of this.
"""


def told_apart(audit: Audit) -> str:
    """How well half of a week finds the other half, beside what finds it without the model."""
    said = []
    for among, who in (
        (UNSEEN, "people the audited model never saw"),
        (EVERYBODY, "people of the whole cohort, seen and unseen"),
    ):
        rows = {row.features: row for row in audit.reidentified if row.knows == "nothing else" and row.among == among}
        if audit.model in rows:
            others = "; ".join(f"{name} {100 * row.rank_1:.1f} %" for name, row in rows.items() if name != audit.model)
            mine = rows[audit.model]
            said.append(
                f"among {mine.n_people:,} {who} in {100 * mine.rank_1:.1f} % ({others}; chance {100 * mine.chance:.1f} %)"
            )
    found = ", ".join(said)
    return (
        f"Alternate days of one week find the other days of the same person first {found}; `runs/nhanes_sennight.sh`."
    )


def membership(audit: Audit) -> str:
    """Whether one can tell who was learned from, and how strong the attack was shown to be."""
    if not audit.membership:
        return "Whether one can tell from the weights who was learned from was not assessed."
    best = max(audit.membership, key=lambda found: found.auc)
    control = max(audit.control, key=lambda found: found.auc)
    return (
        f"Can one tell who was learned from? Release tier: {audit.tier}. The best of {len(audit.membership)} attacks on a model of this recipe "
        f"({best.attack}) has AUC {best.auc:.3f} [{best.low:.3f}, {best.high:.3f}] and finds {100 * best.rates[0].value:.1f} % of members at 1 % false alarms "
        f"({best.n_members:,} members, {best.n_others:,} others); an over-trained twin is found out by {control.attack.removeprefix(CONTROL)} with AUC {control.auc:.3f}."
    )


def uneven(name: str, groups: GroupReport) -> str:
    """Gaps between groups above .05 AUC of the model alone; those that are clear by name."""
    mine = [gap for gap in groups.gaps if gap.features == name]
    if not mine:
        return "Whether groups differ was assessed for sennight-xs alone: docs/results/sennight_groups.md."
    clear = sorted((gap for gap in mine if gap.low > GAP), key=lambda gap: -gap.difference)
    named = "; ".join(gap_sentence(gap) for gap in clear) or "none"
    return (
        f"Groups differ: {sum(gap.named for gap in mine)} of {len(mine)} gaps between the best and the worst group (sex, age, ethnicity, wear) are above {GAP:.2f} AUC, "
        f"{len(clear)} with the whole interval: {named}. All groups: docs/results/sennight_groups.md."
    )


def copied(audit: Audit) -> str:
    """Whether days that the model rebuilds are copies of days it learned from."""
    if audit.copies is None:
        return "Whether days it rebuilds copy days it learned from was not assessed."
    c = audit.copies
    nearer = "" if c.nearer is None else (
        f" Their nearest day is one of training rather than one of as many strangers' in {100 * c.nearer[0]:.0f} % [{100 * c.nearer[1]:.0f}, {100 * c.nearer[2]:.0f}] of cases (no copying: 50 %)."
    )  # fmt: skip
    return f"Of {c.n_generated:,} days it rebuilt, {c.copies} lie nearer to a day it learned from than the nearest 0.1 % of real days of strangers do.{nearer}"


def value(result: BenchResult, features: str, metric: str) -> str:
    """A mean over questions with its interval."""
    found = next(a for a in result.averages if a.features == features and a.metric == metric)
    return f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]"


if __name__ == "__main__":
    main()
