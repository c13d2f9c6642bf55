"""This machine as npm's packages of native programs name it."""

from __future__ import annotations

import platform
import sys

MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}


def machine() -> str:
    """System and processor, such as ``linux-x64``."""
    return f"{sys.platform}-{MACHINES.get(platform.machine().lower(), platform.machine())}"


def is_musl() -> bool:
    """Whether this is a Linux whose C library is not glibc, such as Alpine."""
    return sys.platform == "linux" and platform.libc_ver()[0] != "glibc"
