from pathlib import Path

import pytest

from sennight.errors import InputError
from sennight.stages.imported import import_export

SOURCE = "synthetic:people=2,days=3,seed=4"


def test_one_of_several_people_is_chosen_and_a_second_time_changes_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds 2 people") as error:
        import_export(SOURCE, tmp_path / "home")
    name = error.value.todo.split(": ")[1].split(",")[0]
    first = import_export(SOURCE, tmp_path / "home", person=name)
    assert first.new
    assert first.person.id == name
    assert len(first.person.ordinal) >= 3
    before = {p: p.read_bytes() for p in (tmp_path / "home").rglob("*") if p.is_file()}
    again = import_export(SOURCE, tmp_path / "home", person=name)
    assert not again.new
    assert {p: p.read_bytes() for p in (tmp_path / "home").rglob("*") if p.is_file()} == before


def test_a_person_who_is_not_there_is_named_with_those_who_are(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no person 'nobody'") as error:
        import_export(SOURCE, tmp_path / "home", person="nobody")
    assert "It holds" in error.value.todo
    assert not (tmp_path / "home").exists()
