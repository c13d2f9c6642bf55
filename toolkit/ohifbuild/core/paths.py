"""Questions about paths that a user gave; a path that no file system allows has the answer no."""

from __future__ import annotations

from pathlib import Path


def is_file(path: Path) -> bool:
    """Whether the path is a regular file that can be reached."""
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that is too long, a folder without permission, or a null character
        return False


def is_folder(path: Path) -> bool:
    """Whether the path is a folder that can be reached."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def exists(path: Path) -> bool:
    """Whether there is a file or a folder that can be reached."""
    return is_file(path) or is_folder(path)
