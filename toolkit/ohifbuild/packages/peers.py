"""What peer ranges mean for an OHIF release."""

from __future__ import annotations

import re

from nodesemver import make_range

from ohifbuild.releases.catalogue import sort_key
from ohifbuild.releases.ranges import parse_range

CORE = "@ohif/core"
REACT = ("react", "react-dom")
# What OHIF's command line wrote into peerDependencies for a build of the package's own; no code imports it.
BUILD_TOOLS = re.compile(
    r"webpack(?:-.+)?|@babel/(?!runtime).+|babel-.+|.+-loader|@rspack/.+|typescript|cross-env|dotenv.*|postcss.*"
)


def accepts(wanted: str, version: str) -> bool:
    """Whether npm accepts a version, or the release of a prerelease. True if ``wanted`` is not a range of npm."""
    try:
        spec = make_range(wanted, loose=False)
        return bool(spec.test(version) or spec.test(version.partition("-")[0]))
    except ValueError:
        return True


def breaks(name: str, version: str, wanted: str) -> bool:
    """Whether a package that wants this range of a peer cannot work with a version of it.

    Code for an older React runs in a newer one; ranges of other peers than these are rarely right and rarely matter.
    """
    if name in REACT:
        return needs_newer(version, wanted)
    return name == CORE and not accepts(wanted, version)


def needs_newer(version: str, wanted: str) -> bool:
    """Whether every version in the range is newer than ``version``. False if ``wanted`` is not a range of versions."""
    try:
        alternatives = parse_range(wanted).alternatives
    except ValueError:
        return False
    return all(max(low for low, _ in bounds) > sort_key(version) for bounds in alternatives)


def at_least(version: str) -> str:
    """The range of all versions from this major version on, or from this minor version before 1.0."""
    major, _, rest = version.partition(".")
    return f">={major}" if major != "0" else f">=0.{rest.partition('.')[0]}"
