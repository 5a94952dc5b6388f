"""Devices: who recorded a sample, told from Apple's description of a device without what is not the device.

Apple writes `<<HKDevice: 0x283f51d60>, name:Apple Watch, manufacturer:Apple Inc., model:Watch, hardware:Watch6,2,
software:7.0.1>`. The memory address changes from record to record, the software with every update, names of others'
devices hold serial numbers: none of them makes another device. The name of the source does (a phone, a watch and an app
that all counted the same walk), but it is often the owner's, so it is only shown where it is an app's.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

_FIELDS = re.compile(r"(?:^|, )(name|manufacturer|model|hardware|firmware|software|localIdentifier|UDI|creation date):")
_HEAD = re.compile(r"^<<HKDevice: 0x[0-9a-fA-F]+>, ")
_SERIAL = re.compile(r"[\s_-]*\b(?=\w*\d)[0-9A-Fa-f]{5,}\b|[\s_-]*\b(?:[0-9A-Fa-f]{2}[:-]){3,}[0-9A-Fa-f]{2}\b")
_OWN = (("watch", "Apple Watch"), ("iphone", "iPhone"), ("ipad", "iPad"), ("ipod", "iPod"))
_MAX_NAME = 60


class Device(NamedTuple):
    """Who recorded: `identity` tells devices apart, `label` is what may be shown."""

    identity: tuple[str, str]
    label: str


def device_of(description: str, *, source: str, version: str = "") -> Device:
    """The device of a record, from its `device`, `sourceName` and `sourceVersion`.

    >>> device_of("<<HKDevice: 0x1>, name:iPhone, model:iPhone, hardware:iPhone9,3>", source="Strava").label
    'Strava on iPhone (iPhone9,3)'
    """
    fields = _fields(description)
    machine = _machine(fields)
    owned = _own_kind(source)
    itself = bool(machine) and (bool(owned) or (bool(version) and version == fields.get("software")))
    app = _shown(source)
    if itself:
        label = machine
    elif machine:
        label = f"{app} on {machine}" if app else machine
    else:
        label = owned or app or "device without a name"
    return Device(identity=(machine, source), label=label)


def names_of(devices: Iterable[Device]) -> dict[tuple[str, str], str]:
    """Identity -> a name that no other of these devices has; of two phones of one model the second is "(2)"."""
    same: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for device in sorted(set(devices)):
        same[device.label].append(device.identity)
    return {
        identity: label if i == 0 else f"{label} ({i + 1})"
        for label, identities in same.items()
        for i, identity in enumerate(dict.fromkeys(identities))
    }


def _fields(description: str) -> dict[str, str]:
    body = _HEAD.sub("", description).removesuffix(">")
    if body == description:  # not Apple's form
        return {"name": description} if description else {}
    parts = _FIELDS.split(body)
    return {key: value.strip() for key, value in zip(parts[1::2], parts[2::2], strict=False)}


def _machine(fields: dict[str, str]) -> str:
    """What kind of machine it is, without what changes on one machine."""
    model, hardware = _SERIAL.sub("", fields.get("model", "")), _SERIAL.sub("", fields.get("hardware", ""))
    name = _SERIAL.sub("", fields.get("name", ""))
    if model or hardware:
        kind = _own_kind(model) or (name if model.lower() in name.lower() else f"{name} {model}")
    else:
        kind = name
    kind = _shown(kind)
    return f"{kind} ({_shown(hardware)})" if kind and hardware else kind or _shown(hardware)


def _own_kind(text: str) -> str:
    return next((shown for word, shown in _OWN if word in text.lower()), "")


def _shown(text: str) -> str:
    kept = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(kept.split())[:_MAX_NAME]
