"""The git origin: clone, patch, install and bundle OHIF's own source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.core.digests import digest_of
from ohifbuild.patches.series import Patch, apply, digest, select
from ohifbuild.releases.catalogue import ReleasePin
from ohifbuild.sources.base_viewer import BaseViewer, check_is_viewer
from ohifbuild.sources.bundle import bundle, bundle_key
from ohifbuild.sources.checkout import SPARSE, checkout, commit_of
from ohifbuild.sources.components import MODULES_NAME
from ohifbuild.sources.install import install, install_key, lock_key
from ohifbuild.sources.lockfiles import add_integrities
from ohifbuild.sources.working_tree import room
from ohifbuild.sources.workspace import SourcePackage, add_packages, digest_of_packages
from ohifbuild.tools.toolchain import NodeTools, node_tools

ORIGIN = "git"
KIND = "base"
# Raised whenever the same inputs come to give another bundle.
RECIPE_VERSION = 2


@dataclass(frozen=True)
class Source:
    """Where OHIF's source comes from: ``remote`` is a URL or path; ``ref`` a tag, branch or commit ("": the pin's)."""

    remote: str
    ref: str = ""


def base_viewer(
    pin: ReleasePin,
    source: Source,
    patches: Sequence[Patch],
    cache: Cache,
    *,
    packages: Sequence[SourcePackage] = (),
    offline: bool,
    reporter: Reporter,
) -> BaseViewer:
    """The release, bundled from its patched source with ``packages`` compiled in.

    Nothing is cloned, installed or bundled if the same was built before, here or by whoever fills the shared store.

    Raises:
        OhifbuildError: as its parts: ``commit_of``, ``checkout``, ``node_tools``, ``install``, ``apply``,
            ``add_packages``, ``bundle``.
    """
    name = source.ref or pin.tag
    commit = commit_of(source.remote, name, None if source.ref else pin.commit, offline=offline)
    if not source.ref and not pin.commit:
        reporter.warn(f"{pin.tag} is not pinned: which commit it is, only the remote says.")
    wanted = select(patches, pin.version)
    tools = node_tools(cache, reporter, needs=pin.node, offline=offline)
    key = digest_of(
        ORIGIN,
        RECIPE_VERSION,
        commit,
        SPARSE,
        digest(wanted),
        digest_of_packages(packages),
        tools.version.split(".")[0],
        pin.package_manager,
        install_key(pin.package_manager),
        pin.bundler,
        bundle_key(pin.bundler),
    )

    def make(work: Path) -> None:
        pristine = checkout(source.remote, name, commit, cache, offline=offline, reporter=reporter)
        log = cache.root / "logs" / f"{pin.version}-{key[:12]}.log"
        with room(pristine, lock_key(pristine.path, tools, pin.package_manager), cache, reporter) as tree:
            install(tree, pin.package_manager, tools, cache, offline=offline, reporter=reporter)
            folders = _changed(tree, pin, wanted, packages, tools, reporter)
            bundle(tree, pin.bundler, tools, work, log, reporter, module_folders=folders)
            add_integrities(work / MODULES_NAME, tree)
        check_is_viewer(work / "dist", f"The source of {name}")

    folder = cache.entry(KIND, key, make, reporter=reporter, shared=True)
    compiled = tuple((package.name, package.digest[:12]) for package in packages)
    return BaseViewer(folder / "dist", key, replace(pin, commit=commit), ORIGIN, compiled)


def _changed(
    tree: Path,
    pin: ReleasePin,
    patches: Sequence[Patch],
    packages: Sequence[SourcePackage],
    tools: NodeTools,
    reporter: Reporter,
) -> tuple[Path, ...]:
    """Patches the source and puts the packages in; returns where their own dependencies are."""
    report = apply(tree, pin.version, patches)
    reporter.debug(f"{len(patches)} patches changed {len(report.changed)} files")
    return add_packages(tree, packages, tools, by_directory=pin.bundler == "rspack", reporter=reporter)
