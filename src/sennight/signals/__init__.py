"""Signals: formulas of the field on plain arrays, each with its paper: motion, counts, sleep, heart beats, circadian.

Readers use them while they stream raw samples; preparing, generating and the agent use them on minutes. No I/O.
"""
