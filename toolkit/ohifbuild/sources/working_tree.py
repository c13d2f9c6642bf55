"""The working tree of a source build: a copy of the checkout that stays in the cache, so that later builds are fast.

It holds ``node_modules`` and the bundler's cache, at a path that never changes, because the bundler's cache contains
absolute paths. All commits with the same lockfile share one working tree. Its contents are not trusted: before each
build, every source file is compared with the checkout; changed files are restored and unknown files are removed.
``node_modules`` are used only with the key for which they were installed, and only if they are as they were then. The
caches in them are used only if they are as the last build left them.
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
from ohifbuild.core.digests import seal_of
from ohifbuild.core.disk import disk_errors
from ohifbuild.sources.checkout import Checkout

KIND = "room"
# A build result that is kept; everything else that is not in the checkout is removed.
KEPT = "node_modules"
INSTALLED = ".ohifbuild-installed"
CACHES = "caches.seal"
NO_CACHES = frozenset({".bin", ".bun", ".pnpm"})
"""The hidden folders in ``node_modules`` that hold what was installed; all others are caches of tools."""


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
            _drop_changed_caches(tree, folder / CACHES)
            try:
                yield tree
            except Exception:
                _seal_caches(tree, folder / CACHES)
                raise
            _seal_caches(tree, folder / CACHES)


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
    return marker.is_file() and marker.read_text(encoding="utf-8") == _installation(tree, key)


@contextmanager
def installing(tree: Path, key: str) -> Iterator[None]:
    """Surrounds an installation, which begins without modules of an earlier one that were changed or are incomplete.

    The key and the modules are recorded only if the installation succeeded.
    """
    marker = tree / INSTALLED
    before = marker.read_text(encoding="utf-8").split() if marker.is_file() else []
    if before != _installation(tree, *before[:1]).split():
        for folder in _modules(tree):
            shutil.rmtree(folder)
    marker.unlink(missing_ok=True)
    yield
    marker.write_text(_installation(tree, key), encoding="utf-8")


def _installation(tree: Path, key: str = "") -> str:
    """The key of an installation and the digest of its modules."""
    return f"{key} {seal_of(tree, counts=_is_installed_file)}"


def _is_installed_file(name: str) -> bool:
    # Not the folders of modules themselves: a bundler makes one for its cache.
    return f"/{KEPT}/" in f"/{name}" and not _is_in_cache(name)


def _is_in_cache(name: str) -> bool:
    _, modules, inside = f"/{name}".partition(f"/{KEPT}/")
    first = inside.partition("/")[0]
    return bool(modules) and first.startswith(".") and first not in NO_CACHES


def _modules(tree: Path) -> Iterator[Path]:
    for folder, folders, _ in os.walk(tree):
        if KEPT in folders:
            folders.remove(KEPT)
            yield Path(folder) / KEPT


def _drop_changed_caches(tree: Path, seal: Path) -> None:
    if not (seal.is_file() and seal.read_text(encoding="ascii") == seal_of(tree, counts=_is_in_cache)):
        for modules in _modules(tree):
            for path in modules.iterdir():
                if _is_in_cache(f"{KEPT}/{path.name}") and path.is_dir():
                    _remove(path)
    seal.unlink(missing_ok=True)


def _seal_caches(tree: Path, seal: Path) -> None:
    seal.write_text(seal_of(tree, counts=_is_in_cache), encoding="ascii")


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
