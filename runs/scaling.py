"""Table and picture of the scaling study, from its models and the result they were judged in.

    python runs/scaling.py STORE RUNS --result RESULT      what runs/scaling.sh calls

Error of reconstruction is that of the day transformer's own objective on the same hidden minutes of the same people,
those of the first of five folds, whom no model saw; scores are of that fold's people alone.
"""
# ruff: noqa: E501  (the page's lines are lines of Markdown)

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from sennight.backbones.checkpoint import load
from sennight.backbones.day_transformer.model import DayTransformer
from sennight.evaluate import BenchResult
from sennight.evaluate.report.scaling import scaling_picture
from sennight.evaluate.rescore import of_folds
from sennight.evaluate.scaling import PowerLaw, ScalingPoint, outruns
from sennight.pretrain.objectives import aim
from sennight.pretrain.run import MODEL, RUN, pretraining_people
from sennight.store import Store

ROOT = Path(__file__).parents[1]
WINDOWS, BATCH = 1_024, 128  # days that error is measured on
WORN_MINUTES = 600  # of such a day at least: a valid one
FOLD = "0"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, fit, write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("store", type=Path)
    parser.add_argument("runs", type=Path)
    parser.add_argument("--result", type=Path, required=True)
    parser.add_argument("--docs", type=Path, default=ROOT / "docs")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    store, judged = Store.open(options.store), of_folds(BenchResult.load(options.result), FOLD)
    runs = [r for r in sorted(options.runs.glob("*/fold-0")) if (r / MODEL).is_dir()]
    points = sorted((measure(run, store, judged) for run in runs), key=lambda p: (p.weights, p.people))
    laws = fitted(points)
    described = json.loads((runs[0] / RUN).read_text())
    text = page(points, laws, judged, steps=described["recipe"]["steps"], seed=described["seed"])
    (options.docs / "results" / "scaling.md").write_text(text, encoding="utf-8")
    (options.docs / "images" / "scaling.svg").write_text(scaling_picture(points, laws), encoding="utf-8")
    print(text)


def measure(run: Path, store: Store, judged: BenchResult) -> ScalingPoint:
    """One model's figures."""
    model = load(run / MODEL).model.eval()
    name = run.parent.name
    mean = {a.metric: a for a in judged.averages if a.features == name}
    auc, r = mean["auc"], mean["pearson_r"]
    seen = pretraining_people(run)
    unseen = sorted(set(judged.predictions["person"].to_list()) - seen)  # the fold: no model saw anybody of it
    return ScalingPoint(
        size=str(model.config.size), weights=sum(p.numel() for p in model.parameters()), people=len(seen),
        error=error_on(model, store, unseen), auc=auc.value, auc_low=auc.low, auc_high=auc.high,
        r=r.value, r_low=r.low, r_high=r.high,
    )  # fmt: skip


def error_on(model: DayTransformer, store: Store, people: Sequence[str]) -> float:
    """Mean error on hidden minutes of these people: the same days and masks for every model."""
    worn = store.index.filter(store.index["person"].is_in(list(people)) & (store.index["worn_minutes"] >= WORN_MINUTES))
    rows = np.sort(np.random.default_rng(0).permutation(worn["row"].to_numpy())[:WINDOWS])
    total, cells = 0.0, 0
    with torch.inference_mode():
        for i in range(0, len(rows), BATCH):
            found = aim(model, store.read(rows[i : i + BATCH]), np.random.default_rng([0, i]))
            total, cells = total + float(found.loss) * found.cells, cells + found.cells
    return total / cells


def fitted(points: Sequence[ScalingPoint]) -> dict[str, PowerLaw]:
    """A law a size, where it has points enough."""
    sizes = dict.fromkeys(p.size for p in points)
    mine = {size: [p for p in points if p.size == size] for size in sizes}
    return {
        size: PowerLaw.through([p.people for p in held], [p.error for p in held])
        for size, held in mine.items()
        if len(held) > 3
    }


def page(
    points: Sequence[ScalingPoint], laws: dict[str, PowerLaw], judged: BenchResult, *, steps: int, seed: int
) -> str:
    """The page as Markdown."""
    rows = [
        f"| {p.size.upper()} | {p.weights:,} | {p.people:,} | {p.error:.3f} | {p.auc:.3f} [{p.auc_low:.3f}, {p.auc_high:.3f}] | {p.r:.3f} [{p.r_low:.3f}, {p.r_high:.3f}] |"
        for p in points
    ]
    law_rows = [f"| {s.upper()} | {w.a:.3g} | {w.b:.3f} | {w.c:.3f} | {w.miss:.4f} |" for s, w in laws.items()]
    means = {a.metric: a for a in judged.averages if a.features == "engineered"}
    where = [
        f"- {size.upper()} errs less than every smaller size "
        + (
            f"from {n:,} people on."
            if n
            else "nowhere for good: up to the most people there are, its capacity outruns data and steps."
        )
        for size, n in outruns(points).items()
    ]
    return f"""# Scaling: sizes and people

NHANES 2005-2006. Each model learned for {steps:,} steps (48 days rebuilt and 96 pairs of days told apart a step, seed {seed}) from people outside the first of five folds, a tenth of them held out, and is judged on the
{judged.plan.n_people:,} people of that fold: error of reconstruction on hidden minutes in squared standard deviations, the same days and masks for all; mean AUC over {means["auc"].n_tasks} questions and mean r over {means["pearson_r"].n_tasks} amounts by the linear probe, 95 % over people.
Engineered features on the same people: AUC {means["auc"].value:.3f} [{means["auc"].low:.3f}, {means["auc"].high:.3f}], r {means["pearson_r"].value:.3f} [{means["pearson_r"].low:.3f}, {means["pearson_r"].high:.3f}]. Made by `runs/scaling.sh`. Research figures; not a diagnosis.

![Error, mean AUC and mean r against people, a line a size](../images/scaling.svg)

| size | weights | people | error | mean AUC | mean r |
|---|---|---|---|---|---|
{chr(10).join(rows)}

## The power law through the errors

`error = a * people^-b + c`, least squares over {len({p.people for p in points})} counts of people; the miss is the root mean square of what is left. Three numbers through so few points say little beyond them.

| size | a | b | c | miss |
|---|---|---|---|---|
{chr(10).join(law_rows)}

## Where capacity outruns data

{chr(10).join(where)}

All sizes had the same steps, so the largest is also the least finished; one seed, one fold.
"""


if __name__ == "__main__":
    main()
