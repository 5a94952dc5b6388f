"""Embeddings and predictions hold one finite row a person, and say what made them."""

import numpy as np
import pytest

from sennight.errors import InputError
from sennight.record import Embedding, Prediction


def embedding(**changes: object) -> Embedding:
    fields = {
        "people": ("a", "b", "c"),
        "values": np.arange(6, dtype=np.float32).reshape(3, 2),
        "backbone": "engineered-1",
        "days_used": np.array([3, 4, 5], dtype=np.int32),
        **changes,
    }
    return Embedding(**fields)  # type: ignore[arg-type]


def prediction(values: list[object], **changes: object) -> Prediction:
    fields = {
        "people": tuple("abc"[: len(values)]), "values": np.array(values, dtype=np.float64), "task": "age",
        "head": "linear", "is_probability": True, **changes,
    }  # fmt: skip
    return Prediction(**fields)  # type: ignore[arg-type]


def test_an_embedding_may_hold_nobody() -> None:
    nobody = embedding(people=(), values=np.empty((0, 2), np.float32), days_used=np.empty(0, np.int32))
    assert nobody.rows(()).shape == (0, 2)


def test_parts_of_different_length_are_refused() -> None:
    with pytest.raises(InputError, match="parts of an embedding differ in length"):
        embedding(people=("a", "b"))


def test_a_person_listed_twice_is_refused() -> None:
    with pytest.raises(InputError, match="lists a person twice"):
        embedding(people=("a", "b", "a"))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_value_that_is_not_finite_is_refused(value: float) -> None:
    with pytest.raises(InputError, match="not finite"):
        embedding(values=np.full((3, 2), value, dtype=np.float32))


def test_an_embedding_that_does_not_say_what_made_it_is_refused() -> None:
    with pytest.raises(InputError, match="must say which backbone made it"):
        embedding(backbone="")


def test_rows_come_in_the_order_asked_for() -> None:
    assert embedding().rows(("c", "a")).tolist() == [[4, 5], [0, 1]]


def test_people_without_an_embedding_are_counted_not_skipped() -> None:
    with pytest.raises(InputError, match="2 people have no embedding") as refused:
        embedding().rows(("a", "x", "y"))
    assert "same store" in refused.value.todo


@pytest.mark.parametrize("values", [[], [0.0, 0.5, 1.0], [[0.2, 0.8], [1.0, 0.0]]])
def test_probabilities_from_0_to_1_are_taken(values: list[object]) -> None:
    assert len(prediction(values).values) == len(values)


@pytest.mark.parametrize("values", [[-0.01, 0.5], [0.5, 1.01], [[0.5, 1.5]]])
def test_a_probability_beyond_0_and_1_is_refused(values: list[object]) -> None:
    with pytest.raises(InputError, match="a probability for task 'age' lies outside 0 to 1"):
        prediction(values)


def test_an_amount_may_be_any_finite_number() -> None:
    assert prediction([-40.0, 400.0], is_probability=False).values.tolist() == [-40, 400]


@pytest.mark.parametrize("is_probability", [True, False])
def test_a_prediction_that_is_not_finite_is_refused(is_probability: bool) -> None:
    with pytest.raises(InputError, match="a prediction for task 'age' is not finite"):
        prediction([0.5, np.nan], is_probability=is_probability)


def test_a_prediction_without_its_people_is_refused() -> None:
    with pytest.raises(InputError, match="differs in length from its people"):
        prediction([0.5, 0.5], people=("a",))


def test_a_prediction_is_not_calibrated_unless_it_says_so() -> None:
    assert not prediction([0.5]).calibrated
