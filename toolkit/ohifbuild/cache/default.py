"""The cache that a command uses unless it is given another one."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from ohifbuild.cache.entries import CACHE_VARIABLE, STORE_VARIABLE, Cache


def default_root() -> Path:
    """``$OHIFBUILD_CACHE``, else the user's cache folder."""
    return Path(os.environ.get(CACHE_VARIABLE) or platformdirs.user_cache_dir("ohifbuild"))


def default_cache() -> Cache:
    """The cache at ``default_root``, with the store that ``$OHIFBUILD_STORE`` names behind it, if it names one."""
    url = os.environ.get(STORE_VARIABLE)
    if not url:
        return Cache(default_root())
    from ohifbuild.cache.shared_store import SharedStore  # only here: its drivers take a noticeable time to import

    return Cache(default_root(), SharedStore(url))
