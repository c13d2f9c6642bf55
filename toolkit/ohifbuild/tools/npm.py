"""Packages of the npm registry, through the user's own npm.

Which registry, which proxy and whose credentials is npm's business and its configuration's: no host is named here.
The user's and the global npmrc count; npm runs in a folder of ours, so that a ``package.json`` or ``.npmrc`` where the
user happens to be has no say. It runs no scripts.

Broken downloads: npm repeats requests that got no answer (its ``fetch-retries``), but not a body that breaks off, and
it cannot resume half a file; so we start npm again, ``ATTEMPTS`` times in all. To fetch the missing half ourselves we
would need npm's credentials and proxy. What is finished is never fetched again: a tarball stays in npm's own cache, a
package that was verified in ours, keyed by its pin.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ohifbuild.cache.entries import Cache
from ohifbuild.cache.unpack import unpack
from ohifbuild.core.console import Meter, Reporter
from ohifbuild.core.digests import digest_of
from ohifbuild.core.errors import DownloadFailed, IntegrityMismatch, NotInCache, PackageDamaged, PackageUnknown
from ohifbuild.core.processes import output
from ohifbuild.tools.npm_errors import ConnectionBroke, npm_errors
from ohifbuild.tools.toolchain import NodeTools, node_tools

KIND = "npm"
WATCH_SECONDS = 0.2
ATTEMPTS = 3
# Without --no-workspaces npm would look in the folders above ours for a workspace root and take its .npmrc.
QUIET = ("--no-update-notifier", "--no-fund", "--no-audit", "--ignore-scripts", "--no-workspaces")


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
        PackageUnknown: the registry lacks it.
        DownloadFailed: npm did not get it.
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
        with tempfile.TemporaryDirectory(prefix="download-", dir=work) as temporary:
            tarball = _fetch(package, tools, Path(temporary), reporter)
            _check(tarball, package)
            with reporter.step(f"Unpack {package.spec}", unit="B") as meter:
                unpack(tarball, work, meter)

    folder = cache.entry(KIND, key, make, reporter=reporter) / "package"
    if not folder.is_dir():
        raise PackageDamaged(f"{package.spec} holds no folder 'package'.", cause="It was not made by npm.")
    return folder


def published_integrity(name: str, version: str, cache: Cache, reporter: Reporter) -> str:
    """What the registry says the package's integrity is: as good as the registry, so not a pin.

    Raises:
        PackageUnknown: the registry has no such version.
        DownloadFailed: it could not be asked.
    """
    spec = f"{name}@{version}"
    found = _view(spec, "dist.integrity", node_tools(cache, reporter))
    if not isinstance(found, str) or not found.startswith("sha512-"):
        raise PackageUnknown(
            f"The registry has no {spec}, or no SHA-512 of it.",
            cause="There is no such version, or it is from before npm kept digests.",
            fix=f"See what it has with: npm view {name} versions",
        )
    return found


def published_versions(name: str, cache: Cache, reporter: Reporter) -> tuple[str, ...]:
    """Every version the registry has, oldest first.

    Raises:
        PackageUnknown, DownloadFailed: as above.
    """
    found = _view(name, "versions", node_tools(cache, reporter))
    return tuple(map(str, found)) if isinstance(found, list) else (str(found),)


def _view(spec: str, field: str, tools: NodeTools) -> Any:
    with tempfile.TemporaryDirectory() as temporary, npm_errors(spec):
        text = output([tools.npm, "view", spec, field, "--json", *QUIET], cwd=_project(temporary), env=tools.env)
    try:
        return json.loads(text) if text.strip() else None
    except ValueError as error:
        raise DownloadFailed(
            f"npm's answer about {spec} cannot be read.", cause="It is not JSON.", details=text[-1500:]
        ) from error


def _project(folder: str | Path) -> Path:
    """Makes ``folder`` a project of its own, so that npm looks no further for one."""
    (Path(folder) / "package.json").write_text("{}", encoding="utf-8")
    return Path(folder)


def _fetch(package: Package, tools: NodeTools, folder: Path, reporter: Reporter) -> Path:
    arriving = _npm_cache(tools, _project(folder))
    for attempt in range(2, ATTEMPTS + 1):
        try:
            return _pack(package, tools, folder, arriving, reporter)
        except ConnectionBroke:
            reporter.say(f"The download of {package.spec} broke off; trying again ({attempt} of {ATTEMPTS}).")
    return _pack(package, tools, folder, arriving, reporter)


def _pack(package: Package, tools: NodeTools, folder: Path, arriving: Path, reporter: Reporter) -> Path:
    command: list[str | Path] = [tools.npm, "pack", package.spec, "--json", "--pack-destination", folder, *QUIET]
    with (
        reporter.step(f"Download {package.spec}", total=package.size, unit="B") as meter,
        _growth_of(arriving, meter),
        npm_errors(package.spec),
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


def _npm_cache(tools: NodeTools, project: Path) -> Path:
    """Where npm writes a download while it arrives."""
    text = output([tools.npm, "config", "get", "cache", *QUIET], cwd=project, env=tools.env)
    return Path(text.strip()) / "_cacache" / "tmp"


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
