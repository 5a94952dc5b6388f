"""Prepare: recordings become minutes, worn minutes, one table a person, whole local days."""

from sennight.prepare.cut import LocalDays, cut, local_days
from sennight.prepare.days import PreparedPerson, WornDays, prepare, to_days, worn_days
from sennight.prepare.merge import MergeRule, merge
from sennight.prepare.resample import resample
from sennight.prepare.wear import Wear, choose_wear, mark_wear
from sennight.prepare.wear_report import PersonWear, WearReport

__all__ = [
    "LocalDays",
    "MergeRule",
    "PersonWear",
    "PreparedPerson",
    "Wear",
    "WearReport",
    "WornDays",
    "choose_wear",
    "cut",
    "local_days",
    "mark_wear",
    "merge",
    "prepare",
    "resample",
    "to_days",
    "worn_days",
]
