"""What a report is made from: the measured result, and everything a reader needs to judge it.

All of it is handed in; nothing here reads a file or a clock.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import PurePath
from typing import Any

from sennight.errors import InputError
from sennight.evaluate.calibration import curve
from sennight.evaluate.groups import GroupReport
from sennight.evaluate.report.shown import Shown
from sennight.evaluate.result import BenchResult
from sennight.readers.reader import ReadReport
from sennight.record import PersonDays

REPORT_FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class StageCost:
    """What one stage of a run cost: wall time, and the most memory its process held (None where not measured)."""

    name: str
    seconds: float | int
    peak_mb: float | int | None = None


@dataclass(frozen=True, kw_only=True)
class RunFacts:
    """What makes a run again, and who was in it. None or "" where it is not known.

    `pretraining_people` learned the backbone, `overlap_people` of them are also evaluated. `backbone` and `store`
    are fingerprints; `command` makes this page, `recompute` makes its numbers again from stored predictions.
    `software` maps a name to its version, `more` any other fact to its value.
    """

    command: str
    version: str
    recompute: str = ""
    pretraining_people: int | None = None
    overlap_people: int | None = None
    backbone: str = ""
    store: str = ""
    made_on: str = ""
    machine: str = ""
    software: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False)
class ReportInput:
    """Everything on the page.

    `model` is the feature set that stands in front (the first model of the plan where empty). `curve` holds the
    lines of a training log (`StepRecord` as a mapping), `wear` what `WearReport.to_json` gave, `reads` the read
    reports. `actogram` are days of one person, `actogram_channels` which of their channels are drawn (all, where
    empty). `synthetic` must say whether the people are made up.
    Raises: InputError if the actogram holds days of more than one person, or the model was not evaluated.
    """

    title: str
    cohort: str
    synthetic: bool
    result: BenchResult
    run: RunFacts
    model: str = ""
    curve: Sequence[Mapping[str, Any]] = ()
    wear: Mapping[str, Any] | None = None
    actogram: Sequence[PersonDays] = ()
    actogram_channels: tuple[str, ...] = ()
    stages: Sequence[StageCost] = ()
    reads: Sequence[ReadReport] = ()
    limits: tuple[str, ...] = ()
    groups: GroupReport | None = None

    def __post_init__(self) -> None:
        if len({days.person for days in self.actogram}) > 1:
            raise InputError("an actogram shows one person, these are days of several", todo="Choose one person.")
        if self.model and self.model not in self.result.plan.features:
            raise InputError(f"'{self.model}' was not evaluated", todo="Name one of the plan's feature sets.")

    @property
    def shown(self) -> Shown:
        """Which feature sets stand in front."""
        return Shown.of(self.result.plan, model=self.model)

    def to_json(self, found: Sequence[str] = ()) -> dict[str, Any]:
        """The whole report as plain data, `found` its sentences; minutes and predictions of people are left out."""
        shown = self.shown
        plain = {
            "format": REPORT_FORMAT,
            "title": self.title,
            "cohort": self.cohort,
            "synthetic": self.synthetic,
            "found": list(found),
            "model": shown.model,
            "result": self.result.to_json(),
            "reliability_curves": reliability_curves(self.result, shown.model),
            "learning_curve": [dict(line) for line in self.curve],
            "wear": None if self.wear is None else dict(self.wear),
            "stages": [asdict(stage) for stage in self.stages],
            "reads": [read_line(report) for report in self.reads],
            "run": asdict(self.run),
            "limits": list(self.limits),
            "gaps": [] if self.groups is None else [asdict(gap) for gap in self.groups.named],
        }
        finite: dict[str, Any] = without_nan(plain)
        return finite


def reliability_curves(result: BenchResult, features: str) -> dict[str, list[dict[str, float]]]:
    """Task -> points of the reliability curve of one feature set, yes/no tasks only, from out-of-fold predictions."""
    curves: dict[str, list[dict[str, float]]] = {}
    yes_no = {note.name for note in result.plan.tasks if note.metric == "auc"}
    for task, part in _by_task(result, features).items():
        if task in yes_no:
            curves[task] = [asdict(point) for point in curve(*part)]
    return {note.name: curves[note.name] for note in result.plan.tasks if note.name in curves}


def _by_task(result: BenchResult, features: str) -> dict[str, tuple[Any, Any]]:
    """Task -> (answers, predictions) of one feature set."""
    table = result.predictions.filter(result.predictions["features"].cast(str) == features)
    parts = table.partition_by("task", as_dict=True)
    return {str(task): (part["y"].to_numpy(), part["p"].to_numpy()) for (task,), part in parts.items()}


def read_line(report: ReadReport) -> dict[str, Any]:
    """A read report as plain data; of its source the last name only, since paths name people."""
    return {
        "reader": report.reader,
        "source": PurePath(report.source).name or report.source,
        "files": report.files,
        "records_seen": report.records_seen,
        "records_kept": report.records_kept,
        "records_dropped": report.records_dropped,
        "dropped": dict(report.dropped),
        "unknown": dict(report.unknown),
        "notes": list(report.notes),
    }


def without_nan(value: Any) -> Any:
    """Plain data as strict JSON has it: a number that is not finite (a skipped step's loss) becomes None."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [without_nan(item) for item in value]
    return value
