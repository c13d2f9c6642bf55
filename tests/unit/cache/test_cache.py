from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ohifbuild.cache import entries
from ohifbuild.cache.default import default_root
from ohifbuild.cache.entries import Cache, seal
from ohifbuild.cache.upkeep import PruneResult, prune, usage
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.digests import digest_of, digest_of_tree, seal_of
from ohifbuild.core.disk import disk_errors
from ohifbuild.core.errors import CacheInUse, CacheUnusable, DiskFull

# A build in a separate process: it prints that it is making the entry, and completes it when it reads a line.
BUILD = """
import sys
from collections.abc import Callable
from pathlib import Path
from ohifbuild.cache.entries import Cache, seal
from ohifbuild.core.console import SilentReporter

class Waits(SilentReporter):
    def say(self, line):
        print("waiting", flush=True)

def make(work):
    (work / "half").write_text("1")
    print("making", flush=True)
    sys.stdin.readline()
    (work / "whole").write_text("2")

print(Cache(Path(sys.argv[1])).entry("kind", "key", make, reporter=Waits()), flush=True)
sys.stdin.readline()
"""

PRUNE = """
import sys
from pathlib import Path
from ohifbuild.cache.entries import Cache
from ohifbuild.cache.upkeep import prune
from ohifbuild.core.errors import CacheInUse

try:
    print(prune(Cache(Path(sys.argv[1])), unused_days=None).entries)
except CacheInUse:
    print("CacheInUse")
"""


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def build(cache: Cache) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", BUILD, str(cache.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def read_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def send_line(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()


def one_file(work: Path) -> None:
    (work / "file").write_bytes(b"x" * 5000)


def never(work: Path) -> None:
    raise AssertionError("was made although it exists")


def test_an_entry_is_made_once(cache: Cache) -> None:
    folder = cache.entry("kind", "key", one_file)
    assert (folder / "file").read_bytes() == b"x" * 5000
    assert cache.entry("kind", "key", never) == folder
    assert cache.has("kind", "key")


def test_a_make_that_fails_leaves_nothing(cache: Cache) -> None:
    def fail(work: Path) -> None:
        one_file(work)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cache.entry("kind", "key", fail)
    assert not cache.has("kind", "key")
    assert not [path for path in cache.root.rglob("*") if path.is_dir() and path.parent.name == "kind"]


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", ".hidden", "a\0b", "x" * 200])
def test_a_name_that_could_lead_out_of_the_cache_is_refused(cache: Cache, name: str) -> None:
    with pytest.raises(ValueError, match="not the name"):
        cache.entry("kind", name, one_file)
    with pytest.raises(ValueError, match="not the name"):
        cache.has(name, "key")


def test_the_next_build_replaces_what_a_killed_build_left(cache: Cache) -> None:
    with build(cache) as victim:
        assert read_line(victim) == "making"
        victim.send_signal(signal.SIGKILL)
    assert not cache.has("kind", "key")
    folder = cache.entry("kind", "key", one_file)
    assert [path.name for path in folder.iterdir()] == ["file"]
    assert [path for path in folder.parent.iterdir() if path.is_dir()] == [folder]


def test_of_two_simultaneous_builds_one_makes_the_entry_and_the_other_waits(cache: Cache) -> None:
    with build(cache) as first, build(cache) as second:
        by_state = {read_line(first): first}
        by_state[read_line(second)] = second
        assert by_state.keys() == {"making", "waiting"}
        send_line(by_state["making"])
        assert read_line(first) == read_line(second) == str(cache.path_of("kind", "key"))
        send_line(first)
        send_line(second)
    assert sorted(path.name for path in cache.path_of("kind", "key").iterdir()) == ["half", "whole"]


def test_a_full_disk_and_a_read_only_disk_have_their_own_errors(tmp_path: Path, cache: Cache) -> None:
    def full(work: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(work))

    with pytest.raises(DiskFull) as caught:
        cache.entry("kind", "key", full)
    assert "OHIFBUILD_CACHE" in caught.value.fix
    assert not cache.has("kind", "key")
    with pytest.raises(CacheUnusable), disk_errors(tmp_path):
        raise OSError(errno.EROFS, "Read-only file system", "x")
    with pytest.raises(RuntimeError), disk_errors(tmp_path):
        raise RuntimeError


def test_a_file_instead_of_the_cache_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for root in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(CacheUnusable, match="Cannot write"):
            Cache(root).entry("kind", "key", one_file)


def test_an_existing_entry_can_be_read_from_a_read_only_cache(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = cache.path_of("kind", "key")
    folder.mkdir(parents=True)
    seal(folder).write_text(seal_of(folder))

    def refuse(*args: object, **options: object) -> int:
        raise OSError(errno.EROFS, "Read-only file system", str(cache.root))

    monkeypatch.setattr("os.open", refuse)
    monkeypatch.setattr("os.utime", refuse)
    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    assert cache.entry("kind", "key", never) == folder
    with pytest.raises(CacheUnusable):
        cache.entry("kind", "other", one_file)


def test_usage_counts_linked_files_once(cache: Cache) -> None:
    assert usage(cache) == ()
    first = cache.entry("kind", "a", one_file)
    cache.entry("kind", "b", lambda work: (work / "link").hardlink_to(first / "file"))
    cache.entry("other", "c", one_file)
    kind, other = usage(cache)
    assert (kind.kind, kind.entries, other.kind, other.entries) == ("kind", 2, "other", 1)
    assert kind.bytes == other.bytes >= 5000


def test_prune_removes_entries_that_were_not_used_for_some_days(cache: Cache) -> None:
    folder = cache.entry("kind", "key", one_file)
    used = folder.stat().st_mtime
    assert prune(cache, unused_days=2, now=used + 86_400) == PruneResult(0, 0)
    assert prune(cache, unused_days=2, now=used + 3 * 86_400).entries == 1
    assert not cache.has("kind", "key")


def test_using_an_entry_renews_its_time(cache: Cache) -> None:
    folder = cache.entry("kind", "key", one_file)
    os.utime(folder, (1, 1))
    cache.entry("kind", "key", never)
    assert prune(cache, unused_days=30).entries == 0


def test_prune_removes_all_entries_and_the_leftovers_of_killed_builds(cache: Cache) -> None:
    cache.entry("kind", "other", one_file)
    with build(cache) as victim:
        assert read_line(victim) == "making"
        victim.send_signal(signal.SIGKILL)
    freed = prune(cache, unused_days=None)
    assert freed.entries == 1
    assert freed.bytes > 5000
    assert not [path for path in (cache.root / "kind").iterdir() if path.is_dir()]
    assert prune(cache, unused_days=None) == PruneResult(0, 0)


def test_nothing_is_pruned_while_a_build_uses_the_cache(cache: Cache) -> None:
    with build(cache) as running:
        assert read_line(running) == "making"
        send_line(running)
        folder = Path(read_line(running))
        with pytest.raises(CacheInUse):
            prune(cache, unused_days=None)
        assert (folder / "whole").is_file()
        send_line(running)
    assert prune(cache, unused_days=None).entries == 1


def test_a_refused_prune_leaves_the_cache_in_use(cache: Cache) -> None:
    folder = cache.entry("kind", "other", one_file)
    with build(cache) as running:
        read_line(running)
        with pytest.raises(CacheInUse):
            prune(cache, unused_days=None)
        send_line(running)
        read_line(running)
        send_line(running)
    pruned = subprocess.run([sys.executable, "-c", PRUNE, str(cache.root)], check=True, capture_output=True, text=True)
    assert pruned.stdout.strip() == "CacheInUse"
    assert (folder / "file").is_file()


def test_a_prune_does_not_hold_up_the_next(cache: Cache) -> None:
    with build(cache) as running:
        read_line(running)
        send_line(running)
        read_line(running)
        send_line(running)
    assert prune(cache, unused_days=None).entries == 1
    # This process still runs, and has used nothing of the cache.
    pruned = subprocess.run([sys.executable, "-c", PRUNE, str(cache.root)], check=True, capture_output=True, text=True)
    assert pruned.stdout.strip() == "0"


def test_the_environment_variable_names_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OHIFBUILD_CACHE", "/elsewhere")
    assert default_root() == Path("/elsewhere")
    monkeypatch.setenv("OHIFBUILD_CACHE", "")
    assert default_root().name == "ohifbuild"


def test_different_values_and_trees_have_different_digests(tmp_path: Path) -> None:
    assert digest_of("a", "b") != digest_of("ab") != digest_of("a", "b", None)
    for name, files in {"one": {"a": "bc"}, "two": {"ab": "c"}, "three": {"a": "bc"}}.items():
        (tmp_path / name).mkdir()
        for file, text in files.items():
            (tmp_path / name / file).write_text(text)
    digests = [digest_of_tree(tmp_path / name) for name in ("one", "two", "three")]
    assert digests[0] == digests[2] != digests[1]


def test_an_entry_that_nobody_else_makes_is_not_reported(cache: Cache) -> None:
    reporter = SilentReporter()
    cache.entry("kind", "key", one_file, reporter=reporter)
    assert reporter.lines == []


def flipped(folder: Path) -> None:
    data = bytearray((folder / "tree/file").read_bytes())
    data[17] ^= 1
    (folder / "tree/file").write_bytes(data)


DAMAGES = {
    "a flipped bit": flipped,
    "a shorter file": lambda folder: os.truncate(folder / "tree/file", 100),
    "an empty file": lambda folder: os.truncate(folder / "tree/file", 0),
    "a missing file": lambda folder: (folder / "tree/file").unlink(),
    "a further file": lambda folder: (folder / "tree/more").write_text(""),
    "a missing folder": lambda folder: (folder / "tree/empty").rmdir(),
    "a link instead of a file": lambda folder: linked(folder / "tree/file"),
    "a link instead of a folder": lambda folder: linked(folder / "tree"),
    "a link instead of the entry": lambda folder: linked(folder),
    "a file instead of the entry": lambda folder: replaced_by_a_file(folder),
    "a program that nobody may run": lambda folder: (folder / "tree/program").chmod(0o644),
    "no seal": lambda folder: seal(folder).unlink(),
    "another seal": lambda folder: seal(folder).write_text("0" * 64),
    "a seal that is no text": lambda folder: seal(folder).write_bytes(b"\xff"),
}


def linked(path: Path) -> None:
    path.rename(path.with_name(f"{path.name}.moved"))
    path.symlink_to(f"{path.name}.moved")


def replaced_by_a_file(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("")


def whole(work: Path) -> None:
    (work / "tree/empty").mkdir(parents=True)
    (work / "tree/file").write_bytes(bytes(range(256)) * 10)
    (work / "tree/program").write_text("#!/bin/sh")
    (work / "tree/program").chmod(0o755)


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_entry_is_not_used_but_made_again(
    cache: Cache, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Path], object]
) -> None:
    folder = cache.entry("kind", "key", whole)
    before = seal_of(folder)
    damage(folder)
    monkeypatch.setattr(entries, "_intact", set())  # as in the next process
    assert not cache.has("kind", "key")
    reporter = SilentReporter()
    again = cache.entry("kind", "key", whole, reporter=reporter)
    assert seal_of(again) == before
    assert not again.is_symlink()
    assert "is damaged; it is made again" in reporter.warnings[0]
    assert cache.has("kind", "key")
    assert not list(folder.parent.glob(".*.work-*"))


def test_the_next_process_that_uses_the_cache_removes_what_a_killed_one_left(cache: Cache) -> None:
    with build(cache) as victim:
        assert read_line(victim) == "making"
        victim.kill()
    assert list(cache.root.glob("kind/.*.work-*"))
    cache.entry("other", "entry", one_file)
    assert not list(cache.root.glob("kind/.*.work-*"))


def test_prune_removes_what_belongs_to_entries_that_are_gone(cache: Cache) -> None:
    cache.entry("kind", "key", one_file)
    prune(cache, unused_days=None)
    assert not list((cache.root / "kind").iterdir())
