"""Sizes are held by parameter counts; configs refuse what cannot be and survive a round trip."""

import hashlib
import json
from dataclasses import asdict, replace

import pytest
import torch

from sennight.backbones.day_transformer import (
    Attention,
    ChannelScale,
    DayTransformerConfig,
    Size,
    Transform,
    parameter_count,
)
from sennight.errors import InputError
from sennight.record.channel import SENSORFM_CHANNELS


def sensorfm(size: Size) -> DayTransformerConfig:
    return DayTransformerConfig(
        size=size,
        scales=tuple(
            ChannelScale(channel=c.name, transform=Transform.PLAIN, mean=0.0, sd=1.0) for c in SENSORFM_CHANNELS
        ),
    )


@pytest.mark.parametrize(("size", "published"), [(Size.XXS, 138_740), (Size.XS, 933_204), (Size.S, 7_290_068)])
def test_parameter_counts_are_the_published_ones(size: Size, published: int) -> None:
    model = sensorfm(size).build()
    assert sum(p.numel() for p in model.parameters()) == published
    assert parameter_count(size, channels=34, patch_minutes=20, patches=72) == published


def test_a_config_survives_json() -> None:
    config = sensorfm(Size.XS)
    assert DayTransformerConfig.from_dict(json.loads(json.dumps(asdict(config)))) == config


def test_size_b_has_about_a_hundred_million_parameters() -> None:
    with torch.device("meta"):
        built = sum(p.numel() for p in sensorfm(Size.B).build().parameters())
    assert built == parameter_count(Size.B, channels=34, patch_minutes=20, patches=72)
    assert 0.9e8 < built < 1.1e8


def test_a_config_from_before_attention_had_a_choice_still_reads_and_keeps_its_hash() -> None:
    config = sensorfm(Size.XXS)
    fields = json.loads(json.dumps(asdict(config)))
    for later in ("attention", "vector", "vector_from"):
        del fields[later]
    assert DayTransformerConfig.from_dict(fields) == config
    assert config.sha256 == hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()
    assert replace(config, attention=Attention.DAY).sha256 != config.sha256


@pytest.mark.parametrize("change", [{"patch_minutes": 7}, {"window_days": 3}, {"scales": ()}])
def test_what_cannot_be_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(InputError):
        replace(sensorfm(Size.XXS), **change)


def test_unknown_keys_are_refused() -> None:
    fields = json.loads(json.dumps(asdict(sensorfm(Size.XXS))))
    with pytest.raises(InputError, match="keys"):
        DayTransformerConfig.from_dict({**fields, "colour": "blue"})
