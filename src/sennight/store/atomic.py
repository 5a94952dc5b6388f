"""Writing so that a file is either wholly there or not there at all, and only its owner can read it.

Temporary file, fsync, rename, fsync of the folder. A failure removes the temporary file, leaves what
was there before, and becomes one StoreError. POSIX only (flock, fsync of folders).
"""

import fcntl
import os
from pathlib import Path

from sennight.errors import StoreError

FILE_MODE = 0o600  # minutes of a person are theirs: nobody else reads them, whatever the umask says
FOLDER_MODE = 0o700
TEMPORARY = ".tmp"
# One fixed temporary name a file: the folder's lock allows one writer, and a re-run overwrites what a killed run left.

KEPT = "Everything committed before is kept; mend this and run the same command again."


def failure(error: OSError, path: Path) -> StoreError:
    """What the operating system refused, as one sentence."""
    reason = (error.strerror or str(error)).lower()
    return StoreError(f"the store could not be written: {reason}", where=str(path), todo=KEPT)


def _write_all(fd: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(fd, rest) :]  # a short write is no error, it asks for the rest


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def write_file(path: Path, content: bytes) -> None:
    """Replace `path` by `content`, atomically and durably, readable by the owner only.

    Raises: StoreError if the disk is full, the folder forbids it, or any step fails; the old file stays.
    """
    temporary = path.with_name(path.name + TEMPORARY)
    try:
        try:
            fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, FILE_MODE)
            try:
                os.fchmod(fd, FILE_MODE)
                _write_all(fd, content)
                os.fsync(fd)
            finally:
                os.close(fd)
            os.replace(temporary, path)
            _sync_folder(path.parent)
        except OSError:
            temporary.unlink(missing_ok=True)  # gives a full disk its space back
            raise
    except OSError as error:
        raise failure(error, path) from error


def make_folder(path: Path) -> None:
    """Make a folder, and those above it that are absent, for the owner only; an existing one is closed to others.

    Raises: StoreError if a file stands there or the parent forbids it.
    """
    try:
        if not path.parent.exists():
            make_folder(path.parent)
        created = not path.exists()
        path.mkdir(mode=FOLDER_MODE, exist_ok=True)
        if path.stat().st_mode & 0o777 != FOLDER_MODE:
            path.chmod(FOLDER_MODE)
        if created:
            _sync_folder(path.parent)
    except OSError as error:
        raise failure(error, path) from error


def remove_file(path: Path) -> None:
    """Remove a file that may be absent. Raises: StoreError if the folder forbids it."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise failure(error, path) from error


class FolderLock:
    """One writer a folder. The kernel lets go when the process ends, however it ends; no lock file is left."""

    def __init__(self, folder: Path) -> None:
        """Take the lock. Raises: StoreError if another process writes here."""
        try:
            self._fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise failure(error, folder) from error
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._fd)
            raise StoreError(
                "another process is writing this store", where=str(folder), todo="Wait for it, or write elsewhere."
            ) from error
        except OSError as error:
            os.close(self._fd)
            raise failure(error, folder) from error

    def release(self) -> None:
        """Let go; a second call does nothing."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
