"""The loss sees known answers only, yes and no weigh the same, and predictions are probabilities and amounts again."""

import numpy as np
import pytest
import torch

from sennight.errors import InputError
from sennight.finetune.answers import Answers, Weighting
from sennight.tasks import Task, task

TASKS: tuple[Task, ...] = (task("hypertension"), task("sbp"))


def answers(y: np.ndarray) -> Answers:
    return Answers(people=tuple(f"p{i}" for i in range(len(y))), tasks=TASKS, y=y.astype(np.float64))


@pytest.fixture(name="some")
def _some() -> Answers:
    rng = np.random.default_rng(0)
    y = np.stack([(rng.random(400) < 0.1).astype(float), rng.normal(120, 15, 400)], axis=1)
    y[rng.random(y.shape) < 0.3] = np.nan
    return answers(y)


def test_an_unknown_answer_changes_no_loss_and_gets_no_gradient(some: Answers) -> None:
    weighting, y = Weighting.fit(some, np.arange(400)), torch.from_numpy(some.y).float()
    out = torch.randn(400, 2, requires_grad=True)
    weighting.loss(out, y).backward()
    assert out.grad is not None
    assert bool((out.grad[~torch.isfinite(y)] == 0).all())
    assert bool((out.grad[torch.isfinite(y)] != 0).all())


def test_yes_and_no_pull_with_the_same_weight(some: Answers) -> None:
    weighting, y = Weighting.fit(some, np.arange(400)), torch.from_numpy(some.y).float()[:, :1]
    both = Weighting(
        is_yes_no=weighting.is_yes_no[:1], mean=weighting.mean[:1], sd=weighting.sd[:1], share=weighting.share[:1]
    )
    out = torch.zeros(400, 1, requires_grad=True)
    both.loss(out, y).backward()
    assert out.grad is not None
    pull = out.grad[torch.isfinite(y)]
    torch.testing.assert_close(pull[pull < 0].sum(), -pull[pull > 0].sum())


def test_knowing_nothing_predicts_the_share_of_yes_and_the_mean(some: Answers) -> None:
    guess = Weighting.fit(some, np.arange(400)).predict(torch.zeros(1, 2)).numpy()[0]
    np.testing.assert_allclose(guess, np.nanmean(some.y, axis=0), rtol=1e-5)


def test_weights_come_from_the_people_given_alone(some: Answers) -> None:
    first = Weighting.fit(some, np.arange(200))
    other = answers(np.concatenate([some.y[:200], 3 * some.y[200:]]))
    assert torch.equal(first.mean, Weighting.fit(other, np.arange(200)).mean)


def test_a_batch_where_nothing_is_known_gives_no_loss_and_no_nan(some: Answers) -> None:
    weighting = Weighting.fit(some, np.arange(400))
    loss = weighting.loss(torch.randn(3, 2), torch.full((3, 2), torch.nan))
    assert float(loss) == 0


def test_shapes_that_disagree_are_refused() -> None:
    with pytest.raises(InputError, match="differ in number"):
        Answers(people=("a",), tasks=TASKS, y=np.zeros((2, 2)))
