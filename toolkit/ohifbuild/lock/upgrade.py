"""Before a lock moves to another release: whether the patches fit there, and which of them are not for it at all.

Only the source is fetched for that, which a build needs anyway; nothing is installed, bundled or written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ohifbuild.cache.entries import Cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.core.console import Reporter
from ohifbuild.patches.series import DriftRow, FolderTree, Patch, check, drift_error, select
from ohifbuild.releases.catalogue import ReleasePin, catalogue
from ohifbuild.releases.ranges import parse_range
from ohifbuild.sources.checkout import checkout, commit_of

EVERY = parse_range("*")


@dataclass(frozen=True)
class Trial:
    """What patches come to in ``version``.

    ``rows`` are of the patches that are for it. ``lost`` are of those that were for the release before and are not for
    this one, tried as if they were: they say whether a wider range would do.
    """

    version: str
    rows: tuple[DriftRow, ...]
    lost: tuple[DriftRow, ...]

    def require(self) -> None:
        """
        Raises:
            PatchDrift, PatchConflict: a patch that is for the release does not fit; ``details`` shows the code.
        """
        bad = [row for row in self.rows if row.bad]
        if bad:
            raise drift_error(self.version, bad)

    def tell(self, reporter: Reporter) -> None:
        """Says which patches stay behind; their names once each."""
        for name in dict.fromkeys(row.patch for row in self.lost):
            drifted = any(row.bad for row in self.lost if row.patch == name)
            still = "its code is no longer there" if drifted else "it would still fit, with a wider range"
            reporter.warn(f"The patch {name} is not for OHIF {self.version}: {still}.")


def try_patches(
    recipe: Recipe,
    pin: ReleasePin,
    known: Sequence[Patch],
    cache: Cache,
    *,
    before: str,
    offline: bool,
    reporter: Reporter,
) -> Trial:
    """Tries patches on the source of a release.

    Args:
        before: the release that the lock says now, or "".

    Raises:
        OhifbuildError: as ``commit_of`` and ``checkout``.
    """
    source, name = recipe.source or catalogue().source, recipe.ref or pin.tag
    commit = commit_of(source, name, None if recipe.ref else pin.commit, offline=offline)
    tree = FolderTree(checkout(source, name, commit, cache, offline=offline, reporter=reporter).path)
    wanted = select(known, pin.version)
    behind = [replace(patch, releases=EVERY) for patch in select(known, before) if patch not in wanted]
    return Trial(pin.version, check(tree, pin.version, wanted), check(tree, pin.version, behind))
