"""The manifest: every byte counts, and it cannot lead out of the store."""

import hashlib
import json
from dataclasses import replace

import pytest

from sennight.errors import StoreError
from sennight.store.manifest import ChannelEntry, Commit, FileEntry, Manifest, index_path, shard_path


def commit(place: int, rows: int) -> Commit:
    return Commit(
        rows=rows,
        content_sha256=f"{place:064x}",
        samples=FileEntry.of(shard_path(place), b"minutes"),
        index=FileEntry.of(index_path(place), b"rows"),
    )


def finished() -> Manifest:
    return Manifest(
        channels=(ChannelEntry(name="steps", unit="1/min"),),
        shard_rows=4,
        provenance={"reader": "synthetic", "share": 0.1},
        commits=(commit(0, 4), commit(1, 2)),
        others=(FileEntry.of("facts.parquet", b"facts"),),
        rows=6,
        complete=True,
    )


def signed(body: dict[str, object]) -> bytes:
    body = {key: value for key, value in body.items() if key != "sha256"}
    dumped = json.dumps(body, indent=1).encode()
    return json.dumps({**body, "sha256": hashlib.sha256(dumped).hexdigest()}, indent=1).encode()


def test_it_comes_back_as_it_was() -> None:
    manifest = finished()
    assert Manifest.from_bytes(manifest.to_bytes(), where="here") == manifest
    assert signed(json.loads(manifest.to_bytes())) == manifest.to_bytes()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"format": "sennight person-days"}',
        b'{"format": "other", "format_version": 9}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"format_version": ' + b"9" * 10_000 + b"}",
    ],
)
def test_what_is_no_manifest_is_refused_in_one_sentence(content: bytes) -> None:
    with pytest.raises(StoreError) as caught:
        Manifest.from_bytes(content, where="here")
    assert caught.value.where == "here"


@pytest.mark.parametrize(
    "change",
    [
        {"rows": 7},
        {"rows": -1},
        {"rows": "6"},
        {"complete": False},
        {"channels": []},
        {"channels": [{"name": "steps", "unit": "1/min"}] * 2},
        {"channels": [{"name": "steps"}]},
        {"shard_rows": 0},
        {"shard_rows": 3},
        {"others": [{"path": "../../outside", "size": 1, "sha256": "0"}]},
        {"commits": None},
        {"provenance": {"reader": "another"}, "sha256": "kept"},
        {"unknown": 1},
    ],
)
def test_a_signed_manifest_that_contradicts_itself_is_refused(change: dict[str, object]) -> None:
    body = json.loads(finished().to_bytes())
    kept = body["sha256"]
    content = signed({**body, **change})
    if "sha256" in change:
        content = json.dumps({**body, **change, "sha256": kept}, indent=1).encode()
    with pytest.raises(StoreError, match="damaged"):
        Manifest.from_bytes(content, where="here")


def test_a_shard_must_stand_in_its_own_place() -> None:
    body = json.loads(finished().to_bytes())
    body["commits"][0]["samples"]["path"] = "/etc/passwd"
    with pytest.raises(StoreError, match="damaged"):
        Manifest.from_bytes(signed(body), where="here")


def test_only_the_last_shard_of_a_finished_store_may_be_short() -> None:
    with pytest.raises(StoreError, match="not full"):
        replace(finished(), commits=(commit(0, 2), commit(1, 4)))
    with pytest.raises(StoreError, match="not full"):
        replace(finished(), complete=False)


def test_the_fingerprint_follows_the_minutes_and_not_the_packing() -> None:
    manifest = finished()
    packed = replace(manifest.commits[0], samples=FileEntry.of(shard_path(0), b"packed otherwise"))
    assert replace(manifest, commits=(packed, manifest.commits[1])).fingerprint == manifest.fingerprint
    other = replace(manifest.commits[0], content_sha256="f" * 64)
    assert replace(manifest, commits=(other, manifest.commits[1])).fingerprint != manifest.fingerprint


def test_one_more_commit_keeps_those_before() -> None:
    start = replace(finished(), commits=(commit(0, 4),), rows=3, complete=False)
    grown = start.extended(commit(1, 4), rows=8)
    assert grown.commits == (commit(0, 4), commit(1, 4))
    assert (grown.rows, grown.committed_rows) == (8, 8)
    assert start.committed_rows == 4
    assert [f.path for f in start.files] == ["samples/c.0.0.0", "index/000000.parquet", "facts.parquet"]
