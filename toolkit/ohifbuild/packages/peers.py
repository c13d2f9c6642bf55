"""What peer ranges mean for an OHIF release."""

from __future__ import annotations

import re

from nodesemver import make_range

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


def at_least(version: str) -> str:
    """The range of all versions from this major version on, or from this minor version before 1.0."""
    major, _, rest = version.partition(".")
    return f">={major}" if major != "0" else f">=0.{rest.partition('.')[0]}"
