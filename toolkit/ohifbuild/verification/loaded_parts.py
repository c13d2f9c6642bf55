"""What OHIF made of the recipe's packages: the record that our extension keeps in the page, read and named.

The record is made in ``extension-template/src/loaded.js``. OHIF itself writes what an extension throws to the console
and goes on without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ohifbuild.verification.evidence import Guesses, LoadedPart
from ohifbuild.verification.tab import Tab
from ohifbuild.viewer.inject import FOLDER

GUESSED = "() => window[Symbol.for('ohifbuild')]?.guessed?.() ?? null"
RECORD = "() => window[Symbol.for('ohifbuild.loaded')]?.() ?? null"
OWN_PACKAGE = "@ohifbuild/extension-token"
NOT_REACHED = "OHIF stopped before it registered extensions"
NOT_LOADED = "OHIF did not load it"


def packages_in(inputs: Mapping[str, Any]) -> dict[str, str]:
    """The recipe's packages in the inputs of a manifest: the folder in the dist, or the digest, by name."""
    return {str(name): str(digest) for name, digest in inputs.get("extensions", {}).items() if name != OWN_PACKAGE}


def package_of(source: str, packages: Mapping[str, str]) -> str:
    """The package that a URL of the dist, or a name by which OHIF loads it, belongs to; '' for none of them."""
    if source in packages:
        return source
    return next((name for name, digest in packages.items() if f"/{FOLDER}/{digest}/" in source), "")


def read_record(tab: Tab) -> Mapping[str, Any] | None:
    """The record of the page; None if OHIF has not registered our extension."""
    found: Mapping[str, Any] | None = tab.evaluate(RECORD)
    return found


def read_guesses(tab: Tab) -> Guesses | None:
    """What became of the requests that the page sent ahead of OHIF; None if it keeps no count of them."""
    found = tab.evaluate(GUESSED)
    return Guesses(**found) if found else None


def has_entered(tab: Tab, route: str) -> bool:
    """Whether a mode with this route was entered on the page."""
    record = tab.evaluate(RECORD) or {}
    return any(mode["entered"] and mode["route"] == route for mode in record.get("modes", ()))


def parts_of(record: Mapping[str, Any] | None, packages: Mapping[str, str]) -> tuple[LoadedPart, ...]:
    """The parts that belong to the packages.

    Args:
        record: of ``RECORD``; None if OHIF never registered our extension.
        packages: as ``packages_in``.
    """
    found = []
    for kind in ("extension", "mode"):
        routes: dict[str, str] = {}
        for part in (record or {}).get(f"{kind}s", ()):
            package = package_of(part["source"], packages) or package_of(part["id"], packages)
            other = routes.setdefault(part["route"], part["id"]) if part["route"] else part["id"]
            taken = f"its route '{part['route']}' is that of {other}, which OHIF opens" if other != part["id"] else ""
            if package:
                found.append(
                    LoadedPart(
                        package=package,
                        kind=kind,
                        id=part["id"],
                        route=part["route"],
                        entered=part["entered"],
                        problem=part["problem"] or taken,
                        unknown=tuple(part["unknown"]),
                    )
                )
    problem = NOT_REACHED if record is None else NOT_LOADED
    missing = packages.keys() - {part.package for part in found}
    return (*found, *(LoadedPart(name, "package", problem=problem) for name in sorted(missing)))
