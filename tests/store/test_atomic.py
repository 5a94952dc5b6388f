"""Atomic writing: every call that can fail does, and a process is killed in the middle of things.

Run as a script it is the process that gets killed: `python test_atomic.py FOLDER SEED` forks one writer a kill
before tensorstore was ever used, so that no interpreter has to start again.
"""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import StoreError
from sennight.record import Facts, PersonDays
from sennight.store import Store, StoreWriter
from sennight.store.atomic import FolderLock, make_folder, write_file

CHANNELS = ("heart_rate", "steps")
KILLS = 15
CALLS = ("write", "fsync", "replace")
Contents = Callable[[Path], dict[str, bytes]]


def synthetic() -> Iterator[PersonDays]:
    """Five synthetic people of two days."""
    rng = np.random.default_rng(0)
    for person in range(5):
        for ordinal in (1, 2):
            values = rng.normal(size=(1440, 2)).astype(np.float32)
            yield PersonDays(
                person=f"p{person}",
                first_date=None,
                ordinal=ordinal,
                weekday=0,
                values=values,
                seen=np.ones(values.shape, dtype=np.bool_),
                channels=CHANNELS,
            )


def write_store(folder: Path) -> None:
    with StoreWriter(folder, channels=CHANNELS, provenance={}, shard_rows=4) as writer:
        writer.extend(synthetic())
        writer.add_facts(Facts.none())


class Countdown:
    """Replaces os.write, os.fsync and os.replace; at the n-th call of any of them, does something else."""

    def __init__(self, n: int, strike: Callable[[str, tuple[object, ...]], None]) -> None:
        self.left, self.strike = n, strike
        self.real = {name: getattr(os, name) for name in CALLS}

    def call(self, name: str, *given: object) -> object:
        self.left -= 1
        if self.left == 0:
            self.strike(name, given)
        return self.real[name](*given)

    def install(self, put: Callable[[object, str, object], None]) -> None:
        for name in CALLS:
            put(os, name, lambda *given, name=name: self.call(name, *given))


def refuse(code: int) -> Callable[[str, tuple[object, ...]], None]:
    def strike(name: str, given: tuple[object, ...]) -> None:
        if name == "write":  # half of it still went to the disk
            os.pwrite(given[0], given[1][: len(given[1]) // 2], 0)  # type: ignore[arg-type, index]
        raise OSError(code, os.strerror(code))

    return strike


@pytest.fixture
def reference(tmp_path: Path, contents: Contents) -> dict[str, bytes]:
    write_store(tmp_path / "reference")
    return contents(tmp_path / "reference")


def calls_in_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    with monkeypatch.context() as patch:
        counter = Countdown(0, lambda name, given: None)
        counter.install(patch.setattr)
        write_store(tmp_path / "counted")
    return -counter.left


def test_whichever_call_fails_the_store_opens_and_a_re_run_ends_in_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reference: dict[str, bytes], contents: Contents
) -> None:
    total = calls_in_all(tmp_path, monkeypatch)
    assert total > 40
    for n in range(1, total + 1):
        path = tmp_path / f"{n}"
        with monkeypatch.context() as patch:
            Countdown(n, refuse(errno.ENOSPC if n % 2 else errno.EIO)).install(patch.setattr)
            with pytest.raises(StoreError) as caught:
                write_store(path)
        assert "\n" not in caught.value.what
        assert caught.value.where
        assert not list(path.rglob("*.tmp")), "a full disk did not get its space back"
        if (path / "manifest.json").exists():
            store = Store.open(path)
            store.verify()
            assert len(store.read_all()) == len(store)
        write_store(path)
        assert contents(path) == reference


def test_short_writes_are_continued(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reference: dict[str, bytes], contents: Contents
) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, content: real(fd, content[:1000]))
    write_store(tmp_path / "short")
    assert contents(tmp_path / "short") == reference


def test_a_process_killed_at_any_moment_leaves_whole_commits(
    tmp_path: Path, reference: dict[str, bytes], contents: Contents
) -> None:
    done = subprocess.run(
        [sys.executable, __file__, str(tmp_path), "0"], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.stdout.split() == ["killed"] * KILLS, done.stderr
    for n in range(KILLS):
        path = tmp_path / f"killed-{n}"
        if path.exists() and (path / "manifest.json").exists():
            store = Store.open(path)
            store.verify()
            # Two days a person, four rows a shard: the fourth row's person may go on, so 2 or 6 rows count.
            assert store.complete or len(store) in (0, 2, 6)
            whole = Store.open(tmp_path / "reference").read(np.arange(len(store)))
            assert np.array_equal(store.read_all().values, whole.values)
        write_store(path)
        assert contents(path) == reference


def test_a_replaced_file_is_there_whole_and_private(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o644)
    write_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_a_temporary_name_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "victim").write_bytes(b"keep")
    (tmp_path / "file.tmp").symlink_to(tmp_path / "victim")
    with pytest.raises(StoreError):
        write_file(tmp_path / "file", b"new")
    assert (tmp_path / "victim").read_bytes() == b"keep"


def test_a_folder_below_a_file_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match="could not be written"):
        make_folder(tmp_path / "file" / "folder")


def test_a_lock_is_released_once(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path)
    with pytest.raises(StoreError):
        FolderLock(tmp_path)
    lock.release()
    lock.release()
    FolderLock(tmp_path).release()


def _die(name: str, given: tuple[object, ...]) -> None:
    if name == "write":
        os.pwrite(given[0], given[1][: len(given[1]) // 2], 0)  # type: ignore[arg-type, index]
    os.kill(os.getpid(), signal.SIGKILL)


def _kill_writers(folder: Path, seed: int) -> None:
    total = 51  # calls of one whole run; a later n would not kill, which the test would see
    moments = np.random.default_rng(seed).choice(np.arange(1, total + 1), KILLS, replace=False)
    for n, moment in enumerate(moments.tolist()):
        child = os.fork()
        if not child:
            Countdown(moment, _die).install(setattr)
            write_store(folder / f"killed-{n}")
            os._exit(0)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        sys.stdout.write("killed\n" if killed else f"status-{status}\n")


if __name__ == "__main__":
    _kill_writers(Path(sys.argv[1]), int(sys.argv[2]))
