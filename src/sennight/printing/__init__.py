"""What the command line prints: plain text that says what came of a verb, and never a person's health values.

Nothing here computes a figure; importing it is light, so that `sennight list readers` answers at once.
"""

from sennight.printing.audits import audit_summary
from sennight.printing.describe import describe, recomputed
from sennight.printing.explanations import explain_summary
from sennight.printing.markdown import markdown
from sennight.printing.results import found, result_summary
from sennight.printing.shelves import shelf_table
from sennight.printing.summaries import reading_summary, wear_summary

__all__ = [
    "audit_summary",
    "describe",
    "explain_summary",
    "found",
    "markdown",
    "reading_summary",
    "recomputed",
    "result_summary",
    "shelf_table",
    "wear_summary",
]
