"""Every benchmark still runs. What it measures is nobody's business here: no figure is looked at."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from sennight.backbones.day_transformer import Size
from sennight.readers import read
from sennight.readers.nhanes.xport import read_table

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"
NAMES = sorted(path.stem for path in FOLDER.glob("*.py"))
SHARED = {"measure", "reader_quality"}  # the first is imported by the others, the second runs tests and not a clock


@pytest.fixture(autouse=True)
def _as_a_script_sees_it(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The folder on the path, one thread, and no module of it left behind."""
    monkeypatch.syspath_prepend(str(FOLDER))
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
    for name in NAMES:
        sys.modules.pop(name, None)


def benchmark(name: str) -> ModuleType:
    module = importlib.import_module(name)
    assert Path(str(module.__file__)).parent == FOLDER
    return module


def test_all_of_them_are_run_by_the_one_that_runs_all() -> None:
    assert set(benchmark("run").BENCHMARKS) == set(NAMES) - SHARED - {"run"}


@pytest.mark.parametrize("name", sorted(set(NAMES) - SHARED - {"run"}))
def test_it_runs_and_prints_its_table(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _, quick = benchmark("run").BENCHMARKS[name]
    monkeypatch.setattr(sys, "argv", [f"{name}.py", *quick])
    benchmark(name).main()
    printed = capsys.readouterr().out
    assert len(printed.splitlines()) > 3
    assert "nan" not in printed
    assert ("matmul" in printed) or ("ceiling" in printed)


def test_they_are_run_in_processes_of_their_own_full_or_quick(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run, started = benchmark("run"), []
    monkeypatch.setattr(run.subprocess, "run", lambda command, check: started.append(command[1:]))
    run.main([])
    run.main(["--quick", "model"])
    assert started == [
        *([str(FOLDER / f"{name}.py"), *full] for name, (full, _) in run.BENCHMARKS.items()),
        [str(FOLDER / "model.py"), *run.BENCHMARKS["model"][1]],
    ]
    assert "== model" in capsys.readouterr().out


def test_the_best_round_counts_and_the_warm_up_does_not() -> None:
    calls: list[int] = []
    timing = benchmark("measure").best_of(lambda: calls.append(1), rounds=4)
    assert len(calls) == 5
    assert timing.wall_s > 0
    assert timing.cpu_s > 0


def test_a_table_is_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    benchmark("measure").show("speed", ["what", "MB/s"], [["a", "10"], ["longer name", "9,999.5"]])
    assert capsys.readouterr().out.splitlines()[1:] == [
        "speed", "what            MB/s", "-----------  -------", "a                 10", "longer name  9,999.5",
    ]  # fmt: skip


def test_the_transport_file_of_the_benchmark_is_one(tmp_path: Path) -> None:
    columns = {"SEQN": np.array([1, 31_128, 0, 16, 255]), "PAXINTEN": np.array([0, 1, 15, 17, 32_767])}
    found = read_table(benchmark("readers").write_transport(tmp_path / "PAXRAW_D.XPT", columns))
    assert {name: found.values[name].tolist() for name in columns} == {n: c.tolist() for n, c in columns.items()}


def test_its_synthetic_files_hold_the_days_that_are_counted(tmp_path: Path) -> None:
    readers = benchmark("readers")
    for path in (
        readers.hip_file(tmp_path / "PAXRAW_D.XPT", 2),
        readers.long_table(tmp_path / "minutes.csv", 2),
        readers.long_table(tmp_path / "minutes.parquet", 2),
    ):
        people = list(read(path).people)
        assert [len(r.values) + r.n_rejected for p in people for r in p.recordings] == [7 * 1440] * 4
    assert readers.pipeline(str(tmp_path / "PAXRAW_D.XPT"), 1)["days"] == 7


def test_the_work_of_the_model_shrinks_with_what_was_seen_and_grows_with_channels() -> None:
    model = benchmark("model")
    for flop in (model.embed_flop, model.train_flop):
        work = {}
        for channels in (1, 2):
            for missing in (0.0, 0.4, 0.8):
                case = model.Case(size=Size.XXS, channels=channels, missing=missing)
                work[channels, missing] = flop(model.build(case), model.windows(8, case))
        for channels in (1, 2):
            assert work[channels, 0.0] > 1.5 * work[channels, 0.4] > 3 * work[channels, 0.8]
        assert work[2, 0.0] > 2 * work[1, 0.0]


def test_the_work_that_is_counted_is_what_torch_counts() -> None:
    from torch.utils.flop_counter import FlopCounterMode

    model = benchmark("model")
    case = model.Case(size=Size.XXS, channels=2, missing=0.4)
    built, batch = model.build(case), model.windows(3, case)
    built.encode_windows(batch)  # the first time fp32 products are tried out, which is no work of the model
    with FlopCounterMode(display=False) as counted:
        built.encode_windows(batch)
    products = {
        str(k): v for k, v in counted.get_flop_counts()["Global"].items() if "mm" in str(k) and "bmm" not in str(k)
    }
    lengths = built.tokens(batch).present.flatten(1).sum(dim=1).numpy().astype(np.float64)
    tower = model.ENCODERS[Size.XXS]
    attention = 4 * tower.layers * tower.width * float((lengths**2).sum())
    assert model.embed_flop(built, batch) - attention == pytest.approx(sum(products.values()), rel=1e-9)
