"""Sensor sentences: a day as text that says what stands out against the person's own days, and decodes back."""
