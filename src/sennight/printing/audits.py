"""An audit on a terminal: release tier, tables, and what it cost."""

from typing import TYPE_CHECKING

from sennight.printing.lines import clean, table

if TYPE_CHECKING:
    from sennight.evaluate.privacy.audit import Audit


def audit_summary(audit: "Audit") -> str:
    """The audit as plain text."""
    from sennight.evaluate.report.audit_tables import cost_line, sheets

    lines = [f"{clean(audit.model)} ({clean(audit.run)}): release tier: {audit.tier}"]
    for title, header, rows in sheets(audit):
        lines += ["", title, *table(header, rows)]
    return "\n".join([*lines, "", *map(clean, audit.notes), cost_line(audit)])
