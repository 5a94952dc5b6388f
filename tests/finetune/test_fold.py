"""Fine-tuning a fold finds what is there, answers for nobody it learned from, and resumes to the same answers."""

from pathlib import Path

import numpy as np
import pytest
import torch

from sennight.backbones.convolution import ConvolutionConfig
from sennight.errors import InputError
from sennight.finetune import Answers, FinetuneSpec, FoldAnswers, Windows, finetune_fold
from sennight.finetune.network import Trunk
from sennight.record import WindowBatch
from sennight.tasks import task

PEOPLE, DAYS = 60, 2
SPEC = FinetuneSpec(epochs=4, patience=4, batch=16, learning_rate=1e-2)


@pytest.fixture(scope="module", name="cohort")
def _cohort() -> tuple[WindowBatch, Answers]:
    """Active people have high blood pressure here, and their pressure follows how active they are."""
    rng = np.random.default_rng(0)
    level = rng.uniform(1, 3, PEOPLE)
    whose = np.repeat(np.arange(PEOPLE), DAYS)
    values = (level[whose, None, None] * rng.exponential(1, (len(whose), 1440, 1))).astype(np.float32)
    batch = WindowBatch(
        people=tuple(f"p{i}" for i in whose), ordinal=tuple(range(len(whose))), weekday=np.zeros(len(whose), np.int16),
        day_of_year=np.ones(len(whose), np.int16), values=values, seen=np.ones(values.shape, np.bool_),
        channels=("hip_counts",),
    )  # fmt: skip
    y = np.stack([(level > 2).astype(float), 100 + 10 * level], axis=1)
    y[rng.random(y.shape) < 0.2] = np.nan
    people = tuple(f"p{i}" for i in range(PEOPLE))
    return batch, Answers(people=people, tasks=(task("hypertension"), task("sbp")), y=y)


def trunk() -> Trunk:
    torch.manual_seed(3)
    return ConvolutionConfig(channels=("hip_counts",), window_days=1).build()


def tune(cohort: tuple[WindowBatch, Answers], state: Path, **changes: object) -> FoldAnswers:
    batch, answers = cohort
    windows = Windows(
        rows=np.arange(len(batch)), person=np.repeat(np.arange(PEOPLE), DAYS), read=lambda rows: batch.take(rows)
    )
    given: dict[str, object] = {"outside": np.arange(40, 60), "spec": SPEC, "seed": 0, "fold": 0, **changes}
    return finetune_fold(trunk(), windows, answers, state=state, **given)  # type: ignore[arg-type]


def test_people_outside_are_answered_well_and_nobody_else(cohort: tuple[WindowBatch, Answers], tmp_path: Path) -> None:
    found = tune(cohort, tmp_path / "state", spec=FinetuneSpec(epochs=12, patience=12, batch=16, learning_rate=1e-2))
    assert found.people.tolist() == list(range(40, 60))
    y = cohort[1].y[40:60]
    known = np.isfinite(y)
    assert np.corrcoef(found.p[known[:, 1], 1], y[known[:, 1], 1])[0, 1] > 0.8
    yes = y[:, 0] == 1
    assert found.p[yes, 0].mean() > found.p[y[:, 0] == 0, 0].mean() + 0.2
    assert ((found.p[:, 0] > 0) & (found.p[:, 0] < 1)).all()


def test_labels_of_people_outside_change_nothing(cohort: tuple[WindowBatch, Answers], tmp_path: Path) -> None:
    batch, answers = cohort
    y = answers.y.copy()
    y[40:] = y[40:][::-1]
    other = Answers(people=answers.people, tasks=answers.tasks, y=y)
    a, b = tune(cohort, tmp_path / "a"), tune((batch, other), tmp_path / "b")
    assert np.array_equal(a.p, b.p)


def test_a_stopped_fold_goes_on_to_the_same_answers(cohort: tuple[WindowBatch, Answers], tmp_path: Path) -> None:
    whole = tune(cohort, tmp_path / "whole")

    class Stopped(Exception):
        pass

    def stop(epoch: int, loss: float) -> None:
        if epoch == 2:
            raise Stopped

    with pytest.raises(Stopped):
        tune(cohort, tmp_path / "stopped", progress=stop)
    seen: list[int] = []
    again = tune(cohort, tmp_path / "stopped", progress=lambda epoch, loss: seen.append(epoch))
    assert seen == [3, 4], "epochs that were finished are not done again"
    assert again.curve == whole.curve
    assert np.array_equal(again.p, whole.p)


def test_it_stops_when_validation_people_gain_nothing(cohort: tuple[WindowBatch, Answers], tmp_path: Path) -> None:
    found = tune(cohort, tmp_path / "state", spec=FinetuneSpec(epochs=50, patience=2, batch=16, learning_rate=0.3))
    assert len(found.curve) < 50
    assert len(found.curve) - found.best_epoch == 2
    losses = [validation for _, validation in found.curve]
    assert losses[found.best_epoch - 1] == min(losses)


def test_a_damaged_state_is_refused_and_so_is_nobody(cohort: tuple[WindowBatch, Answers], tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"nothing")
    with pytest.raises(InputError, match="damaged"):
        tune(cohort, tmp_path / "state")
    with pytest.raises(InputError, match="nobody is left"):
        tune(cohort, tmp_path / "fresh", outside=np.arange(1, 60))
    with pytest.raises(InputError, match="validate_share"):
        FinetuneSpec(validate_share=0.9)
