"""Predictors of the agent: what a saved head says of one person, and the gate it must pass before it may."""
