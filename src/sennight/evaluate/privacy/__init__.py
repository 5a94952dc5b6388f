"""Privacy: what a model, its vectors and what it generates give away of the people it learned from."""
