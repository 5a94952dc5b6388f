from pathlib import Path

from tests.agent.people import flat, person

from sennight.stages.reported import write_reports


def test_four_files_for_the_owner_alone(tmp_path: Path) -> None:
    written = write_reports(person({"steps": flat(30, 5)}), "weekly", tmp_path / "report")
    assert [p.suffix for p in written] == [".html", ".pdf", ".md", ".json"]
    assert all(p.stat().st_mode & 0o777 == 0o600 and p.stat().st_size for p in written)
