"""How fast random weeks come out of a store, beside zarr-python on the same files and the machine's own ceiling.

    python benchmarks/store.py [--people 2000] [--channels 26] [--batch 32] [--folder DIR] [--real]

Writes a store of synthetic person-weeks (`--real`: real ones, of ../shared/data) into a temporary folder,
2.1 GB raw at the defaults, reads it, removes it. "Per core" divides by CPU seconds of the whole process,
all threads together; files come from the page cache. Compare figures of one run only.

What the layout was chosen by (AMD Zen 5, 2 cores, other work running; raw MB in a CPU second, one thread):

| chunks of one day   | NHANES, 2 ch.       | insomnia, 5 ch.     | CGMacros, 7 ch.     | Fitbit, 4 ch.       |
| with bitshuffle     | ratio  unpack  pack | ratio  unpack  pack | ratio  unpack  pack | ratio  unpack  pack |
|---------------------|---------------------|---------------------|---------------------|---------------------|
| blosc zstd 3        |   8.1     450   210 |   6.9     870   290 |   9.6    1050   360 |  13.5     770   330 |
| blosc lz4 5         |   6.1    1840  1420 |   5.4    2550  1470 |   7.3    2710  1610 |   8.4    2460  1460 |
| blosc lz4hc 3, ours |   6.7    1730   260 |   5.9    2670   340 |   8.1    2530   410 |   9.9    2580   390 |

zstd unpacks real days at 0.5 to 1 GB/s, and the bar (1,000 weeks/s a core) is 1.05 GB/s of raw minutes with
everything else to do, too. Chunks of 4 days instead of 1 (zstd): random weeks 1.28 instead of 1.17 CPU-ms,
random days 3.1 instead of 1.1. CRC-32C of each chunk: 0.02 CPU-ms a week.

Real minutes (18 channels of four public data sets, repeated to 26; 7.6 : 1, 139 kB a week), batches of 32
weeks, machine loaded (one core copied 6.6 GB/s): tensorstore 0.69 CPU-ms a week, `Store.read_weeks` with
zeros and `seen` 0.89 (1,120 weeks/s a core), the loader 0.95, from memory 0.31, zarr-python 2.6.
"""

import argparse
import datetime as dt
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import zarr
from scipy.signal import lfilter

from sennight.prepare import prepare
from sennight.readers import read
from sennight.record import CHANNELS, MINUTES_PER_DAY, PersonDays, WindowBatch
from sennight.store import Store, StoreWriter, batches

FIRST_DAY = dt.date(2024, 1, 1)
POOL_DAYS = 64
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
REAL = ("nhanes_2005_2006", "insomnia_couples", "cgmacros", "ochauni_fitbit")
STEPS = 40
BAR = 1_000  # person-weeks a second and core, for 26 channels


def pool(width: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Synthetic days [day, minute, channel]: 40 % of cells unseen; whole numbers, decimals, floats, zeros."""
    shape = (POOL_DAYS, MINUTES_PER_DAY, width)
    drift = lfilter([1], [1, -0.98], rng.normal(scale=0.45, size=shape), axis=1)  # standard deviation 2.3
    hours = np.arange(MINUTES_PER_DAY)[None, :, None] / MINUTES_PER_DAY * 2 * np.pi
    makers: tuple[Callable[[np.ndarray], np.ndarray], ...] = (
        lambda x: np.round(65 + 10 * np.sin(hours[..., 0]) + 3 * x),  # a pulse
        lambda x: np.round(40 + 15 * x, 1),  # a variability, one decimal
        lambda x: np.where(x > 1.5, np.round(30 * x), 0),  # steps
        lambda x: x > 1.5,  # a sleep stage
        lambda x: np.clip(np.round(120 + 30 * x), 0, 255),  # a scaled feature
        lambda x: 33 + 0.3 * x,  # a temperature, every bit noise
    )
    values = np.stack([makers[c % 5 if c % 13 else 5](drift[..., c]) for c in range(width)], axis=2).astype(np.float32)
    seen = np.ones(shape, dtype=np.bool_)
    for day in seen:
        off = rng.integers(0, MINUTES_PER_DAY - 400)
        day[off : off + 400] = False
    seen[:, :, 1::5] &= rng.random((POOL_DAYS, MINUTES_PER_DAY // 5, 1)).repeat(5, axis=1) < 0.4
    values[~seen] = 0
    return values, seen


def real_pool(width: int) -> tuple[np.ndarray, np.ndarray]:
    """Real days [day, minute, channel] of four public data sets beside the checkout, their 18 channels repeated."""
    columns = []
    for name in REAL:
        days = [day for person in islice(prepare(read(SHARED / name).people), POOL_DAYS) for day in person.days]
        batch = WindowBatch.stack(days[:: max(1, len(days) // POOL_DAYS)][:POOL_DAYS])
        again = np.arange(POOL_DAYS) % len(batch)
        columns += [(batch.values[again, :, c], batch.seen[again, :, c]) for c in range(len(batch.channels))]
    chosen = [columns[c % len(columns)] for c in range(width)]
    return np.stack([values for values, _ in chosen], axis=2), np.stack([seen for _, seen in chosen], axis=2)


def weeks(people: int, channels: tuple[str, ...], days: tuple[np.ndarray, np.ndarray]) -> Iterator[PersonDays]:
    """One week a person, of days drawn from a pool."""
    (values, seen), rng = days, np.random.default_rng(1)
    for person in range(people):
        for day in range(7):
            one = rng.integers(POOL_DAYS)
            date = FIRST_DAY + dt.timedelta(days=day)
            yield PersonDays(
                person=f"person-{person:06d}",
                first_date=date,
                ordinal=date.toordinal(),
                weekday=date.weekday(),
                values=values[one],
                seen=seen[one],
                channels=channels,
            )


def measure(name: str, weeks: int, work: Callable[[], object], *, steps: int = STEPS) -> None:
    """Print weeks a second by the wall clock and per core; the best of three rounds, for other work disturbs."""
    work()
    rounds = []
    for _ in range(3):
        wall, cpu = time.perf_counter(), time.process_time()
        for _ in range(steps):
            work()
        rounds.append(((time.process_time() - cpu) / steps / weeks, (time.perf_counter() - wall) / steps / weeks))
    cpu_s, wall_s = (min(column) for column in zip(*rounds, strict=True))
    print(f"{name:<52}{1e3 * cpu_s:8.3f} CPU-ms/week{1 / cpu_s:9.0f} weeks/s/core{1 / wall_s:9.0f} weeks/s wall")


def copy_ceiling(week_bytes: int) -> None:
    """The machine's memory ceiling: how fast it copies what is far larger than any cache."""
    source = np.ones(64_000_000, dtype=np.float32)
    target = np.empty_like(source)
    np.copyto(target, source)
    start = time.perf_counter()
    for _ in range(5):
        np.copyto(target, source)
    rate = 5 * source.nbytes / (time.perf_counter() - start)
    print(f"ceiling: one core copies {rate / 1e9:.1f} GB/s, which is {rate / week_bytes:,.0f} raw weeks/s")


def write(folder: Path, people: int, channels: tuple[str, ...], *, real: bool) -> Store:
    """Write the store and print what that took."""
    days = real_pool(len(channels)) if real else pool(len(channels), np.random.default_rng(0))
    wall, cpu = time.perf_counter(), time.process_time()
    with StoreWriter(folder, channels=channels, provenance={"made_by": "benchmarks/store.py"}) as writer:
        writer.extend(weeks(people, channels, days))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    store = Store.open(folder)
    raw = len(store) * len(channels) * MINUTES_PER_DAY * 4
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    kind = "real" if real else "synthetic"
    print(f"{people} weeks of {kind} days x {len(channels)} channels, {len(store.manifest.commits)} shards")
    print(f"store {size / 1e6:,.0f} MB, raw float32 {raw / 1e6:,.0f} MB: {raw / size:.1f} to 1; ", end="")
    print(f"{size / people / 1e3:.0f} kB a week")
    print(f"written in {wall:.1f} s ({cpu:.1f} CPU-s, {raw / cpu / 1e6:.0f} MB/CPU-s), peak memory {peak:.2f} GB")
    return store


def main() -> None:
    """Write, read, print, remove."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=2_000)
    parser.add_argument("--channels", type=int, default=26)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--real", action="store_true", help="days of ../shared/data instead of synthetic ones")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="store-benchmark-", dir=options.folder))
    try:
        report(
            write(folder / "store", options.people, tuple(CHANNELS)[: options.channels], real=options.real),
            options.batch,
        )
    finally:
        shutil.rmtree(folder)


def report(store: Store, batch: int) -> None:
    """All readings of one store, side by side."""
    rng = np.random.default_rng(1)
    starts = store.weeks()["row"].to_numpy()
    week_bytes = len(store.channels) * 7 * MINUTES_PER_DAY * 4
    copy_ceiling(week_bytes)
    start = time.perf_counter()
    store.verify()
    print(f"verify, every byte hashed: {time.perf_counter() - start:.2f} s")
    array = zarr.open_array(str(store.path / "samples"), mode="r")

    def weeks() -> np.ndarray:
        return rng.choice(starts, batch)

    def by_zarr() -> None:
        for row in weeks().tolist():
            array[row : row + 7]

    measure("zarr-python, random weeks, unpacked only", batch, by_zarr, steps=4)
    store.read_all()  # every shard has been hashed once: what follows is the steady state
    measure(
        "tensorstore, random weeks, unpacked only",
        batch,
        lambda: store._samples._array[weeks()[:, None] + np.arange(7)].read().result(),
    )
    measure(f"Store.read_weeks, random, batch {batch}", batch, lambda: store.read_weeks(weeks()))
    measure("Store.read_weeks, random, one week at a time", 1, lambda: store.read_weeks(weeks()[:1]), steps=300)
    measure("Store.read, random days", batch, lambda: store.read(rng.integers(0, len(store), batch * 7)))
    epoch = iter(range(10**6))
    measure(
        "loader.batches, one epoch of weeks",
        len(starts),
        lambda: sum(map(len, batches(store, starts, batch=batch, seed=0, epoch=next(epoch), windows=7))),
        steps=1,
    )
    measure("Store.read_all", len(starts), store.read_all, steps=1)
    if store.cache(8 * 2**30):
        measure("Store.read_weeks from memory (Store.cache)", batch, lambda: store.read_weeks(weeks()))
    print(f"the bar for 26 channels: {BAR} weeks/s/core")


if __name__ == "__main__":
    main()
