from pathlib import Path

from tests.agent.people import flat, person

from sennight.agent.exam.people import candidates
from sennight.agent.exam.sitting import sit
from sennight.agent.questions import ask
from sennight.printing.agent import answer_text, exam_text, import_summary
from sennight.stages.imported import import_export


def test_an_import_says_days_devices_and_what_can_be_asked(tmp_path: Path) -> None:
    done = import_export("synthetic:people=1,days=3,seed=4", tmp_path / "home")
    said = import_summary(done, tmp_path / "home")
    for part in ("Added.", "recorded days", "You can ask about: steps", "profile.json", "home: "):
        assert part in said
    again = import_export("synthetic:people=1,days=3,seed=4", tmp_path / "home")
    assert import_summary(again, tmp_path / "home").startswith("Nothing new")


def test_an_answer_is_told_with_reading_source_and_recompute() -> None:
    said = answer_text(ask(person({"steps": flat(20, 5)}), "average steps last week").answer)
    for part in ("7,200 steps", "read as: value", "from: ", "recompute: metric(", "no language model was used"):
        assert part in said
    assert "Perhaps:" in answer_text(ask(person({"steps": flat(20, 5)}), "how is it").answer)


def test_an_exam_is_told_in_counts() -> None:
    result = sit(
        candidates(None, synthetic="synthetic:people=1,days=20,seed=3"), questions=3, phrasing_sets=1
    ).to_json()
    said = exam_text(result)
    assert said.startswith("3 questions")
    assert "p95" in said
    assert "20 phrasings" in said
    assert "PHIA: 3 questions" in exam_text(
        {"phia": {"questions": 3, "sound": 2, "all": {"right": 3}, "on sound ones": {"right": 2}}}
    )
