"""Attacks on the agent, as programs: hostile replies, obedient attackers, leaks; each counts what got through."""
