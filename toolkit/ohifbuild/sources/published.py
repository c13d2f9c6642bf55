"""The published origin: the dist that OHIF itself built and put into its npm package."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.core.digests import digest_of
from ohifbuild.core.errors import NotInCache, OriginUnavailable, PackageUnknown
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
    ref: str = ""
    patches: tuple[Patch, ...] = ()
    compiled: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        return digest_of(ORIGIN, str(self.release.npm_integrity))

    def provide(self, cache: Cache, *, offline: bool, reporter: Reporter) -> BaseViewer:
        """Fetches the package and checks it against its integrity.

        Raises:
            PackageUnknown: the registry in use lacks the release.
            ReleaseUnsupported: the package holds no viewer that ohifbuild knows.
            OhifbuildError: as ``npm_package``.
        """
        pin = self.release
        package = Package(catalogue().package, pin.version, str(pin.npm_integrity), pin.npm_size)
        dist = npm_package(package, cache, offline=offline, reporter=reporter) / "dist"
        check_is_viewer(dist, package.spec)
        return BaseViewer(dist, self.key, pin, ORIGIN)


def published_viewer(pin: ReleasePin, cache: Cache, *, offline: bool, reporter: Reporter) -> PublishedViewer:
    """The published viewer of a release. The registry is asked for its integrity where the pin has none.

    Raises:
        UnknownRelease: npm has no such release.
        OriginUnavailable: OHIF published the source of the release, and no built viewer.
        NotInCache: ``offline``, and the integrity is not known.
    """
    if not pin.npm_integrity:
        pin = _with_integrity(pin, catalogue().package, cache, offline=offline, reporter=reporter)
    return PublishedViewer(pin)


def _with_integrity(pin: ReleasePin, name: str, cache: Cache, *, offline: bool, reporter: Reporter) -> ReleasePin:
    if offline:
        raise NotInCache(
            f"{name}@{pin.version} is not in the catalogue, and --offline forbids asking the registry about it.",
            cause="Only the catalogue's releases carry their integrity with them.",
            fix="Run without --offline, or choose one of: ohifbuild releases",
        )
    try:
        integrity = published_integrity(name, pin.version, cache, reporter)
    except PackageUnknown as error:
        if pin.commit:
            raise OriginUnavailable(
                f"OHIF {pin.version} was not published as a built viewer: the registry has no {name}@{pin.version}.",
                cause="OHIF puts its app on npm since 3.11.",
                fix=f"Build it from its source: ohifbuild build --version {pin.version} --from git",
            ) from error
        raise unknown_release(pin.version, catalogue(), published_versions(name, cache, reporter)) from error
    reporter.warn(f"{name}@{pin.version} is not pinned: its integrity comes from the registry itself.")
    return replace(pin, npm_integrity=integrity)
