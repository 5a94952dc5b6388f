"""The process of test_confined: confines itself, then reads. Run as a script; JSON in, JSON out."""

import ctypes
import json
import os
import socket
import struct
import sys
from pathlib import Path

CANNOT = 77
LIBC = ctypes.CDLL(None, use_errno=True)
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # on every architecture
PATH_BENEATH, NO_NEW_PRIVS, VERSION = 1, 38, 1
NEW_USER, NEW_NET = 0x1000_0000, 0x4000_0000
EXECUTE, READ_FILE, READ_DIR = 1 << 0, 1 << 2, 1 << 3
LOOK = EXECUTE | READ_FILE | READ_DIR
ALL_OF_FIRST = (1 << 13) - 1  # the rights that the first version knows
TRUNCATE, TCP = 1 << 14, 0b11
OF_FILES = EXECUTE | READ_FILE | 1 << 1 | TRUNCATE  # what a rule for a file that is no folder may hold


def confine(readable: list[str], writable: list[str]) -> None:
    """Off the network, and of the file system only these folders. Ends the process where the kernel refuses."""
    off_network = LIBC.unshare(NEW_USER | NEW_NET) == 0
    version = LIBC.syscall(CREATE_RULESET, None, 0, VERSION)
    if version < 1 or not (off_network or version >= 4):
        sys.stderr.write("no Landlock, or neither network namespaces nor Landlock's own rules for TCP")
        sys.exit(CANNOT)
    every = ALL_OF_FIRST | (TRUNCATE if version >= 3 else 0)
    attributes = struct.pack("<QQ", every, TCP) if version >= 4 else struct.pack("<Q", every)
    ruleset = LIBC.syscall(CREATE_RULESET, attributes, len(attributes), 0)
    for rights, paths in ((LOOK, readable), (every, writable)):
        for path in paths:
            if Path(path).exists():
                folder = os.open(path, os.O_PATH)
                rule = struct.pack("<Qi", rights if Path(path).is_dir() else rights & OF_FILES, folder)
                if LIBC.syscall(ADD_RULE, ruleset, PATH_BENEATH, rule, 0):
                    sys.exit(f"no rule for {path}: {os.strerror(ctypes.get_errno())}")
                os.close(folder)
    LIBC.prctl(NO_NEW_PRIVS, 1, 0, 0, 0)
    if LIBC.syscall(RESTRICT_SELF, ruleset, 0):
        sys.exit(f"not confined: {os.strerror(ctypes.get_errno())}")


def held(outside: Path) -> dict[str, bool]:
    """Does the kernel refuse what it should?"""

    def refused(what: object) -> bool:
        try:
            what()  # type: ignore[operator]
        except OSError:
            return True
        return False

    def connect() -> None:
        with socket.create_connection(("192.0.2.1", 80), timeout=2):
            pass

    return {
        "read": refused(lambda: Path("/etc/passwd").read_bytes()),
        "write": refused(lambda: (outside / "written").write_text("x")),
        "connect": refused(connect),
    }


TRIED: list[str] = []


def listen(scratch: str) -> None:
    """Note what is tried that no reader has any business with."""

    def heard(event: str, arguments: tuple) -> None:  # type: ignore[type-arg]
        if event.startswith(("socket.", "urllib.", "http.", "ftplib.", "os.system", "os.rename")):
            TRIED.append(f"{event} {arguments}"[:200])
        elif event == "open" and isinstance(arguments[0], str):
            writes = isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            if writes and not arguments[0].startswith((scratch, os.devnull)):
                TRIED.append(f"open for writing {arguments[0]}")

    sys.addaudithook(heard)


def main() -> None:
    """Confine, import, read."""
    asked = json.load(sys.stdin)
    confine([*asked["readable"], *asked["samples"]], [asked["scratch"], os.devnull])
    holds = held(Path(asked["samples"][0]))
    sys.dont_write_bytecode = True
    from sennight.errors import ReadError
    from sennight.readers import READERS

    readers = {reader.name: reader for reader in READERS}
    listen(asked["scratch"])
    found: list[object] = []
    for name, path in asked["paths"]:
        try:
            reading = readers[name].read(Path(path))
            people = [len(person.recordings) for person in reading.people]
        except ReadError:
            found.append(ReadError.__name__)
        else:
            found.append([reading.report.records_kept, people])
    left = sorted(os.listdir(asked["scratch"]))
    sys.stdout.write(json.dumps({"held": holds, "read": found, "tried": TRIED, "left": left}) + "\n")


if __name__ == "__main__":
    main()
