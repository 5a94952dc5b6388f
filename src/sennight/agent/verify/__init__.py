"""Verifying what a model wrote, in code: whatever evidence does not hold is not delivered."""
