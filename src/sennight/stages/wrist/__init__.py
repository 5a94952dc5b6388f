"""The second suite: questions of the 24-hour wrist sets over minutes, hours, days and people; one file a question."""
