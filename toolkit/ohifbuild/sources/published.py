"""The published origin: the dist in OHIF's npm package, as OHIF built it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.core.digests import digest_of
from ohifbuild.core.errors import NotInCache, OriginUnavailable, PackageUnknown
from ohifbuild.packages.dependencies import NOTHING as NO_DEPENDENCIES
from ohifbuild.packages.dependencies import Resolved
from ohifbuild.patches.series import Patch
from ohifbuild.releases.catalogue import ReleasePin, catalogue, unknown_release
from ohifbuild.sources.base_viewer import BaseViewer, check_is_viewer
from ohifbuild.tools.npm import Package, npm_package, published_integrity, published_versions

ORIGIN = "published"


@dataclass(frozen=True)
class PublishedViewer:
    """The viewer in OHIF's npm package of a release whose ``npm_integrity`` is known; see ``BaseSource``."""

    release: ReleasePin
    origin: str = ORIGIN
    patches: tuple[Patch, ...] = ()
    compiled: tuple[tuple[str, str], ...] = ()
    dependencies: Resolved = NO_DEPENDENCIES

    @property
    def key(self) -> str:
        return digest_of(ORIGIN, str(self.release.npm_integrity))

    def provide(self, cache: Cache, *, offline: bool, reporter: Reporter) -> BaseViewer:
        """Downloads the package and checks it against its integrity.

        Raises:
            PackageUnknown: the user's registry does not have the release.
            ReleaseUnsupported: the package does not contain a supported viewer.
            OhifbuildError: the errors of ``npm_package``.
        """
        pin = self.release
        package = Package(catalogue().package, pin.version, str(pin.npm_integrity), pin.npm_size)
        dist = npm_package(package, cache, offline=offline, reporter=reporter) / "dist"
        check_is_viewer(dist, package.spec)
        return BaseViewer(dist, self.key, pin, ORIGIN)


def published_viewer(pin: ReleasePin, cache: Cache, *, offline: bool, reporter: Reporter) -> PublishedViewer:
    """The published viewer of a release. If the pin has no integrity, the registry's integrity is used.

    Raises:
        UnknownRelease: npm does not have this release.
        OriginUnavailable: OHIF published the release's source, but no built viewer.
        NotInCache: ``offline`` is set and the integrity is unknown.
    """
    if not pin.npm_integrity:
        pin = _with_integrity(pin, catalogue().package, cache, offline=offline, reporter=reporter)
    return PublishedViewer(pin)


def _with_integrity(pin: ReleasePin, name: str, cache: Cache, *, offline: bool, reporter: Reporter) -> ReleasePin:
    if offline:
        raise NotInCache(
            f"{name}@{pin.version} is not in the catalogue, and --offline forbids requests to the registry.",
            cause="Only the digests of the catalogue's releases are known without a request.",
            fix="Run without --offline, or choose a release of the list: ohifbuild releases",
        )
    try:
        integrity = published_integrity(name, pin.version, cache, reporter)
    except PackageUnknown as error:
        if pin.commit:
            raise OriginUnavailable(
                f"OHIF {pin.version} is not published as a built viewer: the registry has no {name}@{pin.version}.",
                cause="OHIF publishes its app on npm since 3.11.",
                fix=f"Build it from its source: ohifbuild build --version {pin.version} --from git",
            ) from error
        raise unknown_release(pin.version, catalogue(), published_versions(name, cache, reporter)) from error
    reporter.warn(f"{name}@{pin.version} is not pinned: its digest comes from the registry.")
    return replace(pin, npm_integrity=integrity)
