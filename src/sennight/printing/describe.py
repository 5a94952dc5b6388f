"""What an artifact on disk is, what it was made from, and its main figures; told by what lies in it."""

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sennight.errors import InputError, StoreError
from sennight.printing.lines import clean, count, duration, number, plural, size, table
from sennight.printing.results import result_summary

if TYPE_CHECKING:
    import polars as pl

    from sennight.evaluate import BenchResult

STORE, RUN, CHECKPOINT, RESULT, REPORT = "manifest.json", "run.json", "config.json", "result.json", "report.json"
FOLDS, FOLD_FILES = "fold-*", "fold-*.parquet"
READ_REPORT, WEAR_REPORT = "read.json", "wear.json"
MOST_ROWS = 40  # lines of a learning curve; a longer one is thinned out, its last line kept
SAME = 1e-9  # numbers computed again; another processor may round the last digits differently
SHORT_HASH = 16  # letters of a fingerprint in a list of many
MINUTES_PER_HOUR = 60
KINDS = "a store, a pretraining run, a checkpoint, an embedding, a result, or a report.json"


def describe(path: Path) -> str:
    """Say what lies here. Raises: InputError and its kin if it is absent, damaged, or nothing of ours."""
    path = Path(path)
    if not path.exists():
        raise InputError("there is no such file or folder", where=str(path), todo="Check the path.")
    try:
        told = _file(path) if path.is_file() else _folder(path)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError, OSError) as error:
        # What lies on disk may come from anybody, so a part that is not what it should be is no bug of ours.
        raise InputError("this is damaged, or of another version", where=str(path), todo="Make it again.") from error
    if told is None:
        raise InputError(f"this is not {KINDS}", where=str(path), todo=_hint(path))
    return told


def _folder(path: Path) -> str | None:
    kinds: tuple[tuple[str, Callable[[Path], str]], ...] = (
        (STORE, _store),
        (RUN, _run),
        (CHECKPOINT, _checkpoint),
        (RESULT, _result),
        (REPORT, lambda folder: _report(folder / REPORT)),
        (FOLD_FILES, _embeddings),
        (f"{FOLDS}/{RUN}", _run_with_folds),
    )
    for sign, tell in kinds:
        if any(path.glob(sign)):
            return tell(path)
    return None


def _file(path: Path) -> str | None:
    """An embedding or a report; any other file of an artifact stands for the folder it lies in."""
    if path.suffix == ".parquet" and path.name != "predictions.parquet":
        return "\n".join(_embedding(path))
    if path.name == REPORT:
        return _report(path)
    if path.name in (STORE, RUN, CHECKPOINT, RESULT, "predictions.parquet"):
        return _folder(path.parent)
    return None


def _hint(path: Path) -> str:
    if path.is_file():
        return "For an export, see `sennight read`."
    inside = sorted(p for p in path.iterdir() if p.is_dir() and not p.name.startswith("."))
    known = [p for p in inside if any(any(p.glob(s)) for s in (STORE, RUN, CHECKPOINT, RESULT, f"{FOLDS}/{RUN}"))]
    return f"It holds {', '.join(map(str, known))}." if known else "For an export, see `sennight read`."


def _store(path: Path) -> str:
    from sennight.record import VALID_DAY_MINUTES
    from sennight.store import Store

    store = Store.open(path)
    index, manifest, facts = store.index, store.manifest, store.facts
    valid = int((index["worn_minutes"] >= VALID_DAY_MINUTES).sum())
    values = sum(len(c.values) for c in facts.columns.values())
    lines = [
        f"a store of person-days, {'complete' if store.complete else 'NOT complete: the same prepare completes it'}",
        f"fingerprint: {store.fingerprint}",
        f"made from: {_plain({**_source(path), **manifest.provenance})}",
        f"people: {count(len(store.people))}",
        f"days: {count(len(store))}, of which {count(valid)} valid (worn for {VALID_DAY_MINUTES} minutes or more)",
        *_span(index),
        f"facts: {plural(values, 'value')} under {plural(len(facts.columns), 'name')}",
        f"on disk: {size(sum(f.size for f in manifest.files))} in {plural(len(manifest.files), 'file')}",
        f"channels: {len(manifest.channels)}",
        *(f"  {clean(c.name)} ({clean(c.unit)})" for c in manifest.channels),
    ]
    return "\n".join([*lines, *_read_and_worn(path)])


def _read_and_worn(path: Path) -> list[str]:
    """What was read, kept, dropped and worn, if the store's two reports lie in it."""
    from sennight.printing.summaries import wear_summary
    from sennight.stages.prepared import PrepareReport

    if not all((path / name).is_file() for name in (READ_REPORT, WEAR_REPORT)):
        return []
    report = PrepareReport(read=_json(path / READ_REPORT), wear=_json(path / WEAR_REPORT))
    return ["", wear_summary(report)]


def _span(index: "pl.DataFrame") -> list[str]:
    """From when to when, and how long a device was worn on the middle day; nothing of no days."""
    if not len(index):
        return []
    dates, middle = index["first_date"].drop_nulls(), sorted(index["worn_minutes"])[len(index) // 2]
    return [
        f"dates: {f'{dates.min()!s} to {dates.max()!s}' if len(dates) else 'only weekdays are known'}",
        f"the middle day was worn for {number(middle / MINUTES_PER_HOUR, 1)} hours",
    ]


def _source(store: Path) -> dict[str, Any]:
    """What was read, if its read report lies in the store."""
    report = store / READ_REPORT
    return {"source": _json(report).get("source", "not known")} if report.is_file() else {}


def _run(path: Path) -> str:
    from sennight.pretrain.run import MODEL, read_curve

    described, curve = _json(path / RUN), read_curve(path)
    steps = described["recipe"]["steps"]
    done = curve[-1]["step"] if curve else 0
    state = "finished" if (path / MODEL).is_dir() else "not finished: the same pretrain continues it"
    spent = sum(line["seconds"] for line in curve)
    lines = [
        f"a pretraining run, {state}",
        f"steps: {count(done)} of {count(steps)}, {duration(spent)} of training",
        *_provenance(described),
    ]
    return "\n".join([*lines, "", *_curve(curve)])


def _curve(curve: list[dict[str, Any]]) -> list[str]:
    """The lines of the log that validate, as a table."""
    rows = [line for line in curve if line.get("validation")]
    if not rows:
        return ["no validation yet"]
    every = -(-len(rows) // MOST_ROWS)
    shown = [row for i, row in enumerate(rows) if (len(rows) - 1 - i) % every == 0]
    # "random/mean_baseline" and so on, one guess on one family, would be a table of their own.
    families = [name for name in shown[-1]["validation"] if name not in ("loss", "mean_baseline") and "/" not in name]
    header = ("step", "training loss", "held-out error", "guessing the mean", *families)
    body = [
        (
            count(row["step"]),
            *(
                _four(x)
                for x in (row["loss"], *(row["validation"].get(k) for k in ("loss", "mean_baseline", *families)))
            ),
        )
        for row in shown
    ]
    title = "learning curve, reconstruction error of held-out people" + (
        f" (one validation in {every})" if every > 1 else ""
    )
    return [title, *table(header, body, align="r" * len(header))]


def _run_with_folds(path: Path) -> str:
    from sennight.pretrain.run import MODEL, read_curve

    folders = sorted((p.parent for p in path.glob(f"{FOLDS}/{RUN}")), key=lambda p: (len(p.name), p.name))
    rows = []
    for folder in folders:
        described, curve = _json(folder / RUN), read_curve(folder)
        last: dict[str, Any] = next((line["validation"] for line in reversed(curve) if line.get("validation")), {})
        rows.append(
            (
                folder.name,
                "finished" if (folder / MODEL).is_dir() else "not finished",
                f"{curve[-1]['step'] if curve else 0}/{described['recipe']['steps']}",
                count(described["train_people"]),
                count(described["validate_people"]),
                _four(last.get("loss")),
                _four(last.get("mean_baseline")),
            )
        )
    header = ("fold", "state", "steps", "trained on", "held out", "held-out error", "guessing the mean")
    lines = [
        f"a pretraining run with {plural(len(rows), 'fold')}: each model was trained on the people outside its fold",
        *_provenance(_json(folders[0] / RUN), people=False),
        "",
        *table(header, rows, align="llrrrrr"),
    ]
    return "\n".join(lines)


def _provenance(described: Mapping[str, Any], *, people: bool = True) -> list[str]:
    """What decides a run: recipe, seed, store, split."""
    lines = [
        f"recipe: {_plain(described['recipe'])}",
        f"seed: {described['seed']}; sennight {clean(described['sennight'])}",
        f"store: {clean(described['store'])}",
        f"channels: {clean(', '.join(described['channels']))}",
    ]
    if people:
        lines.insert(
            2,
            f"people: {count(described['train_people'])} trained on, {count(described['validate_people'])} held out, "
            f"split {clean(described['split'])[:SHORT_HASH]}",
        )
    return lines


def _checkpoint(path: Path) -> str:
    from sennight.backbones.checkpoint import load

    checkpoint = load(path)
    model, config = checkpoint.model, checkpoint.model.config
    lines = [
        f"a checkpoint of a {clean(model.name)}, size {config.size.value}, "
        f"{count(sum(p.numel() for p in model.parameters()))} parameters, after {plural(checkpoint.step, 'step')}",
        f"fingerprint: {model.fingerprint}",
        f"window: {plural(config.window_days, 'day')} in patches of {config.patch_minutes} minutes, "
        f"{model.width} numbers a window",
        f"holds: {'weights and optimizer, so a run can continue' if checkpoint.trainer else 'weights'}",
    ]
    made_by = checkpoint.provenance
    lines += _provenance(made_by) if "recipe" in made_by else [f"made from: {_plain(made_by)}"]
    machine = {key: made_by[key] for key in ("torch", "numpy", "python", "threads") if key in made_by}
    return "\n".join([*lines, *([f"made with: {_plain(machine)}"] if machine else [])])


def _embedding(path: Path) -> list[str]:
    import numpy as np
    import polars as pl

    from sennight.store.embeddings import load_embedding

    embedding = load_embedding(path)
    days = embedding.days_used
    spread = f"{days.min()} to {days.max()}, the middle one {np.median(days):g}" if len(days) else "none"
    return [
        f"an embedding: {plural(len(embedding.people), 'person', 'people')}, {embedding.values.shape[1]} numbers each",
        f"made by: {clean(embedding.backbone)}",
        f"made from store: {clean(pl.read_parquet_metadata(path).get('store', 'not known'))}",
        f"windows a person: {spread}",
    ]


def _embeddings(path: Path) -> str:
    files = sorted(path.glob(FOLD_FILES), key=lambda p: (len(p.name), p.name))
    lines = [f"{plural(len(files), 'embedding')}, one a fold, each made by the model that did not see its fold"]
    for file in files:
        lines += ["", file.name, *(f"  {line}" for line in _embedding(file))]
    return "\n".join(lines)


def _result(path: Path) -> str:
    result = _loaded(path)
    backbones = [f"  {clean(name)}: {clean(made_by)}" for name, made_by in result.plan.backbones.items()]
    return "\n".join(["a result", "made from embeddings of:", *backbones, "", result_summary(result)])


def recomputed(path: Path) -> str:
    """Compute every number of a result again from its own predictions, and say whether they are the same.

    Raises: StoreError if there is no result, it is damaged, or a number differs by more than `SAME`.
    """
    from sennight.evaluate import rescore

    result = _loaded(Path(path))
    again = rescore(result.predictions, result.plan)
    stored, fresh = _numbers(result.to_json()), _numbers(again.to_json())
    differ = [name for name in stored if not abs(stored[name] - fresh.get(name, math.inf)) <= SAME]
    if differ or len(stored) != len(fresh):
        raise StoreError(
            f"{count(len(differ))} of {count(len(stored))} numbers are not what the predictions give",
            where=str(path),
            todo="Run `sennight evaluate` again.",
        )
    return f"computed again from predictions.parquet: all {count(len(stored))} numbers are the same"


def _numbers(plain: object, at: str = "") -> dict[str, float]:
    """Every number in plain data, by where it stands."""
    if isinstance(plain, dict | list):
        parts = plain.items() if isinstance(plain, dict) else enumerate(plain)
        return {name: x for key, part in parts for name, x in _numbers(part, f"{at}/{key}").items()}
    return {at: float(plain)} if isinstance(plain, int | float) else {}


def _loaded(path: Path) -> "BenchResult":
    import polars as pl

    from sennight.evaluate import BenchResult

    try:
        return BenchResult.load(path)
    except (TypeError, KeyError, ValueError, AttributeError, OSError, pl.exceptions.PolarsError) as error:
        raise StoreError("the result is damaged", where=str(path), todo="Run `sennight evaluate` again.") from error


def _report(path: Path) -> str:
    report = _json(path)
    run, result = report["run"], report["result"]
    lines = [
        f"a report: {clean(report['title'])}{' (synthetic people)' if report['synthetic'] else ''}",
        f"cohort: {clean(report['cohort'])}",
        f"people: {count(result['plan']['n_people'])}; questions: {len(result['plan']['tasks'])} assessed, "
        f"{len(result['plan']['not_assessed'])} not",
        f"made by: {clean(run['command'])} (sennight {clean(run['version'])})",
        *(f"{what}: {clean(run[what])}" for what in ("backbone", "store") if run.get(what)),
        "",
        *map(clean, report["found"]),
        "",
        *(f"{clean(s['name'])}: {duration(s['seconds'])}" for s in report["stages"]),
    ]
    page = path.with_suffix(".html")
    return "\n".join([*lines, *([f"Open {page}"] if page.is_file() else [])])


def _json(path: Path) -> dict[str, Any]:
    content = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise TypeError("a list or a bare value")
    return content


def _plain(content: Mapping[str, Any]) -> str:
    """Settings as `key=value`, in their order."""
    return ", ".join(f"{clean(key)}={_value(value)}" for key, value in content.items())


def _value(value: object) -> str:
    return "+".join(map(clean, value)) if isinstance(value, list | tuple) else clean(value)


def _four(value: float | int | None) -> str:
    return "-" if value is None else number(value, 4)
