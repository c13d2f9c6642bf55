"""What is really in a base viewer: the packages its bundler put in, as far as the origin can tell.

A source build knows all of them: ``modules.json`` beside the base viewer lists every package that has a file in what
the bundler put out, OHIF's own and copied ones too, and the bundler, whose runtime is in it; with version, licence and
the lockfile's integrity. A published release only shows what bundlers leave in unminified bundles, the comments
``EXTERNAL MODULE`` and ``CONCATENATED MODULE`` with module paths, and what its ``package.json`` declares: that is
honest but not complete, and the SBOM says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ohifbuild.core.errors import DistInvalid

MODULES_NAME = "modules.json"
PACKAGE_IN_COMMENT = re.compile(
    r"^// (?:EXTERNAL|CONCATENATED) MODULE: \S*node_modules/((?:@[\w.-]+/)?[\w.-]+)(?:/|$)", re.MULTILINE
)


@dataclass(frozen=True, order=True)
class Component:
    """An npm package: ``version`` and ``licence`` (an SPDX expression or a name) are "" where nobody says."""

    name: str
    version: str = ""
    licence: str = ""
    integrity: str = ""


@dataclass(frozen=True)
class Contents:
    """The packages in a base viewer; ``complete`` is whether the bundler itself vouches that there are no others."""

    components: tuple[Component, ...]
    complete: bool


def contents_of(base: Path) -> Contents:
    """What is in the base viewer whose dist folder is ``base``.

    Raises:
        DistInvalid: it is empty, or no base viewer, and what it holds cannot be told.
    """
    listed = base.parent / MODULES_NAME
    try:
        if listed.is_file():
            rows = json.loads(listed.read_text(encoding="utf-8"))
            return Contents(tuple(sorted(Component(**row) for row in rows)), complete=True)
        found = tuple(sorted(_of_published(base)))
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise _unknown(base) from error
    if not found:
        raise _unknown(base)
    return Contents(found, complete=False)


def _unknown(base: Path) -> DistInvalid:
    return DistInvalid(
        f"Which packages are in {base} cannot be told.",
        cause="It is empty or no viewer, or the list of packages beside it is damaged.",
        fix="Remove the folder, and build again.",
    )


def _of_published(dist: Path) -> Iterator[Component]:
    """Packages named in the bundles, with the versions that the package's own metadata gives.

    OHIF's packages are released together, so an ``@ohif/*`` package has the release's version.
    """
    package = json.loads((dist.parent / "package.json").read_text(encoding="utf-8"))
    declared: dict[str, str] = package.get("dependencies", {})
    seen = {name for bundle in sorted(dist.glob("*.js")) for name in _named_in(bundle)}
    for name in sorted(seen | {name for name in declared if name.startswith("@ohif/")}):
        version = declared.get(name, "")
        yield Component(name, version if re.fullmatch(r"\d+\.\d+\.\d+[\w.+-]*", version) else "")


def _named_in(bundle: Path) -> set[str]:
    return set(PACKAGE_IN_COMMENT.findall(bundle.read_text(encoding="utf-8", errors="replace")))
