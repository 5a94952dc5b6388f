"""What a label is: a name, the variables it needs, and a pure rule over their columns.

Rules take float64 columns with NaN for "no answer recorded" and return the same; yes is 1, no is 0. They
never see files. The small rules here serve many labels; those of one health domain stand in its own file.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from jaxtyping import Float64

from sennight.errors import SennightBug
from sennight.readers.nhanes.label_units import LABEL_UNITS

ADULT_YEARS = 20  # age from which the survey asks or examines adults for most of these labels
YES, NO = 1, 2  # the survey's codes; 7 and 9 (77, 99, ...) stand for refused and not known

Column = Float64[np.ndarray, " person"]


@dataclass(frozen=True, kw_only=True)
class Label:
    """One label column.

    `needs` are variables as "TABLE.VARIABLE", the table without its cycle letter, or the names of labels
    that stand earlier. A rule per person gets one column for each; a rule per row (tables with several rows a
    person) gets the person number of each row and the number of people first. `cycles` are the survey's letters
    of the cycles in which the rule is known to hold (C is 2003-2004, D 2005-2006, G 2011-2012, H 2013-2014).
    `checked` says whether it was compared, value by value, with an independently made label table of 2005-2006.
    Raises: SennightBug if the name has no unit.
    """

    name: str
    needs: tuple[str, ...]
    rule: Callable[..., Column]
    text: str
    per: Literal["person", "row"] = "person"
    cycles: str = "D"
    checked: bool = True

    def __post_init__(self) -> None:
        if self.name not in LABEL_UNITS:
            raise SennightBug(f"label '{self.name}' has no unit in LABEL_UNITS")

    @property
    def unit(self) -> str:
        """Unit of the label's values."""
        return LABEL_UNITS[self.name]


def as_is(column: Column) -> Column:
    """The variable itself."""
    return column


def yes_no(answer: Column) -> Column:
    """1 for yes (code 1), 0 for no (code 2), not known otherwise.

    >>> yes_no(np.array([1.0, 2.0, 9.0]))
    array([ 1.,  0., nan])
    """
    return np.where(answer == YES, 1.0, np.where(answer == NO, 0.0, np.nan))


def codes_up_to(column: Column, *, last: int) -> Column:
    """Codes or amounts up to the last real one; the survey's refused and not-known codes lie above it."""
    return np.where(column <= last, column, np.nan)


def up_to(last: int) -> Callable[[Column], Column]:
    """`codes_up_to` with its limit filled in."""
    return partial(codes_up_to, last=last)


def known_or(yes: np.ndarray, *, known: np.ndarray) -> Column:
    """1 where yes, else 0 where known, else not known. One criterion that is met suffices for yes."""
    return np.where(yes, 1.0, np.where(known, 0.0, np.nan))


def adults(column: Column, age_years: Column) -> Column:
    """The column for people of 20 years and over, not known below."""
    return np.where(age_years >= ADULT_YEARS, column, np.nan)


def at_least(column: Column, *, threshold: float) -> Column:
    """1 where the amount reaches the threshold, 0 below, not known where there is none."""
    return np.where(np.isnan(column), np.nan, (column >= threshold).astype(np.float64))
