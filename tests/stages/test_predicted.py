from pathlib import Path

import pytest
from tests.agent.predictors.test_learning import MADE_UP

from sennight.agent.predictors.predictor import PredictorSet
from sennight.stages.predicted import Among, asked, learn_all, permuted


def test_age_and_sex_are_no_questions_for_a_predictor() -> None:
    names = {t.name for t in asked()}
    assert not {"age", "sex"} & names
    assert len(names) == 33
    assert [t.name for t in asked(["hba1c"])] == ["hba1c"]


def test_what_the_facts_allow_is_learned_and_kept(tmp_path: Path) -> None:
    heard = list[tuple[int, int]]()
    made = learn_all(MADE_UP, tmp_path, progress=lambda done, of: heard.append((done, of)))
    assert {p.task for p in made.predictors} == {"self_vigorous_30d", "sleep_hours_selfreport"}
    assert PredictorSet.load(tmp_path) == made
    assert heard


def test_predictors_of_dealt_answers_are_withheld(monkeypatch: pytest.MonkeyPatch) -> None:
    only = asked(["self_vigorous_30d", "sleep_hours_selfreport"])
    monkeypatch.setattr("sennight.stages.predicted.asked", lambda: only)
    for among in Among:
        assert all(p.refused for p in permuted(MADE_UP, n=2, among=among))
