"""Labels from interviews: mood, sleep, conditions, functioning, general health, habits, work, activity."""

from functools import partial

import numpy as np

from sennight.readers.nhanes.label import Column, Label, at_least, known_or, up_to, yes_no

PHQ_ITEM_MAX = 3  # nearly every day; 7 and 9 are refused and not known
PHQ_MODERATE, PHQ_MILD = 10.0, 5.0  # points, Kroenke et al. 2001
SHORT_SLEEP_H = 6.0
FAIR = 4.0  # HSD010: 4 fair, 5 poor
SOME_DAYS = 2  # SMQ040: 1 every day, 2 some days, 3 not at all
MAX_DRINKS = 76  # ALQ130: 77 and above are codes
MAX_HOURS = 168  # a week has no more; OCQ180 codes lie far above

PHQ_ITEMS = tuple(f"DPQ.DPQ0{i}0" for i in range(1, 10))
HEART = ("chf", "chd", "angina", "mi", "stroke")


def phq9(*items: Column) -> Column:
    """Sum of the nine items; needs all nine answered (0 to 3)."""
    answers = np.stack(items)
    return np.where((answers <= PHQ_ITEM_MAX).all(axis=0), answers.sum(axis=0), np.nan)


def any_of(*conditions: Column) -> Column:
    """Yes if one is yes; no needs all to be no."""
    answers = np.stack(conditions)
    return known_or((answers == 1).any(axis=0), known=np.isfinite(answers).all(axis=0))


def named_disorder(told_disorder: Column, code: Column) -> Column:
    """A disorder ticked among those who were told of one (any real code); no for everybody else who answered."""
    return np.where(np.isnan(told_disorder), np.nan, ((told_disorder == 1) & (code < 7)).astype(np.float64))


def at_most(column: Column, *, threshold: float) -> Column:
    """1 where the amount is no more than the threshold, 0 above, not known where there is none."""
    return np.where(np.isnan(column), np.nan, (column <= threshold).astype(np.float64))


def current_smoker(ever: Column, now: Column) -> Column:
    """SMQ020 yes and SMQ040 every day or some days; people who never smoked 100 cigarettes are no."""
    return known_or((ever == 1) & (now <= SOME_DAYS), known=(ever == 2) | (now == 3))


_every = partial(Label, cycles="CDGH")
_since_2005 = partial(Label, cycles="DGH")
_not_checked = partial(Label, cycles="CDGH", checked=False)


def _condition(name: str, variable: str) -> Label:
    return _not_checked(
        name=name, needs=(f"MCQ.{variable}",), rule=yes_no, text=f"{variable}, told by a doctor; 20 and over."
    )


LABELS: tuple[Label, ...] = (
    # mood
    _since_2005(name="phq9", needs=PHQ_ITEMS, rule=phq9, text="DPQ010 to DPQ090, sum; needs all nine; 18 and over."),
    _since_2005(name="depression_phq10", needs=("phq9",), rule=partial(at_least, threshold=PHQ_MODERATE),
                text="PHQ-9 of 10 or more."),
    _since_2005(name="depression_any_phq5", needs=("phq9",), rule=partial(at_least, threshold=PHQ_MILD),
                text="PHQ-9 of 5 or more."),
    _since_2005(name="phq_sleep_item", needs=("DPQ.DPQ030",), rule=up_to(3), text="DPQ030, 0 to 3."),
    _since_2005(name="phq_fatigue_item", needs=("DPQ.DPQ040",), rule=up_to(3), text="DPQ040, 0 to 3."),
    # sleep (SLQ)
    Label(name="sleep_hours_selfreport", needs=("SLQ.SLD010H",), rule=up_to(12), cycles="DGH", checked=False,
          text="SLD010H, hours on weekdays, 12 means 12 or more; 16 and over."),
    Label(name="short_sleep_le6h", needs=("sleep_hours_selfreport",), rule=partial(at_most, threshold=SHORT_SLEEP_H),
          cycles="DGH", checked=False, text="SLD010H of 6 or less."),
    Label(name="told_trouble_sleeping", needs=("SLQ.SLQ050",), rule=yes_no, cycles="DGH", checked=False,
          text="SLQ050, ever told a doctor of trouble sleeping."),
    Label(name="told_sleep_disorder", needs=("SLQ.SLQ060",), rule=yes_no, cycles="DGH", checked=False,
          text="SLQ060, ever told by a doctor of a sleep disorder."),
    Label(name="sleep_apnea_dx", needs=("told_sleep_disorder", "SLQ.SLQ070A"), rule=named_disorder, checked=False,
          text="SLQ070A, sleep apnea, among SLQ060 yes."),
    Label(name="insomnia_dx", needs=("told_sleep_disorder", "SLQ.SLQ070B"), rule=named_disorder, checked=False,
          text="SLQ070B, insomnia, among SLQ060 yes."),
    Label(name="freq_trouble_falling_asleep", needs=("SLQ.SLQ080",), rule=up_to(4), checked=False,
          text="SLQ080: 0 never to 4 almost always, past month."),
    Label(name="freq_daytime_sleepy", needs=("SLQ.SLQ120",), rule=up_to(4), checked=False,
          text="SLQ120: 0 never to 4 almost always, past month."),
    Label(name="freq_snore", needs=("SLQ.SLQ030",), rule=up_to(3), checked=False,
          text="SLQ030: 0 never to 3 frequently."),
    # conditions (MCQ)
    _not_checked(name="asthma", needs=("MCQ.MCQ010",), rule=yes_no, text="MCQ010, ever told, all ages."),
    _condition("arthritis", "MCQ160A"),
    _condition("chf", "MCQ160B"),
    _condition("chd", "MCQ160C"),
    _condition("angina", "MCQ160D"),
    _condition("mi", "MCQ160E"),
    _condition("stroke", "MCQ160F"),
    _condition("emphysema", "MCQ160G"),
    _condition("chronic_bronchitis", "MCQ160K"),
    _condition("liver_condition", "MCQ160L"),
    _condition("thyroid", "MCQ160M"),
    _condition("cancer", "MCQ220"),
    _not_checked(name="cvd_any", needs=HEART, rule=any_of,
                 text="Heart failure, coronary disease, angina, heart attack or stroke; no needs all five."),
    # functioning (PFQ)
    _not_checked(name="needs_walking_equipment", needs=("PFQ.PFQ054",), rule=yes_no, text="PFQ054, 20 and over."),
    _not_checked(name="memory_confusion_problems", needs=("PFQ.PFQ057",), rule=yes_no, text="PFQ057, 20 and over."),
    _not_checked(name="cannot_work_limitation", needs=("PFQ.PFQ049",), rule=yes_no, text="PFQ049, 20 and over."),
    # general health (HSQ, HUQ)
    _since_2005(name="general_health_1to5", needs=("HSQ.HSD010",), rule=up_to(5),
                text="HSD010: 1 excellent to 5 poor, 12 and over."),
    _since_2005(name="fair_poor_health", needs=("general_health_1to5",), rule=partial(at_least, threshold=FAIR),
                text="HSD010 of 4 or 5."),
    Label(name="poor_physical_days30", needs=("HSQ.HSQ470",), rule=up_to(30), cycles="DG", text="HSQ470, 12 and over."),
    Label(name="poor_mental_days30", needs=("HSQ.HSQ480",), rule=up_to(30), cycles="DG", text="HSQ480, 12 and over."),
    Label(name="inactive_days30", needs=("HSQ.HSQ490",), rule=up_to(30), cycles="DG", text="HSQ490, 12 and over."),
    _since_2005(name="head_cold_30d", needs=("HSQ.HSQ500",), rule=yes_no, text="HSQ500."),
    _since_2005(name="hospitalised_past_year", needs=("HUQ.HUQ071",), rule=yes_no, text="HUQ071, overnight."),
    _since_2005(name="seen_mental_health_prof", needs=("HUQ.HUQ090",), rule=yes_no, text="HUQ090, past year."),
    # habits
    _every(name="ever_smoker", needs=("SMQ.SMQ020",), rule=yes_no, text="SMQ020, 100 cigarettes in life, 20 and over."),
    _every(name="current_smoker", needs=("SMQ.SMQ020", "SMQ.SMQ040"), rule=current_smoker,
           text="SMQ020 yes and SMQ040 every day or some days; 20 and over."),
    _since_2005(name="drinks_per_drinking_day", needs=("ALQ.ALQ130",), rule=up_to(MAX_DRINKS),
                text="ALQ130, past year, drinkers of 20 and over."),
    # chest and breath (CDQ)
    _every(name="chest_pain_ever", needs=("CDQ.CDQ001",), rule=yes_no, text="CDQ001, 40 and over."),
    _every(name="dyspnea_on_exertion", needs=("CDQ.CDQ010",), rule=yes_no,
           text="CDQ010, short of breath on stairs or inclines, 40 and over."),
    # work (OCQ) and activity (PAQ), as asked in 2005-2006
    Label(name="work_hours_week", needs=("OCQ.OCQ180",), rule=up_to(MAX_HOURS), text="OCQ180, last week, all jobs."),
    Label(name="work_schedule", needs=("OCQ.OCQ265",), rule=up_to(5),
          text="OCQ265: 1 daytime, 2 evening, 3 night, 4 rotating, 5 another."),
    Label(name="self_vigorous_30d", needs=("PAQ.PAD200",), rule=yes_no,
          text="PAD200; 3 (unable to do it) is not known."),
    Label(name="self_moderate_30d", needs=("PAQ.PAD320",), rule=yes_no,
          text="PAD320; 3 (unable to do it) is not known."),
    Label(name="usual_day_activity_1to4", needs=("PAQ.PAQ180",), rule=up_to(4),
          text="PAQ180: 1 sits, 2 stands or walks, 3 lifts light loads, 4 heavy work."),
)  # fmt: skip
