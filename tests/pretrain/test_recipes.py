"""Every recipe builds, and settings are refused by name."""

import pytest

from sennight.backbones.day_transformer import ChannelScale, DayTransformerConfig, Size, Transform
from sennight.errors import InputError
from sennight.pretrain.recipes import RECIPES, recipe


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_builds_its_model_and_says_how_to_run_it(name: str) -> None:
    chosen = recipe(name)
    assert chosen.name == name
    assert "Command:" in (RECIPES[name].__doc__ or "")
    scales = (ChannelScale(channel="steps", transform=Transform.LOG, mean=0.0, sd=1.0),)
    config = DayTransformerConfig(
        scales=scales, size=chosen.size, patch_minutes=chosen.patch_minutes, window_days=chosen.window_days
    )
    assert config.build().config == config


def test_settings_keep_their_type() -> None:
    changed = recipe("demo").with_settings({"steps": "7", "size": "s", "learning_rate": "1e-5"})
    assert (changed.steps, changed.size, changed.learning_rate) == (7, Size.S, 1e-5)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [({"stpes": "7"}, "no setting"), ({"steps": "many"}, "expected int"), ({"steps": "0"}, "at least 1")],
)
def test_wrong_settings_are_refused(settings: dict[str, str], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        recipe("demo").with_settings(settings)


def test_an_unknown_recipe_names_the_nearest() -> None:
    with pytest.raises(InputError) as error:
        recipe("dmeo")
    assert "demo" in error.value.todo
