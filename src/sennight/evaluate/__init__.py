"""The ruler: metrics, uncertainty, calibration, controls, and the bench that holds feature sets against each other."""

from sennight.evaluate.bench import evaluate
from sennight.evaluate.rescore import of_folds, rescore
from sennight.evaluate.result import Average, BenchPlan, BenchResult, Lead, NotAssessed, TaskNote
from sennight.evaluate.score import Comparison, Score

__all__ = [
    "Average",
    "BenchPlan",
    "BenchResult",
    "Comparison",
    "Lead",
    "NotAssessed",
    "Score",
    "TaskNote",
    "evaluate",
    "of_folds",
    "rescore",
]
