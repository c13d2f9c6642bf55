from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from pathlib import Path
from time import time as now

import pytest

from ohifbuild.cache.default import default_cache
from ohifbuild.cache.entries import Cache
from ohifbuild.cache.shared_store import SharedStore, pack
from ohifbuild.cache.unpack import unpack
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.digests import digest_of_tree
from ohifbuild.core.errors import StoreUnusable


def viewer(work: Path) -> None:
    (work / "dist" / "ünï").mkdir(parents=True)
    (work / "dist" / "index.html").write_text("<!doctype html>")
    (work / "dist" / "ünï" / ("long" * 40)).write_bytes(b"x" * 70_000)
    (work / "tool").write_text("#!/bin/sh\n")
    (work / "tool").chmod(0o755)


def never(work: Path) -> None:
    raise AssertionError("was made although the store has it")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def filled(tmp_path: Path, store: Path) -> Path:
    """The store, with the entry base/key in it; returns the folder that the entry was made in."""
    return Cache(tmp_path / "first", SharedStore(str(store))).entry("base", "key", viewer, shared=True)


@pytest.fixture
def second(tmp_path: Path, store: Path) -> Cache:
    """Another machine's cache on the same store."""
    return Cache(tmp_path / "second", SharedStore(store.as_uri()))


def archive_of(store: Path) -> Path:
    (found,) = store.glob("base/*.tar.gz")
    return found


def test_a_second_machine_downloads_what_the_first_made(filled: Path, second: Cache) -> None:
    folder = second.entry("base", "key", never, shared=True)
    assert digest_of_tree(folder) == digest_of_tree(filled)
    assert os.access(folder / "tool", os.X_OK)
    assert [path.name for path in folder.parent.iterdir() if path.is_dir()] == ["key"]


def test_an_upload_that_was_abandoned_long_ago_is_removed_and_a_running_one_is_kept(
    tmp_path: Path, store: Path
) -> None:
    (store / "base").mkdir(parents=True)
    for name, age in ((".upload-old", 90_000), (".upload-new", 60)):
        (store / "base" / name).write_text("half")
        moment = now() - age
        os.utime(store / "base" / name, (moment, moment))
    Cache(tmp_path / "first", SharedStore(str(store))).entry("base", "key", viewer, shared=True)
    assert [path.name for path in store.glob("base/.upload-*")] == [".upload-new"]


def test_only_entries_made_with_shared_are_uploaded(tmp_path: Path, store: Path) -> None:
    Cache(tmp_path / "first", SharedStore(str(store))).entry("npm", "key", viewer)
    assert not store.exists()


def test_an_archive_depends_only_on_the_contents(tmp_path: Path) -> None:
    archives = []
    for name, time in (("a", 1_000_000_000), ("b", 1_500_000_000)):
        viewer(tmp_path / name)
        os.utime(tmp_path / name / "dist" / "index.html", (time, time))
        (tmp_path / name / "dist" / "index.html").chmod(0o600 if name == "a" else 0o664)
        pack(tmp_path / name, tmp_path / f"{name}.tar.gz")
        archives.append((tmp_path / f"{name}.tar.gz").read_bytes())
    assert archives[0] == archives[1]
    unpack(tmp_path / "a.tar.gz", tmp_path / "c")
    assert digest_of_tree(tmp_path / "c") == digest_of_tree(tmp_path / "a")


def test_links_are_not_packed(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "link").symlink_to("/etc/passwd")
    with pytest.raises(ValueError, match="neither"):
        pack(tmp_path / "folder", tmp_path / "x.tar.gz")


@pytest.mark.parametrize("damage", ["altered", "truncated", "gone", "note", "other entry", "newer"])
def test_a_damaged_entry_is_made_locally(filled: Path, store: Path, second: Cache, damage: str) -> None:
    archive, note = archive_of(store), store / "base/key.json"
    data, facts = archive.read_bytes(), json.loads(note.read_text())
    if damage == "altered":
        archive.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    elif damage == "truncated":
        archive.write_bytes(data[: len(data) // 2])
    elif damage == "gone":
        archive.unlink()
    elif damage == "note":
        note.write_text('{"format": 1, "entr')
    elif damage == "other entry":
        note.write_text(json.dumps({**facts, "entry": "base/other"}))
    else:
        note.write_text(json.dumps({**facts, "format": 2}))
    reporter = SilentReporter()
    folder = second.entry("base", "key", viewer, shared=True, reporter=reporter)
    assert digest_of_tree(folder) == digest_of_tree(filled)
    assert bool(reporter.warnings) is (damage != "gone")


def test_a_hostile_archive_with_a_correct_digest_writes_nothing_outside_its_folder(
    filled: Path, store: Path, second: Cache, tmp_path: Path
) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("good"))
        archive.addfile(tarfile.TarInfo("../../evil"))
    digest = hashlib.sha256(buffer.getvalue()).hexdigest()
    (store / "base" / f"{digest}.tar.gz").write_bytes(buffer.getvalue())
    note = store / "base/key.json"
    note.write_text(json.dumps({**json.loads(note.read_text()), "sha256": digest}))
    reporter = SilentReporter()
    folder = second.entry("base", "key", viewer, shared=True, reporter=reporter)
    assert "outside the package" in reporter.warnings[0]
    assert digest_of_tree(folder) == digest_of_tree(filled)
    assert not list(tmp_path.rglob("evil"))


def test_a_path_instead_of_a_digest_in_a_note_is_refused(filled: Path, store: Path, second: Cache) -> None:
    note = store / "base/key.json"
    note.write_text(json.dumps({**json.loads(note.read_text()), "sha256": "../../first/secret"}))
    reporter = SilentReporter()
    second.entry("base", "key", viewer, shared=True, reporter=reporter)
    assert "no SHA-256" in reporter.warnings[0]


def test_a_store_that_cannot_be_written_does_not_fail_the_build(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    reporter = SilentReporter()
    cache = Cache(tmp_path / "cache", SharedStore(str(tmp_path / "file" / "store")))
    assert cache.entry("base", "key", viewer, shared=True, reporter=reporter).is_dir()
    assert any("did not accept" in line for line in reporter.lines)


def test_a_store_without_a_driver_raises_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StoreUnusable, match="cannot be used"):
        Cache(tmp_path, SharedStore("nonsense://me:geheim@x/y")).entry("base", "key", viewer, shared=True)

    def missing(url: str, **options: object) -> None:
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr("fsspec.core.url_to_fs", missing)
    with pytest.raises(StoreUnusable) as caught:
        Cache(tmp_path, SharedStore("s3://me:geheim@bucket/x")).entry("base", "key", viewer, shared=True)
    assert caught.value.fix == "Install it with: pip install s3fs"
    assert "geheim" not in caught.value.what + caught.value.details


def test_the_environment_variable_names_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OHIFBUILD_STORE", "s3://bucket/ohif")
    assert default_cache().store == SharedStore("s3://bucket/ohif")
    monkeypatch.setenv("OHIFBUILD_STORE", "")
    assert default_cache().store is None
