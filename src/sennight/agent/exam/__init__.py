"""The agent's own exam: typed questions over real and made-up people, gold by a second implementation."""
