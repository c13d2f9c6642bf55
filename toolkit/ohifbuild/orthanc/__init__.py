"""Orthanc: a real one for verify, and the scripts with which it enforces tokens."""

from __future__ import annotations

from pathlib import Path

from ohifbuild.orthanc.server import OrthancServer, orthanc

__all__ = ["SCRIPTS", "OrthancServer", "orthanc"]

SCRIPTS = Path(__file__).parent / "scripts"
"""``token_filter.py`` with the scripts that it imports, and ``closed_without_filter.lua``; none needs this package."""
