import pytest

from sennight.evaluate.report import plain


def test_a_number_that_rounds_to_zero_has_no_sign() -> None:
    assert [plain.number(v) for v in (-0.001, 0.0, -0.25, 0.7149)] == ["0.00", "0.00", "−0.25", "0.71"]


def test_a_difference_shows_its_sign_unless_it_rounds_to_zero() -> None:
    assert [plain.signed(v) for v in (0.0123, -0.02, 0.0004, -0.0004)] == ["+0.012", "−0.020", "0.000", "0.000"]


@pytest.mark.parametrize(
    ("value", "text"), [(12.3456, "12.3"), (0.01234, "0.0123"), (1234.0, "1,234"), (0.0, "0"), (-5.678, "−5.68")]
)
def test_an_amount_keeps_three_significant_digits(value: float, text: str) -> None:
    assert plain.significant(value) == text


def test_what_is_not_a_number_is_a_dash() -> None:
    nan = float("nan")
    assert (plain.number(nan), plain.significant(nan), plain.memory(None)) == ("–", "–", "–")


def test_a_small_share_never_reads_as_nothing() -> None:
    assert [plain.percent(v) for v in (0.0, 0.0001, 0.004, 0.33, 0.999, 1.0)] == [
        "0 %", "<0.1 %", "0.4 %", "33 %", "99.9 %", "100 %",
    ]  # fmt: skip
    assert plain.percent(1, 0) == "–"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.42, "0.4 s"), (59.6, "1 min 00 s"), (75, "1 min 15 s"), (3599.7, "1 h 00 min"), (7384, "2 h 03 min")],
)
def test_wall_time_is_said_in_the_units_of_people(seconds: float, text: str) -> None:
    assert plain.duration(seconds) == text


def test_memory_is_in_gb_from_one_on() -> None:
    assert (plain.memory(512), plain.memory(2048)) == ("512 MB", "2.0 GB")


def test_characters_that_hide_or_turn_text_become_visible() -> None:
    assert plain.words("a\u202eb\x00c\nd\te") == "a\ufffdb\ufffdc d e"
    assert plain.words("Müller – 心拍 °C") == "Müller – 心拍 °C"
