"""P11: how long tools, the question engine and the weekly report take on a year of minutes of one made-up person, and
how much memory the process needs. Times are of the processor, as on a machine with nothing else to do.

    python benchmarks/agent.py
"""

import argparse
import resource
import time
from pathlib import Path

import numpy as np

from sennight.agent.home import arrays_of, person_of
from sennight.agent.questions import ask
from sennight.agent.reports.content import weekly_report
from sennight.agent.reports.pages import as_html, as_pdf
from sennight.agent.tools import TOOLS, Found
from sennight.prepare import worn_days
from sennight.readers import read
from sennight.store.home import facts_of

CALLS: tuple[tuple[str, dict[str, object]], ...] = (
    ("list_data", {}), ("profile", {}), ("metric", {"metric": "steps", "window": "all"}),
    ("metric", {"metric": "steps", "window": "all", "by": "hour"}),
    ("metric", {"metric": "mean_heart_rate", "when": "walking", "window": "all"}),
    ("metric", {"metric": "sleep_minutes", "window": "all", "by": "month"}), ("days", {"metric": "steps", "n": 5}),
    ("compare", {"metric": "resting_heart_rate"}), ("trend", {"metric": "steps", "window": "all"}),
    ("baseline", {"metric": "hrv_rmssd"}), ("sleep_night", {}),
    ("associate", {"x": "steps", "y": "sleep_minutes", "lag": 1}),
    ("workouts", {"window": "all"}), ("forecast", {"metric": "steps"}), ("fill", {"metric": "steps"}),
    ("peers", {"metric": "steps"}),
    ("plot", {"metric": "steps", "window": "all"}),
)  # fmt: skip
QUESTIONS = (
    "How many steps did I take last week?",
    "Which day had the most steps?",
    "Do I sleep longer on weekends than on weekdays?",
)


def matmul_rate() -> float:
    """GFLOP/s of single precision, now."""
    a = np.ones((1_024, 1_024), dtype=np.float32)
    begin = time.perf_counter()
    for _ in range(5):
        a @ a
    return 5 * 2 * 1_024**3 / (time.perf_counter() - begin) / 1e9


def main() -> None:
    """Print a line a tool and the whole."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--out", type=Path, default=None)
    asked = parser.parse_args()
    print(f"matmul now: {matmul_rate():.0f} GFLOP/s (single precision), what the machine can do beside all this")
    one = next(iter(read(f"synthetic:people=1,days={asked.days},seed=2").people))
    person = person_of(
        one.id, *arrays_of(worn_days(one), facts_of(read(f"synthetic:people=1,days={asked.days},seed=2").facts))
    )
    print(f"one made-up person, {len(person.ordinal)} days, {len(person.minutes)} channels")
    everything = []
    for name, arguments in CALLS:
        times = []
        for _ in range(asked.rounds):
            begin = time.process_time()
            reply = TOOLS[name].call(person, arguments)
            times.append(1_000 * (time.process_time() - begin))
        everything += times
        kind = "found" if isinstance(reply, Found) else "declined"
        print(f"{name:12} {kind:8} first {times[0]:8.1f} ms, then median {np.median(times[1:]):7.2f} ms  {arguments}")
    print(f"all tool calls: p95 {np.quantile(everything, 0.95):.1f} ms")
    begin = time.process_time()
    for question in QUESTIONS:
        ask(person, question)
    print(f"a question: {1_000 * (time.process_time() - begin) / len(QUESTIONS):.1f} ms")
    person.kept.clear()
    begin = time.process_time()
    report = weekly_report(person)
    as_html(report)
    as_pdf(report)
    print(f"weekly report, HTML and PDF, nothing kept: {time.process_time() - begin:.2f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
    print(f"peak memory of the process, reading and preparing included: {peak:.0f} MB")


if __name__ == "__main__":
    main()
