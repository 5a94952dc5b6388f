import numpy as np

from sennight.classroom import worker
from sennight.classroom.space import PROBE
from sennight.heads import to_json
from sennight.tasks import TaskKind


def test_it_learns_from_what_it_is_given_and_answers_for_others() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 5))
    y = (x[:, 0] > 0).astype(np.float64)
    said = worker.answer(to_json(PROBE), x[:150], y[:150], x[150:], kind=TaskKind.YES_NO)
    assert said.shape == (50,)
    assert ((said > 0.5) == y[150:]).mean() > 0.8
