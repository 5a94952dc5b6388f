"""What stands before and after every answer, in code: triage, the claims list, flags in the data."""
