"""Before a lock moves to another release: whether the patches fit there, and which of them are not for it at all.

Only the source is fetched for that, which a build needs anyway; nothing is installed or bundled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.patches.series import DriftRow, FolderTree, check, drift_error, select
from ohifbuild.patches.upstream import notes
from ohifbuild.releases.ranges import parse_range
from ohifbuild.sources.git import SourceBuild

EVERY = parse_range("*")


@dataclass(frozen=True)
class PatchTrial:
    """How patches fit ``version``.

    ``rows`` are of the patches that are for it. ``lost`` are of those that were for the release before and are not for
    this one, tried as if they were: they say whether a wider range would do. ``notes`` say what OHIF does by itself.
    """

    version: str
    rows: tuple[DriftRow, ...]
    lost: tuple[DriftRow, ...]
    notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def require(self) -> None:
        """Stops an upgrade to a release that a patch does not fit.

        Raises:
            PatchDrift, PatchConflict: a patch that is for the release does not fit; ``details`` shows the code.
        """
        bad = [row for row in self.rows if row.bad]
        if bad:
            raise drift_error(self.version, bad)

    def warn(self, reporter: Reporter) -> None:
        """Names each patch that is not for the release."""
        for name in dict.fromkeys(row.patch for row in self.lost):
            drifted = any(row.bad for row in self.lost if row.patch == name)
            still = "its code is no longer there" if drifted else "it would still fit, with a wider range"
            reporter.warn(f"The patch {name} is not for OHIF {self.version}: {still}.")
            for line in self.notes.get(name, ()):
                reporter.say(f"  {line}")


def try_patches(build: SourceBuild, cache: Cache, *, before: str, offline: bool, reporter: Reporter) -> PatchTrial:
    """Tries the patches that a build chose from on its source.

    Args:
        before: the release that the lock has now; "" for none.

    Raises:
        OhifbuildError: as ``SourceBuild.checkout``.
    """
    version = build.release.version
    tree = FolderTree(build.checkout(cache, offline=offline, reporter=reporter).path)
    left = [patch for patch in select(build.candidates, before) if patch not in build.patches]
    lost = [replace(patch, releases=EVERY) for patch in left]
    said = {patch.name: notes(patch, version) for patch in left}
    return PatchTrial(version, check(tree, version, build.patches), check(tree, version, lost), said)
