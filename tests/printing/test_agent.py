from pathlib import Path

from sennight.printing.agent import import_summary
from sennight.stages.imported import import_export


def test_an_import_says_days_devices_and_what_can_be_asked(tmp_path: Path) -> None:
    done = import_export("synthetic:people=1,days=3,seed=4", tmp_path / "home")
    said = import_summary(done, tmp_path / "home")
    for part in ("Added.", "recorded days", "You can ask about: steps", "profile.json", "home: "):
        assert part in said
    again = import_export("synthetic:people=1,days=3,seed=4", tmp_path / "home")
    assert import_summary(again, tmp_path / "home").startswith("Nothing new")
