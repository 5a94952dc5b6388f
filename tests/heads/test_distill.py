"""Distilling: labels come from teachers that never saw a person, and the mix is what it says."""

import numpy as np
import pytest
from jaxtyping import TypeCheckError
from sklearn.metrics import roc_auc_score

from sennight.errors import InputError
from sennight.heads import (
    AttentionConfig,
    BoostedConfig,
    DistilledConfig,
    LinearConfig,
    NeighboursConfig,
    NetworkConfig,
    TabICLConfig,
)
from sennight.heads.distill import teach, teacher_labels
from sennight.tasks import TaskKind

MEMORY = NeighboursConfig(neighbours=1, components=None)


def people(n: int = 300, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 6)) / np.sqrt(6)
    return x, (rng.random(n) < 1 / (1 + np.exp(-4 * x[:, 0]))).astype(np.float64)


def test_labels_out_of_fold_tell_what_a_teacher_knows_and_leaky_ones_what_it_remembers():
    x, _ = people()
    noise = (np.random.default_rng(9).random(300) < 0.5).astype(np.float64)
    honest, leaky = (
        teacher_labels(DistilledConfig(teacher=MEMORY, labels=how), x, noise, kind=TaskKind.YES_NO)
        for how in ("out_of_fold", "in_fold")
    )
    assert abs(roc_auc_score(noise, honest) - 0.5) < 0.1
    assert roc_auc_score(noise, leaky) > 0.95


def test_changing_somebodys_answer_cannot_change_their_own_label():
    x, _ = people(n=60)
    config = DistilledConfig(teacher=BoostedConfig())
    # Folds hang on the answers; an amount moved less than to the next keeps its place.
    nudged = np.arange(60.0)
    first = teacher_labels(config, x, nudged, kind=TaskKind.AMOUNT)
    nudged[7] += 0.4
    second = teacher_labels(config, x, nudged, kind=TaskKind.AMOUNT)
    assert first[7] == second[7]
    assert (first != second).any()


def test_a_student_of_no_teacher_is_the_student_alone():
    x, y = people()
    config = DistilledConfig(mix=0.0, teacher=MEMORY)
    alone = LinearConfig(inputs="squeezed").build().fit(x, y, kind=TaskKind.YES_NO).predict(x)
    taught = teach(config, x, y, np.full(300, 0.5), kind=TaskKind.YES_NO).predict(x)
    np.testing.assert_array_equal(alone, taught)


def test_a_student_follows_its_teacher():
    x, y = people()
    fresh, _ = people(seed=1)
    teacher = NetworkConfig(inputs="squeezed", components=None)
    soft = 1 / (1 + np.exp(-4 * x[:, 1]))  # a teacher of another mind than the truth
    student = teach(DistilledConfig(teacher=teacher, mix=1.0), x, y, soft, kind=TaskKind.YES_NO).predict(fresh)
    assert np.corrcoef(student, fresh[:, 1])[0, 1] > 0.95


def test_choices_are_taught_as_weighted_people():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 3))
    y = np.argmax(x, axis=1).astype(np.float64)
    soft = np.eye(3)[y.astype(int)] * 0.7 + 0.1
    config = DistilledConfig(mix=1.0)
    p = teach(config, x, y, soft, kind=TaskKind.ONE_OF_K).predict(x)
    assert p.shape == (200, 3)
    assert (p.argmax(axis=1) == y).mean() > 0.9
    assert p.max() < 0.95


def test_students_that_take_no_probabilities_and_heads_over_days_are_refused():
    for parts in ({"student": TabICLConfig()}, {"teacher": AttentionConfig(days=7)}):
        with pytest.raises((InputError, TypeCheckError)):
            DistilledConfig(**parts)
