"""A whole export in one pass: both ways give the same, damage costs one element, and an early end is said."""

import io
import itertools
from types import ModuleType

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.apple_health import scan as module
from sennight.readers.apple_health.elements import Elements
from sennight.readers.apple_health.intake import Intake
from sennight.readers.apple_health.places import Places
from sennight.readers.apple_health.scan import DAMAGED, MENDED, Scan
from sennight.readers.guard.xml import CONTROL_CHARACTER, NOT_UTF8
from sennight.readers.reader import ReadReport


class _Scanned:
    """What one pass found."""

    def __init__(self, raw: bytes, *, quick: bool = True) -> None:
        self.report = ReadReport(reader="x", source="x")
        intake = Intake(report=self.report, places=Places())
        self.scan = Scan(
            elements=Elements(intake=intake, where="export.xml"), report=self.report, where="export.xml", quick=quick
        )
        self.missing = self.scan.read(io.BytesIO(raw))
        intake.flush()
        self.minutes = {(d, name): store.take() for d, name, store, _ in intake.streams()}
        self.nights = intake.nights
        self.facts = intake.facts

    def total(self, name: str) -> float:
        return float(sum(m.total.sum() for (_, n), m in self.minutes.items() if n == name))

    def same_as(self, other: "_Scanned") -> None:
        assert self.minutes.keys() == other.minutes.keys()
        for key, minutes in self.minutes.items():
            for a, b in zip(minutes, other.minutes[key], strict=True):
                np.testing.assert_array_equal(a, b)
        assert self.nights == other.nights
        assert self.facts == other.facts
        assert self.report.to_json() == other.report.to_json()
        assert self.missing == other.missing


def _both(raw: bytes) -> _Scanned:
    quick = _Scanned(raw)
    quick.same_as(_Scanned(raw, quick=False))
    return quick


def _steps(apple: ModuleType, n: int = 5, **more: object) -> list[str]:
    rows = range(n)
    return [
        apple.record(
            apple.Q + "StepCount",
            start=apple.NOON + 60 * i,
            stop=apple.NOON + 60 * i + 60,
            value=i + 1,
            unit="count",
            **more,
        )
        for i in rows
    ]


def test_both_ways_give_the_same_of_everything(apple: ModuleType) -> None:
    text = apple.an_hour_and_a_night()
    found = _both(text.encode())
    assert not found.missing
    assert found.total("steps") == 4_800
    again = text.replace("\n <", "\n    <")
    _both(again.encode()).same_as(found)
    _both(text.replace("\n", "\r\n").encode()).same_as(found)
    _both(text.replace("\n", "").encode()).same_as(found)


def test_both_ways_give_the_same_whatever_the_blocks(apple: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    text = apple.an_hour_and_a_night().encode()
    whole = _Scanned(text)
    for size in (400, 997, 4_001, 20_011):
        monkeypatch.setattr(module, "BLOCK_BYTES", size)
        _Scanned(text).same_as(whole)


@pytest.mark.parametrize(
    "between",
    [
        "<Correlation>\n{0}</Correlation>\n",
        " <!-- \n{0} -->\n",
        " <![CDATA[\n{0}]]>\n",
        ' <Workout\n startDate="x"\n>\n{0} </Workout>\n',
        "<?pi \n{0}?>\n",
        "</HealthData>\n<!-- {0} -->\n",
    ],
    ids=["correlation", "comment", "cdata", "element", "instruction", "behind"],
)
def test_lines_that_only_look_like_records_are_none(between: str, apple: ModuleType) -> None:
    steps = "".join(_steps(apple))
    body = steps + between.format("".join(_steps(apple, source="nobody")))
    raw = apple.document(body) if "</HealthData>" not in between else apple.document(body).rsplit("</HealthData>", 1)[0]
    found = _both(raw.encode())
    assert found.total("steps") == 15


@pytest.mark.parametrize("doctype", ["", "<!DOCTYPE HealthData>\n", None])
def test_the_malformed_document_type_of_ios_16_is_no_obstacle(doctype: str | None, apple: ModuleType) -> None:
    """Failure 8."""
    doctype = apple.DOCTYPE if doctype is None else doctype
    assert _both(apple.document("".join(_steps(apple)), doctype=doctype).encode()).total("steps") == 15


def test_control_characters_cost_nothing_and_are_counted(apple: ModuleType) -> None:
    """Failure 22."""
    rows = _steps(apple)
    raw = apple.document(rows[0].replace("Anna", "An\x0bna") + rows[1].replace("Anna", "An&#11;na") + "".join(rows[2:]))
    found = _both(raw.encode())
    assert found.total("steps") == 15
    assert found.scan.cleaned[CONTROL_CHARACTER] == 2


def test_bytes_that_are_no_text_cost_nothing(apple: ModuleType) -> None:
    rows = _steps(apple)
    raw = apple.document("".join(rows)).encode().replace("’".encode(), b"\x92")
    found = _Scanned(raw)
    assert found.total("steps") == 15
    slow = _Scanned(raw, quick=False)
    assert slow.total("steps") == 15
    assert slow.scan.cleaned[NOT_UTF8] == 5


def test_blanks_in_attribute_names_are_mended(apple: ModuleType) -> None:
    """Failure 22: what scales wrote in 2015."""
    old = (
        ' <Record type="HKQuantityTypeIdentifierBodyMass" source="Withings" unit="kg" '
        'creationDate="20150616071916-0700" startDate="20150616071820-0700" endDate="20150616071820-0700" '
        'Health Mate App Version="2.6.0" Withings Link="withings-bd2://x?userid=1&amp;type=1" value="70"/>\n'
    )
    rows = _steps(apple)
    found = _both(apple.document("".join([*rows[:2], old, *rows[2:]])).encode())
    assert found.total("steps") == 15
    assert [value for _, value in found.facts.values()] == [70]
    assert found.scan.cleaned == {MENDED: 1}
    assert not found.missing


@pytest.mark.parametrize(
    "damage",
    [
        ' <Record type="x" value=5/>\n',
        " <Workout startDate=>\n  <a>\n </Workout>\n",
        " <a></b>\n",
        " <Record &x; />\n",
        ' <Record type="HKQuantityTypeIdentifierStepCount" startDate="x" endDate="y" bad name="&x;"/>\n',
        " </Record>\n",
    ],
)
def test_a_damaged_element_costs_only_itself(damage: str, apple: ModuleType) -> None:
    """Failures 25 and 35, for XML."""
    rows = _steps(apple)
    found = _both(apple.document("".join([*rows[:2], damage, *rows[2:]])).encode())
    assert found.total("steps") == 15
    assert sum(found.report.dropped.values()) >= 1
    assert not found.missing


def test_damage_without_end_is_given_up(apple: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_DAMAGED", 3)
    rows = _steps(apple)
    damage = " <Record a=/>\n"
    found = _Scanned(apple.document(rows[0] + damage * 3 + rows[1] + damage * 9).encode())
    assert "not well-formed" in found.missing
    assert found.report.dropped[DAMAGED] == 3


def test_an_export_cut_short_anywhere_keeps_what_came_before(apple: ModuleType) -> None:
    """Failure 11 and I-03: never fewer records without saying so."""
    rows = _steps(apple)
    raw = apple.document("".join(rows) + apple.pulse(apple.NOON, 60)).encode()
    ends = list(itertools.accumulate(len(row.encode()) for row in rows))
    start = raw.index(rows[0].encode())
    for cut in range(start + ends[0], len(raw) - len("</HealthData>\n"), 53):
        found = _Scanned(raw[:cut])
        assert found.missing
        whole = sum(start + end <= cut for end in ends)
        assert found.total("steps") in (sum(range(whole + 1)), sum(range(whole + 2)))


@pytest.mark.parametrize("raw", [b"", b"<HealthData", b"<a/>", b"<!DOCTYPE HealthData [", b"<HealthData>&x;"])
def test_what_holds_no_record_is_an_error_or_empty(raw: bytes) -> None:
    try:
        found = _Scanned(raw)
    except ReadError:
        return
    assert found.missing
    assert found.report.records_kept == 0


def test_a_limit_of_the_guard_ends_the_reading_and_keeps_the_rest(apple: ModuleType) -> None:
    """X-05 and X-06."""
    head = apple.document("".join(_steps(apple))).removesuffix("</HealthData>\n")
    for attack in ("<a>" * 300, f'<a b="{"x" * 2_000_000}"/>', '<!DOCTYPE x [<!ENTITY y "z">]>' + "<a>" * 300):
        found = _Scanned((head + attack).encode())
        assert found.total("steps") == 15
        assert found.missing.startswith(("the rest of it", "its end"))


def test_more_minutes_than_memory_end_the_reading(apple: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sennight.readers.apple_health.intake.MAX_MINUTES", 2)
    monkeypatch.setattr("sennight.readers.apple_health.intake.WINDOW_RECORDS", 1)
    monkeypatch.setattr("sennight.readers.apple_health.intake.MAX_WAITING", 1)
    assert "more minutes" in _Scanned(apple.document("".join(_steps(apple))).encode()).missing
