"""A head by its word, its JSON or a file of it; anything else is one sentence."""

from pathlib import Path

import pytest

from sennight.errors import InputError
from sennight.heads import LinearConfig, PrototypeConfig
from sennight.stages.which_head import head_named


def test_a_word_json_and_a_file_all_name_a_head(tmp_path: Path) -> None:
    assert head_named("prototype") == PrototypeConfig()
    assert head_named(' {"head": "linear", "components": 7}') == LinearConfig(components=7)
    path = tmp_path / "head.json"
    path.write_text('{"head": "linear", "l2": [1, 2]}')
    assert head_named(str(path)) == LinearConfig(l2=(1.0, 2.0))


@pytest.mark.parametrize("text", ["liner", "{", "{}", "nowhere.json", '{"head": "linear", "lr": 1}', ""])
def test_anything_else_is_one_sentence(text: str) -> None:
    with pytest.raises(InputError):
        head_named(text)


def test_a_file_that_is_no_object_is_told(tmp_path: Path) -> None:
    path = tmp_path / "head.json"
    for text in ("[1]", "[" * 100_000, "\x00"):
        path.write_text(text)
        with pytest.raises(InputError):
            head_named(str(path))
