"""The evaluation report: what was measured, on one page that needs nothing else, and the same as JSON.

Nothing here computes a score: every number comes from a `BenchResult`, a wear report or a log, and is rounded.
"""

from sennight.evaluate.report.page import write_report
from sennight.evaluate.report.parts import ReportInput, RunFacts, StageCost

__all__ = ["ReportInput", "RunFacts", "StageCost", "write_report"]
