"""Rebuilds a release like OHIF's pipeline: with the same package manager, lockfile, settings and commits."""

from __future__ import annotations

from pathlib import Path

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.core.digests import digest_of, digest_of_tree
from ohifbuild.core.errors import AuditImpossible, ToolFailed
from ohifbuild.releases.catalogue import ReleasePin
from ohifbuild.sources.base_viewer import check_is_viewer
from ohifbuild.sources.bun import run_bun
from ohifbuild.sources.bundle import bundle, bundle_key
from ohifbuild.sources.checkout import checkout
from ohifbuild.sources.install import explained
from ohifbuild.sources.manifests import without_unneeded_workspace
from ohifbuild.sources.working_tree import installing, is_installed, working_tree
from ohifbuild.supply.audit.publisher import Publisher
from ohifbuild.tools.package_managers import package_manager, package_of
from ohifbuild.tools.toolchain import NodeTools, node_tools

KIND = "audit"
# The source's `bunfig.toml` freezes the lockfile, but the lockfile has OHIF's own packages in older versions, which bun
# accepts only with `--no-save`. All other packages are installed as the lockfile names them, with their integrity.
INSTALL = ("install", "--no-save", "--ignore-scripts", "--no-progress")


def rebuild_release(
    pin: ReleasePin, publisher: Publisher, source: str, cache: Cache, *, offline: bool, reporter: Reporter
) -> Path:
    """Rebuilds the release's viewer; returns its folder in the cache, which must never be changed.

    Raises:
        AuditImpossible: the publisher's version of bun is not pinned for this machine.
        OhifbuildError: the errors of ``checkout``, ``npm_package``, ``node_tools`` and ``bundle``.
    """
    tools = node_tools(cache, reporter, needs=pin.node, offline=offline)
    key = digest_of(KIND, publisher.released, publisher.stamped, publisher.bun, INSTALL, bundle_key(pin.bundler))

    def make(work: Path) -> None:
        released = checkout(source, publisher.released, publisher.released, cache, offline=offline, reporter=reporter)
        stamped = checkout(source, publisher.stamped, publisher.stamped, cache, offline=offline, reporter=reporter)
        bun = bun_binary(publisher.bun, tools, cache, offline=offline, reporter=reporter)
        lock = digest_of(digest_of_tree(released.path / "bun.lock"), publisher.bun, INSTALL)
        with working_tree(released, lock, cache, reporter) as tree:
            installed = digest_of(lock, publisher.released)
            _install(tree, bun, installed, tools, cache, offline=offline, reporter=reporter)
        log = cache.root / "logs" / f"{pin.version}-audit.log"
        with working_tree(stamped, lock, cache, reporter) as tree:
            bundle(tree, pin.bundler, tools, work, log, reporter, as_published=True)
        check_is_viewer(work / "dist", f"The source of {pin.tag}")

    return cache.entry(KIND, key, make, reporter=reporter) / "dist"


def _install(
    tree: Path, bun: Path, key: str, tools: NodeTools, cache: Cache, *, offline: bool, reporter: Reporter
) -> None:
    if is_installed(tree, key):
        return
    store = cache.path_of("bun", "store").absolute()
    env = {**tools.env, "CI": "true", "HUSKY": "0"}
    step = reporter.step("Install dependencies as OHIF did")
    with step, installing(tree, key), without_unneeded_workspace(tree):
        try:
            run_bun(bun, list(INSTALL), tree, store, tools, env, offline=offline)
        except ToolFailed as error:
            raise explained(error, tree, offline=offline) from error


def bun_binary(version: str, tools: NodeTools, cache: Cache, *, offline: bool, reporter: Reporter) -> Path:
    """The path of bun in the version of OHIF's pipeline, downloaded and verified if it is not in the cache.

    Raises:
        AuditImpossible: this version is not pinned for this machine.
        OhifbuildError: the errors of ``package_manager``.
    """
    package = package_of(f"bun@{version}")
    if not package.integrity:
        raise AuditImpossible(
            f"{package.spec} is not pinned.",
            cause="OHIF published this release with a version of bun that this version of ohifbuild does not know, or "
            "this machine is not supported.",
            fix="Audit a release such as 3.12.0 on Linux or macOS, or use a newer ohifbuild.",
        )
    return Path(package_manager(f"bun@{version}", tools, cache, offline=offline, reporter=reporter)[0])
