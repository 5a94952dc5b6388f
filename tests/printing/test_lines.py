"""Numbers and columns as text: rounded once, ASCII, aligned, and harmless to a terminal."""

import doctest

import pytest

from sennight.printing import lines


def test_every_example_in_a_docstring_holds() -> None:
    assert doctest.testmod(lines).attempted > 10
    assert doctest.testmod(lines).failed == 0


def test_columns_are_aligned_and_no_line_ends_in_spaces() -> None:
    rows = lines.table(("name", "n"), [("steps", "7"), ("heart_rate", "12,345")])
    assert rows == ["name             n", "steps            7", "heart_rate  12,345"]
    assert all(row == row.rstrip() for row in lines.table(("a", "b"), [("long words", ""), ("x", "y")], align="ll"))


def test_a_table_that_is_too_wide_moves_its_columns_together() -> None:
    assert lines.table(("aaa", "bbb"), [], most=8) == ["aaa  bbb"]
    assert lines.table(("aaa", "bbb"), [], most=7) == ["aaa bbb"]


def test_a_row_that_lacks_a_cell_is_refused() -> None:
    with pytest.raises((ValueError, IndexError)):
        lines.table(("a", "b"), [("only one",)])


def test_what_could_steer_a_terminal_is_never_printed() -> None:
    hostile = "\x1b]0;title\x07 \x9b31m \u202eright to left \r over"
    assert lines.clean(hostile).isprintable()
    assert all(row.isprintable() for row in lines.table((hostile,), [(hostile,)]))
    assert all(row.isprintable() for row in lines.reasons({hostile: 3}))


def test_words_in_any_script_are_printed_as_they_are() -> None:
    assert lines.clean("心拍数 Größe") == "心拍数 Größe"
    assert lines.clean("10\N{NO-BREAK SPACE}%\ttab") == "10 % tab"


def test_a_long_tail_of_reasons_becomes_one_line_that_keeps_the_sum() -> None:
    counts = {f"reason {i:02d}": 100 - i for i in range(20)}
    told = lines.reasons(counts)
    assert len(told) == lines.MOST_REASONS + 1
    assert told[0].split() == ["100", "reason", "00"]
    assert told[-1] == f"  and 8 kinds more, {sum(100 - i for i in range(12, 20))} in all"


def test_no_reasons_are_no_lines() -> None:
    assert lines.reasons({}) == []


@pytest.mark.parametrize(
    ("seconds", "text"), [(9.94, "9.9 s"), (59.4, "59 s"), (59.7, "1 min 00 s"), (7384, "123 min 04 s")]
)
def test_a_duration_never_shows_sixty_seconds(seconds: float, text: str) -> None:
    assert lines.duration(seconds) == text
