"""Ranges of versions in a ``package.json``, as npm reads them."""

from __future__ import annotations

from nodesemver import make_range

from ohifbuild.releases.catalogue import sort_key
from ohifbuild.releases.ranges import parse_range

WORKSPACE = "workspace:"


def satisfies(version: str, wanted: str) -> bool:
    """Whether npm accepts a version, or the release of a prerelease. True if ``wanted`` is not a range of versions."""
    try:
        spec = make_range(wanted.removeprefix(WORKSPACE), loose=False)
        return bool(spec.test(version) or spec.test(version.partition("-")[0]))
    except ValueError:
        return True


def needs_newer(version: str, wanted: str) -> bool:
    """Whether every version in the range is newer than ``version``. False if ``wanted`` is not a range of versions."""
    try:
        alternatives = parse_range(wanted).alternatives
    except ValueError:
        return False
    return all(max(low for low, _ in bounds) > sort_key(version) for bounds in alternatives)
