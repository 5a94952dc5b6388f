import json
from pathlib import Path

import pytest

from sennight.errors import InputError
from sennight.stages.agent_examined import examine


def test_an_exam_of_made_up_people_is_written_as_counts(tmp_path: Path) -> None:
    out = tmp_path / "exam" / "result.json"
    result = examine(None, questions=4, synthetic="synthetic:people=1,days=20,seed=3", out=out)
    assert result["questions"] == 4
    assert json.loads(out.read_text()) == result


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        examine(tmp_path / "none", questions=1)
