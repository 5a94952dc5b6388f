"""Public data sets from their official homes: resumable, checked, never half a file under its final name.

A download goes to `NAME.part` beside `NAME.part.json` (what the server said of the file), is continued where it
stopped if the server's file is still the same, checked, and only then renamed. `fetched.json` lists what is there,
with checksums. Nothing is fetched unless it is asked for, and nothing is sent but the request.
"""

import errno
import hashlib
import json
import os
import shutil
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

import httpx2

from sennight.errors import FetchError

CDC_URL = "https://wwwn.cdc.gov/Nchs/Data/Nhanes/Public"
MANIFEST = "fetched.json"
CHUNK_BYTES = 1 << 20
MAX_ATTEMPTS = 6  # in a row without a byte of progress
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 30.0  # between attempts, doubling
TIMEOUT = httpx2.Timeout(30.0, read=60.0)
SPARE_BYTES = 64 << 20  # left free on the disk beside what is fetched
MAX_UNPACKED_BYTES = 16 << 30  # the largest minute file has 9 GB
TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})

XPORT_MAGIC, ZIP_MAGIC = b"HEADER RECORD*******LIB", b"PK\x03\x04"

_MOVED = "The publisher may have moved the file: look for it on its site, or name a mirror with base_url."

Progress = Callable[[str, int, int | None], None]
"""Called with file name, bytes so far, bytes in all (None where the server does not say)."""


@dataclass(frozen=True, kw_only=True)
class RemoteFile:
    """One file of a data set: its final name, where it is below the base URL, and what is known of it.

    `member` is the one file inside a zip that is wanted; `name` is then what it unpacks to.
    """

    name: str
    path: str
    member: str | None = None
    sha256: str | None = None


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """A public data set and its official home."""

    name: str
    title: str
    licence: str
    base_url: str
    files: tuple[RemoteFile, ...]


@dataclass(frozen=True, kw_only=True)
class FetchedFile:
    """One file that is now whole under its final name."""

    name: str
    url: str
    sha256: str
    bytes: int
    status: Literal["fetched", "already there"]


@dataclass(frozen=True, kw_only=True)
class FetchReport:
    """What `fetch` did."""

    dataset: str
    out: Path
    files: tuple[FetchedFile, ...]

    @property
    def bytes_fetched(self) -> int:
        """Bytes of the files that were not there before."""
        return sum(f.bytes for f in self.files if f.status == "fetched")


# Of the tables as published; a table that is published anew has another checksum and has to be looked at.
SHA256: dict[str, str] = {
    "ALB_CR_D.XPT": "694c4d9bd6e966b8973f31c64fb89f8577896717f7049551f8fa044c7c366a7b",
    "ALQ_D.XPT": "be651da341d629cf2456e5c2fa0387c48fa67cd0949d6dc9acc46ff6060bcabe",
    "BIOPRO_D.XPT": "6de916025812b78db1b81e62f77d94d83ed8b046d9d5c8a9d584f7caec120310",
    "BMX_D.XPT": "a52909be94cf825ba8a65477a9528603576fd5fbf3abadd72549a3f15c88566e",
    "BPQ_D.XPT": "089b29fdfbc3d46a93c63e74cfc29376b3168556813d206119d471ee48991bac",
    "BPX_D.XPT": "aed2f33909986e1ff0e3d58ad35795741ee90b1d146420ccbc4c5fff9436c0e9",
    "CDQ_D.XPT": "7e703e1c1cee987637c2463ca1a660cac8f8a918c2a815926993f1ce6f02a4fa",
    "COT_D.XPT": "5701595d1a9a56e0d5c5ea94a597e5bdd75c9b1141d43fcf148f28ce74b6ba84",
    "DEMO_D.XPT": "bf9cc79cce501b2fbe5aa8d5b403b618548d02d4aefeb528335cdd9f4c40a3af",
    "DIQ_D.XPT": "ac81ed56d09aadbe12df39c6991d9f4d9cfa04211aee4d103d38c981390b826e",
    "DPQ_D.XPT": "d78e85a5ff46efc34d509897b85c1a87184f9153ed154ff01fe5085375a4c9e1",
    "DUQ_D.XPT": "7add8965d1a2e785af89ae34203ce1ca5d6be23154f486ba644959249a8edc54",
    "GHB_D.XPT": "5662b07e9c0ac2afa600604b4e0f224567ce9e1e07b8787aaf5ad98717701f29",
    "GLU_D.XPT": "7ddfb26f4fc8a1e33a5b0bf8ed3371d0fc95da3dddc7b6a8de8dd6148bd73c17",
    "HDL_D.XPT": "1c6d56cbf21819c95a49e5045de1fce408af156bb88a0c7b3e33d37e9afd204b",
    "HIQ_D.XPT": "80b7d0399f765de6e970ac953740e478ae1379e2d4c95ec30c658c38951dc140",
    "HSQ_D.XPT": "9ba12781ecf2b4f1f64a8a23fedafa66097b046ee580425652afc9b321c13c72",
    "HUQ_D.XPT": "2713343d7f182a01f72d25da7d3efec34936fa0bc3e3c62f15a107a3b8b37b40",
    "OCQ_D.XPT": "8d1e17c2c15276cc781cee893f14cb1f2fdfb7590ba06b757e807cf395b10dcd",
    "OGTT_D.XPT": "6c3d920945c1ff001ffacd2ab36d743b2486f00c3e34fcfb43cdc5a2ead06d9e",
    "PAQIAF_D.XPT": "486c8e7a73367be5a5efdab125ad659d4f5775a5f7143ec91882db0c819fcc96",
    "PAQ_D.XPT": "a2c21b90a964aaa08a854d66526b29a1a7ad009d8a26c3cc9a8c18bf70f0c0aa",
    "RXQ_RX_D.XPT": "76f606f7f0add0c887e1bd1929ecc5d1b347c3e6916a164963a403cff66e1aae",
    "SMQ_D.XPT": "ef82433aca1a36ba2310a624ccdbaf195e2a258a88af0f284ef2a58d36be3011",
    "TCHOL_D.XPT": "e3807e23aee2a6617b2a051d3d370a2be52be7325f6271432d514aca7f13dd4f",
    "TRIGLY_D.XPT": "e444b633220b12c14fb626a5608a5e816fd052dd0baae7cdb57d43be6e899d26",
    "WHQ_D.XPT": "a059d9c85f15f2db88ab8d53f61deb54c690b3f070e6f73f7ae909e838912aef",
}

_ASKED_SINCE_2011 = (
    "DEMO BMX BPX BPQ DIQ GHB GLU OGTT TCHOL HDL TRIGLY BIOPRO ALB_CR CBC DPQ SLQ MCQ PFQ HSQ HUQ SMQ ALQ CDQ "
    "RXQ_RX PAXHD PAXDAY PAXMIN"
)


def _nhanes(first_year: int, cycle: str, tables: str, *, zipped: str = "") -> DataSet:
    folder = f"{first_year}/DataFiles"
    files = [RemoteFile(name=f"{t}_{cycle}.XPT", path=f"{folder}/{t}_{cycle}.XPT") for t in tables.split()]
    files += [
        RemoteFile(name=f"{t}_{cycle}.XPT", path=f"{folder}/{t}_{cycle}.ZIP", member=f"{t}_{cycle}.xpt")
        for t in zipped.split()
    ]
    years = f"{first_year}-{first_year + 1}"
    return DataSet(
        name=f"nhanes-{years}",
        title=f"NHANES {years}, minutes and the tables behind its labels",
        licence="US Government work, public domain; NCHS: statistical use only, no re-identification",
        base_url=CDC_URL,
        files=tuple(replace(f, sha256=SHA256.get(f.name)) for f in files),
    )


DATASETS: dict[str, DataSet] = {
    d.name: d
    for d in (
        _nhanes(2003, "C", "DEMO BMX BPX BPQ DIQ MCQ PFQ SMQ CDQ", zipped="PAXRAW"),
        _nhanes(
            2005,
            "D",
            "DEMO BMX BPX BPQ DIQ GHB GLU OGTT TCHOL HDL TRIGLY BIOPRO ALB_CR CBC CRP VID COT DPQ SLQ MCQ PFQ HSQ HUQ "
            "SMQ ALQ CDQ OCQ PAQ PAQIAF WHQ DUQ HIQ RXQ_RX",
            zipped="PAXRAW",
        ),
        _nhanes(2011, "G", _ASKED_SINCE_2011),
        _nhanes(2013, "H", _ASKED_SINCE_2011),
    )
}
"""Data set name -> what it is and which files it has; small tables first, the minutes last."""


def fetch(
    dataset: str,
    out: Path,
    *,
    base_url: str | None = None,
    files: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> FetchReport:
    """Fetch a data set, or some of its files ("BPX_D" or "BPX_D.XPT"), into a folder; continue what was begun.

    A file that is there and matches its checksum is left alone. `base_url` names a mirror.
    Raises: FetchError if the data set or a file is not known, the server refuses or cannot be reached, what comes
    is not the table, its checksum is wrong, or the disk is full.
    """
    chosen = _choose(_data_set(dataset), files)
    base = (base_url or _data_set(dataset).base_url).rstrip("/")
    with _disk(out):
        out.mkdir(parents=True, exist_ok=True)
    done: list[FetchedFile] = []
    with httpx2.Client(timeout=TIMEOUT, follow_redirects=True, headers={"Accept-Encoding": "identity"}) as client:
        for remote in chosen:
            url = f"{base}/{remote.path}"
            got = _already_there(remote, url=url, out=out) or _bring(client, remote, url=url, out=out, tell=progress)
            done.append(got)
            _note(out, dataset=dataset, got=got)
    return FetchReport(dataset=dataset, out=out, files=tuple(done))


def _data_set(name: str) -> DataSet:
    if name in DATASETS:
        return DATASETS[name]
    near = get_close_matches(name, DATASETS, n=1, cutoff=0.4)
    hint = f"Did you mean '{near[0]}'? " if near else ""
    raise FetchError(f"data set '{name}' is not known", todo=f"{hint}Known: {', '.join(DATASETS)}.")


def _choose(dataset: DataSet, names: Sequence[str] | None) -> tuple[RemoteFile, ...]:
    if names is None:
        return dataset.files
    by_name = {f.name.removesuffix(".XPT"): f for f in dataset.files}
    keys = [name.upper().removesuffix(".XPT") for name in names]
    for key in keys:
        if key not in by_name:
            near = get_close_matches(key, by_name, n=1)
            todo = f"Did you mean '{near[0]}'?" if near else f"It has {', '.join(by_name)}."
            raise FetchError(f"'{key}' is not a file of {dataset.name}", todo=todo)
    return tuple(by_name[key] for key in dict.fromkeys(keys))


def _already_there(remote: RemoteFile, *, url: str, out: Path) -> FetchedFile | None:
    """The file under its final name, if it is what was fetched before or what is known to be right."""
    final = out / remote.name
    noted = _read_json(out / MANIFEST).get("files")
    entry = noted.get(remote.name) if isinstance(noted, dict) else None
    expected = remote.sha256 or (entry.get("sha256") if isinstance(entry, dict) else None)
    if not expected or not final.is_file() or _sha256(final) != expected:
        return None
    return FetchedFile(name=remote.name, url=url, sha256=expected, bytes=final.stat().st_size, status="already there")


def _bring(client: httpx2.Client, remote: RemoteFile, *, url: str, out: Path, tell: Progress | None) -> FetchedFile:
    part = out / f"{Path(remote.path).name}.part"
    _download(client, url, part=part, name=remote.name, tell=tell)
    try:
        _check_start(part, magic=ZIP_MAGIC if remote.member else XPORT_MAGIC, url=url)
        whole = part
        if remote.member:
            whole = out / f"{remote.name}.part"
            _unpack(part, remote.member, to=whole, url=url)
            _check_start(whole, magic=XPORT_MAGIC, url=url)
        sha256 = _sha256(whole)
        if remote.sha256 and sha256 != remote.sha256:
            raise FetchError(
                f"{remote.name} does not match its known checksum",
                where=url,
                todo="Fetch again; if it stays so, the publisher has changed the file: look at it before you use it.",
            )
    except FetchError as error:
        # What came is not the file; keeping it would make every later attempt fail. A full disk is no such case.
        if not isinstance(error.__cause__, OSError):
            _forget_part(part)
        (out / f"{remote.name}.part").unlink(missing_ok=True)
        raise
    with _disk(out):
        os.replace(whole, out / remote.name)
    _forget_part(part)
    size = (out / remote.name).stat().st_size
    return FetchedFile(name=remote.name, url=url, sha256=sha256, bytes=size, status="fetched")


def _check_start(path: Path, *, magic: bytes, url: str) -> None:
    with path.open("rb") as file:
        start = file.read(64)
    if start.startswith(magic):
        return
    text = start.lstrip().lower()
    what = "a web page" if text.startswith((b"<!doctype", b"<html", b"<?xml")) else "something else"
    wanted = "a zip archive" if magic == ZIP_MAGIC else "a SAS transport table"
    raise FetchError(f"the server sent {what} instead of {wanted}", where=url, todo=_MOVED)


def _unpack(archive: Path, member: str, *, to: Path, url: str) -> None:
    """Unpack exactly the one expected member, by name, in pieces, and not more than it says it holds."""
    try:
        with zipfile.ZipFile(archive) as zipped:
            wanted = [i for i in zipped.infolist() if i.filename.lower() == member.lower()]
            if len(wanted) != 1 or wanted[0].file_size > MAX_UNPACKED_BYTES:
                raise FetchError(
                    f"the archive does not hold exactly one {member} of a believable size",
                    where=url,
                    todo="Fetch again; if it stays so, the publisher has changed the archive.",
                )
            with _disk(to), zipped.open(wanted[0]) as source, to.open("wb") as target:
                _room_for(wanted[0].file_size, folder=to.parent)
                while piece := source.read(CHUNK_BYTES):
                    target.write(piece)
                target.flush()
                os.fsync(target.fileno())
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError) as error:
        raise FetchError("the archive is damaged", where=url, todo="Fetch again.") from error


@dataclass(frozen=True, kw_only=True)
class _Version:
    """What the server said of the file that a part belongs to."""

    url: str
    etag: str | None
    last_modified: str | None
    total: int | None

    @property
    def validator(self) -> str | None:
        """What If-Range may be asked with; a weak tag does not promise equal bytes."""
        if self.etag and not self.etag.startswith("W/"):
            return self.etag
        return self.last_modified


class _Again(Exception):
    """This attempt failed, another may not; `wait_s` is what the server asked for."""

    def __init__(self, why: str, wait_s: float | None = None) -> None:
        super().__init__(why)
        self.wait_s = wait_s


def _download(client: httpx2.Client, url: str, *, part: Path, name: str, tell: Progress | None) -> None:
    """Bring `part` to completeness, however many attempts that takes."""
    failures, reached, wait_s = 0, -1, FIRST_WAIT_S
    while True:
        try:
            _attempt(client, url, part=part, name=name, tell=tell)
            return
        except (httpx2.UnsupportedProtocol, httpx2.TooManyRedirects, httpx2.InvalidURL) as error:
            raise FetchError(f"the address cannot be fetched ({error})", where=url, todo="Check base_url.") from error
        except (httpx2.TransportError, _Again) as error:
            size = part.stat().st_size if part.exists() else 0
            failures = 1 if size > reached else failures + 1
            wait_s = FIRST_WAIT_S if size > reached else min(wait_s * 2, LONGEST_WAIT_S)
            reached = max(reached, size)
            if failures >= MAX_ATTEMPTS:
                raise FetchError(
                    f"the download of {name} stopped and could not be continued ({type(error).__name__}: {error})",
                    where=url,
                    todo="Check the connection and fetch again: it continues where it stopped.",
                ) from error
            asked = error.wait_s if isinstance(error, _Again) and error.wait_s is not None else wait_s
            time.sleep(min(asked, LONGEST_WAIT_S))


def _attempt(client: httpx2.Client, url: str, *, part: Path, name: str, tell: Progress | None) -> None:
    """One request: from where the part ends if the server's file is still the same, else from the start."""
    version = _part_version(part, url)
    have = part.stat().st_size if version else 0
    headers = {"Range": f"bytes={have}-", "If-Range": version.validator or ""} if version and have else {}
    if version and have and version.total == have:
        return
    with client.stream("GET", url, headers=headers) as answer:
        _refuse(answer, url)
        now = _version_of(answer, url)
        if answer.status_code == 206 and not _continues(answer, have=have, before=version, now=now):
            _forget_part(part)
            raise _Again("the server's file changed")
        if answer.status_code == 416:
            _forget_part(part)
            raise _Again("the server does not have the rest of this file")
        have = have if answer.status_code == 206 else 0
        with _disk(part):
            _room_for((now.total or have) - have, folder=part.parent)
            if not have:  # before the note changes, so that old bytes are never taken for a part of the new file
                part.unlink(missing_ok=True)
            _write_json(_sidecar(part), asdict(now))
            # Pieces as they come: gathering larger ones would lose the last of them when the line drops.
            got = _append(answer.iter_raw(), part=part, have=have, total=now.total, name=name, tell=tell)
    if now.total is not None and got != now.total:
        if got > now.total:
            _forget_part(part)
        raise _Again(f"{got} of {now.total} bytes came")


def _append(
    pieces: Iterator[bytes], *, part: Path, have: int, total: int | None, name: str, tell: Progress | None
) -> int:
    with part.open("r+b" if have else "wb") as file:
        file.seek(have)
        for piece in pieces:
            file.write(piece)
            have += len(piece)
            if tell:
                tell(name, have, total)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())
    return have


def _refuse(answer: httpx2.Response, url: str) -> None:
    """Raise for answers that carry no file: for good, or for now."""
    code = answer.status_code
    if str(answer.url).startswith("http:") and url.startswith("https:"):
        raise FetchError("the server redirects to an unencrypted address", where=url, todo="Name a mirror by base_url.")
    if code in TRY_AGAIN:
        asked = answer.headers.get("Retry-After", "")
        raise _Again(f"the server answered {code}", float(asked) if asked.isdigit() else None)
    if code in (404, 410):
        raise FetchError(f"the server has no such file ({code})", where=url, todo=_MOVED)
    if code not in (200, 206, 416):
        raise FetchError(f"the server refused ({code})", where=url, todo="Try later, or name a mirror with base_url.")
    if code != 416 and answer.headers.get("Content-Type", "").startswith("text/html"):
        raise FetchError("the server sent a web page instead of the file", where=url, todo=_MOVED)


def _version_of(answer: httpx2.Response, url: str) -> _Version:
    headers = answer.headers
    size = headers.get("Content-Range", "").rpartition("/")[2] if answer.status_code == 206 else (
        headers.get("Content-Length", "")
    )  # fmt: skip
    total = int(size) if size.isdigit() else None
    return _Version(url=url, etag=headers.get("ETag"), last_modified=headers.get("Last-Modified"), total=total)


def _continues(answer: httpx2.Response, *, have: int, before: _Version | None, now: _Version) -> bool:
    """Whether a partial answer starts where the part ends and belongs to the same version of the file."""
    starts = answer.headers.get("Content-Range", "").removeprefix("bytes ").startswith(f"{have}-")
    return starts and before is not None and before.total == now.total and before.validator == now.validator


def _part_version(part: Path, url: str) -> _Version | None:
    """What the part on disk is a part of; None if that cannot be told, and the part is then worth nothing."""
    noted = _read_json(_sidecar(part))
    if not part.is_file() or noted.get("url") != url:
        return None
    texts = {k: v if isinstance(v := noted.get(k), str) else None for k in ("etag", "last_modified")}
    total = noted.get("total")
    version = _Version(url=url, total=total if isinstance(total, int) else None, **texts)
    if version.validator is None or (version.total is not None and part.stat().st_size > version.total):
        return None
    return version


@contextmanager
def _disk(place: Path) -> Iterator[None]:
    """Say what is wrong with the disk in words."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise FetchError(
            "the disk is full" if full else f"cannot write ({error.strerror or error})",
            where=str(place),
            todo="Free some space and fetch again: it continues where it stopped."
            if full
            else "Choose another folder.",
        ) from error


def _room_for(n_bytes: int, *, folder: Path) -> None:
    """Raises: OSError (disk full) before anything is written that cannot fit."""
    if shutil.disk_usage(folder).free < n_bytes + SPARE_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _note(out: Path, *, dataset: str, got: FetchedFile) -> None:
    """Write the file into the list of what is there."""
    noted = _read_json(out / MANIFEST).get("files")
    files = dict(noted) if isinstance(noted, dict) else {}
    if got.status == "already there" and got.name in files:
        return
    files[got.name] = {
        "dataset": dataset,
        "url": got.url,
        "sha256": got.sha256,
        "bytes": got.bytes,
        "noted_utc": datetime.now(tz=UTC).isoformat(timespec="seconds"),
    }
    with _disk(out):
        _write_json(out / MANIFEST, {"files": dict(sorted(files.items()))})


def _sidecar(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _forget_part(part: Path) -> None:
    part.unlink(missing_ok=True)
    _sidecar(part).unlink(missing_ok=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_json(path: Path) -> Mapping[str, object]:
    """What a list of ours holds; an absent or damaged one holds nothing."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _write_json(path: Path, content: Mapping[str, object]) -> None:
    new = path.with_name(path.name + ".new")
    new.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    os.replace(new, path)
