"""The git origin: clones, patches, installs and bundles OHIF's source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.core.counts import counted
from ohifbuild.core.digests import digest_of
from ohifbuild.packages.dependencies import NOTHING as NO_DEPENDENCIES
from ohifbuild.packages.dependencies import Resolved
from ohifbuild.packages.package import Package, digest_of_packages
from ohifbuild.patches.series import Patch, apply, digest, select
from ohifbuild.releases.catalogue import ReleasePin
from ohifbuild.sources.base_viewer import BaseViewer, check_is_viewer
from ohifbuild.sources.bundle import bundle, bundle_key
from ohifbuild.sources.checkout import SPARSE, Checkout, checkout, commit_of
from ohifbuild.sources.components import MODULES_NAME
from ohifbuild.sources.install import install, install_key, lock_key
from ohifbuild.sources.lockfiles import add_integrities
from ohifbuild.sources.package_dependencies import decide_dependencies, install_dependencies
from ohifbuild.sources.working_tree import working_tree
from ohifbuild.sources.workspace import add_packages, check_packages, place_of
from ohifbuild.tools.toolchain import NodeTools, node_tools

ORIGIN = "git"
NOTHING: Mapping[str, str] = MappingProxyType({})
KIND = "base"
# Increase it when the same inputs produce a different bundle.
RECIPE_VERSION = 2


@dataclass(frozen=True)
class SourceBuild:
    """A build of OHIF's source; see ``BaseSource``.

    Args:
        release: the release, with the commit that is built.
        remote: URL or path of the git repository.
        ref: the branch, tag or commit that the recipe gives; "" for the release's tag.
        patches: the patches for the release, in their order.
        packages: extensions and modes to compile in.
        tools: Node and npm to build with.
        dependencies: of ``packages``, those that OHIF's source does not have.
        candidates: all patches, including those for other releases.
    """

    release: ReleasePin
    remote: str
    ref: str
    patches: tuple[Patch, ...]
    packages: tuple[Package, ...]
    tools: NodeTools
    dependencies: Resolved = NO_DEPENDENCIES
    candidates: tuple[Patch, ...] = ()
    origin: str = ORIGIN

    @property
    def key(self) -> str:
        pin = self.release
        return digest_of(
            ORIGIN,
            RECIPE_VERSION,
            self.commit,
            SPARSE,
            digest(self.patches),
            digest_of_packages(self.packages),
            sorted(self.dependencies.facts().items()),
            self.tools.version.split(".")[0],
            pin.package_manager,
            install_key(pin.package_manager),
            pin.bundler,
            bundle_key(pin.bundler),
        )

    @property
    def compiled(self) -> tuple[tuple[str, str], ...]:
        return tuple((package.name, package.digest[:12]) for package in self.packages)

    @property
    def commit(self) -> str:
        """The commit that is built, 40 hex digits."""
        return str(self.release.commit)

    @property
    def name(self) -> str:
        """The remote's name of the commit: a branch, a tag, or the commit itself."""
        return self.ref or self.release.tag

    def provide(self, cache: Cache, *, offline: bool, reporter: Reporter) -> BaseViewer:
        """Clones, installs, patches and bundles, unless the cache or the shared store has the result.

        Raises:
            OhifbuildError: the errors of ``checkout``, ``install``, ``apply``, ``add_packages`` and ``bundle``.
        """

        def make(work: Path) -> None:
            pin, tools = self.release, self.tools
            pristine = self.checkout(cache, offline=offline, reporter=reporter)
            check_packages(pristine.path, self.packages, reporter)
            log = cache.root / "logs" / f"{pin.version}-{self.key[:12]}.log"
            with working_tree(pristine, lock_key(pristine.path, tools, pin.package_manager), cache, reporter) as tree:
                install(tree, pin.package_manager, tools, cache, offline=offline, reporter=reporter)
                folders = self._change(tree, cache, offline=offline, reporter=reporter)
                places = {place_of(package, tree): package.root for package in self.packages}
                bundle(tree, pin.bundler, tools, work, log, reporter, module_folders=folders, places=places)
                add_integrities(work / MODULES_NAME, tree, self.dependencies)
            check_is_viewer(work / "dist", f"The source of {self.name}")

        folder = cache.entry(KIND, self.key, make, reporter=reporter, shared=True)
        return BaseViewer(folder / "dist", self.key, self.release, ORIGIN, self.compiled)

    def checkout(self, cache: Cache, *, offline: bool, reporter: Reporter) -> Checkout:
        """OHIF's source without patches.

        Raises:
            OhifbuildError: the errors of ``checkout``.
        """
        return checkout(self.remote, self.name, self.commit, cache, offline=offline, reporter=reporter)

    def _change(self, tree: Path, cache: Cache, *, offline: bool, reporter: Reporter) -> tuple[Path, ...]:
        """Patches the source and adds the packages; returns the folders in which the bundler looks for packages."""
        report = apply(tree, self.release.version, self.patches)
        reporter.debug(
            f"{counted(len(self.patches), 'patch', 'patches')} changed {counted(len(report.changed), 'file')}"
        )
        by_directory = self.release.bundler == "rspack"
        folders = add_packages(tree, self.packages, by_directory=by_directory)
        targets = tuple(zip(self.packages, folders, strict=False))
        own = install_dependencies(tree, targets, self.dependencies, cache, offline=offline, reporter=reporter)
        return (*own, *folders[-1:])


def source_build(
    pin: ReleasePin,
    remote: str,
    patches: Iterable[Patch],
    cache: Cache,
    *,
    ref: str = "",
    packages: Iterable[Package] = (),
    locked_dependencies: Mapping[str, str] = NOTHING,
    offline: bool,
    reporter: Reporter,
) -> SourceBuild:
    """Decides how a release is built from source: its commit, its patches and the version of Node.

    Args:
        remote: URL or path of the git repository.
        patches: all patches; those for other releases are not applied.
        ref: a branch, tag or commit to build instead of the release's tag.
        locked_dependencies: what the lock has of the packages' dependencies; these versions are kept.

    Raises:
        OhifbuildError: the errors of ``commit_of``, ``node_tools`` and ``decide_dependencies``.
    """
    commit = commit_of(remote, ref or pin.tag, None if ref else pin.commit, offline=offline)
    if not ref and not pin.commit:
        reporter.warn(f"{pin.tag} is not pinned: its commit comes from the remote.")
    candidates = tuple(patches)
    chosen = select(candidates, pin.version)
    if not chosen:
        reporter.warn(f"There is no patch for OHIF {pin.version}: its source is built unchanged.")
    tools = node_tools(cache, reporter, needs=pin.node, offline=offline)
    build = SourceBuild(replace(pin, commit=commit), remote, ref, chosen, tuple(packages), tools, candidates=candidates)
    dependencies = decide_dependencies(
        build.packages,
        locked_dependencies,
        commit,
        lambda: build.checkout(cache, offline=offline, reporter=reporter).path,
        tools,
        offline=offline,
        reporter=reporter,
    )
    return replace(build, dependencies=dependencies)
