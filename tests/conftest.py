"""What all tests share: no network beyond this machine, one thread, and people made up on the spot."""

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sennight.llm import StandIn
from sennight.record import WindowBatch

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests run when asked for."""
    if not os.environ.get("SENNIGHT_NIGHTLY"):
        for item in items:
            if item.get_closest_marker("nightly"):
                item.add_marker(pytest.mark.skip(reason="long: make nightly"))


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in LOOPBACK:
            raise AssertionError(f"a test tried to reach {address[0]}")
        real(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture(autouse=True)
def _no_language_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """No request to a language model; the fixture `stand_in` lifts this for a server of our own on this machine."""
    models = pytest.importorskip("pydantic_ai.models")
    monkeypatch.setattr(models, "ALLOW_MODEL_REQUESTS", False)


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., StandIn]]:
    """Starts scripted stand-ins on loopback; they stop with the test."""
    from pydantic_ai import models

    monkeypatch.setattr(models, "ALLOW_MODEL_REQUESTS", True)
    started: list[StandIn] = []

    def start(*args: object, **settings: object) -> StandIn:
        one = StandIn(*args, **settings)  # type: ignore[arg-type]
        started.append(one.__enter__())
        return one

    yield start
    for one in started:
        one.stop()


@pytest.fixture
def windows() -> Callable[..., WindowBatch]:
    """Made-up windows: a slow wave with noise, worn in one stretch a day."""

    def make(
        n: int = 6, *, channels: tuple[str, ...] = ("hip_counts", "heart_rate"), days: int = 1, seed: int = 0
    ) -> WindowBatch:
        rng = np.random.default_rng(seed)
        minutes = 1440 * days
        wave = 60 + 30 * np.sin(2 * np.pi * np.arange(minutes) / 1440)[None, :, None]
        values = (wave + rng.normal(0, 8, (n, minutes, len(channels)))).clip(21, 240).astype(np.float32)
        seen = np.zeros(values.shape, dtype=np.bool_)
        for i in range(n):
            start, length = int(rng.integers(0, 400)), int(rng.integers(620, 1000))
            for day in range(days):
                seen[i, day * 1440 + start : day * 1440 + start + length] = True
        seen &= rng.random(values.shape) > 0.05
        return WindowBatch(
            people=tuple(f"p{i // 2}" for i in range(n)),
            ordinal=tuple(range(n)),
            weekday=rng.integers(0, 7, n).astype(np.int16),
            day_of_year=rng.integers(1, 366, n).astype(np.int16),
            values=np.where(seen, values, 0).astype(np.float32),
            seen=seen,
            channels=channels,
        )

    return make


@pytest.fixture
def parquet_bomb() -> Callable[[Path], Path]:
    """Writes a Parquet file in which one bit in the header of a page makes its 200 values minus 201.

    Its footer is sound. polars 1.x asks for 2^61 bytes then and aborts its process, which no `except` sees.
    """

    def make(path: Path) -> Path:
        column = pl.Series([None if i % 2 else i for i in range(200)], dtype=pl.Int64)
        table = pl.DataFrame({"person": ["a"] * 200, "n": column})
        table.write_parquet(path, compression="uncompressed", statistics=False)
        whole = bytearray(path.read_bytes())
        at = whole.rindex(b"\x2c\x15\x90\x03")  # a page of data, its first field, 200 as a zigzag number
        whole[at + 2] = 0x91
        path.write_bytes(whole)
        return path

    return make
