"""The header of CSVs: every variant met or heard of, the day told from the month by evidence, missing keys named."""

import pytest

from sennight.errors import ReadError
from sennight.readers.actigraph.header import Header, is_header, mode_columns, parse_header

LINES = [
    "------------ Data File Created By ActiGraph GT3X+ ActiLife v6.13.3 Firmware v2.5.0 date format M/d/yyyy at 80 Hz  Filter Normal Limb: Left Wrist -----------",  # noqa: E501
    "Serial Number: NEO1C00000000",
    "Start Time 09:05:00",
    "Start Date 8/26/2013",
    "Epoch Period (hh:mm:ss) 00:00:00",
    "Download Time 12:54:04",
    "Download Date 9/3/2013",
    "Current Memory Address: 0",
    "Current Battery Voltage: 4.03     Mode = 12",
    "--------------------------------------------------",
    "Accelerometer X,Accelerometer Y,Accelerometer Z",
]
STARTED = 1_377_507_900  # 2013-08-26 09:05


def parsed(**changed: str) -> Header:
    """The header with lines changed by their first word and second, "" to leave a line out."""
    lines = list(LINES)
    for key, line in changed.items():
        at = next(i for i, old in enumerate(lines) if old.lower().startswith(key.replace("_", " ")))
        lines[at] = line
    return parse_header([line for line in lines if line], where="x.csv")


def first(words: str) -> str:
    return f"------------ Data File Created By ActiGraph {words} -----------"


def test_the_makers_own_lines() -> None:
    header = parse_header(LINES, where="x.csv")
    assert (header.device, header.start_s, header.epoch_s) == ("ActiGraph GT3X+", STARTED, 0)
    assert (header.rate_hz, header.mode, header.lines) == (80, 12, 10)
    assert (header.day_first, header.turned) == (False, False)


@pytest.mark.parametrize(
    "change",
    [
        lambda line: f'"{line}"',
        lambda line: line + ",,,",
        lambda line: line + ";;",
        lambda line: "  " + line.upper(),
        lambda line: line.replace("Start Time ", "Start Time: ").replace("Start Date ", "Start Date: "),
    ],
    ids=["quoted", "commas", "semicolons", "upper case", "colons"],
)
def test_edited_headers_read_alike(change) -> None:
    """Failures 5 and 15."""
    header = parse_header([change(line) for line in LINES], where="x.csv")
    assert (header.start_s, header.rate_hz, header.mode) == (STARTED, 80, 12)


def test_lines_that_people_add_do_not_matter() -> None:
    """Failure 15."""
    header = parse_header([*LINES[:3], "Subject: somebody", "", *LINES[3:]], where="x.csv")
    assert (header.start_s, header.lines) == (STARTED, 12)


@pytest.mark.parametrize(
    ("form", "start", "download"),
    [
        ("M/d/yyyy", "8/26/2013", "9/3/2013"),
        ("MM/dd/yy", "08/26/13", "09/03/13"),
        ("dd/MM/yyyy", "26/08/2013", "03/09/2013"),
        ("d.M.yyyy", "26.8.2013", "3.9.2013"),
        ("dd-MM-yyyy", "26-08-2013", "03-09-2013"),
        ("yyyy-MM-dd", "2013-08-26", "2013-09-03"),
        # The first line is wrong, as in a real file: there is no month 26.
        ("dd/MM/yyyy", "08-26-2013", "09-03-2013"),
        ("M/d/yyyy", "26/8/2013", "3/9/2013"),
    ],
)
def test_dates_follow_the_format_and_the_evidence(form: str, start: str, download: str) -> None:
    """Failures 5 and 15, T-06."""
    header = parsed(
        **{"-": first(f"wGT3XBT ActiLife v6 date format {form} at 30 Hz"), "start_date": f"Start Date {start}"},
        download_date=f"Download Date {download}",
    )
    assert header.start_s == STARTED


def test_a_contradicted_format_is_said() -> None:
    turned = parsed(**{"-": first("GT3X ActiLife v6 date format dd/MM/yyyy")})
    assert (turned.turned, turned.day_first) == (True, False)


def test_dates_that_cannot_tell_are_asked_for() -> None:
    """T-06."""
    silent = {"-": first("GT3X ActiLife v6"), "start_date": "Start Date 8/6/2013"}
    with pytest.raises(ReadError, match="month or day first") as caught:
        parsed(**silent)
    assert "Which is the day" in caught.value.todo
    # The other date tells.
    assert parsed(**silent, download_date="Download Date 8/16/2013").start_s == STARTED - 20 * 86_400
    assert parsed(**(silent | {"start_date": "Start Date 6/6/2013"}), download_date="Download Date 7/7/2013").start_s


@pytest.mark.parametrize(
    ("clock", "seconds"),
    [("9:05:00 AM", 0), ("9:05:00 PM", 43_200), ("09.05.00", 0), ("09:05", 0), ("12:05 am", -32_400)],
)
def test_clocks_of_all_sorts(clock: str, seconds: int) -> None:
    """T-06."""
    assert parsed(start_time=f"Start Time {clock}").start_s == STARTED + seconds


@pytest.mark.parametrize("lacking", ["start_time", "start_date", "epoch"])
def test_a_missing_key_is_named(lacking: str) -> None:
    """Failure 15."""
    with pytest.raises(ReadError, match=f"lacks .*{lacking.replace('_', ' ')}"):
        parsed(**{lacking: "", "download_date": "Download Date 9/13/2013"})


@pytest.mark.parametrize(
    "wrong",
    [{"start_time": "Start Time 25:00:00"}, {"start_time": "Start Time soon"}, {"start_date": "Start Date 1/1/0001"}],
)
def test_a_start_that_cannot_be_is_an_error(wrong: dict[str, str]) -> None:
    with pytest.raises(ReadError, match="start cannot be understood"):
        parsed(**wrong)


def test_a_header_without_end_is_an_error() -> None:
    with pytest.raises(ReadError, match="no end"):
        parse_header(LINES[:9], where="x.csv")


def test_modes_name_the_columns() -> None:
    assert mode_columns(0) == ("axis1",)
    assert mode_columns(61)[:6] == ("axis1", "axis2", "axis3", "steps", "lux", "incline")
    assert len(mode_columns(61)) == 9


def test_other_files_have_other_first_lines() -> None:
    assert is_header(LINES[0])
    assert is_header('"' + first("wGT3XBT").replace("Data File", "Data Table File") + '"')
    assert not is_header("time,heart_rate")
    assert not is_header("Data File Created By somebody else")
