"""Counted epochs: what they are called by place, vectors of whole minutes, and no reading that is not one."""

import numpy as np
import pytest

from sennight.readers.actigraph.epoch_rows import NEGATIVE, NO_PLACE, ONE_AXIS, EpochRows, add_rows
from sennight.readers.gathering import Gathering
from sennight.readers.reader import ReadReport
from sennight.record import Recording

START = 1_709_280_000


def added(columns: dict[str, list[float]], *, epoch_s: int, place: str) -> tuple[dict[str, Recording], ReadReport]:
    report = ReadReport(reader="a", source="b")
    gathering = Gathering(person="p", report=report)
    n = len(next(iter(columns.values())))
    rows = EpochRows(
        starts=START + epoch_s * np.arange(n),
        epoch_s=epoch_s,
        columns={name: np.array(values, dtype=np.float64) for name, values in columns.items()},
    )
    add_rows(rows, to=gathering, place=place, device="d", source="s", sha256="")
    return {r.channel.name: r for r in gathering.recordings()}, report


AXES = {"axis1": [3.0, 0, 6, 0], "axis2": [0.0, 4, 0, 8], "axis3": [0.0, 0, 0, 0]}


def test_at_the_hip_counts_are_those_of_the_vertical_axis() -> None:
    found, report = added(AXES, epoch_s=30, place="hip")
    assert set(found) == {"hip_counts"}
    assert found["hip_counts"].values.tolist() == [3, 0, 6, 0]
    assert not report.notes


def test_elsewhere_they_are_the_vector_of_each_minutes_sums() -> None:
    found, _ = added(AXES, epoch_s=30, place="wrist")
    assert found["wrist_counts"].values.tolist() == [5, 10]
    assert (found["wrist_counts"].times_utc - START).tolist() == [0, 60]
    found, report = added(AXES, epoch_s=30, place="")
    assert found["vm_counts"].values.tolist() == [5, 10]
    assert report.notes == [NO_PLACE]


@pytest.mark.parametrize("epoch_s", [60, 120])
def test_epochs_of_a_minute_and_more_keep_their_sum(epoch_s: int) -> None:
    found, _ = added(AXES, epoch_s=epoch_s, place="hip")
    assert found["hip_counts"].values.sum() == 9
    assert found["hip_counts"].times_utc[-1] - START == 4 * epoch_s - 60


def test_one_axis_alone_is_said() -> None:
    found, report = added({"axis1": [3.0, 1.0]}, epoch_s=60, place="")
    assert found["vm_counts"].values.tolist() == [3, 1]
    assert ONE_AXIS in report.notes


def test_what_is_no_reading_leaves_no_minute() -> None:
    """Failures 3 and 27, T-13."""
    columns = {"axis1": [-1.0, np.nan, 5.0], "steps": [-1.0, 2.0, 3.0], "hr": [0.0, 61.0, np.nan], "lux": [1.0, -1, 3]}
    found, report = added(columns, epoch_s=60, place="hip")
    assert found["hip_counts"].values.tolist() == [5]
    assert found["steps"].values.tolist() == [2, 3]
    assert found["heart_rate"].values.tolist() == [61]
    assert found["white_light"].values.tolist() == [1, 3]
    assert report.dropped == {NEGATIVE: 6}
    assert report.records_seen == report.records_kept + report.records_dropped


def test_rows_without_counts_give_the_rest() -> None:
    found, _ = added({"steps": [1.0, 2.0]}, epoch_s=60, place="")
    assert set(found) == {"steps"}
