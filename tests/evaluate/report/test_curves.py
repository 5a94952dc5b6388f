import numpy as np
import pytest
from matplotlib.figure import Figure

from sennight.evaluate.report.curves import learning, reliability, running_median
from sennight.evaluate.report.figures import NARROW, WIDE, Frame

LINES = [
    {
        "step": step,
        "loss": float("nan") if step == 3 else 1.0 / step,
        "skipped": step == 3,
        "validation": {"loss": 0.9, "mean_baseline": 1.0, "random": 0.7, "channels": 1.1} if step % 2 == 0 else None,
    }
    for step in range(1, 9)
]


def curve_of(figure: Figure, panel: int, label: str) -> np.ndarray:
    (line,) = [line for line in figure.axes[panel].lines if line.get_label() == label]
    return np.asarray(line.get_xydata())


def test_the_running_median_ignores_a_spike() -> None:
    values = np.array([1.0, 1.0, 50.0, 1.0, 1.0])
    assert running_median(values, at=np.array([0, 2, 4]), width=3).tolist() == [1.0, 1.0, 1.0]


def test_a_skipped_step_is_left_out_of_the_learning_curve() -> None:
    drawn = curve_of(learning(LINES, WIDE), 0, "training (running median)")
    assert 3 not in drawn[:, 0]
    assert np.isfinite(drawn).all()


def test_validation_stands_beside_guessing_the_mean() -> None:
    figure = learning(LINES, WIDE)
    assert curve_of(figure, 0, "people held out").tolist() == [[s, 0.9] for s in (2, 4, 6, 8)]
    assert curve_of(figure, 0, "guessing the mean, same minutes")[:, 1].tolist() == [1.0] * 4
    assert curve_of(figure, 1, "whole channels")[:, 1].tolist() == [1.1] * 4


@pytest.mark.parametrize("frame", [WIDE, NARROW])
def test_a_log_without_validation_draws_one_panel(frame: Frame) -> None:
    assert len(learning([{"step": 1, "loss": 2.0, "skipped": False}], frame).axes) == 1


def test_a_reliability_curve_holds_all_its_points() -> None:
    points = [
        {"predicted": 0.1, "observed": 0.12, "low": 0.05, "high": 0.2},
        {"predicted": 0.3, "observed": 0.4, "low": 0.2, "high": 0.61},
    ]
    plot = reliability(points).axes[0]
    assert plot.get_xlim() == plot.get_ylim() == (0, 0.8)
    assert any(np.asarray(line.get_xydata()).tolist() == [[0.1, 0.12], [0.3, 0.4]] for line in plot.lines)
