"""Remedies of errors of the git origin: the published release is one only where it has what was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ohifbuild.core.errors import BundleFailed, OhifbuildError, OriginUnavailable, PackageUnavailable

PUBLISHED = "ohifbuild build --from published"
INSTEAD: dict[type[OhifbuildError], str] = {
    OriginUnavailable: "Try again on another network, or give a copy of OHIF's repository with --source.",
    PackageUnavailable: "Use a registry that has the package, or choose another release or commit of OHIF.",
    BundleFailed: "Free memory until about 3 GB are available.",
}


@contextmanager
def remedies(*, published: bool) -> Iterator[None]:
    """Errors that leave the block recommend the published release only if it is a way out.

    Args:
        published: whether npm has a viewer that is what was asked for: the release itself, with nothing compiled in.
    """
    try:
        yield
    except OhifbuildError as error:
        if not published and PUBLISHED in error.fix:
            error.fix = INSTEAD.get(type(error), "Correct what is named above.")
        raise
