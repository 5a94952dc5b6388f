"""The picture of learning curves: every question, every embedding, nothing from outside."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from sennight.evaluate.few_shot import few_shot
from sennight.evaluate.learning_curve import CurveResult
from sennight.evaluate.report.few_shot import REFERENCE_LOOK, few_shot_picture, looks
from sennight.record import Embedding, Facts
from sennight.tasks import TASKS


@pytest.fixture(scope="module", name="result")
def _result() -> CurveResult:
    rng = np.random.default_rng(0)
    people = tuple(f"p{i}" for i in range(160))
    values = {
        "age_years": rng.uniform(30, 80, 160), "sex_female": rng.integers(0, 2, 160) * 1.0, "sbp": rng.normal(size=160),
        "hypertension": rng.integers(0, 2, 160) * 1.0,
    }  # fmt: skip
    facts = Facts.from_wide(people=people, values=values, units=dict.fromkeys(values, "1"), source="synthetic")

    def made(width: int) -> Embedding:
        x = rng.normal(size=(160, width)).astype(np.float32)
        return Embedding(people=people, values=x, backbone="b", days_used=np.full(160, 4, dtype=np.int32))

    tasks = tuple(t for t in TASKS if t.name in ("hypertension", "sbp", "sex"))
    return few_shot(
        embeddings={"engineered": made(4), "a <b> & c": made(3), "third": made(2)}, facts=facts, people=people,
        tasks=tasks, sizes=(5, 10), draws=2, k=2, replicates=30, jobs=1,
    )  # fmt: skip


def test_it_names_every_question_and_embedding_and_is_sound(result):
    picture = few_shot_picture(result)
    root = ET.fromstring(picture)
    said = " ".join("".join(e.itertext()) for e in root.iter())
    for name in ("engineered", "a <b> & c", "third", "sbp (r)", "hypertension (AUC)", "Mean of 2 questions"):
        assert name in said
    assert "http" not in picture.replace("http://www.w3.org/2000/svg", "")


def test_the_reference_keeps_its_look_and_no_two_share_one(result):
    found = looks(result)
    assert found["engineered"] == REFERENCE_LOOK
    assert len(set(found.values())) == 3
