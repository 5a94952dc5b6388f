"""A cohort is asked for in one way only, and mistakes are answered with the nearest key."""

from pathlib import Path

import pytest

from sennight.errors import ReadError
from sennight.readers.synthetic.words import CohortSpec, is_word, is_yaml, parse_word, parse_yaml


def test_the_bare_word_gives_the_defaults():
    assert parse_word("synthetic") == parse_word("synthetic:") == CohortSpec()


def test_keys_are_read():
    spec = parse_word("synthetic:people=5,seed=7,days=9,channels=steps+asleep")
    assert spec == CohortSpec(people=5, seed=7, days=9, channels=("steps", "asleep"))


def test_a_spec_written_out_reads_back_the_same():
    spec = CohortSpec(people=12, days=14, seed=3, channels=("hip_counts",))
    assert parse_word(str(spec)) == spec


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("synthetic:peple=5", "Did you mean 'people'?"),
        ("synthetic:sead=5", "Did you mean 'seed'?"),
        ("synthetic:channels=hart_rate", "Did you mean 'heart_rate'?"),
        ("synthetic:zzz=1", "Known: people, days, seed, channels."),
        ("synthetic:people", "key=value"),
        ("synthetic:people=1,people=2", "twice"),
        ("synthetic:people=many", "whole number"),
        ("synthetic:people=-1", "whole number"),
        ("synthetic:days=1.5", "whole number"),
        ("synthetic:people=0", "between 1 and"),
        ("synthetic:days=367", "between 1 and 366"),
        ("synthetic:channels=steps+steps", "each once"),
        ("synthetic:people=³", "whole number"),
    ],
)
def test_a_mistake_is_refused_with_a_hint(text, says):
    with pytest.raises(ReadError) as caught:
        parse_word(text)
    assert says in str(caught.value)


def test_a_yaml_file_with_the_key_is_claimed_and_read(tmp_path):
    file = tmp_path / "cohort.yaml"
    file.write_text("synthetic:\n  people: 5\n  seed: 7\n  channels: [heart_rate, steps]\n")
    assert is_yaml(file)
    assert parse_yaml(file) == CohortSpec(people=5, seed=7, channels=("heart_rate", "steps"))


def test_an_empty_key_in_yaml_gives_the_defaults(tmp_path):
    file = tmp_path / "cohort.yml"
    file.write_text("synthetic:\n")
    assert parse_yaml(file) == CohortSpec()


@pytest.mark.parametrize("text", ["table:\n  people: 5\n", "  synthetic: 1\n", "", "# synthetic\n"])
def test_other_yaml_files_are_not_claimed(tmp_path, text):
    file = tmp_path / "other.yaml"
    file.write_text(text)
    assert not is_yaml(file)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("synthetic:\n  peeple: 5\n", "Did you mean 'people'?"),
        ("synthetic: 5\n", "must hold keys"),
        ("synthetic:\n  people: [5]\n", "whole number"),
        ("synthetic:\n  channels: steps\n", "list of names"),
        ("synthetic:\n  people: 5\nother: 1\n", "top-level key"),
        ("synthetic:\n  people: 5\n bad", "not a YAML file"),
        ("synthetic:\n  people: &a [*a]\n", "not a YAML file"),
        ("synthetic: " + "[" * 5_000, "not a YAML file"),
    ],
)
def test_a_mistake_in_yaml_is_refused_with_a_hint(tmp_path, text, says):
    file = tmp_path / "cohort.yaml"
    file.write_text(text)
    with pytest.raises(ReadError) as caught:
        parse_yaml(file)
    assert says in str(caught.value)


def test_a_large_file_and_odd_names_are_not_claimed(tmp_path):
    file = tmp_path / "large.yaml"
    file.write_text("synthetic:\n" + "#" * 70_000)
    assert not is_yaml(file)
    assert not is_yaml(tmp_path)
    assert not is_yaml(Path("a\0b.yaml"))
    assert not is_yaml(Path("a" * 5_000 + ".yaml"))


def test_a_folder_that_happens_to_be_called_so_is_not_the_word(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert is_word(Path("synthetic"))
    (tmp_path / "synthetic").mkdir()
    assert not is_word(Path("synthetic"))
    assert is_word(Path("synthetic:people=5"))
