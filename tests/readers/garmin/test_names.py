"""Names behind numbers."""

from sennight.readers.garmin.names import device_name, field_name, message_name


def test_what_the_profile_knows_has_its_name_and_what_it_does_not_its_number() -> None:
    """Failure 29."""
    assert message_name(55) == "monitoring"
    assert message_name(64_000) == "number 64000"
    assert field_name(20, 7) == "power"
    assert field_name(20, 250) == "field 250"
    assert field_name(64_000, 3) == "field 3"


def test_devices_of_all_makers_have_a_name() -> None:
    assert device_name(maker=1, product=2_697, product_name="") == "Garmin fenix5"
    assert device_name(maker=1, product=65_000, product_name="") == "Garmin"
    assert device_name(maker=32, product=28, product_name="ELEMNT") == "Wahoo ELEMNT"
    assert device_name(maker=260, product=0, product_name="") == "Zwift"
    assert device_name(maker=265, product=-1, product_name="Strava iPhone") == "Strava iPhone"
    assert device_name(maker=294, product=-1, product_name="COROS PACE 2") == "COROS PACE 2"
    assert device_name(maker=-1, product=-1, product_name="") == "FIT device"
    assert device_name(maker=64_999, product=1, product_name="") == "FIT device"
