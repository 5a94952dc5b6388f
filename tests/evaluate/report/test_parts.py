import json
from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from sennight.errors import InputError
from sennight.evaluate.calibration import curve
from sennight.evaluate.report import ReportInput
from sennight.evaluate.report.parts import read_line, reliability_curves
from sennight.evaluate.result import BenchResult
from sennight.readers.reader import ReadReport
from sennight.record import PersonDays


def day(person: str) -> PersonDays:
    seen = np.ones((1440, 1), dtype=np.bool_)
    return PersonDays(
        person=person, first_date=date(2026, 3, 2), ordinal=1, weekday=0, seen=seen,
        values=seen.astype(np.float32), channels=("heart_rate",),
    )  # fmt: skip


def test_a_report_survives_json(report: Callable[..., ReportInput], wear: dict[str, object]) -> None:
    plain = report(wear=wear, curve=[{"step": 1, "loss": 0.5, "skipped": False, "validation": None}]).to_json(
        ["Found."]
    )
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert plain["found"] == ["Found."]
    assert plain["synthetic"] is True
    assert plain["result"]["scores"][0]["value"] == report().result.scores[0].value
    assert plain["run"]["overlap_people"] == 7


def test_a_loss_that_is_not_finite_becomes_none(report: Callable[..., ReportInput]) -> None:
    plain = report(curve=[{"step": 1, "loss": float("nan"), "skipped": True}]).to_json()
    assert plain["learning_curve"] == [{"step": 1, "loss": None, "skipped": True}]


def test_people_do_not_leave_through_the_json(report: Callable[..., ReportInput]) -> None:
    text = json.dumps(report(actogram=[day("somebody-17")]).to_json())
    assert "somebody-17" not in text
    assert '"p0"' not in text


def test_an_actogram_of_two_people_is_refused(report: Callable[..., ReportInput]) -> None:
    with pytest.raises(InputError, match="one person"):
        report(actogram=[day("a"), day("b")])


def test_a_model_that_was_not_evaluated_is_refused(report: Callable[..., ReportInput]) -> None:
    with pytest.raises(InputError, match="was not evaluated"):
        report(model="another")


def test_reliability_curves_come_from_the_predictions_of_one_feature_set(result: BenchResult) -> None:
    curves = reliability_curves(result, "engineered")
    assert list(curves) == ["short_sleep", "diabetes"]
    table = result.predictions
    part = table.filter((table["task"] == "diabetes") & (table["features"] == "engineered"))
    points = curve(part["y"].to_numpy(), part["p"].to_numpy())
    assert [point["observed"] for point in curves["diabetes"]] == [point.observed for point in points]


def test_a_read_line_adds_up_and_keeps_the_folder_to_itself() -> None:
    report = ReadReport(reader="fitbit", source="/home/somebody/exports/takeout.zip")
    report.keep(10, 3, "no time")
    line = read_line(report)
    assert line["source"] == "takeout.zip"
    assert line["records_seen"] == line["records_kept"] + line["records_dropped"] == 10
    assert line["dropped"] == {"no time": 3}
