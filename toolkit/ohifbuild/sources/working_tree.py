"""The working tree of a source build: a copy of the checkout that stays in the cache, so that later builds are fast.

It holds ``node_modules`` and the bundler's cache, at a path that never changes, because the bundler's cache contains
absolute paths. All commits with the same lockfile share one working tree. Its contents are not trusted: before each
build, every source file is compared with the checkout; changed files are restored and unknown files are removed.
``node_modules`` are used only with the key for which they were installed.
"""

from __future__ import annotations

import filecmp
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from ohifbuild.cache.entries import Cache, lock_as_in_use
from ohifbuild.core.console import Reporter
from ohifbuild.core.disk import disk_errors
from ohifbuild.sources.checkout import Checkout

KIND = "room"
# A build result that is kept; everything else that is not in the checkout is removed.
KEPT = "node_modules"
INSTALLED = ".ohifbuild-installed"


@contextmanager
def working_tree(checkout: Checkout, key: str, cache: Cache, reporter: Reporter) -> Iterator[Path]:
    """A working tree with exactly the checkout's sources, locked until the block ends.

    Args:
        checkout: the source.
        key: a digest of what decides ``node_modules``, from ``install.lock_key``.

    Raises:
        CacheUnusable, DiskFull: the cache cannot be written.
    """
    folder = cache.path_of(KIND, key).absolute()
    with disk_errors(cache.root):
        lock_as_in_use(cache.root)
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder, reporter):
            os.utime(folder)
            tree = folder / "tree"
            tree.mkdir(exist_ok=True)
            restore(checkout.path, tree)
            yield tree


def restore(pristine: Path, tree: Path) -> None:
    """Makes the sources in ``tree`` equal to those in ``pristine``, byte for byte."""
    expected = {path.relative_to(pristine) for path in pristine.rglob("*")}
    for path in sorted(expected):  # a folder comes before its contents
        source, target = pristine / path, tree / path
        if source.is_dir() and not source.is_symlink():
            _restore_folder(target)
        else:
            _restore_file(source, target)
    _remove_others(tree, expected)


def is_installed(tree: Path, key: str) -> bool:
    """Whether an installation of ``node_modules`` for this key was completed."""
    marker = tree / INSTALLED
    return marker.is_file() and marker.read_text(encoding="utf-8") == key


@contextmanager
def installing(tree: Path, key: str) -> Iterator[None]:
    """Surrounds an installation; records the key only if the installation succeeded."""
    (tree / INSTALLED).unlink(missing_ok=True)
    yield
    (tree / INSTALLED).write_text(key, encoding="utf-8")


def _restore_folder(target: Path) -> None:
    if target.is_symlink() or target.is_file():
        target.unlink()
    target.mkdir(exist_ok=True)


def _restore_file(source: Path, target: Path) -> None:
    if (
        target.is_symlink()
        or source.is_symlink()
        or target.is_dir()
        or (target.is_file() and not filecmp.cmp(source, target, shallow=False))
    ):
        _remove(target)
    if not target.exists():
        shutil.copyfile(source, target, follow_symlinks=False)
    shutil.copymode(source, target, follow_symlinks=False)


def _remove_others(tree: Path, expected: set[Path]) -> None:
    for folder, folders, names in os.walk(tree):
        here = Path(folder).relative_to(tree)
        others = [name for name in (*folders, *names) if here / name not in expected]
        for name in others:
            if name != KEPT and here / name != Path(INSTALLED):
                _remove(Path(folder) / name)
        folders[:] = [name for name in folders if here / name in expected]


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        with suppress(FileNotFoundError):
            path.unlink()


@contextmanager
def _locked(folder: Path, reporter: Reporter) -> Iterator[None]:
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        reporter.say("Another ohifbuild process is building from this source; waiting for it.")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
