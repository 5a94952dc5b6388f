"""PHIA's layout, with personas and questions made up here: none of theirs is shipped."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from sennight.agent.exam.phia import marked, persona_id, persona_of, questions_of, sit_phia, sound
from sennight.agent.questions import ask
from sennight.errors import InputError

FIRST = date(2024, 1, 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    users = tmp_path / "synthetic_wearable_users"
    users.mkdir()
    days = [FIRST + timedelta(days=i) for i in range(20)]
    pl.DataFrame({
        "datetime": [f"{d} 00:00:00" for d in days], "steps": [1_000.0 * (i + 1) for i in range(20)],
        "resting_heart_rate": [60.0] * 20, "sleep_minutes": [400.0] * 20,
    }).write_csv(users / "summary_df_41.csv")  # fmt: skip
    pl.DataFrame({
        "startTime": [f"{days[1]} 08:00:00", f"{days[5]} 18:30:00"], "activityName": ["Run", "Bike"], "duration": [30.0, 45.0],
        "distance": [5.0, 20.0], "calories": [300.0, 400.0], "steps": [5_000.0, 0.0], "averageHeartRate": [140.0, 120.0],
    }).write_csv(users / "exercise_df_41.csv")  # fmt: skip
    pl.DataFrame({
        "question": ["What was my average steps over the last 4 days?", "What is my average sleep?", "How many stairs did I climb?"],
        "label": ["18500.0", "400.0", "3"], "code": ["daily_metrics.during('last 4 days')['steps'].mean()", "x", "y"],
    }).write_csv(tmp_path / "active_achiver_final.csv")  # fmt: skip
    return tmp_path


def test_a_persona_is_opened_from_its_two_tables(folder: Path) -> None:
    person = persona_of(folder, "41")
    assert person.today == FIRST + timedelta(days=19)
    assert [(w.kind, w.minutes, w.distance_m) for w in person.workouts] == [("Run", 30.0, 5.0), ("Bike", 45.0, 20.0)]
    assert ask(person, "Which day had the most steps?").answer.evidence[0].value == 20_000


def test_questions_are_marked_right_asked_back_or_wrong(folder: Path) -> None:
    assert len(list(questions_of(folder))) == 3
    result = sit_phia(folder)
    assert result["all"] == {"right": 2, "asked back": 1}


def test_personas_by_name_or_number() -> None:
    assert persona_id("active_achiver_final_v2") == "41"
    assert persona_id("HealthBehaviorChampions") == "465"
    assert persona_id("questions_171") == "171"
    assert persona_id("notes") == ""


def test_labels_that_do_not_answer_their_question_are_not_sound() -> None:
    assert not sound("What is my total HR for swim?", "x['averageHeartRate'].sum()")
    assert not sound("on days with more than 6 hours of light sleep", "query('sleep_minutes > 360')")
    assert sound("What is my total distance for run?", "x['distance'].sum()")


def test_a_label_of_nothing_is_met_by_no_answer(folder: Path) -> None:
    assert marked(ask(persona_of(folder, "41"), "my glucose last week").answer, "nan") == "right"


def test_a_folder_without_questions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no question"):
        sit_phia(tmp_path)
