"""The small rules that many labels share."""

import numpy as np
import pytest

from sennight.errors import SennightBug
from sennight.readers.nhanes.label import Label, adults, as_is, at_least, codes_up_to, known_or, up_to, yes_no

NAN = np.nan


def _same(got, wanted):
    assert np.array_equal(got, np.array(wanted, dtype=np.float64), equal_nan=True)


def test_refused_and_not_known_answers_are_not_known():
    _same(yes_no(np.array([1.0, 2.0, 7.0, 9.0, NAN])), [1, 0, NAN, NAN, NAN])
    _same(up_to(5)(np.array([1.0, 5.0, 7.0, 9.0, NAN])), [1, 5, NAN, NAN, NAN])
    _same(codes_up_to(np.array([30.0, 77.0]), last=30), [30, NAN])


def test_one_criterion_that_is_met_suffices_for_yes_and_no_needs_knowing():
    _same(known_or(np.array([True, True, False, False]), known=np.array([True, False, True, False])), [1, 1, 0, NAN])


def test_only_adults_have_an_adult_label():
    _same(adults(np.array([1.0, 1.0, 0.0]), np.array([19.0, 20.0, NAN])), [NAN, 1, NAN])


def test_a_threshold_is_part_of_what_it_starts():
    _same(at_least(np.array([9.0, 10.0, NAN]), threshold=10.0), [0, 1, NAN])


def test_a_label_without_a_unit_cannot_be_made():
    with pytest.raises(SennightBug):
        Label(name="shoe_size", needs=("SHOE.SIZE",), rule=as_is, text="")
    assert Label(name="sbp", needs=("BPX.X",), rule=as_is, text="").unit == "mmHg"
