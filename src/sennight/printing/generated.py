"""What `sennight generate judge` found, as Markdown: filled minutes, coverage, days from holes, forecasts, gains.

Every number is computed here from the tables of each folder; what is against the model is printed as it is.
"""

import json
import math
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from sennight.errors import InputError
from sennight.evaluate.generated.daily_kept import BASELINES, inside, kept
from sennight.evaluate.generated.daily_kept import OURS as DAY_OURS
from sennight.evaluate.generated.filling import BLOCKS, DECODER
from sennight.evaluate.generated.forecasting import REFERENCE, error_of, gain, in_band
from sennight.evaluate.generated.lift import (
    Figure,
    balanced_accuracy,
    coverage,
    lift,
    mean_error,
    person_errors,
    skill,
)
from sennight.generate.baselines import NAMES
from sennight.generate.daily import HOLE_CLASSES
from sennight.generate.holes import FAMILY_NAMES, OPENMHC
from sennight.parquet import tried
from sennight.stages.judged import (
    COVERAGE,
    DAILY,
    FILLING,
    FORECAST,
    MADE,
    NEAREST,
    OURS,
    PERSONAL,
    SAITS,
    WITHOUT,
)

METHODS = (*NAMES, NEAREST, SAITS, DECODER, WITHOUT, OURS)
AGAINST = ("linear", "personal_time_of_day")  # what the model has to beat on every family
CHANNEL_METHODS = ("last_value", *AGAINST, OURS)
NO_FIGURE = "–"


def generated_markdown(folders: Sequence[Path], *, made_by: str) -> str:
    """The whole page. Raises: InputError if a folder was not made by `generate judge`."""
    lines = [
        "# Filled minutes, days from holes, days to come",
        "",
        f"Made by `{made_by}`. Nobody who is judged was seen by the day transformer in pretraining, nor by the filler,",
        "nor by any forecaster. 95 % intervals in brackets: bootstrap over people, the same draws for all methods.",
        "",
        "Words: *scaled units* are the model's z-scores (counts logged); an error is the mean over people of the mean",
        "over channels of the mean squared error a minute. A *lift* is the share of a baseline's error that is taken",
        "away. *sennight* is the filler: cues, among them the day transformer's reconstruction, and a mixer (decision",
        "0015); *without the decoder* is the same without that cue; *decoder alone* is the reconstruction as it comes.",
        "*SAITS-like* is a network of ours after that paper, *nearest days* a k-nearest-neighbour imputation.",
        "*Skill* is OpenMHC's: 1 - geometric mean over people of the error ratio to the last value carried forward.",
        "",
        *_in_short(folders),
    ]
    for folder in folders:
        lines += ["", f"## {folder.name}", "", *_section(folder)]
    return "\n".join(lines) + "\n"


def _in_short(folders: Sequence[Path]) -> list[str]:
    """One row a data set: what has to hold, and whether it does."""
    rows = []
    for folder in folders:
        errors, cover, days = (_read(folder, name) for name in (FILLING, COVERAGE, DAILY))
        shares = [found.value for _, found, _ in coverage(cover)]
        row = [folder.name, str(errors["person"].n_unique())]
        for family in FAMILY_NAMES:
            by_person = person_errors(errors, family)
            row.append(" · ".join(_short(lift(by_person, OURS, base)) for base in AGAINST) if len(by_person) else "–")
        steps = kept(days, "steps", 60, DAY_OURS)
        row += [f"{min(shares):.1%} to {max(shares):.1%}", _percent(steps[0]), _percent(steps[1])]
        rows.append(row)
    head = ["data set", "people", *FAMILY_NAMES, "90 % band holds, by length", "steps kept, 60 min: R2", "r"]
    return [
        "## In short",
        "",
        "Lift of *sennight* over the straight line · over the personal time-of-day mean, on the four families.",
        "",
        *_table(head, rows),
    ]


def _read(folder: Path, name: str) -> pl.DataFrame:
    try:
        return pl.read_parquet(tried(folder / name))
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputError("this is no folder of `sennight generate judge`", where=str(folder)) from error


def _short(found: Figure) -> str:
    return f"{found.value:.2f} [{found.low:.2f}, {found.high:.2f}]"


def error_picture(folders: Sequence[Path]) -> bytes:
    """Error against the length of the hole, a panel a folder, as PNG."""
    from sennight.evaluate.generated.pictures import error_by_length, png

    return png(error_by_length({f.name: pl.read_parquet(tried(f / FILLING)) for f in folders}))


def _section(folder: Path) -> list[str]:
    try:
        made = json.loads((folder / MADE).read_text())
    except (OSError, ValueError) as error:
        raise InputError("this is no folder of `sennight generate judge`", where=str(folder)) from error
    tables = {n: _read(folder, n) for n in (FILLING, COVERAGE, DAILY)}
    more = {n: _read(folder, n) for n in (FORECAST, PERSONAL) if (folder / n).exists()}
    plan = made["plan"]
    lines = [
        f"Day transformer: {made['backbone'] or 'none'}. Folds judged: {plan['folds']}; people judged: "
        f"{tables[FILLING]['person'].n_unique()}; seed {plan.get('seed', 0)}.",
        "",
        *_filling(tables[FILLING]),
        *_skills(tables[FILLING]),
        *_channels(tables[FILLING]),
        *_lifts(tables[FILLING]),
        *_coverage(tables[COVERAGE]),
        *_days(tables[DAILY]),
    ]
    if FORECAST in more:
        lines += _forecasts(more[FORECAST])
    if PERSONAL in more:
        lines += _personal(more[PERSONAL])
    return lines


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *(f"| {' | '.join(row)} |" for row in rows), ""]


def _filling(errors: pl.DataFrame) -> list[str]:
    methods = [m for m in METHODS if m in set(errors["method"])]
    rows = []
    for scenario in (*FAMILY_NAMES, *OPENMHC, *BLOCKS):
        by_person = person_errors(errors, scenario)
        if not len(by_person):
            continue
        values = {m: mean_error(by_person, m).value for m in methods}
        best = min(values.values())
        rows.append(
            [scenario, str(len(by_person))]
            + [f"**{v:.3f}**" if v == best else f"{v:.3f}" for v in values.values()]
            + [_number(balanced_accuracy(errors, scenario, OURS)), _figure(skill(errors, scenario, OURS))]
        )
    head = ["hole", "people", *methods, "balanced accuracy, binary", "skill against last value (absolute error)"]
    return ["### Squared error of filled minutes, scaled units", "", *_table(head, rows)]


def _skills(errors: pl.DataFrame) -> list[str]:
    """OpenMHC's skill of every method on its six scenarios."""
    methods = [m for m in METHODS if m in set(errors["method"]) and m != "last_value"]
    rows = []
    for scenario in OPENMHC:
        found = [skill(errors, scenario, m) for m in methods]
        if any(not math.isnan(f.value) for f in found):
            rows.append([scenario, str(found[-1].people), *map(_short, found)])
    return [
        "### Skill on OpenMHC's six scenarios (absolute error)",
        "",
        *_table(["scenario", "people", *methods], rows),
    ]


def _channels(errors: pl.DataFrame) -> list[str]:
    """Normalised errors a channel: root of the mean squared, and the mean absolute one, in the channel's sd."""
    methods = [m for m in CHANNEL_METHODS if m in set(errors["method"])]
    rows = []
    for scenario in (*FAMILY_NAMES, *OPENMHC):
        for name in errors["channel"].unique(maintain_order=True):
            mine = errors.filter(pl.col("channel") == name)
            squared, absolute = (person_errors(mine, scenario, column=c) for c in ("se", "ae"))
            if len(squared):
                told = [
                    f"{mean_error(squared, m).value ** 0.5:.3f} · {mean_error(absolute, m).value:.3f}" for m in methods
                ]
                rows.append([scenario, name, str(len(squared)), *told])
    title = "### By channel: normalised RMSE · MAE, in sd of the channel"
    return [title, "", *_table(["hole", "channel", "people", *methods], rows)]


def _lifts(errors: pl.DataFrame) -> list[str]:
    rows = []
    against = [m for m in (*AGAINST, NEAREST, SAITS, WITHOUT) if m in set(errors["method"])]
    for scenario in FAMILY_NAMES:
        scaled, natural = (person_errors(errors, scenario, column=c) for c in ("se", "ae_natural"))
        if len(scaled):
            rows.append(
                [scenario, *(_figure(lift(scaled, OURS, base)) for base in against)]
                + [_figure(lift(natural, OURS, base)) for base in against[:2]]
            )
    head = ["family", *(f"over {m}" for m in against), *(f"over {m}, absolute, own units" for m in against[:2])]
    return ["### Lift of sennight on the four families", "", *_table(head, rows)]


def _coverage(table: pl.DataFrame) -> list[str]:
    rows = [
        [f"{edge} min and longer", _figure(found), f"{table.filter(pl.col('gap_from') == edge)['cells'].sum():,}"]
        for edge, found, _ in coverage(table)
    ]
    return ["### How often the 90 % band holds, by length of the hole", "", *_table(["hole", "share", "minutes"], rows)]


def _days(days: pl.DataFrame) -> list[str]:
    rows = []
    for metric in days["metric"].unique(maintain_order=True):
        for hidden in HOLE_CLASSES:
            r2, r, share = kept(days, metric, hidden, DAY_OURS)
            if math.isnan(r2.value) or r2.people < 2 or r2.value < -1e3:
                continue
            rows.append(
                [metric, str(hidden), _percent(r2), _percent(r, short=True), _percent(share, short=True)]
                + [_percent(kept(days, metric, hidden, b)[0], short=True) for b in BASELINES]
                + [_number(inside(days, metric, hidden))]
            )
    head = ["metric", "min hidden", "kept", "r", "1 - error / total", *(f"kept: {b}" for b in BASELINES), "in interval"]
    return [
        "### What is kept of a day's number with a block of worn minutes hidden",
        "",
        "*Kept* is R2: the share of the differences between person-days that the estimate still tells. Nominal: 90 %.",
        "",
        *_table(head, rows),
    ]


def _forecasts(errors: pl.DataFrame) -> list[str]:
    lines = []
    for name in errors["series"].unique(maintain_order=True):
        mine = errors.filter(pl.col("series") == name)
        horizons = sorted(mine["day"].unique())
        rows = []
        for model in mine["model"].unique(maintain_order=True):
            by_day = [error_of(mine, model, day=day).value for day in horizons]
            against = NO_FIGURE if model == REFERENCE else _figure(gain(mine, model))
            rows.append(
                [
                    model,
                    *(f"{v:,.3g}" if v < 1000 else f"{v:,.0f}" for v in by_day),
                    against,
                    f"{in_band(mine, model):.2f}",
                ]
            )
        head = ["model", *(f"day {d}" for d in horizons), f"gain over {REFERENCE}", "in 90 % band"]
        people = mine["person"].n_unique()
        lines += [f"### Forecast of {name}: mean absolute error, {people} people", "", *_table(head, rows)]
    return lines


def _personal(errors: pl.DataFrame) -> list[str]:
    rows = []
    for name in errors["series"].unique(maintain_order=True):
        mine = errors.filter(pl.col("series") == name)
        found = gain(mine, "personal", "everybody's")
        both = [error_of(mine, m).value for m in ("everybody's", "personal")]
        rows.append([name, str(found.people), *(f"{v:,.4g}" for v in both), _figure(found)])
    head = ["series", "people", "everybody's", "fine-tuned on early days", "gain"]
    return ["### What getting to know a person adds (MLP, later days)", "", *_table(head, rows)]


def _figure(found: Figure) -> str:
    if math.isnan(found.value):
        return NO_FIGURE
    return f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]"


def _percent(found: Figure, *, short: bool = False) -> str:
    if math.isnan(found.value):
        return NO_FIGURE
    if short:
        return f"{100 * found.value:.1f} %"
    return f"{100 * found.value:.2f} % [{100 * found.low:.2f}, {100 * found.high:.2f}]"


def _number(value: float) -> str:
    return NO_FIGURE if math.isnan(value) else f"{value:.3f}"
