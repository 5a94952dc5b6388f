"""Parquet files that somebody else may have made: tried in a process of their own before they are read in this one."""

from sennight.parquet.trial import tried, why_not

__all__ = ["tried", "why_not"]
