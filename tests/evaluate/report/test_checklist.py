"""The checklist has every item once, and what nobody said stays visibly open."""

import pytest

from sennight.evaluate.report.checklist import ITEMS, OPEN, checklist


def test_all_27_items_are_there_once() -> None:
    numbers = [item.number for item in ITEMS]
    assert len(set(numbers)) == len(numbers)
    assert {int(n.rstrip("abcdefg")) for n in numbers} == set(range(1, 28))


def test_an_item_without_an_answer_is_open() -> None:
    lines = checklist({"12a": "five folds"})
    assert lines[0].startswith(f"1 of {len(ITEMS)} items")
    assert sum(OPEN in line for line in lines) == len(ITEMS) - 1
    assert any(line.endswith("| five folds |") for line in lines)


def test_an_answer_to_nothing_is_a_bug() -> None:
    with pytest.raises(KeyError):
        checklist({"99": "x"})
