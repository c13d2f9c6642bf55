"""Downloads packages from the npm registry with the user's npm.

npm's configuration decides about the registry, the proxy and the credentials; this module names no host. The user's
npmrc and the global one apply. npm runs in a temporary folder, so that a ``package.json`` or ``.npmrc`` in the current
folder has no effect. It runs no scripts.

Interrupted downloads: npm repeats requests that got no answer (``fetch-retries``), but not a response whose body ended
early, and it cannot resume a file. So npm is started up to ``ATTEMPTS`` times. Resuming a file here would require npm's
credentials and proxy. A complete download is never repeated: npm's cache keeps the tarball, and our cache keeps the
verified package under its pin.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from ohifbuild.cache.entries import Cache
from ohifbuild.cache.unpack import unpack
from ohifbuild.core.console import Meter, Reporter
from ohifbuild.core.digests import digest_of
from ohifbuild.core.errors import DownloadFailed, IntegrityMismatch, NotInCache, PackageDamaged, PackageUnknown
from ohifbuild.core.processes import output
from ohifbuild.core.temporary import temporary_folder
from ohifbuild.tools.npm_errors import ConnectionLost, npm_errors
from ohifbuild.tools.toolchain import NodeTools, node_tools

KIND = "npm"
WATCH_SECONDS = 0.2
ATTEMPTS = 3
DAY = re.compile(r"\d{4}-\d\d-\d\d")
BATCH = 40
# Without --no-workspaces npm searches the parent folders for a workspace root and reads its .npmrc.
QUIET = ("--no-update-notifier", "--no-fund", "--no-audit", "--ignore-scripts", "--no-workspaces")


@dataclass(frozen=True)
class Package:
    """A package and its pin: ``integrity`` is npm's ``sha512-<base64>``; ``size`` is the tarball's size in bytes."""

    name: str
    version: str
    integrity: str
    size: int | None = None

    @property
    def spec(self) -> str:
        """``name@version``."""
        return f"{self.name}@{self.version}"


def npm_package(package: Package, cache: Cache, *, offline: bool, reporter: Reporter) -> Path:
    """The package's unpacked folder (npm's ``package/``) in the cache, downloaded and verified if it is not there.

    Raises:
        NotInCache: ``offline`` is set and the package is not in the cache.
        PackageUnknown: the registry does not have the package.
        DownloadFailed: npm could not download it.
        IntegrityMismatch: the download does not match the pin; nothing was unpacked.
        PackageDamaged: the download matches the pin but is not a package.
        CacheUnusable, DiskFull: the cache cannot be written.
    """
    key = digest_of(package.spec, package.integrity)
    if offline and not cache.has(KIND, key):
        raise NotInCache(
            f"{package.spec} is not in the cache, and --offline forbids downloading it.",
            cause="The package was never downloaded on this machine, or the cache was pruned.",
            fix="Run the same command once without --offline.",
        )

    def make(work: Path) -> None:
        tools = node_tools(cache, reporter)
        with tempfile.TemporaryDirectory(prefix="download-", dir=work) as temporary:
            tarball = _fetch(package, tools, Path(temporary), reporter)
            _check(tarball, package)
            with reporter.step(f"Unpack {package.spec}", unit="B") as meter:
                unpack(tarball, work, meter)
        _name_folder(work)

    # npm itself takes whatever the one folder of a tarball is called; in those of @types it is not 'package'.
    folders = [path for path in cache.entry(KIND, key, make, reporter=reporter).iterdir() if path.is_dir()]
    if len(folders) != 1:
        raise PackageDamaged(f"{package.spec} has no folder 'package'.", cause="npm did not make the package.")
    return folders[0]


def npm_packages(
    packages: Sequence[Package], cache: Cache, *, offline: bool, reporter: Reporter
) -> dict[Package, Path]:
    """The unpacked folders of many packages, as ``npm_package`` gives one. One npm downloads what is not in the cache.

    Raises:
        OhifbuildError: as ``npm_package``.
    """
    absent = [item for item in packages if not cache.has(KIND, digest_of(item.spec, item.integrity))]
    if len(absent) > 1 and not offline:
        tools = node_tools(cache, reporter)
        with (
            temporary_folder() as temporary,
            reporter.step(f"Download {len(absent)} packages", total=len(absent)) as meter,
        ):
            for start in range(0, len(absent), BATCH):
                batch = absent[start : start + BATCH]
                for package, tarball in _pack_all(batch, tools, Path(temporary)).items():
                    _keep(package, tarball, cache)
                meter.advance(len(batch))
    return {item: npm_package(item, cache, offline=offline, reporter=reporter) for item in packages}


def published_integrity(name: str, version: str, cache: Cache, reporter: Reporter) -> str:
    """The package's integrity according to the registry. It is only as trustworthy as the registry, so it is not a pin.

    Raises:
        PackageUnknown: the registry does not have this version.
        DownloadFailed: the registry did not answer.
    """
    spec = f"{name}@{version}"
    found = _view(spec, "dist.integrity", node_tools(cache, reporter))
    if not isinstance(found, str) or not found.startswith("sha512-"):
        raise PackageUnknown(
            f"The registry has no {spec}, or no SHA-512 for it.",
            cause="The version does not exist, or it is older than npm's digests.",
            fix=f"List the versions with: npm view {name} versions",
        )
    return found


def published_versions(name: str, cache: Cache, reporter: Reporter) -> tuple[str, ...]:
    """Every version of the package in the registry, oldest first.

    Raises:
        PackageUnknown: the registry does not have the package.
        DownloadFailed: the registry did not answer.
    """
    found = _view(name, "versions", node_tools(cache, reporter))
    return tuple(map(str, found)) if isinstance(found, list) else (str(found),)


def published_dates(name: str, cache: Cache, reporter: Reporter) -> dict[str, date]:
    """The day on which the registry got each version, as far as it says so.

    Raises:
        PackageUnknown: the registry does not have the package.
        DownloadFailed: the registry did not answer.
    """
    found = _view(name, "time", node_tools(cache, reporter))
    days = found.items() if isinstance(found, dict) else ()
    return {version: date.fromisoformat(day[:10]) for version, day in days if DAY.match(str(day))}


def published_package(name: str, version: str, cache: Cache, reporter: Reporter) -> Package:
    """A pin for a version: downloads its tarball, checks it against the registry's integrity, and measures it.

    Raises:
        PackageUnknown: the registry does not have this version.
        DownloadFailed: npm could not download it.
        IntegrityMismatch: the tarball is not the one that the registry announces.
    """
    package = Package(name, version, published_integrity(name, version, cache, reporter))
    with temporary_folder() as folder:
        tarball = _fetch(package, node_tools(cache, reporter), Path(folder), reporter)
        _check(tarball, package)
        return replace(package, size=tarball.stat().st_size)


def _view(spec: str, field: str, tools: NodeTools) -> Any:
    with temporary_folder() as temporary, npm_errors(spec):
        text = output([tools.npm, "view", "--json", *QUIET, "--", spec, field], cwd=_project(temporary), env=tools.env)
    try:
        return json.loads(text) if text.strip() else None
    except ValueError as error:
        raise DownloadFailed(
            f"npm's answer about {spec} is invalid.", cause="It is not JSON.", details=text[-1500:]
        ) from error


def _project(folder: str | Path) -> Path:
    """Makes ``folder`` a project, so that npm does not search its parent folders for one."""
    (Path(folder) / "package.json").write_text("{}", encoding="utf-8")
    return Path(folder)


def _fetch(package: Package, tools: NodeTools, folder: Path, reporter: Reporter) -> Path:
    incoming = _npm_cache(tools, _project(folder))
    for attempt in range(2, ATTEMPTS + 1):
        try:
            return _pack(package, tools, folder, incoming, reporter)
        except ConnectionLost:
            reporter.say(f"The download of {package.spec} was interrupted; trying again ({attempt} of {ATTEMPTS}).")
    return _pack(package, tools, folder, incoming, reporter)


def _pack_all(packages: Sequence[Package], tools: NodeTools, folder: Path) -> dict[Package, Path]:
    specs = (item.spec for item in packages)
    command: list[str | Path] = [tools.npm, "pack", "--json", "--pack-destination", folder, *QUIET, "--", *specs]
    with npm_errors(packages[0].spec):
        text = output(command, cwd=_project(folder), env=tools.env)
    names = {row["id"]: row["filename"] for row in json.loads(text)}
    # npm 8 writes the scope's slash into the name of the file that it reports, and not into that of the file.
    return {item: folder / names[item.spec].lstrip("@").replace("/", "-") for item in packages if item.spec in names}


def _keep(package: Package, tarball: Path, cache: Cache) -> None:
    """Puts a downloaded tarball into the cache, if it is what its integrity says."""
    _check(tarball, package)

    def make(work: Path) -> None:
        unpack(tarball, work)
        _name_folder(work)

    cache.entry(KIND, digest_of(package.spec, package.integrity), make)


def _name_folder(work: Path) -> None:
    """Names the only folder of a tarball ``package``; npm ignores its name, and those of ``@types`` have another."""
    folders = [path for path in work.iterdir() if path.is_dir() and not path.name.startswith("download-")]
    if len(folders) == 1:
        folders[0].rename(work / "package")


def _pack(package: Package, tools: NodeTools, folder: Path, incoming: Path, reporter: Reporter) -> Path:
    command: list[str | Path] = [tools.npm, "pack", "--json", "--pack-destination", folder, *QUIET, "--", package.spec]
    with (
        reporter.step(f"Download {package.spec}", total=package.size, unit="B") as meter,
        _growth_of(incoming, meter),
        npm_errors(package.spec),
    ):
        output(command, cwd=folder, env=tools.env)
    tarballs = list(folder.glob("*.tgz"))
    if len(tarballs) != 1:
        raise DownloadFailed(
            f"npm reported success for {package.spec}, but wrote no tarball.",
            cause="This version of npm behaves differently from the known versions.",
            fix="Install a current npm: npm install --global npm",
        )
    return tarballs[0]


def _check(tarball: Path, package: Package) -> None:
    with tarball.open("rb") as file:
        digest = hashlib.file_digest(file, "sha512").digest()
    found = "sha512-" + base64.b64encode(digest).decode()
    if not hmac.compare_digest(found, package.integrity):
        raise IntegrityMismatch(
            f"{package.spec} does not match its pinned digest; nothing of it was unpacked.",
            cause="The registry or a proxy serves a different file than the published one, or the pin is wrong.",
            fix="Do not use the package. Try again on another network, then report the difference.",
            details=f"  pinned {package.integrity}\n  got    {found}",
        )


def _npm_cache(tools: NodeTools, project: Path) -> Path:
    """The folder where npm writes a download until it is complete."""
    text = output([tools.npm, "config", "get", "cache", *QUIET], cwd=project, env=tools.env)
    return Path(text.strip()) / "_cacache" / "tmp"


@contextmanager
def _growth_of(folder: Path, meter: Meter) -> Iterator[None]:
    """Advances ``meter`` as the files in ``folder`` grow: npm reports no progress, but writes the download there."""
    done = threading.Event()
    known = _bytes_in(folder)

    def watch() -> None:
        reported = 0
        while not done.wait(WATCH_SECONDS):
            grown = _bytes_in(folder) - known
            if grown > reported:
                meter.advance(grown - reported)
                reported = grown

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
        except OSError:  # npm moved it meanwhile
            continue
    return total
