"""The room a source build works in: a copy of the checkout that stays, so that nothing done once is done again.

``node_modules`` and the bundler's own cache live here, at a path that never changes (the bundler's cache holds absolute
paths). Nothing in it is trusted: before each build every source file is compared with the pristine checkout, changed
ones are put back, and unknown ones removed; ``node_modules`` counts only under the key it was installed for.
"""

from __future__ import annotations

import filecmp
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from ohifbuild.cache import Cache, disk_errors
from ohifbuild.origins.checkout import Checkout

KIND = "room"
# What builds make and may keep: everything else that is not in the checkout is removed.
KEPT = frozenset({"node_modules", "dist", ".git", ".yarn-cache"})
INSTALLED = ".ohifbuild-installed"


@contextmanager
def room(checkout: Checkout, cache: Cache) -> Iterator[Path]:
    """A room with exactly the checkout's sources, ours alone for the length of the block.

    Raises:
        CacheUnusable, DiskFull: the cache cannot be written.
    """
    place = cache.root / KIND / checkout.commit
    with disk_errors(cache.root):
        place.mkdir(parents=True, exist_ok=True)
        with FileLock(place / ".lock"):
            tree = place / "tree"
            tree.mkdir(exist_ok=True)
            restore(checkout.path, tree)
            yield tree


def restore(pristine: Path, tree: Path) -> None:
    """Makes the sources in ``tree`` those of ``pristine``, byte for byte."""
    wanted = set()
    for folder, folders, names in os.walk(pristine):
        folders[:] = [name for name in folders if name != ".git"]
        here = Path(folder).relative_to(pristine)
        wanted |= {here / name for name in names}
        (tree / here).mkdir(exist_ok=True)
        for name in names:
            _restore_file(Path(folder) / name, tree / here / name)
    for folder, folders, names in os.walk(tree):
        folders[:] = [name for name in folders if name not in KEPT and not (Path(folder) / name).is_symlink()]
        here = Path(folder).relative_to(tree)
        for name in names:
            if here / name not in wanted and name != INSTALLED:
                (Path(folder) / name).unlink()


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


def _restore_file(source: Path, target: Path) -> None:
    if target.is_symlink() or (target.is_file() and not filecmp.cmp(source, target, shallow=False)):
        target.unlink()
    elif target.is_dir():
        shutil.rmtree(target)
    if not target.exists():
        shutil.copyfile(source, target, follow_symlinks=False)
        shutil.copymode(source, target, follow_symlinks=False)
