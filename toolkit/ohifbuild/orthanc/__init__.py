"""Orthanc: a real one for verify, and the scripts with which it enforces tokens."""

from __future__ import annotations

from pathlib import Path

from ohifbuild.orthanc.server import OrthancServer, orthanc

__all__ = ["SCRIPTS", "OrthancServer", "orthanc"]

SCRIPTS = Path(__file__).parent / "scripts"
"""``token_filter.py``, ``viewer_files.py`` and ``closed_without_filter.lua``; each works without this package."""
