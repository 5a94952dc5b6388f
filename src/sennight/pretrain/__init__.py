"""Pretraining: objectives, recipes, the loop, and the run over a store."""
