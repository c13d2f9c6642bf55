"""Packages of the npm registry, through the user's own npm.

Which registry, which proxy and whose credentials is npm's business and its configuration's: no host is named here.
npm runs in an empty folder, so that a ``package.json`` or ``.npmrc`` where the user happens to be has no say, and runs
no scripts. npm itself retries broken downloads (its ``fetch-retries``) and keeps finished ones in its own cache; it
cannot resume half a file. What we keep is keyed by the pin: a package that was once verified is never fetched again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ohifbuild.cache import Cache, digest_of
from ohifbuild.console import Meter, Reporter
from ohifbuild.errors import (
    DiskFull,
    DownloadFailed,
    IntegrityMismatch,
    NotInCache,
    OhifbuildError,
    PackageDamaged,
    ToolFailed,
    UnknownRelease,
)
from ohifbuild.process import output
from ohifbuild.toolchain import NodeTools, node_tools
from ohifbuild.unpack import unpack

KIND = "npm"
WATCH_SECONDS = 0.2
ERROR_CODE = re.compile(r'(?:npm (?:error|ERR!) code |"code": ")(\w+)')
QUIET = ("--no-update-notifier", "--no-fund", "--no-audit", "--ignore-scripts")


@dataclass(frozen=True)
class Package:
    """A package and its pin: ``integrity`` is npm's ``sha512-<base64>``; ``size`` the tarball's bytes, if known."""

    name: str
    version: str
    integrity: str
    size: int | None = None

    @property
    def spec(self) -> str:
        """``name@version``."""
        return f"{self.name}@{self.version}"


def npm_package(package: Package, cache: Cache, *, offline: bool, reporter: Reporter) -> Path:
    """The package's unpacked folder (npm's ``package/``) in the cache, fetched and verified if it is not there yet.

    Raises:
        NotInCache: ``offline`` and not there.
        DownloadFailed, UnknownRelease: npm did not get it.
        IntegrityMismatch: what arrived is not what is pinned; nothing was unpacked.
        PackageDamaged: it fits its pin but is no package.
        CacheUnusable, DiskFull: the cache cannot be written.
    """
    key = digest_of(package.spec, package.integrity)
    if offline and not cache.has(KIND, key):
        raise NotInCache(
            f"{package.spec} is not in the cache, and --offline forbids fetching it.",
            cause="It was never fetched on this machine, or the cache was pruned.",
            fix="Run the same command once without --offline.",
        )

    def make(work: Path) -> None:
        tools = node_tools(cache, reporter)
        with tempfile.TemporaryDirectory(prefix="download-", dir=work.parent) as temporary:
            tarball = _fetch(package, tools, Path(temporary), reporter)
            _check(tarball, package)
            with reporter.step(f"Unpack {package.spec}", unit="B") as meter:
                unpack(tarball, work, meter)

    folder = cache.entry(KIND, key, make) / "package"
    if not folder.is_dir():
        raise PackageDamaged(f"{package.spec} holds no folder 'package'.", cause="It was not made by npm.")
    return folder


def published_integrity(name: str, version: str, cache: Cache, reporter: Reporter) -> str:
    """What the registry says the package's integrity is: as good as the registry, so not a pin.

    Raises:
        UnknownRelease: the registry has no such version.
        DownloadFailed: it could not be asked.
    """
    found = _view(f"{name}@{version}", "dist.integrity", node_tools(cache, reporter))
    if not isinstance(found, str) or not found.startswith("sha512-"):
        raise UnknownRelease(
            f"The registry has no {name}@{version}.",
            cause="There is no such release, or it was never published to npm.",
            fix="Choose one of: ohifbuild releases",
        )
    return found


def published_versions(name: str, cache: Cache, reporter: Reporter) -> tuple[str, ...]:
    """Every version the registry has, oldest first.

    Raises:
        DownloadFailed, UnknownRelease: as above.
    """
    found = _view(name, "versions", node_tools(cache, reporter))
    return tuple(found) if isinstance(found, list) else (str(found),)


def _view(spec: str, field: str, tools: NodeTools) -> Any:
    with tempfile.TemporaryDirectory() as empty, _npm_errors(spec):
        text = output([tools.npm, "view", spec, field, "--json", *QUIET], cwd=Path(empty), env=tools.env)
    return json.loads(text) if text.strip() else None


def _fetch(package: Package, tools: NodeTools, folder: Path, reporter: Reporter) -> Path:
    command: list[str | Path] = [tools.npm, "pack", package.spec, "--json", "--pack-destination", folder, *QUIET]
    with (
        reporter.step(f"Download {package.spec}", total=package.size, unit="B") as meter,
        _growth_of(_npm_cache(tools, folder), meter),
        _npm_errors(package.spec),
    ):
        output(command, cwd=folder, env=tools.env)
    tarballs = list(folder.glob("*.tgz"))
    if len(tarballs) != 1:
        raise DownloadFailed(
            f"npm said it fetched {package.spec}, but there is no tarball.",
            cause="This npm behaves otherwise than those we know.",
            fix="Install a current npm: npm install --global npm",
        )
    return tarballs[0]


def _check(tarball: Path, package: Package) -> None:
    with tarball.open("rb") as file:
        digest = hashlib.file_digest(file, "sha512").digest()
    found = "sha512-" + base64.b64encode(digest).decode()
    if not hmac.compare_digest(found, package.integrity):
        raise IntegrityMismatch(
            f"{package.spec} is not the package that is pinned; nothing of it was unpacked.",
            cause="The registry or a proxy serves another file than the one published, or the pin is wrong.",
            fix="Do not use it. Compare with another network, then report it.",
            details=f"  pinned {package.integrity}\n  got    {found}",
        )


@contextmanager
def _npm_errors(spec: str) -> Iterator[None]:
    """Turns npm's own error codes into ours."""
    try:
        yield
    except ToolFailed as error:
        code = ERROR_CODE.search(error.details)
        raise _explained(spec, code[1] if code else "", error.details) from error


def _explained(spec: str, code: str, details: str) -> OhifbuildError:
    if code in ("E404", "ETARGET"):
        return UnknownRelease(
            f"The registry has no {spec}.",
            cause="There is no such version, or this registry lacks it.",
            fix="Choose one of: ohifbuild releases",
        )
    if code == "ENOSPC":
        return DiskFull("No space left for npm's download.", cause="The disk is full.", fix="Free about 1 GB.")
    cause, fix = {
        "E401": ("The registry wants credentials.", "npm login"),
        "E403": ("The registry refuses these credentials.", "npm whoami"),
        "ENOTFOUND": ("The registry's name cannot be resolved.", "npm ping"),
        "ECONNREFUSED": ("The registry, or the proxy, refuses the connection.", "npm ping"),
        "ETIMEDOUT": ("The registry does not answer in time.", "npm ping"),
        "EINTEGRITY": ("What arrived is damaged.", "Run the same command again."),
    }.get(code, ("npm's last lines above say why.", "npm ping"))
    return DownloadFailed(f"npm could not fetch {spec}.", cause=cause, fix=fix, details=details[-2000:])


def _npm_cache(tools: NodeTools, empty: Path) -> Path:
    return Path(output([tools.npm, "config", "get", "cache"], cwd=empty, env=tools.env).strip()) / "_cacache" / "tmp"


@contextmanager
def _growth_of(folder: Path, meter: Meter) -> Iterator[None]:
    """Tells ``meter`` how the files in ``folder`` grow: npm shows no progress, but writes the download there."""
    done = threading.Event()
    known = _bytes_in(folder)

    def watch() -> None:
        told = 0
        while not done.wait(WATCH_SECONDS):
            grown = _bytes_in(folder) - known
            if grown > told:
                meter.advance(grown - told)
                told = grown

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _bytes_in(folder: Path) -> int:
    total = 0
    for path in folder.glob("*"):
        try:
            total += path.stat().st_size
        except OSError:  # moved to its final place while we looked
            continue
    return total
