"""Questions about paths that a user gave."""

from __future__ import annotations

import os
from pathlib import Path


def is_file(path: Path) -> bool:
    """Whether the path is a regular file that can be reached; no for a path that no file system allows."""
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that is too long, a folder without permission, or a null character
        return False


def is_folder(path: Path) -> bool:
    """Whether the path is a folder that can be reached; no for a path that no file system allows."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def exists(path: Path) -> bool:
    """Whether there is a file or a folder that can be reached."""
    return is_file(path) or is_folder(path)


def is_taken(path: Path) -> bool:
    """Whether anything is at the path, also a link to nothing.

    Raises:
        OSError: no file system allows the path, or it leads through a file. pathlib's own questions answer no to that
            since Python 3.14.
    """
    try:
        os.lstat(path)
    except FileNotFoundError:
        return False
    return True
