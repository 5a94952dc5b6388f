"""The PHQ-9 is read at every threshold."""

from sennight.tasks import TASKS, task


def test_phq9_is_read_at_every_threshold_from_1_to_26_and_nothing_else_is():
    assert task("phq9").thresholds == tuple(float(points) for points in range(1, 27))
    assert [t.name for t in TASKS if t.thresholds] == ["phq9"]
