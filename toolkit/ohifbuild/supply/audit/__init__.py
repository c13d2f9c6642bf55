"""The audit of a release: rebuilds it in the same way as OHIF, and compares the result with the published files."""

from __future__ import annotations

from dataclasses import dataclass

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.releases.catalogue import ReleasePin
from ohifbuild.sources.published import published_viewer
from ohifbuild.supply.audit.bundle_comparison import Verdict, compare
from ohifbuild.supply.audit.publisher import publisher_of
from ohifbuild.supply.audit.rebuild import rebuild_release

__all__ = ["Audit", "Verdict", "audit"]


@dataclass(frozen=True)
class Audit:
    """The result of an audit.

    Args:
        release: the version.
        integrity: npm's integrity of the published package.
        released: the commit at which OHIF installed the dependencies.
        stamped: the commit that OHIF bundled.
        installer: the package manager and its version.
        verdicts: a verdict for every file of the published and of the rebuilt viewer, by name.
    """

    release: str
    integrity: str
    released: str
    stamped: str
    installer: str
    verdicts: tuple[Verdict, ...]

    @property
    def ok(self) -> bool:
        """Whether every file is identical, differs only in names, or has an explained difference."""
        return all(verdict.ok for verdict in self.verdicts)


def audit(pin: ReleasePin, source: str, cache: Cache, *, offline: bool, reporter: Reporter) -> Audit:
    """Compares a release on npm with a new build of its source.

    Args:
        pin: the release.
        source: the URL or folder of OHIF's git repository.

    Raises:
        AuditImpossible: it is unknown how OHIF published the release.
        PackageUnavailable: the registry does not have a package that OHIF used.
        OhifbuildError: the errors of the two origins.
    """
    shipped = published_viewer(pin, cache, offline=offline, reporter=reporter).provide(
        cache, offline=offline, reporter=reporter
    )
    publisher = publisher_of(shipped, source, cache, offline=offline, reporter=reporter)
    rebuilt = rebuild_release(shipped.release, publisher, source, cache, offline=offline, reporter=reporter)
    with reporter.step("Compare"):
        verdicts = compare(rebuilt, shipped.path)
    return Audit(
        release=pin.version,
        integrity=str(shipped.release.npm_integrity),
        released=publisher.released,
        stamped=publisher.stamped,
        installer=f"bun {publisher.bun}",
        verdicts=verdicts,
    )
