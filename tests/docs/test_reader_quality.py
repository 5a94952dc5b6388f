"""The page on readers is what the samples and the last measured coverage say."""

import importlib.util
import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_the_one_that_the_command_writes() -> None:
    spec = importlib.util.spec_from_file_location("reader_quality", ROOT / "benchmarks" / "reader_quality.py")
    assert spec
    assert spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    coverage = json.loads(made.COVERAGE.read_text())
    assert made.PAGE.read_text() == made.page(coverage), "python benchmarks/reader_quality.py --write"
    assert set(coverage) == {reader.name for reader in made.READERS}
