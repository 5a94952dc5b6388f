"""Forecast: the next hours and days of one person, as quantiles, from what was known at a cut."""
