"""Installs the dependencies of a source build: exactly the lockfile's versions, without running any scripts."""

from __future__ import annotations

import os
import re
import shutil
from contextlib import nullcontext
from pathlib import Path

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Meter, Reporter
from ohifbuild.core.digests import digest_of, digest_of_tree
from ohifbuild.core.errors import (
    DiskFull,
    DownloadFailed,
    NotInCache,
    OhifbuildError,
    PackageUnavailable,
    ReleaseUnsupported,
    ToolFailed,
)
from ohifbuild.core.processes import run
from ohifbuild.sources.bun import run_bun
from ohifbuild.sources.lockfiles import dependents, package_of_tarball
from ohifbuild.sources.manifests import UNNEEDED, UNNEEDED_WORKSPACE, install_inputs, without_unneeded_packages
from ohifbuild.sources.remedies import PUBLISHED
from ohifbuild.sources.working_tree import installing, is_installed
from ohifbuild.tools.package_managers import package_manager
from ohifbuild.tools.toolchain import NodeTools

LOCKFILES = {"yarn": "yarn.lock", "pnpm": "pnpm-lock.yaml", "bun": "bun.lock"}
# A build does not need the installation scripts of OHIF's dependencies: v3.10 and v3.12 build without them.
OPTIONS = {
    "yarn": (
        "install",
        "--frozen-lockfile",
        "--ignore-scripts",
        "--non-interactive",
        "--prefer-offline",
        "--no-progress",
        "--network-timeout=120000",
    ),
    "pnpm": (
        "install",
        "--frozen-lockfile",
        "--ignore-scripts",
        "--prefer-offline",
        "--reporter=append-only",
        f"--filter=!./{UNNEEDED_WORKSPACE}",
    ),
    "bun": ("install", "--frozen-lockfile", "--ignore-scripts", "--no-progress"),
}

MISSING = re.compile(
    r'Couldn\'t find package "(?P<yarn>[^"]+)"(?: required by "(?P<dependent>[^"]+)")?'
    r'|(?P<url>https?://[^\s"]+): (?:Request failed \\?"?40[34]|Not Found)'
    r"|Couldn't find any versions for \"(?P<versions>[^\"]+)\" that matches \"(?P<range>[^\"]+)\"(?! in our cache)"
    r"|ERR_PNPM_FETCH_404.*?GET (?P<pnpm>\S+): Not Found"
    r"|error: GET (?P<address>https?://\S+) - 40[34]"
    r"|error: (?P<bun>@?[^\s@]+@\S+) failed to resolve"
)
# yarn's stack traces, and the warnings that OHIF's resolutions always cause.
NOISE = re.compile(r"^(?:    at .*|warning (?:Resolution field|.*Invalid bin entry).*|info Visit .*)\n?", re.MULTILINE)
NOT_CACHED = re.compile(r"in our cache|ERR_PNPM_NO_OFFLINE|Can't make a request in offline mode")
OUTDATED = re.compile(
    r"lockfile needs to be updated|ERR_PNPM_OUTDATED_LOCKFILE|lockfile had changes, but lockfile is frozen"
)
UNREACHABLE = re.compile(
    r"ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ESOCKETTIMEDOUT|ECONNRE|ENETUNREACH|network connection"
    r"|downloading (?:tarball|package manifest)"  # bun
)
# bun names no cause when it cannot write a file.
UNWRITTEN = re.compile(r"Fail extracting tarball")
FULL_BYTES = 64 << 20
TAMPERED = re.compile(r"Integrity check failed|EINTEGRITY|ERR_PNPM_TARBALL_INTEGRITY")
YARN_PHASE = re.compile(r"\[(\d)/(\d)\] (\w[\w ]+)")


def lock_key(tree: Path, tools: NodeTools, manager: str) -> str:
    """A digest of what decides ``node_modules`` except its links: lockfile, Node's major version, package manager.

    Raises:
        ReleaseUnsupported: the source has no lockfile of this package manager.
    """
    lockfile = tree / LOCKFILES[_name(manager)]
    if not lockfile.is_file():
        raise ReleaseUnsupported(
            f"The source has no {lockfile.name}.",
            cause="The release uses a different package manager than the catalogue states.",
            fix="Choose a verified release. List them with: ohifbuild releases",
        )
    return digest_of(digest_of_tree(lockfile), tools.version.split(".")[0], manager, install_key(manager))


def install_key(manager: str) -> str:
    """A digest of the options that decide the result of an installation."""
    return digest_of(OPTIONS[_name(manager)], UNNEEDED if _is_yarn(manager) else ())


def install(tree: Path, manager: str, tools: NodeTools, cache: Cache, *, offline: bool, reporter: Reporter) -> None:
    """Installs ``node_modules`` in ``tree``, unless they are installed already.

    Args:
        manager: the package manager, as ``package_manager`` takes it: ``yarn@1.22.22``.

    Raises:
        PackageUnavailable: the registry does not have a package that the lockfile names.
        DownloadFailed: the registry cannot be reached, or it sends other files than the lockfile names.
        DiskFull: the disk is full.
        NotInCache: ``offline`` is set and a package is not in the cache.
        ToolFailed: the package manager failed for another reason.
        ReleaseUnsupported: the lockfile is missing, or it does not match the package.json files.
    """
    key = digest_of(lock_key(tree, tools, manager), install_inputs(tree))
    if is_installed(tree, key):
        return
    program = package_manager(manager, tools, cache, offline=offline, reporter=reporter)
    options = list(OPTIONS[_name(manager)])
    reduced = without_unneeded_packages(tree) if _is_yarn(manager) else nullcontext()
    with reporter.step("Install dependencies") as meter, installing(tree, key), reduced:
        try:
            if _name(manager) == "bun":
                store = cache.path_of("bun", "store").absolute()
                run_bun(Path(program[0]), options, tree, store, tools, _environment(tools), offline=offline)
            else:
                options += [*_store(manager, cache), *(["--offline"] if offline else [])]
                run([*program, *options], cwd=tree, env=_environment(tools), on_line=lambda line: _phase(line, meter))
        except ToolFailed as error:
            raise explained(error, tree, offline=offline) from error


def explained(error: ToolFailed, tree: Path, *, offline: bool = False) -> OhifbuildError:
    """The error for a failure of a package manager in the source ``tree``."""
    text, details = error.details, NOISE.sub("", error.details)[-1500:]
    missing = MISSING.search(text)
    full = UNWRITTEN.search(text) and shutil.disk_usage(tree).free < FULL_BYTES
    if full or "ENOSPC" in text or "no space left" in text.lower():
        return DiskFull(
            "No space is left for OHIF's dependencies.",
            cause="The disk is full; the dependencies need about 2.5 GB with their cache.",
            fix="Free some space, or set OHIFBUILD_CACHE to a folder on another disk.",
        )
    if NOT_CACHED.search(text) or (offline and UNREACHABLE.search(text)):
        return NotInCache(
            "A dependency of OHIF is not in the cache, and --offline forbids downloading it.",
            cause="This source was never installed on this machine, or the cache was pruned.",
            fix="Run the same command once without --offline.",
            details=details,
        )
    if missing:
        return _unavailable(missing, tree, details)
    if OUTDATED.search(text):
        return ReleaseUnsupported(
            "The source's lockfile does not match its package.json files.",
            cause="Somebody added a dependency to the source without updating the lockfile.",
            fix="Install the source by hand and commit its lockfile.",
            details=details,
        )
    if TAMPERED.search(text):
        cause, fix = "A proxy or the registry sends a file that does not match the lockfile.", "Try another network."
    elif UNREACHABLE.search(text):
        cause, fix = "The registry cannot be reached, or it does not answer in time.", "Check it with: npm ping"
    else:
        return error
    return DownloadFailed("OHIF's dependencies could not be downloaded.", cause=cause, fix=fix, details=details)


def _unavailable(found: re.Match[str], tree: Path, details: str) -> PackageUnavailable:
    if found["versions"]:
        package = f"{found['versions']}@{found['range']}"
    else:
        package = found["yarn"] or found["bun"] or package_of_tarball(found["url"] or found["pnpm"] or found["address"])
    required_by = [found["dependent"]] if found["dependent"] else dependents(tree, package)
    dependent = f" (required by {', '.join(required_by[:3])})" if required_by else ""
    return PackageUnavailable(
        f"The registry does not have {package}{dependent}, so this release cannot be installed.",
        cause="The package was withdrawn, or your registry is a mirror without it.",
        fix=f"Use the published release: {PUBLISHED}",
        details=details,
    )


def _store(manager: str, cache: Cache) -> list[str]:
    """The option for the package manager's store: a folder in our cache, so that the user's store is not changed."""
    folder = cache.path_of(_name(manager), "store").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    os.utime(folder)
    if _name(manager) == "pnpm":
        return [f"--store-dir={folder}"]
    # yarn 1 cannot run two installations with one cache at the same time.
    return [f"--cache-folder={folder}", f"--mutex=file:{folder.parent / '.mutex'}"]


def _environment(tools: NodeTools) -> dict[str, str]:
    # Playwright, Cypress and others would download browsers, which a build does not need.
    return {
        **tools.env,
        "CI": "true",
        "HUSKY": "0",
        "DISABLE_V8_COMPILE_CACHE": "1",  # yarn 1 would leave its compiled code in the folder for temporary files
        "CYPRESS_INSTALL_BINARY": "0",
        "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD": "1",
    }


def _phase(line: str, meter: Meter) -> None:
    found = YARN_PHASE.search(line)
    if found:
        meter.phase(found[3].lower())


def _is_yarn(manager: str) -> bool:
    return _name(manager) == "yarn"


def _name(manager: str) -> str:
    return manager.partition("@")[0]
