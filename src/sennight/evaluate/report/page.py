"""The page: every part of a report in one HTML file that loads nothing, and the same numbers beside it as JSON.

The template escapes whatever it is handed; only drawings made here are marked as safe.
"""

import base64
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from sennight.evaluate.report import pictures, plain, tables
from sennight.evaluate.report.found import found
from sennight.evaluate.report.group_tables import gap_sentences, group_table, population_table
from sennight.evaluate.report.parts import ReportInput, read_line, reliability_curves
from sennight.evaluate.report.wear import by_reason

HERE = Path(__file__).parent
HTML_NAME, JSON_NAME = "report.html", "report.json"
READABLE_BY_ALL = 0o644  # a report is meant to be passed on; temporary files are made for the owner only


def write_report(input: ReportInput, folder: Path) -> Path:
    """Write `report.html` and `report.json` into a folder, which is made if absent; give back the page's path.

    Each file is replaced whole or not at all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sentences = found(input.result, input.shown, synthetic=input.synthetic)
    text = json.dumps(input.to_json(sentences), indent=1, allow_nan=False, ensure_ascii=False)
    page = render(input)
    _replace(folder / JSON_NAME, text + "\n")
    return _replace(folder / HTML_NAME, page)


def render(input: ReportInput) -> str:
    """The whole page as text."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_fit_to_show,
    )
    environment.globals.update(
        count=plain.count, percent=plain.percent, duration=plain.duration, memory=plain.memory,
        number=plain.number,
    )  # fmt: skip
    return environment.get_template("page.html.j2").render(_contents(input))


def _contents(input: ReportInput) -> Mapping[str, Any]:
    """Everything the template names."""
    result, shown = input.result, input.shown
    script = (HERE / "page.js").read_text(encoding="utf-8")
    return {
        "it": input,
        "plan": result.plan,
        "shown": shown,
        "model": shown.names[shown.model],
        "found": found(result, shown, synthetic=input.synthetic),
        "style": Markup((HERE / "page.css").read_text(encoding="utf-8")),
        "script": Markup(script),
        "script_hash": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        "legend": pictures.legend(shown),
        "difference_legend": pictures.difference_legend(shown),
        "forests": pictures.forests(result, shown),
        "difference_forests": pictures.difference_forests(result, shown),
        "main": tables.main_table(result, shown),
        "controls": tables.control_table(result, shown),
        "yes_no_metrics": tables.other_metrics(result, shown, metrics=tables.YES_NO_METRICS),
        "amount_metrics": tables.other_metrics(result, shown, metrics=tables.AMOUNT_METRICS),
        "thresholds": tables.threshold_tables(result, shown),
        "groups": None if input.groups is None else group_table(input.groups, result, shown),
        "gaps": () if input.groups is None else gap_sentences(input.groups, shown),
        "population": None if input.groups is None else population_table(input.groups, result, shown),
        "calibrations": pictures.calibrations(result, shown, reliability_curves(result, shown.model)),
        "learning": pictures.learning_curve(input.curve),
        "wear": input.wear,
        "channel_wear": () if input.wear is None else by_reason(input.wear),
        "heat_map": None if input.wear is None else pictures.wear_map(input.wear, synthetic=input.synthetic),
        "actogram": pictures.person_days(input.actogram, input.actogram_channels, synthetic=input.synthetic),
        "reads": [read_line(report) for report in input.reads],
        "longest": max([stage.seconds for stage in input.stages], default=0.0),
    }


def _fit_to_show(value: Any) -> Any:
    """Text of others without characters that hide or turn; drawings and style pass as they are."""
    return plain.words(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _replace(path: Path, text: str) -> Path:
    """Write a file beside its place, then put it there in one step; a failure leaves the old one and no rest."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, READABLE_BY_ALL)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path
