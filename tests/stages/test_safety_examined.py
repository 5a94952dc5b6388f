"""The stage in small; in full it is `sennight bench safety`."""

import json
from pathlib import Path

from tests.agent.walker import walker

from sennight.printing.consent import safety_text
from sennight.stages.safety_examined import examine_safety


def test_all_four_parts_are_sat_and_written(tmp_path: Path, monkeypatch) -> None:
    class One:
        person = walker()[0]

    monkeypatch.setattr("sennight.stages.safety_examined.candidates", lambda _data, synthetic: iter([One]))
    found = examine_safety(replies=5, cases=5, every=150, out=tmp_path / "safety.json")
    assert json.loads((tmp_path / "safety.json").read_text())["hostile"]["replies"] == 5
    shown = safety_text(found)
    for words in ("numerals not printed by code 0", "writes, connections and programs 0", "values of single days 0"):
        assert words in shown
    assert "not a language model" in shown
