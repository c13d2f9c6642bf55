"""How OHIF published a release: from which commits, and with which package manager.

OHIF's pipeline (``.circleci/config.yml``, job NPM_PUBLISH) installs at the commit that is released, with bun and
``bun.lock``; writes the version into the sources (``version.mjs``: ``version.txt``, ``commit.txt``, and the versions
that packages want of each other); bundles; and only then gives the packages their new versions, which is the commit
that is tagged. So what was bundled is the tag's parent, and what was installed the parent of that. The bundle itself
names the latter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.core.errors import AuditImpossible
from ohifbuild.sources.base_viewer import BaseViewer
from ohifbuild.sources.checkout import Checkout, checkout, first_parents

COMMIT_LITERAL = re.compile(rb'"([0-9a-f]{40})"')
PIPELINE = ".circleci/config.yml"
BUN = re.compile(r"\bbun-v(\d+\.\d+\.\d+)\b")


@dataclass(frozen=True)
class Publisher:
    """``released`` is the commit that was installed, ``stamped`` the one that was bundled, ``bun`` a version."""

    released: str
    stamped: str
    bun: str


def publisher_of(shipped: BaseViewer, source: str, cache: Cache, *, offline: bool, reporter: Reporter) -> Publisher:
    """Finds out, from the viewer that npm has and the repository, how the one was made of the other.

    Raises:
        AuditImpossible: they do not fit each other.
        OhifbuildError: as ``checkout``.
    """
    pin = shipped.release
    if not pin.commit:
        raise AuditImpossible(
            f"The source of OHIF {pin.version} cannot be had: no commit is pinned for {pin.tag}.",
            cause="Its tag could not be looked at when this version of ohifbuild was made.",
            fix="Audit a release that has one: ohifbuild releases",
        )
    line = first_parents(source, pin.commit, 3, cache, offline=offline)
    named = _named_commit(shipped)
    if len(line) < 3 or named != line[2]:
        raise AuditImpossible(
            f"The published OHIF {pin.version} says that it was made from commit {named[:12]}, and {pin.tag} does not.",
            cause="The release was published otherwise than OHIF's pipeline does, or is not OHIF's.",
            fix="Do not use it before you know why; OHIF's maintainers can tell.",
            details="\n".join(f"  {pin.tag}{'^' * steps}  {commit}" for steps, commit in enumerate(line)),
        )
    released = checkout(source, named, named, cache, offline=offline, reporter=reporter)
    return Publisher(named, line[1], _bun(released, pin.version))


def _named_commit(shipped: BaseViewer) -> str:
    """The commit that OHIF's About box shows: the only literal of that form in the bundles."""
    found: set[bytes] = set()
    for path in shipped.path.glob("*.js"):
        found.update(COMMIT_LITERAL.findall(path.read_bytes()))
    if len(found) != 1:
        raise AuditImpossible(
            f"The published OHIF {shipped.release.version} names {len(found)} commits where one was expected.",
            cause="It is bundled otherwise than 3.9 to 3.14.",
            fix="Audit another release: ohifbuild releases",
        )
    return next(iter(found)).decode()


def _bun(released: Checkout, version: str) -> str:
    pipeline = released.path / PIPELINE
    text = pipeline.read_text(encoding="utf-8") if pipeline.is_file() else ""
    found: set[str] = set(BUN.findall(text))
    if len(found) != 1 or not (released.path / "bun.lock").is_file():
        raise AuditImpossible(
            f"It is not said with which bun OHIF {version} was installed.",
            cause="Its pipeline took whichever was newest (up to 3.10), or uses another package manager (from 3.13).",
            fix="Audit a release between: ohifbuild audit 3.12.0",
        )
    return found.pop()
