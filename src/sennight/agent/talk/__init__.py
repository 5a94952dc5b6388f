"""Talking with a language model in the loop: it plans and words; code looks up, verifies, prints and decides."""
