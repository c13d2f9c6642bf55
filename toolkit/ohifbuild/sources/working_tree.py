"""The room a source build works in: a copy of the checkout that stays, so that nothing done once is done again.

``node_modules`` and the bundler's own cache live here, at a path that never changes (the bundler's cache holds absolute
paths); all commits with the same lockfile share a room. Nothing in it is trusted: before each build every source file
is compared with the pristine checkout, changed ones are put back, and unknown ones removed; ``node_modules`` counts
only under the key it was installed for.
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
# What builds make and may keep: everything else that is not in the checkout is removed.
KEPT = "node_modules"
INSTALLED = ".ohifbuild-installed"


@contextmanager
def room(checkout: Checkout, key: str, cache: Cache, reporter: Reporter) -> Iterator[Path]:
    """A room with exactly the checkout's sources, ours alone for the length of the block.

    Args:
        key: what decides ``node_modules``, as ``install.lock_key`` gives it.

    Raises:
        CacheUnusable, DiskFull: the cache cannot be written.
    """
    place = cache.path_of(KIND, key).absolute()
    with disk_errors(cache.root):
        lock_as_in_use(cache.root)
        place.mkdir(parents=True, exist_ok=True)
        with _alone(place, reporter):
            os.utime(place)
            tree = place / "tree"
            tree.mkdir(exist_ok=True)
            restore(checkout.path, tree)
            yield tree


def restore(pristine: Path, tree: Path) -> None:
    """Makes the sources in ``tree`` those of ``pristine``, byte for byte."""
    wanted = {path.relative_to(pristine) for path in pristine.rglob("*")}
    for path in sorted(wanted):  # folders come before what is in them
        source, target = pristine / path, tree / path
        if source.is_dir() and not source.is_symlink():
            _restore_folder(target)
        else:
            _restore_file(source, target)
    _remove_others(tree, wanted)


def is_installed(tree: Path, key: str) -> bool:
    """Whether ``node_modules`` was installed to its end for this key."""
    marker = tree / INSTALLED
    return marker.is_file() and marker.read_text(encoding="utf-8") == key


@contextmanager
def installing(tree: Path, key: str) -> Iterator[None]:
    """Around an installation: only one that ended well counts."""
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


def _remove_others(tree: Path, wanted: set[Path]) -> None:
    for folder, folders, names in os.walk(tree):
        here = Path(folder).relative_to(tree)
        others = [name for name in (*folders, *names) if here / name not in wanted]
        for name in others:
            if name != KEPT and here / name != Path(INSTALLED):
                _remove(Path(folder) / name)
        folders[:] = [name for name in folders if here / name in wanted]


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        with suppress(FileNotFoundError):
            path.unlink()


@contextmanager
def _alone(place: Path, reporter: Reporter) -> Iterator[None]:
    lock = FileLock(place / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        reporter.say("Another ohifbuild is building from this source; waiting for it.")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
