"""Exchanges two folders in one step, where the system can."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

AT_FDCWD = -100
EXCHANGE = 2
"""RENAME_EXCHANGE of Linux (renameat2(2)): at every moment, each of the two names has one of the two folders."""


def exchanged(one: Path, other: Path) -> bool:
    """Exchanges two paths that exist.

    Returns:
        False if this system or this file system cannot, such as macOS or NFS; then nothing has changed.
    """
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:
        return False
    return bool(renameat2(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), EXCHANGE) == 0)
