"""Which of OHIF's tags and npm versions the catalogue should get."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.core.errors import OriginUnavailable, PackageUnknown
from ohifbuild.releases.catalogue import VERSION, Catalogue, sort_key, unknown_release
from ohifbuild.sources.git_remote import refs_of, shown
from ohifbuild.tools.npm import published_versions

TAGS = "refs/tags/"


@dataclass(frozen=True)
class Candidate:
    """A release that is not in the catalogue, or lacks a pin there.

    Args:
        commit: the commit of its tag; None if the remote does not have the tag.
        published: whether npm has it.
    """

    version: str
    commit: str | None
    published: bool


def find_candidates(
    known: Catalogue, source: str, cache: Cache, reporter: Reporter, only: Collection[str] = ()
) -> tuple[Candidate, ...]:
    """Asks the remote and the registry. One that does not answer is named and left out; npm may lack the package.

    Args:
        only: these versions, and no others, whether the catalogue has them or not.

    Raises:
        UnknownRelease: neither of them has a version of ``only``.
        DownloadFailed: the registry does not answer.
    """
    try:
        refs = refs_of(source)
    except OriginUnavailable as error:
        reporter.warn(f"{shown(source)} does not answer: only npm's releases are looked at. ({error.cause})")
        refs = {}
    try:
        published = published_versions(known.package, cache, reporter)
    except PackageUnknown:
        reporter.warn(f"The registry has no {known.package}: only tags are looked at.")
        published = ()
    return named(only, known, refs, published) if only else choose(known, refs, published)


def named(
    only: Collection[str], known: Catalogue, refs: Mapping[str, str], published: Collection[str]
) -> tuple[Candidate, ...]:
    """The releases of these versions.

    Raises:
        UnknownRelease: there is no such release.
    """
    rows = [Candidate(version, refs.get(f"{TAGS}v{version}"), version in published) for version in only]
    for row in rows:
        if not (row.commit or row.published):
            raise unknown_release(row.version, known, tuple(published))
    return tuple(sorted(rows, key=lambda row: sort_key(row.version)))


def choose(known: Catalogue, refs: Mapping[str, str], published: Iterable[str]) -> tuple[Candidate, ...]:
    """Of each minor version from the stable channel's on: the newest release, and the newest one that both have.

    Also the newest beta, if nothing stable is newer. A release whose pins are as complete as they can be is left out.

    Args:
        refs: the commit of each of the remote's refs.
        published: the versions that npm has.
    """
    tags = {found[1]: commit for name, commit in refs.items() if (found := _tag(name))}
    on_npm = {version for version in published if VERSION.fullmatch(version)}
    stable = known.channels["v3-stable"]
    wanted = {*_wanted({*known.releases, *tags, *on_npm}, stable), *_wanted(tags.keys() & on_npm, stable)}
    rows = (Candidate(version, tags.get(version), version in on_npm) for version in sorted(wanted, key=sort_key))
    return tuple(row for row in rows if (row.commit or row.published) and not _is_complete(row, known))


def _tag(name: str) -> re.Match[str] | None:
    return VERSION.fullmatch(name.removeprefix(TAGS)) if name.startswith(f"{TAGS}v") else None


def _wanted(versions: Iterable[str], stable: str) -> list[str]:
    ordered = sorted(versions, key=sort_key)
    newest_of_minor = {version.rpartition(".")[0]: version for version in ordered if "-" not in version}
    wanted = [version for version in newest_of_minor.values() if sort_key(version) >= sort_key(stable)]
    return [*wanted, *(version for version in ordered[-1:] if "-" in version)]


def _is_complete(candidate: Candidate, known: Catalogue) -> bool:
    pin = known.releases.get(candidate.version)
    return (
        pin is not None
        and bool(pin.commit or not candidate.commit)
        and bool(pin.npm_integrity or not candidate.published)
    )
