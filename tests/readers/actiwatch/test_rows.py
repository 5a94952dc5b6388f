"""What the numbers of an Actiwatch's row mean: off the wrist nothing was measured, on it an empty count is unusable."""

import numpy as np

from sennight.readers.actiwatch.rows import NO_SCORE, OFF_WRIST, add_rows
from sennight.readers.gathering import Gathering
from sennight.readers.reader import ReadReport
from sennight.record import Recording

NAN = np.nan


def rows(**columns: list[float]) -> tuple[dict[str, Recording], ReadReport]:
    report = ReadReport(reader="r", source="s")
    gathering = Gathering(person="p", report=report)
    arrays = {name: np.array(values, dtype=np.float64) for name, values in columns.items()}
    starts = 1_577_836_800 + 30 * np.arange(len(arrays["activity"]), dtype=np.int64)
    add_rows(gathering, arrays, starts=starts, epoch_s=30, device="d", source="s", sha256="")
    return {r.channel.name: r for r in gathering.recordings()}, report


def test_an_epoch_off_the_wrist_has_no_counts_and_no_light() -> None:
    """T-13, failures 3 and 27: zeros off the wrist are not measured."""
    found, report = rows(off_wrist=[1, 0, 0], activity=[0, 5, 0], white_light=[0, 3, 0])
    assert found["actiwatch_counts"].values.tolist() == [5, 0]
    assert found["white_light"].values.tolist() == [3, 0]
    assert found["on_body"].values.tolist() == [0, 1, 1]
    assert report.dropped == {OFF_WRIST: 2}


def test_an_empty_count_on_the_wrist_gives_its_time_a_reason() -> None:
    found, report = rows(off_wrist=[0, 0], activity=[NAN, 5])
    assert found["actiwatch_counts"].values.tolist() == [5]
    assert found["actiwatch_counts"].n_rejected == 1
    assert report.records_seen == report.records_kept + report.records_dropped


def test_wake_becomes_asleep_and_epochs_without_a_score_are_counted() -> None:
    found, report = rows(activity=[1, 2, 3], wake=[0, 1, NAN], interval=[2, 0, NAN])
    assert found["asleep"].values.tolist() == [1, 0]
    assert found["rest_interval"].values.tolist() == [2, 0]
    assert report.dropped == {NO_SCORE: 2}


def test_a_light_that_is_empty_all_along_is_no_channel() -> None:
    found, _ = rows(activity=[1, 2], white_light=[NAN, NAN], red_light=[NAN, 1])
    assert set(found) == {"actiwatch_counts", "red_light"}
