"""JSON in constant memory: lists, lists in objects, lines; whatever comes before a cut is given."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers import json_items as module
from sennight.readers.guard import members
from sennight.readers.json_items import json_items


def _items(path: Path, text: str | bytes, *lists: str) -> list[Any]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return [item.value for item in json_items(members(path)[0], lists=lists)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a.json"


@pytest.mark.parametrize("piece", [1, 7, 1 << 20])
def test_every_way_to_write_a_list_gives_its_items(file: Path, piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PIECE_BYTES", piece)
    values = [{"a": [1, 2, {"b": "x]}"}]}, 12345, -1.5, "é\n", None, True, []]
    assert _items(file, json.dumps(values)) == values
    assert _items(file, json.dumps(values, indent=3)) == values
    assert _items(file, "\n".join(map(json.dumps, values[:-1])) + "\n") == values[:-1]
    assert _items(file, json.dumps({"n": 1, "entry": values, "z": {}}), "entry") == values
    assert _items(file, b"\xef\xbb\xbf" + json.dumps(values).encode()) == values
    assert _items(file, json.dumps(values, ensure_ascii=False).encode("utf-16")) == values


def test_an_object_without_the_list_is_itself_one_item(file: Path) -> None:
    assert _items(file, '{"a": 1, "entry": 5}\n{"b": [2]}', "entry") == [{"a": 1, "entry": 5}, {"b": [2]}]
    assert _items(file, '{"entry": []}', "entry") == []
    assert _items(file, "[]") == []


def test_what_stands_before_the_list_comes_with_its_items(file: Path) -> None:
    file.write_text('{"Data Source": "raw", "Data Points": [1, 2], "after": 3}')
    assert [dict(i.around) for i in json_items(members(file)[0], lists=("Data Points",))][:1] == [
        {"Data Source": "raw"}
    ]


def test_a_cut_at_every_byte_gives_what_came_before_and_an_error(file: Path) -> None:
    """I-03 and failure 11: never fewer items without an error."""
    text = json.dumps({"entry": [{"n": i} for i in range(5)]})
    for cut in range(1, len(text)):
        file.write_text(text[:cut])
        taken = []
        items = json_items(members(file)[0], lists=("entry",))
        with pytest.raises(ReadError, match="cut short"):  # noqa: PT012
            while True:
                taken.append(next(items).value["n"])
        assert taken == list(range(len(taken)))
        assert len(taken) == text[:cut].count("}")


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000, '{"a":' * 100_000, "[1, }", '{"a" 1}', "{5: 1}", "nonsense", '["\xff"]', "{", '{"a": ',
        b"\xff\xfe[\x00", '{"entry": [1, 2}',
    ],
    ids=range(11),
)  # fmt: skip
def test_damage_is_one_error(file: Path, text: str | bytes) -> None:
    """Failure 9: no recursion without end, no endless loop."""
    with pytest.raises(ReadError, match="damaged"):
        _items(file, text.encode("latin-1") if isinstance(text, str) else text, "entry")


def test_an_item_beyond_all_measure_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """X-06 in JSON."""
    monkeypatch.setattr(module, "MAX_ITEM_CHARACTERS", 1_000)
    monkeypatch.setattr(module, "_PIECE_BYTES", 100)
    with pytest.raises(ReadError, match="damaged"):
        _items(file, '["' + "x" * 10_000 + '"]')
    monkeypatch.setattr(module, "MAX_KEYS", 3)
    with pytest.raises(ReadError, match="damaged"):
        _items(file, json.dumps({str(i): i for i in range(9)}))


def test_a_number_of_a_million_digits_is_infinite(file: Path) -> None:
    assert _items(file, f"[{'9' * 1_000_000}, 7]") == [np.inf, 7]


def test_memory_stays_small_over_many_items(file: Path) -> None:
    """I-08: the buffer does not grow with the file."""
    file.write_text("[" + ",".join(f'{{"n": {i}, "pad": "{"x" * 90}"}}' for i in range(50_000)) + "]")
    total = sum(item.value["n"] for item in json_items(members(file)[0]))
    assert total == 50_000 * 49_999 // 2
