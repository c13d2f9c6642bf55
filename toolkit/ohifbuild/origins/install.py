"""The dependencies of a source build: what the release's lockfile says, nothing newer, and no package's scripts."""

from __future__ import annotations

import re
from pathlib import Path

from ohifbuild.cache import Cache, digest_of, digest_of_tree
from ohifbuild.console import Meter, Reporter
from ohifbuild.errors import OhifbuildError, PackageUnavailable, ReleaseUnsupported, ToolFailed
from ohifbuild.origins.room import installing, is_installed
from ohifbuild.package_managers import package_manager
from ohifbuild.process import run
from ohifbuild.toolchain import NodeTools

LOCKFILES = {"yarn": "yarn.lock", "pnpm": "pnpm-lock.yaml"}
# A build needs none of the scripts that OHIF's dependencies would run on installation: v3.10 and v3.12 build without.
OPTIONS = {
    "yarn": [
        "install",
        "--frozen-lockfile",
        "--ignore-scripts",
        "--non-interactive",
        "--prefer-offline",
        "--no-progress",
    ],
    "pnpm": ["install", "--frozen-lockfile", "--ignore-scripts", "--prefer-offline", "--reporter=append-only"],
}
MISSING = re.compile(
    r'(?:Couldn\'t find package "(?P<yarn>[^"]+)"(?: required by "(?P<wanter>[^"]+)")?'
    r"|(?P<url>https?://\S+): (?:Request failed \\?\"?404|Not Found)"
    r"|ERR_PNPM_FETCH_404.*?GET (?P<pnpm>\S+): Not Found)"
)
YARN_PHASE = re.compile(r"\[(\d)/(\d)\] (\w[\w ]+)")


def lock_key(tree: Path, tools: NodeTools, manager: str) -> str:
    """What decides ``node_modules``: the lockfile, Node's major version, and the package manager."""
    lockfile = tree / lockfile_of(manager)
    if not lockfile.is_file():
        raise ReleaseUnsupported(
            f"The source has no {lockfile.name}.",
            cause="The release uses another package manager than the catalogue says.",
            fix="Choose a release that is verified: ohifbuild releases",
        )
    return digest_of(digest_of_tree(lockfile), tools.version.split(".")[0], manager, OPTIONS[_name(manager)])


def lockfile_of(manager: str) -> str:
    """The lockfile of ``yarn@…`` or ``pnpm@…``."""
    return LOCKFILES[_name(manager)]


def install(tree: Path, manager: str, tools: NodeTools, cache: Cache, *, offline: bool, reporter: Reporter) -> None:
    """Fills ``node_modules`` in ``tree`` unless it is there already.

    Raises:
        PackageUnavailable: the registry lacks a package that the lockfile names.
        ToolFailed: the package manager failed otherwise.
        ReleaseUnsupported: there is no lockfile.
    """
    key = lock_key(tree, tools, manager)
    if is_installed(tree, key):
        return
    program = package_manager(manager, tools, cache, offline=offline, reporter=reporter)
    options = [*OPTIONS[_name(manager)], *(["--offline"] if offline else [])]
    with reporter.step("Install dependencies") as meter, installing(tree, key):
        try:
            run([*program, *options], cwd=tree, env=_environment(tools), on_line=lambda line: _phase(line, meter))
        except ToolFailed as error:
            raise _explained(error) from error


def _environment(tools: NodeTools) -> dict[str, str]:
    # Playwright, Cypress and others would fetch browsers; none is needed to build.
    return {
        **tools.env,
        "CI": "true",
        "HUSKY": "0",
        "CYPRESS_INSTALL_BINARY": "0",
        "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD": "1",
    }


def _phase(line: str, meter: Meter) -> None:
    found = YARN_PHASE.search(line)
    if found:
        meter.phase(found[3].lower())


def _explained(error: ToolFailed) -> OhifbuildError:
    found = MISSING.search(error.details)
    if not found:
        return error
    package = found["yarn"] or found["url"] or found["pnpm"]
    wanter = f", which {found['wanter']} wants" if found["wanter"] else ""
    return PackageUnavailable(
        f"The registry lacks {package}{wanter}: this release cannot be installed from it.",
        cause="The package was withdrawn, or your registry mirrors only a part.",
        fix="Use the published release: ohifbuild build --from published",
        details=error.details[-1500:],
    )


def _name(manager: str) -> str:
    return manager.partition("@")[0]
