"""The minute files of the survey, one person at a time: where each person's rows lie, and the clock they share.

A minute file holds millions of rows sorted by participant (SEQN). People are found by leaping from one to the
next, which touches a few rows each; their rows are then decoded whole, wherever they lie, so that memory holds
one person. The survey publishes no dates: days get placeholder dates with the right weekday, day after day.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64

from sennight.errors import ReadError
from sennight.readers.nhanes.xport import Columns, Rows
from sennight.record import SECONDS_PER_DAY

PLACEHOLDER_SUNDAY_UTC = 1_104_624_000  # 2005-01-02 00:00, a Sunday; every recording starts in that week
MINUTES_PER_DAY = 1_440
DAYS_PER_WEEK = 7
MAX_SEQN = 2**53  # beyond it a float no longer counts
MAX_DAYS = 366  # no recording of the survey is longer than nine days; a number beyond this is damage
SUNDAY = 1  # the survey's weekdays: 1 Sunday to 7 Saturday


@dataclass(frozen=True, kw_only=True, eq=False)
class PersonIndex:
    """Participants of a minute file in file order; person i has the rows `first[i]` to `first[i + 1]` (exclusive)."""

    seqn: Int64[np.ndarray, " person"]
    first: Int64[np.ndarray, " boundary"]

    def __len__(self) -> int:
        return len(self.seqn)


def index_people(rows: Rows) -> PersonIndex:
    """Find every person's rows.

    Raises: ReadError if a participant has no number or the participants do not ascend.
    """
    n = rows.layout.n_rows
    seqn: list[int] = []
    first = [0]
    length = 1
    while first[-1] < n:
        start = first[-1]
        person = _seqn_at(rows, start)
        if seqn and person <= seqn[-1]:
            raise unsorted(rows)
        end = _next_person(rows, start=start, person=person, guess=length)
        seqn.append(person)
        first.append(end)
        length = end - start
        rows.forget(start, end)
    return PersonIndex(seqn=np.array(seqn, dtype=np.int64), first=np.array(first, dtype=np.int64))


def each_person(rows: Rows, index: PersonIndex, *, columns: Sequence[str]) -> Iterator[tuple[int, Columns]]:
    """Participant number and decoded rows, one person at a time.

    Raises: ReadError if a person's rows do not lie together.
    """
    for i, seqn in enumerate(index.seqn.tolist()):
        start, stop = int(index.first[i]), int(index.first[i + 1])
        table = rows.take(start, stop, columns=columns)
        if not bool((table["SEQN"] == seqn).all()):
            raise unsorted(rows)
        rows.forget(start, stop)
        yield seqn, table


def midnight_utc(weekday: int) -> int:
    """The placeholder midnight of a weekday (0 Sunday to 6 Saturday).

    >>> midnight_utc(0)
    1104624000
    """
    return PLACEHOLDER_SUNDAY_UTC + weekday % DAYS_PER_WEEK * SECONDS_PER_DAY


def first_weekday(weekday_code: Float64[np.ndarray, " n"], day: Int64[np.ndarray, " n"]) -> int | None:
    """Weekday (0 Sunday) of day 0 from the first row that has a weekday; None if no row has one."""
    known = np.flatnonzero((weekday_code >= SUNDAY) & (weekday_code < SUNDAY + DAYS_PER_WEEK))
    if not len(known):
        return None
    return int((weekday_code[known[0]] - SUNDAY - day[known[0]]) % DAYS_PER_WEEK)


def unsorted(rows: Rows) -> ReadError:
    """The error for a file whose participants are not in order."""
    return ReadError(
        "the rows of the minute file are not sorted by participant (SEQN)",
        where=str(rows.layout.path),
        todo="Use the file as the survey publishes it.",
    )


def _seqn_at(rows: Rows, row: int) -> int:
    value = float(rows.take(row, row + 1, columns=("SEQN",))["SEQN"][0])
    if not 0 < value < MAX_SEQN:  # false for a missing number too
        raise ReadError(
            "a row of the minute file has no participant number (SEQN)",
            where=f"{rows.layout.path}, row {row}",
            todo="Use the file as the survey publishes it.",
        )
    return int(value)


def _next_person(rows: Rows, *, start: int, person: int, guess: int) -> int:
    """First row after `start` that is not this person's: try the previous person's length, else leap and halve."""
    n = rows.layout.n_rows
    low, step = start, guess  # row `low` is this person's
    while low + step < n and _seqn_at(rows, low + step) == person:
        low, step = low + step, step * 2
    high = min(low + step, n)  # row `high` is not, or is the end
    if low == start and step == guess and _seqn_at(rows, high - 1) == person:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if _seqn_at(rows, middle) == person:
            low = middle
        else:
            high = middle
    return high
