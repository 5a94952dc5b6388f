"""The exam of the triage rules (P4): vignettes written before the rules, told in sixteen ways, and benign questions.

The vignettes were written by the authors of the rules, not by clinicians; half of them (`HELD_OUT`) were not looked at
while the rules were mended, and the log has the figures of both halves from the first run on.
"""
