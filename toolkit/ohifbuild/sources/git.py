"""The git origin: clones, patches, installs and bundles OHIF's source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from ohifbuild.cache.entries import Cache
from ohifbuild.core import resources
from ohifbuild.core.console import Reporter
from ohifbuild.core.counts import counted
from ohifbuild.core.digests import digest_of
from ohifbuild.packages.accepted_names import AcceptedName, load, save
from ohifbuild.packages.dependencies import NOTHING as NO_DEPENDENCIES
from ohifbuild.packages.dependencies import Resolved
from ohifbuild.packages.package import Package, digest_of_packages
from ohifbuild.patches.series import Patch, apply, digest, select
from ohifbuild.releases.catalogue import ReleasePin, catalogue
from ohifbuild.sources.base_viewer import BaseViewer, check_is_viewer
from ohifbuild.sources.build_hooks import build_options
from ohifbuild.sources.build_system import described
from ohifbuild.sources.bundle import bundle, bundle_key
from ohifbuild.sources.bundler_findings import Finding
from ohifbuild.sources.check_types import check_types, types_key
from ohifbuild.sources.checkout import SPARSE, Checkout, checkout, commit_of
from ohifbuild.sources.components import MODULES_NAME
from ohifbuild.sources.install import install, install_key, lock_key
from ohifbuild.sources.lockfiles import add_integrities
from ohifbuild.sources.missing_exports import check_imports
from ohifbuild.sources.package_dependencies import decide_dependencies, install_dependencies
from ohifbuild.sources.remedies import remedies
from ohifbuild.sources.working_tree import working_tree
from ohifbuild.sources.workspace import add_packages, check_packages, place_of
from ohifbuild.tools.toolchain import NodeTools, node_tools

ORIGIN = "git"
NOTHING: Mapping[str, str] = MappingProxyType({})
KIND = "base"
TYPES_KIND = "types"
ACCEPTED = "accepted.json"
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
        typecheck: what type errors of the packages do: True refuses the build, ``warn`` shows them, False looks for
            none.
        allow_missing: the missing exports that the recipe accepts, as ``MODULE NAME``.
    """

    release: ReleasePin
    remote: str
    ref: str
    patches: tuple[Patch, ...]
    packages: tuple[Package, ...]
    tools: NodeTools
    dependencies: Resolved = NO_DEPENDENCIES
    candidates: tuple[Patch, ...] = ()
    typecheck: bool | Literal["warn"] = False
    allow_missing: tuple[str, ...] = ()
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
            *(sorted(set(self.allow_missing)) if self.packages else ()),
        )

    @property
    def compiled(self) -> tuple[tuple[str, str], ...]:
        return tuple((package.name, package.digest[:12]) for package in self.packages)

    @property
    def commit(self) -> str:
        """The commit that is built, 40 hex digits."""
        return str(self.release.commit)

    @property
    def is_published(self) -> bool:
        """Whether npm has the same release built, so that nothing but OHIF's own source was asked for."""
        return is_published(self.release, self.remote, self.ref, self.packages, self.candidates)

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
                accepted = check_imports(tree, places, self.allow_missing)
                if self.typecheck == "warn":
                    check_types(tree, self.packages, tools, reporter, refuses=False, module_folders=folders)
                options = build_options(tree)
                accepted += bundle(
                    *(tree, pin.bundler, tools, work, log, reporter),
                    module_folders=folders,
                    places=places,
                    options=options,
                    allowed=self.allow_missing,
                )
                if accepted:
                    save([self._accepted(finding) for finding in accepted], work / ACCEPTED)
                add_integrities(work / MODULES_NAME, tree, self.dependencies)
            check_is_viewer(work / "dist", f"The source of {self.name}")

        with remedies(published=self.is_published):
            if self.typecheck is True and self.packages:
                self._require_types(cache, offline=offline, reporter=reporter)
            folder = cache.entry(KIND, self.key, make, reporter=reporter, shared=True)
        accepted = load(folder / ACCEPTED) if (folder / ACCEPTED).is_file() else ()
        registered = tuple(row for row, item in zip(self.compiled, self.packages, strict=True) if not item.library)
        return BaseViewer(folder / "dist", self.key, self.release, ORIGIN, registered, accepted)

    def _accepted(self, finding: Finding) -> AcceptedName:
        package = next(each for each in self.packages if finding.file.is_relative_to(each.root))
        place = f"{finding.file.relative_to(package.root).as_posix()}:{finding.line}"
        return AcceptedName(package.name, place, finding.missing)

    def _require_types(self, cache: Cache, *, offline: bool, reporter: Reporter) -> None:
        """Refuses packages with type errors; that they have none is kept in the cache."""

        def make(work: Path) -> None:
            pin, tools = self.release, self.tools
            pristine = self.checkout(cache, offline=offline, reporter=reporter)
            with working_tree(pristine, lock_key(pristine.path, tools, pin.package_manager), cache, reporter) as tree:
                install(tree, pin.package_manager, tools, cache, offline=offline, reporter=reporter)
                folders = self._change(tree, cache, offline=offline, reporter=reporter)
                check_types(tree, self.packages, tools, reporter, refuses=True, module_folders=folders)
            (work / "checked").write_text("no errors\n", encoding="ascii")

        cache.entry(TYPES_KIND, digest_of(self.key, types_key()), make, reporter=reporter)

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
        by_directory = self.release.bundler != "webpack"
        folders = add_packages(tree, self.packages, by_directory=by_directory)
        targets = tuple(zip(self.packages, folders, strict=False))
        own = install_dependencies(tree, targets, self.dependencies, cache, offline=offline, reporter=reporter)
        return (*own, *folders[-1:])


def is_published(pin: ReleasePin, remote: str, ref: str, packages: Sequence[Package], patches: Iterable[Patch]) -> bool:
    """Whether the published release would do for what a build from source is asked for."""
    shipped = all(patch.source.is_relative_to(resources.patches()) for patch in patches)
    return bool(pin.npm_integrity) and remote == catalogue().source and not ref and not packages and shipped


def source_build(
    pin: ReleasePin,
    remote: str,
    patches: Iterable[Patch],
    cache: Cache,
    *,
    ref: str = "",
    packages: Iterable[Package] = (),
    typecheck: bool | Literal["warn"] = False,
    allow_missing: tuple[str, ...] = (),
    locked_dependencies: Mapping[str, str] = NOTHING,
    offline: bool,
    reporter: Reporter,
) -> SourceBuild:
    """Decides how a release is built from source: its commit, its patches, its tools and the version of Node.

    The source of a commit that the catalogue does not pin is fetched, because only it says what it is and how it is
    built: the version on its label, its package manager and its bundler.

    Args:
        remote: URL or path of the git repository.
        patches: all patches; those for other releases are not applied.
        ref: a branch, tag or commit to build instead of the release's tag.
        typecheck: what type errors of the packages do; see ``SourceBuild``.
        allow_missing: the missing exports that the recipe accepts.
        locked_dependencies: what the lock has of the packages' dependencies; these versions are kept.

    Raises:
        OhifbuildError: the errors of ``commit_of``, ``checkout``, ``described``, ``node_tools`` and
            ``decide_dependencies``.
    """
    candidates, packages = tuple(patches), tuple(packages)
    with remedies(published=is_published(pin, remote, ref, packages, candidates)):
        commit = commit_of(remote, ref or pin.tag, None if ref else pin.commit, offline=offline)
        if not ref and not pin.commit:
            reporter.warn(f"{pin.tag} is not pinned: its commit comes from the remote.")
        if commit != pin.commit or not pin.pinned:
            asked, name = pin.version, ref or pin.tag
            tree = checkout(remote, name, commit, cache, offline=offline, reporter=reporter).path
            pin = described(tree, pin)
            if pin.version != asked:
                reporter.say(f"{name} is OHIF {pin.version}, not {asked}: it is built and labelled as what it is.")
    chosen = select(candidates, pin.version)
    if not chosen:
        reporter.warn(f"There is no patch for OHIF {pin.version}: its source is built unchanged.")
    tools = node_tools(cache, reporter, needs=pin.node, offline=offline)
    build = SourceBuild(
        replace(pin, commit=commit),
        remote,
        ref,
        chosen,
        packages,
        tools,
        candidates=candidates,
        typecheck=typecheck,
        allow_missing=allow_missing,
    )
    dependencies = decide_dependencies(
        build.packages,
        locked_dependencies,
        commit,
        lambda: build.checkout(cache, offline=offline, reporter=reporter).path,
        tools,
        manager=pin.package_manager,
        offline=offline,
        reporter=reporter,
    )
    return replace(build, dependencies=dependencies)
