"""The default cache, from the environment."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from ohifbuild.cache.entries import CACHE_VARIABLE, STORE_VARIABLE, Cache


def default_root() -> Path:
    """``$OHIFBUILD_CACHE``, or the user's cache folder if the variable is not set."""
    return Path(os.environ.get(CACHE_VARIABLE) or platformdirs.user_cache_dir("ohifbuild"))


def default_cache() -> Cache:
    """The cache at ``default_root``, with the shared store that ``$OHIFBUILD_STORE`` names, if it is set."""
    url = os.environ.get(STORE_VARIABLE)
    if not url:
        return Cache(default_root())
    from ohifbuild.cache.shared_store import SharedStore  # its drivers are slow to import

    return Cache(default_root(), SharedStore(url))
