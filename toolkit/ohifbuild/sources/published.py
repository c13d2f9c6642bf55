"""The published origin: the dist that OHIF itself built and put into its npm package."""

from __future__ import annotations

from dataclasses import replace

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.core.digests import digest_of
from ohifbuild.core.errors import NotInCache, OriginUnavailable, PackageUnknown
from ohifbuild.releases.catalogue import ReleasePin, catalogue, unknown_release
from ohifbuild.sources.base_viewer import BaseViewer, check_is_viewer
from ohifbuild.tools.npm import Package, npm_package, published_integrity, published_versions

ORIGIN = "published"


def base_viewer(pin: ReleasePin, cache: Cache, *, offline: bool, reporter: Reporter) -> BaseViewer:
    """The release's own dist, verified against its pin.

    Raises:
        UnknownRelease: there is no such release on npm.
        OriginUnavailable: there is its source, and no built viewer.
        PackageUnknown: the registry in use lacks a release that is in the catalogue.
        ReleaseUnsupported: the package holds no viewer that we know.
        OhifbuildError: as ``npm_package``.
    """
    name = catalogue().package
    pin = pin if pin.npm_integrity else _with_integrity(pin, name, cache, offline=offline, reporter=reporter)
    package = Package(name, pin.version, str(pin.npm_integrity), pin.npm_size)
    dist = npm_package(package, cache, offline=offline, reporter=reporter) / "dist"
    check_is_viewer(dist, package.spec)
    return BaseViewer(dist, digest_of(ORIGIN, package.integrity), pin, ORIGIN)


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
