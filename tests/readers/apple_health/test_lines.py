"""Whole lines at once: only what has Apple's form to the last byte is taken without the parser."""

from types import ModuleType

import numpy as np
import pytest

from sennight.readers.apple_health import lines as module
from sennight.readers.apple_health.devices import Device
from sennight.readers.apple_health.intake import Meaning, Sort
from sennight.readers.apple_health.lines import LineReader, Taken

MEANING = Meaning(sort=Sort.STREAM, type="x", device=Device(identity=("", ""), label=""))


def _reader(asked: list[bytes], sort: Sort = Sort.STREAM) -> LineReader:
    def resolve(prefix: bytes) -> Meaning | None:
        asked.append(prefix)
        return None if b"broken" in prefix else Meaning(sort=sort, type="x", device=MEANING.device)

    return LineReader(resolve=resolve)


def _take(text: str, sort: Sort = Sort.STREAM) -> Taken:
    return _reader([], sort).take(text.encode())


@pytest.fixture
def line(apple: ModuleType) -> str:
    text: str = apple.record(apple.Q + "StepCount", start=apple.NOON, stop=apple.NOON + 60, value=12.5, unit="count")
    return text


def test_a_line_becomes_a_record(line: str, apple: ModuleType) -> None:
    taken = _take(line * 3)
    (batch,) = taken.batches
    assert taken.known.all()
    assert batch.values.tolist() == [12.5] * 3
    assert batch.start.tolist() == [apple.NOON] * 3
    assert (batch.stop - batch.start).tolist() == [60] * 3
    assert batch.offset_s.tolist() == [7_200] * 3


def test_a_record_with_plain_details_is_taken_whole(apple: ModuleType) -> None:
    taken = _take(apple.pulse(apple.NOON, 61) * 2 + " <Me/>\n")
    assert taken.known.tolist() == [True] * 6 + [False]
    assert taken.batches[0].line.tolist() == [0, 3]


@pytest.mark.parametrize(
    "inside",
    [
        '  <MetadataEntry key="HKTimeZone" value="Asia/Tokyo"/>\n',
        '  <MetadataEntry key="HKWasUserEntered" value="1"/>\n',
        '  <MetadataEntry key="a" value="&lt;"/>\n',
        '  <MetadataEntry key="a" value="1"/><b/>\n',
        "  <HeartRateVariabilityMetadataList>\n",
        ' <Record type="x"/>\n',
    ],
)
def test_details_that_say_something_are_left_to_the_parser(inside: str, apple: ModuleType) -> None:
    text = apple.record(apple.Q + "HeartRate", start=apple.NOON, value=61, unit="count/min", inside=inside)
    assert not _take(text).known.any()


def test_a_record_cut_off_by_the_end_of_a_block_is_left_to_the_parser(apple: ModuleType) -> None:
    text = apple.pulse(apple.NOON, 61)
    for part in (text[: text.index("\n") + 1], text[: text.rindex(" </Record")], text[text.index("\n") + 1 :]):
        taken = _take(part)
        assert not taken.known.any()
        assert not taken.batches


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (' value="12.5"', ""),
        ('"12.5"', '"12,5"'),
        ('"12.5"', '"nan"'),
        ('"12.5"', "'12.5'"),
        ('"12.5"', '"' + "1" * 50 + '"'),
        (" <Record", "  <Record"),
        ("/>", " />"),
        ("/>", "/><!-- -->"),
        ("startDate", "stopDate"),
        ('startDate="2024', 'startDate="2O24'),
        ('endDate="2024-06', 'endDate="2024-13'),
        ('creationDate="2024', 'creationDate="&lt;4'),
        ('creationDate="2024', 'creationDate="20"4'),
        ("StepCount", "broken"),
    ],
)
def test_a_line_of_another_form_is_left_to_the_parser(line: str, old: str, new: str) -> None:
    changed = line.replace(old, new)
    assert changed != line
    taken = _take(line + changed + line)
    assert taken.known.tolist() == [True, False, True]
    assert sum(len(b.line) for b in taken.batches) == 2


def test_the_parser_is_asked_once_for_each_first_part(apple: ModuleType) -> None:
    asked: list[bytes] = []
    reader = _reader(asked)
    rows = [
        apple.record(
            apple.Q + "StepCount",
            start=apple.NOON,
            value=i,
            unit="count",
            device=apple.WATCH.format(address=i, software="9"),
        )
        for i in range(1, 50)
    ]
    taken = reader.take("".join(rows).encode())
    assert taken.known.all()
    assert len(asked) == 1
    assert b"0x0&gt;" in asked[0]


def test_first_parts_and_details_without_end_are_not_all_remembered(
    apple: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_PREFIXES", 4)
    monkeypatch.setattr(module, "MAX_METAS", 2)
    reader = _reader([])
    text = "".join(
        apple.record(
            f"Type{i}", start=apple.NOON, value=i, unit="count", inside=f'  <MetadataEntry key="id" value="{i}"/>\n'
        )
        for i in range(20)
    )
    taken = reader.take(text.encode())
    assert taken.known.all()
    assert len(reader._prefixes) <= 6
    assert len(reader._metas) == 2


def test_what_only_counts_needs_no_number(line: str) -> None:
    taken = _take(line.replace("12.5", "HKCategoryValueNotApplicable"), sort=Sort.UNUSED)
    assert taken.known.all()


def test_nights_and_facts_are_the_parsers(line: str) -> None:
    assert not _take(line, sort=Sort.SLEEP).known.any()


def test_lines_that_are_nothing_are_nothing() -> None:
    for text in ("\n", "\n\n\n", "x\n", " <Record\n", ' <Record "/>\n', "  <MetadataEntry \n", " </Record>\n"):
        taken = _take(text * 3)
        assert not taken.known.any()
        assert len(taken.starts) == len(taken.ends) == text.count("\n") * 3


def test_broken_bytes_never_raise_and_never_become_other_records(line: str) -> None:
    rng = np.random.default_rng(9)
    raw = np.frombuffer((line * 3).encode(), dtype=np.uint8)
    for _ in range(300):
        broken = raw.copy()
        broken[rng.integers(0, len(raw), 3)] = rng.integers(0, 256, 3)
        broken[-1] = 10
        taken = _reader([]).take(broken.tobytes())
        assert sum(len(b.line) for b in taken.batches) == taken.known.sum()
