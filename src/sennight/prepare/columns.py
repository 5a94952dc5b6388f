"""Columns: the one order in which channels stand side by side, whatever order their recordings came in."""

from collections.abc import Iterable

import numpy as np

from sennight.errors import PrepareError
from sennight.record import CHANNELS, Channel, MinuteTable, Why

_PLACE = {name: place for place, name in enumerate(CHANNELS)}


def in_order(channels: Iterable[Channel]) -> tuple[Channel, ...]:
    """Each channel once: those of the registry in its order, then the others by name.

    Raises: PrepareError if one name stands for two different channels.
    """
    known: dict[str, Channel] = {}
    for channel in channels:
        if known.setdefault(channel.name, channel) != channel:
            raise PrepareError(
                f"two devices mean different things by channel '{channel.name}'",
                todo="Give one of them another name, or convert its unit in the reader.",
            )
    return tuple(sorted(known.values(), key=lambda c: (_PLACE.get(c.name, len(_PLACE)), c.name)))


def widen(table: MinuteTable, channels: tuple[Channel, ...]) -> MinuteTable:
    """The same minutes with these channels; a channel the table lacks was not measured."""
    if table.channels == channels:
        return table
    values = np.zeros((len(table.values), len(channels)), dtype=np.float32)
    why = np.full(values.shape, Why.NOT_MEASURED, dtype=np.uint8)
    column = {channel.name: i for i, channel in enumerate(channels)}
    for i, channel in enumerate(table.channels):
        values[:, column[channel.name]], why[:, column[channel.name]] = table.values[:, i], table.why[:, i]
    return MinuteTable(
        person=table.person,
        clock=table.clock,
        start_utc=table.start_utc,
        offset_min=table.offset_min,
        values=values,
        why=why,
        channels=channels,
        devices=table.devices,
    )
