"""How OHIF published a release: the commits and the package manager.

OHIF's pipeline (``.circleci/config.yml``, job NPM_PUBLISH) installs the dependencies at the released commit, with bun
and ``bun.lock``. It writes the version to the sources (``version.mjs``: ``version.txt``, ``commit.txt``, and the
versions of OHIF's packages that require each other) and bundles them. Then it gives the packages their new versions in
the commit that is tagged. So the bundled commit is the tag's parent, and the installed commit is the parent of that
one. The bundle contains the id of the installed commit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.core.errors import AuditImpossible
from ohifbuild.sources.base_viewer import BaseViewer
from ohifbuild.sources.checkout import Checkout, checkout
from ohifbuild.sources.history import first_parents

COMMIT_LITERAL = re.compile(rb'"([0-9a-f]{40})"')
PIPELINE = ".circleci/config.yml"
BUN = re.compile(r"\bbun-v(\d+\.\d+\.\d+)\b")


@dataclass(frozen=True)
class Publisher:
    """``released`` is the installed commit, ``stamped`` the bundled commit, ``bun`` the version of bun."""

    released: str
    stamped: str
    bun: str


def publisher_of(shipped: BaseViewer, source: str, cache: Cache, *, offline: bool, reporter: Reporter) -> Publisher:
    """Finds out from the published viewer and the repository how OHIF published a release.

    Raises:
        AuditImpossible: the published viewer and the repository do not match.
        OhifbuildError: the errors of ``checkout``.
    """
    pin = shipped.release
    if not pin.commit:
        raise AuditImpossible(
            f"The source of OHIF {pin.version} is unknown: {pin.tag} has no pinned commit.",
            cause="The tag could not be read when this version of ohifbuild was released.",
            fix="Audit a release with a pinned commit. List them with: ohifbuild releases",
        )
    line = first_parents(source, pin.commit, 3, cache, offline=offline)
    named = _named_commit(shipped)
    if len(line) < 3 or named != line[2]:
        raise AuditImpossible(
            f"The published OHIF {pin.version} names the commit {named[:12]}, which does not match {pin.tag}.",
            cause="OHIF did not publish this release with its usual pipeline, or somebody else published it.",
            fix="Find out why before you use it; ask OHIF's maintainers.",
            details="\n".join(f"  {pin.tag}{'^' * steps}  {commit}" for steps, commit in enumerate(line)),
        )
    released = checkout(source, named, named, cache, offline=offline, reporter=reporter)
    return Publisher(named, line[1], _bun(released, pin.version))


def _named_commit(shipped: BaseViewer) -> str:
    """The commit in OHIF's About box: the only string in the bundles that looks like a commit."""
    found: set[bytes] = set()
    for path in shipped.path.glob("*.js"):
        found.update(COMMIT_LITERAL.findall(path.read_bytes()))
    if len(found) != 1:
        raise AuditImpossible(
            f"The published OHIF {shipped.release.version} must name one commit, but names {len(found) or 'none'}.",
            cause="Its bundles differ from those of 3.9 to 3.14.",
            fix="Audit another release. List them with: ohifbuild releases",
        )
    return next(iter(found)).decode()


def _bun(released: Checkout, version: str) -> str:
    pipeline = released.path / PIPELINE
    text = pipeline.read_text(encoding="utf-8") if pipeline.is_file() else ""
    found: set[str] = set(BUN.findall(text))
    if len(found) != 1 or not (released.path / "bun.lock").is_file():
        raise AuditImpossible(
            f"The version of bun that installed OHIF {version} is unknown.",
            cause="OHIF's pipeline used the newest bun (up to 3.10) or another package manager (from 3.13 on).",
            fix="Audit a release between 3.10 and 3.13, for example: ohifbuild audit 3.12.0",
        )
    return found.pop()
