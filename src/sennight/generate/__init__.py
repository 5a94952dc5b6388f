"""Generate: minutes that nobody measured, days from holes, and days to come; always with how sure it is."""
