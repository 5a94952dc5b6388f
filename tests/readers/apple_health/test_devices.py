"""Who recorded: one machine is one device, whatever its address, software and owner's name are."""

import random

from sennight.readers.apple_health.devices import device_of, names_of


def _watch(address: str = "0x283f51d60", software: str = "7.0.1") -> str:
    return (
        f"<<HKDevice: {address}>, name:Apple Watch, manufacturer:Apple Inc., model:Watch, hardware:Watch6,2, "
        f"software:{software}>"
    )


def test_memory_addresses_and_software_make_no_other_device() -> None:
    """Failure 33: one watch appeared as 73 devices."""
    rng = random.Random(1)
    found = {
        device_of(
            _watch(f"0x{rng.getrandbits(40):x}", f"{i // 10}.{i % 10}"), source="W", version=f"{i // 10}.{i % 10}"
        )
        for i in range(73)
    }
    assert {d.label for d in found} == {"Apple Watch (Watch6,2)"}
    assert len({d.identity for d in found}) == 1


def test_phone_watch_and_apps_are_devices_of_their_own() -> None:
    """Failure 2."""
    phone = "<<HKDevice: 0x1>, name:iPhone, manufacturer:Apple Inc., model:iPhone, hardware:iPhone9,3, software:12.1>"
    labels = [
        device_of(_watch(), source="Anna’s Apple Watch", version="7.0.1").label,
        device_of(phone, source="Anna’s iPhone", version="12.1").label,
        device_of(phone, source="Darth", version="12.1").label,
        device_of(phone, source="Strava", version="88").label,
        device_of("", source="Health Mate").label,
        device_of("", source="Annas iPhone").label,
        device_of("", source="").label,
    ]
    assert labels == [
        "Apple Watch (Watch6,2)", "iPhone (iPhone9,3)", "iPhone (iPhone9,3)", "Strava on iPhone (iPhone9,3)",
        "Health Mate", "iPhone", "device without a name",
    ]  # fmt: skip


def test_no_serial_number_and_no_owner_reaches_a_name() -> None:
    strap = (
        "<<HKDevice: 0x2>, name:Polar H10 7E1A2B3C, manufacturer:Polar Electro Oy, model:H10, localIdentifier:AA-BB>"
    )
    bare = "<<HKDevice: 0x3>, name:TICKR 4C9F AA:BB:CC:DD:EE:FF>"
    assert device_of(strap, source="Polar Beat").label == "Polar Beat on Polar H10"
    assert device_of(bare, source="Wahoo").label == "Wahoo on TICKR 4C9F"
    assert "Anna" not in device_of(_watch(), source="Anna’s Apple Watch").label


def test_a_description_of_another_form_is_a_name() -> None:
    assert device_of("Ring 4\x07", source="Oura").label == "Oura on Ring 4"
    assert device_of("<<HKDevice: 0x4>, >", source="x" * 200).label == "x" * 60


def test_two_phones_of_one_model_are_told_apart_in_any_order() -> None:
    phones = [device_of(_watch(), source=s, version="7.0.1") for s in ("Work", "Home")]
    names = names_of(phones)
    assert names == names_of(phones[::-1])
    assert sorted(names.values()) == ["Apple Watch (Watch6,2)", "Apple Watch (Watch6,2) (2)"]
