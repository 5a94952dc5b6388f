import pytest

from sennight.errors import InputError, LanguageModelError
from sennight.llm import trouble


@pytest.mark.parametrize("kind", [trouble.OverBudget, trouble.ProviderDown, trouble.InvalidAnswer, trouble.NotLocal])
def test_all_trouble_with_a_model_can_be_caught_as_one(kind: type[LanguageModelError]) -> None:
    assert issubclass(kind, LanguageModelError)
    assert issubclass(kind, InputError)
