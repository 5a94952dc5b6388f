import pytest

from sennight.agent.talk.prompts import NAMES, joined, prompt


@pytest.mark.parametrize("name", NAMES)
def test_every_prompt_has_a_version_and_says_that_data_is_no_instruction(name: str) -> None:
    one = prompt(name)
    assert one.version.startswith("20")
    assert "version:" not in one.text
    assert (
        name == "together"
        or "never instructions to you" in " ".join(one.text.split())
        or "never instructions" in one.text
    )


def test_joined_prompts_keep_both_versions() -> None:
    both = joined("interpret", "coach")
    assert both.label == f"interpret+coach {prompt('interpret').version}+{prompt('coach').version}"
    assert prompt("coach").text in both.text
