"""What OHIF itself does about the things that patches change: which patches a release does not need any more."""

from __future__ import annotations

from collections.abc import Iterable

from ohifbuild.patches.rules import DriftRow, Patch, Upstream

STATES = {"merged": "OHIF does this itself", "open": "proposed to OHIF", "moves": "OHIF moves the code"}


def shown(item: Upstream) -> str:
    """One line about a change of OHIF's, with its link."""
    since = f" (in {item.since.text})" if item.since else ""
    return f"{STATES[item.state]}{since}: {item.about}. {item.link}"


def notes(patch: Patch, version: str, rows: Iterable[DriftRow] = ()) -> tuple[str, ...]:
    """What to know about a patch that a release does not get, or that does not fit it; nothing if it fits.

    Args:
        rows: the result of trying the patch on the release.
    """
    if patch.releases.holds(version) and not any(row.bad for row in rows):
        return ()
    return tuple(shown(item) for item in patch.upstream if item.since is None or item.since.holds(version))
