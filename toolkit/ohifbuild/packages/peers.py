"""Peer dependencies in a package.json: what to write, and what OHIF's old command line wrote that no viewer needs."""

from __future__ import annotations

import re

# For a build of the package's own; no code imports it.
BUILD_TOOLS = re.compile(
    r"webpack(?:-.+)?|@babel/(?!runtime).+|babel-.+|.+-loader|@rspack/.+|typescript|cross-env|dotenv.*|postcss.*"
)


def at_least(version: str) -> str:
    """The range of all versions from this major version on, or from this minor version before 1.0."""
    major, _, rest = version.partition(".")
    return f">={major}" if major != "0" else f">=0.{rest.partition('.')[0]}"
