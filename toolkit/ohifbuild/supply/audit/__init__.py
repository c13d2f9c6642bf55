"""Rebuilds what OHIF published, as OHIF published it, and compares the two file by file."""

from __future__ import annotations

from dataclasses import dataclass

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.releases.catalogue import ReleasePin
from ohifbuild.sources.published import published_viewer
from ohifbuild.supply.audit.bundle_comparison import Verdict, compare
from ohifbuild.supply.audit.publisher import publisher_of
from ohifbuild.supply.audit.rebuild import rebuilt

__all__ = ["Audit", "Verdict", "audit"]


@dataclass(frozen=True)
class Audit:
    """What came of it: a verdict for every file of either side, in the order of their names."""

    release: str
    integrity: str
    released: str
    stamped: str
    installer: str
    verdicts: tuple[Verdict, ...]

    @property
    def ok(self) -> bool:
        """Whether every file is identical, identical but for names, or explained."""
        return all(verdict.ok for verdict in self.verdicts)


def audit(pin: ReleasePin, source: str, cache: Cache, *, offline: bool, reporter: Reporter) -> Audit:
    """Audits the release that npm has, against the source that its tag has.

    Args:
        source: URL or folder of OHIF's git repository.

    Raises:
        AuditImpossible: it is not known, or cannot be found out, how the release was published.
        OhifbuildError: as the two origins; ``PackageUnavailable`` where the registry lacks what OHIF had.
    """
    shipped = published_viewer(pin, cache, offline=offline, reporter=reporter).provide(
        cache, offline=offline, reporter=reporter
    )
    publisher = publisher_of(shipped, source, cache, offline=offline, reporter=reporter)
    made = rebuilt(shipped.release, publisher, source, cache, offline=offline, reporter=reporter)
    with reporter.step("Compare"):
        verdicts = compare(made, shipped.path)
    return Audit(
        release=pin.version,
        integrity=str(shipped.release.npm_integrity),
        released=publisher.released,
        stamped=publisher.stamped,
        installer=f"bun {publisher.bun}",
        verdicts=verdicts,
    )
