"""Fetching from a server on this machine that drops, lies, changes and refuses. The tables are synthetic."""

import errno
import hashlib
import io
import json
import threading
import zipfile
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sennight import fetch as fetch_module
from sennight.errors import FetchError
from sennight.fetch import DATASETS, MANIFEST, SHA256, fetch

DATASET, PATH, NAME = "nhanes-2011-2012", "/2011/DataFiles/BMX_G.XPT", "BMX_G.XPT"
TABLE = (b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!" + b"0" * 32 + b"synthetic " * 40_000)[:300_000]


@dataclass
class Served:
    """One file on the server and how it misbehaves."""

    content: bytes = TABLE
    etag: str | None = '"one"'
    last_modified: str | None = None
    content_type: str = "application/octet-stream"
    drop_after: list[int] = field(default_factory=list)  # bytes of each coming answer before the line is cut
    statuses: list[int] = field(default_factory=list)  # answered first
    knows_ranges: bool = True
    requests: list[dict[str, str]] = field(default_factory=list)
    on_request: object = None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        served = self.server.files.get(self.path)
        if served is None:
            self._answer(404, b"<!DOCTYPE html>Not found", {"Content-Type": "text/html"})
            return
        served.requests.append(dict(self.headers))
        if served.on_request:
            served.on_request(served, len(served.requests))
        if served.statuses:
            self._answer(served.statuses.pop(0), b"", {"Retry-After": "0"})
            return
        headers = {"Content-Type": served.content_type, "ETag": served.etag, "Last-Modified": served.last_modified}
        start = self._start(served)
        if start is None:
            self._answer(200, served.content, headers, drop=served.drop_after)
            return
        total = len(served.content)
        if start >= total:
            self._answer(416, b"", {"Content-Range": f"bytes */{total}"})
            return
        headers["Content-Range"] = f"bytes {start}-{total - 1}/{total}"
        self._answer(206, served.content[start:], headers, drop=served.drop_after)

    def _start(self, served):
        asked = self.headers.get("Range")
        same = self.headers.get("If-Range") in (None, served.etag, served.last_modified)
        if not asked or not served.knows_ranges or not same:
            return None
        return int(asked.removeprefix("bytes=").split("-")[0])

    def _answer(self, status, body, headers, drop=None):
        self.send_response(status)
        for key, value in headers.items():
            if value is not None:
                self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if drop:
            body = body[: drop.pop(0)]
            self.close_connection = True
        self.wfile.write(body)
        self.wfile.flush()


class _QuietServer(ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """A client that hangs up in the middle is what some tests are about."""


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(fetch_module, "FIRST_WAIT_S", 0.001)
    monkeypatch.setattr(fetch_module, "LONGEST_WAIT_S", 0.002)
    server = _QuietServer(("127.0.0.1", 0), _Handler)
    server.files = {PATH: Served()}
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def _fetch(server, out, **kwargs):
    return fetch(DATASET, out, base_url=server.url, files=kwargs.pop("files", [NAME]), **kwargs)


def _names(folder):
    return {p.name for p in folder.iterdir()}


def test_a_file_comes_whole_with_its_checksum_noted(server, tmp_path):
    steps = []
    report = _fetch(server, tmp_path / "new" / "folder", progress=lambda *step: steps.append(step))
    out = tmp_path / "new" / "folder"
    assert (out / NAME).read_bytes() == TABLE
    assert _names(out) == {NAME, MANIFEST}
    (got,) = report.files
    assert (got.status, got.bytes, report.bytes_fetched) == ("fetched", len(TABLE), len(TABLE))
    noted = json.loads((out / MANIFEST).read_text())["files"][NAME]
    assert noted["sha256"] == hashlib.sha256(TABLE).hexdigest() == got.sha256
    assert noted["dataset"] == DATASET
    assert steps[-1] == (NAME, len(TABLE), len(TABLE))


def test_a_file_that_is_there_is_not_asked_for_again(server, tmp_path):
    _fetch(server, tmp_path)
    report = _fetch(server, tmp_path)
    assert report.files[0].status == "already there"
    assert len(server.files[PATH].requests) == 1


def test_a_file_that_was_altered_on_disk_is_fetched_again(server, tmp_path):
    _fetch(server, tmp_path)
    (tmp_path / NAME).write_bytes(TABLE[:-1] + b"x")
    assert _fetch(server, tmp_path).files[0].status == "fetched"
    assert (tmp_path / NAME).read_bytes() == TABLE


def test_a_dropped_line_is_continued_where_it_stopped(server, tmp_path):
    served = server.files[PATH]
    served.drop_after = [100_000, 50_000]
    _fetch(server, tmp_path)
    assert (tmp_path / NAME).read_bytes() == TABLE
    ranges = [r.get("Range") for r in served.requests]
    assert ranges[0] is None
    assert all(r.startswith("bytes=") for r in ranges[1:])
    assert all(r["If-Range"] == '"one"' for r in served.requests[1:])


def test_an_interrupted_run_is_continued_by_the_next(server, tmp_path):
    def interrupt(name, done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _fetch(server, tmp_path, progress=interrupt)
    assert NAME not in _names(tmp_path)
    part = tmp_path / f"{NAME}.part"
    part.write_bytes(TABLE[:123_456])
    _fetch(server, tmp_path)
    assert server.files[PATH].requests[-1]["Range"] == "bytes=123456-"
    assert (tmp_path / NAME).read_bytes() == TABLE
    assert _names(tmp_path) == {NAME, MANIFEST}


def test_a_file_that_changed_on_the_server_is_begun_anew(server, tmp_path):
    served = server.files[PATH]
    newer = TABLE.replace(b"synthetic", b"SYNTHETIC")

    def change(served, n):
        if n == 2:
            served.content, served.etag = newer, '"two"'

    served.drop_after, served.on_request = [100_000], change
    _fetch(server, tmp_path)
    assert (tmp_path / NAME).read_bytes() == newer


def test_a_server_that_ignores_the_condition_is_caught_by_the_tag(server, tmp_path):
    served = server.files[PATH]
    newer = TABLE.replace(b"synthetic", b"SYNTHETIC")

    def change(served, n):
        if n == 2:  # 206 with new bytes although If-Range names the old tag
            served.content, served.etag, served.last_modified = newer, '"two"', '"one"'
        else:
            served.last_modified = None

    served.drop_after, served.on_request = [100_000], change
    _fetch(server, tmp_path)
    assert (tmp_path / NAME).read_bytes() == newer


@pytest.mark.parametrize("etag", [None, 'W/"weak"'])
def test_without_a_version_to_trust_a_part_is_thrown_away(server, tmp_path, etag):
    served = server.files[PATH]
    served.etag, served.drop_after = etag, [100_000]
    _fetch(server, tmp_path)
    assert [r.get("Range") for r in served.requests] == [None, None]
    assert (tmp_path / NAME).read_bytes() == TABLE


def test_the_date_of_the_file_serves_where_there_is_no_tag(server, tmp_path):
    served = server.files[PATH]
    served.etag, served.last_modified = None, "Mon, 27 Aug 2007 15:28:11 GMT"
    served.drop_after = [100_000]
    _fetch(server, tmp_path)
    assert served.requests[1]["If-Range"] == served.last_modified
    assert (tmp_path / NAME).read_bytes() == TABLE


def test_a_server_without_ranges_sends_all_again(server, tmp_path):
    served = server.files[PATH]
    served.knows_ranges, served.drop_after = False, [100_000]
    _fetch(server, tmp_path)
    assert (tmp_path / NAME).read_bytes() == TABLE


def test_a_busy_server_is_asked_again(server, tmp_path):
    server.files[PATH].statuses = [503, 429, 500]
    _fetch(server, tmp_path)
    assert len(server.files[PATH].requests) == 4


def test_a_server_that_never_gets_anywhere_is_given_up(server, tmp_path):
    served = server.files[PATH]
    served.statuses = [503] * 50
    with pytest.raises(FetchError, match="stopped") as error:
        _fetch(server, tmp_path)
    assert error.value.where.endswith(PATH)
    assert error.value.todo
    assert len(served.requests) == fetch_module.MAX_ATTEMPTS
    assert NAME not in _names(tmp_path)


def test_nobody_listening_is_said_so(server, tmp_path):
    with pytest.raises(FetchError, match="ConnectError"):
        fetch(DATASET, tmp_path, base_url="http://127.0.0.1:1", files=[NAME])
    with pytest.raises(FetchError, match="address"):
        fetch(DATASET, tmp_path, base_url="ftp://example.invalid", files=[NAME])


@pytest.mark.parametrize(("status", "words"), [(404, "no such file"), (410, "no such file"), (403, "refused")])
def test_a_refusal_is_final(server, tmp_path, status, words):
    server.files[PATH].statuses = [status] * 3
    with pytest.raises(FetchError, match=words):
        _fetch(server, tmp_path)
    assert len(server.files[PATH].requests) == 1


@pytest.mark.parametrize("content_type", ["text/html; charset=utf-8", "application/octet-stream"])
def test_a_web_page_in_place_of_the_table_is_refused_and_not_kept(server, tmp_path, content_type):
    served = server.files[PATH]
    served.content, served.content_type = b"\r\n<!DOCTYPE html><html>Page not found</html>", content_type
    with pytest.raises(FetchError, match="a web page"):
        _fetch(server, tmp_path)
    assert not {n for n in _names(tmp_path) if n.startswith(NAME)}
    server.files[PATH] = Served()
    _fetch(server, tmp_path)  # the failure left nothing in the way
    assert (tmp_path / NAME).read_bytes() == TABLE


def test_a_wrong_checksum_is_refused_and_not_kept(server, tmp_path):
    server.files["/2005/DataFiles/BPX_D.XPT"] = Served()
    with pytest.raises(FetchError, match="known checksum"):
        fetch("nhanes-2005-2006", tmp_path, base_url=server.url, files=["bpx_d"])
    assert _names(tmp_path) == set()


def test_a_right_checksum_is_accepted_even_for_a_file_nobody_noted(server, tmp_path, monkeypatch):
    dataset = DATASETS[DATASET]
    known = tuple(replace(f, sha256=hashlib.sha256(TABLE).hexdigest()) if f.name == NAME else f for f in dataset.files)
    monkeypatch.setitem(DATASETS, DATASET, replace(dataset, files=known))
    (tmp_path / NAME).write_bytes(TABLE)
    assert _fetch(server, tmp_path).files[0].status == "already there"
    assert json.loads((tmp_path / MANIFEST).read_text())["files"][NAME]["bytes"] == len(TABLE)


# ---------------------------------------------------------------- archives

ZIP_PATH = "/2003/DataFiles/PAXRAW_C.ZIP"


def _zip(members):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in members.items():
            zipped.writestr(name, content)
    return held.getvalue()


def _fetch_zip(server, out):
    return fetch("nhanes-2003-2004", out, base_url=server.url, files=["PAXRAW_C"])


def test_the_one_table_of_an_archive_is_unpacked_under_its_own_name(server, tmp_path):
    server.files[ZIP_PATH] = Served(content=_zip({"paxraw_c.xpt": TABLE, "readme.txt": b"hello"}))
    report = _fetch_zip(server, tmp_path)
    assert (tmp_path / "PAXRAW_C.XPT").read_bytes() == TABLE
    assert report.files[0].sha256 == hashlib.sha256(TABLE).hexdigest()
    assert _names(tmp_path) == {"PAXRAW_C.XPT", MANIFEST}
    assert _fetch_zip(server, tmp_path).files[0].status == "already there"


@pytest.mark.parametrize(
    "members", [{"../paxraw_c.xpt": TABLE}, {"other.xpt": TABLE}, {"paxraw_c.xpt": TABLE, "PAXRAW_C.XPT": TABLE}]
)
def test_an_archive_with_other_names_is_refused(server, tmp_path, members):
    out = tmp_path / "out"
    server.files[ZIP_PATH] = Served(content=_zip(members))
    with pytest.raises(FetchError, match="exactly one"):
        _fetch_zip(server, out)
    assert _names(out) == set()
    assert _names(tmp_path) == {"out"}


def test_an_archive_that_unpacks_to_too_much_is_refused(server, tmp_path, monkeypatch):
    monkeypatch.setattr(fetch_module, "MAX_UNPACKED_BYTES", 1_000)
    server.files[ZIP_PATH] = Served(content=_zip({"paxraw_c.xpt": TABLE}))
    with pytest.raises(FetchError, match="believable size"):
        _fetch_zip(server, tmp_path)


def test_a_damaged_archive_leaves_nothing(server, tmp_path):
    damaged = bytearray(_zip({"paxraw_c.xpt": TABLE}))
    damaged[60:90] = b"\0" * 30
    server.files[ZIP_PATH] = Served(content=bytes(damaged))
    with pytest.raises(FetchError, match="damaged"):
        _fetch_zip(server, tmp_path)
    assert _names(tmp_path) == set()


def test_an_archive_that_holds_a_web_page_is_refused(server, tmp_path):
    server.files[ZIP_PATH] = Served(content=_zip({"paxraw_c.xpt": b"<html></html>"}))
    with pytest.raises(FetchError, match="a web page"):
        _fetch_zip(server, tmp_path)
    assert _names(tmp_path) == set()


# ---------------------------------------------------------------- the disk


def test_a_disk_too_small_is_said_before_it_is_filled(server, tmp_path, monkeypatch):
    class Usage:
        free = 1_000

    monkeypatch.setattr(fetch_module.shutil, "disk_usage", lambda folder: Usage)
    with pytest.raises(FetchError, match="disk is full"):
        _fetch(server, tmp_path)
    assert NAME not in _names(tmp_path)


def test_a_disk_that_fills_up_keeps_the_part_for_later(server, tmp_path, monkeypatch):
    real = fetch_module.os.fsync

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(fetch_module.os, "fsync", full)
    with pytest.raises(FetchError, match="disk is full") as error:
        _fetch(server, tmp_path)
    assert "Free some space" in error.value.todo
    assert NAME not in _names(tmp_path)
    assert (tmp_path / f"{NAME}.part").stat().st_size == len(TABLE)
    monkeypatch.setattr(fetch_module.os, "fsync", real)
    _fetch(server, tmp_path)
    assert len(server.files[PATH].requests) == 1  # what had come was enough
    assert (tmp_path / NAME).read_bytes() == TABLE


def test_a_full_disk_while_unpacking_keeps_the_archive(server, tmp_path, monkeypatch):
    server.files[ZIP_PATH] = Served(content=_zip({"paxraw_c.xpt": TABLE}))
    calls = []

    def room(n_bytes, *, folder):
        calls.append(n_bytes)
        if n_bytes == len(TABLE):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(fetch_module, "_room_for", room)
    with pytest.raises(FetchError, match="disk is full"):
        _fetch_zip(server, tmp_path)
    assert len(calls) == 2
    assert _names(tmp_path) == {"PAXRAW_C.ZIP.part", "PAXRAW_C.ZIP.part.json"}


def test_a_folder_that_is_a_file_is_refused(server, tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(FetchError, match="cannot write"):
        _fetch(server, tmp_path / "taken")


# ---------------------------------------------------------------- the registry


def test_unknown_names_get_the_nearest_known_one(tmp_path):
    with pytest.raises(FetchError) as error:
        fetch("nhanes-2005-06", tmp_path)
    assert "nhanes-2005-2006" in error.value.todo
    with pytest.raises(FetchError) as error:
        fetch(DATASET, tmp_path, files=["BMXX_G"])
    assert "BMX_G" in error.value.todo


def test_every_data_set_has_minutes_demographics_and_official_addresses():
    assert set(DATASETS) == {"nhanes-2003-2004", "nhanes-2005-2006", "nhanes-2011-2012", "nhanes-2013-2014"}
    for dataset in DATASETS.values():
        names = [f.name for f in dataset.files]
        assert len(set(names)) == len(names)
        assert any(n.startswith(("PAXRAW", "PAXMIN")) for n in names)
        assert any(n.startswith("DEMO") for n in names)
        assert dataset.base_url.startswith("https://wwwn.cdc.gov/")
        assert all(f.path.split("/")[1] == "DataFiles" for f in dataset.files)
    assert all(f.sha256 == SHA256.get(f.name) for d in DATASETS.values() for f in d.files)
    assert sum(f.sha256 is not None for f in DATASETS["nhanes-2005-2006"].files) == len(SHA256) == 27
