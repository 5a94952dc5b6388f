from dataclasses import replace

import numpy as np
import pytest

from sennight.agent.predictors.gate import GateFigures, measured, refused
from sennight.tasks import TaskKind

GOOD = GateFigures(
    n_people=900, metric="AUC", value=0.8, gain=0.05, gain_low=0.02, gain_high=0.08, errors=4.0, ece=0.02, covered=0.9
)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"errors": 3.1}, "3.17 are asked for"),
        ({"gain_low": 0.0}, "not clearly better than age and sex"),
        ({"ece": 0.051}, "off by 0.051"),
        ({"covered": 0.86}, "held 86 %"),
        ({"covered": 0.94}, "held 94 %"),
    ],
)
def test_each_door_closes_for_its_own_reason(change: dict[str, float], said: str) -> None:
    assert refused(GOOD) == ()
    assert refused(replace(GOOD, ece=None)) == ()
    assert said in " ".join(refused(replace(GOOD, **change)))


def people(n: int, *, helps: bool, kind: TaskKind, seed: int = 0):
    rng = np.random.default_rng(seed)
    age, body = rng.normal(size=n), rng.normal(size=n)
    truth = age + (body if helps else 0.0)
    if kind is TaskKind.YES_NO:
        y = (rng.random(n) < 1 / (1 + np.exp(-truth))).astype(np.float64)
        ours, base = 1 / (1 + np.exp(-(age + body))), 1 / (1 + np.exp(-age))
    else:
        y, ours, base = truth + rng.normal(size=n), age + body, age
    return y, ours, base, (np.arange(n) % 5).astype(np.int16)


@pytest.mark.parametrize("kind", [TaskKind.YES_NO, TaskKind.AMOUNT])
def test_what_helps_passes_and_what_is_noise_does_not(kind: TaskKind) -> None:
    helping = measured(*people(1_500, helps=True, kind=kind), kind=kind)
    assert refused(helping) == ()
    assert helping.gain_low > 0
    assert abs(helping.covered - 0.9) < 0.02
    noise = measured(*people(1_500, helps=False, kind=kind), kind=kind)
    assert "not clearly better" in refused(noise)[0]


def test_calibration_is_judged_on_other_people_than_it_was_fitted_on() -> None:
    y, ours, base, fold = people(1_500, helps=True, kind=TaskKind.YES_NO)
    sure = np.clip(ours**3 / (ours**3 + (1 - ours) ** 3), 1e-6, 1 - 1e-6)
    found = measured(y, sure, base, fold, kind=TaskKind.YES_NO)
    assert found.ece is not None
    assert found.ece < 0.05, "being too sure is mended by the other folds' curve"
    assert found.to_json()["metric"] == "AUC"
