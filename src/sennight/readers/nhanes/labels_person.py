"""Labels from demographics and body measures: DEMO, BMX, DXX."""

from functools import partial

import numpy as np
from jaxtyping import Float64, Int64

from sennight.readers.nhanes.label import Column, Label, adults, as_is, at_least, up_to, yes_no

OBESE_BMI = 30.0  # kg/m^2, World Health Organization, adults
FEMALE = 2


def female(gender: Column) -> Column:
    """DEMO RIAGENDR: 1 male, 2 female."""
    return np.where(np.isnan(gender), np.nan, (gender == FEMALE).astype(np.float64))


def obese(bmi: Column, age_years: Column) -> Column:
    """Body mass index of 30 kg/m^2 or more, adults of 20 and over."""
    return adults(at_least(bmi, threshold=OBESE_BMI), age_years)


def mean_of_rows(
    who: Int64[np.ndarray, " row"], n_people: int, amount: Float64[np.ndarray, " row"]
) -> Float64[np.ndarray, " person"]:
    """Mean over a person's rows, the unknown ones left out (DXX of 2005-2006 holds five imputations a person)."""
    known = np.isfinite(amount)
    total = np.bincount(who[known], weights=amount[known], minlength=n_people)
    rows = np.bincount(who[known], minlength=n_people)
    return np.where(rows > 0, total / np.maximum(rows, 1), np.nan)


_every = partial(Label, cycles="CDGH")

LABELS: tuple[Label, ...] = (
    _every(name="age_years", needs=("DEMO.RIDAGEYR",), rule=as_is,
           text="RIDAGEYR, age at screening; top-coded at 85 until 2005-2006, at 80 from 2007 on."),
    _every(name="sex_female", needs=("DEMO.RIAGENDR",), rule=female, text="RIAGENDR is 2."),
    _every(name="race_eth", needs=("DEMO.RIDRETH1",), rule=as_is,
           text="RIDRETH1: 1 Mexican American, 2 other Hispanic, 3 non-Hispanic White, 4 non-Hispanic Black, 5 other."),
    _every(name="education_adult", needs=("DEMO.DMDEDUC2",), rule=up_to(5),
           text="DMDEDUC2, 20 and over: 1 below 9th grade, 2 up to 11th, 3 high school, 4 some college, 5 college."),
    _every(name="income_poverty_ratio", needs=("DEMO.INDFMPIR",), rule=as_is,
           text="INDFMPIR, family income over the poverty threshold, top-coded at 5."),
    _every(name="exam_month_half", needs=("DEMO.RIDEXMON",), rule=as_is,
           text="RIDEXMON: 1 November to April, 2 May to October."),
    _every(name="pregnant", needs=("DEMO.RIDEXPRG",), rule=yes_no,
           text="RIDEXPRG at the exam: 1 yes, 2 no; 3 (could not be ascertained) is not known."),
    _every(name="wtint2yr", needs=("DEMO.WTINT2YR",), rule=as_is, text="WTINT2YR, two-year interview weight."),
    _every(name="wtmec2yr", needs=("DEMO.WTMEC2YR",), rule=as_is, text="WTMEC2YR, two-year examination weight."),
    _every(name="sdmvpsu", needs=("DEMO.SDMVPSU",), rule=as_is, text="SDMVPSU, masked variance unit."),
    _every(name="sdmvstra", needs=("DEMO.SDMVSTRA",), rule=as_is, text="SDMVSTRA, masked variance stratum."),
    _every(name="bmi", needs=("BMX.BMXBMI",), rule=as_is, text="BMXBMI, measured."),
    _every(name="waist_cm", needs=("BMX.BMXWAIST",), rule=as_is, text="BMXWAIST."),
    _every(name="weight_kg", needs=("BMX.BMXWT",), rule=as_is, text="BMXWT."),
    _every(name="height_cm", needs=("BMX.BMXHT",), rule=as_is, text="BMXHT, standing."),
    _every(name="obese", needs=("bmi", "age_years"), rule=obese, text="BMXBMI of 30 or more, 20 and over."),
    Label(name="body_fat_pct_dxa", needs=("DXX.DXDTOPF",), rule=mean_of_rows, per="row", checked=False,
          text="DXDTOPF, total percent fat by DXA, mean of the five imputations; 8 to 69 years."),
)  # fmt: skip
