"""A request for synthetic people."""

from pathlib import Path


def synthetic_yaml(folder: Path) -> Path:
    """A request for two synthetic people."""
    path = folder / "people.yaml"
    path.write_text("synthetic:\n  people: 2\n  days: 1\n  seed: 5\n  channels: [heart_rate, steps]\n")
    return path


SAMPLES = (synthetic_yaml,)
REAL = "made by us, nothing to meet"
SECOND = "truths it was made from"
