"""The npm packages in a base viewer, as far as its origin shows them.

A build from source knows all of them: ``modules.json`` beside the base viewer lists every package with a file in the
bundler's output, with version, licence and the lockfile's integrity. The list includes OHIF's packages, copied packages
and the bundler, whose runtime is in the output. A published release shows only the packages in its ``package.json`` and
in the comments ``EXTERNAL MODULE`` and ``CONCATENATED MODULE`` of unminified bundles. That list is correct but not
complete, and the SBOM says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ohifbuild.core.documents import parse_json
from ohifbuild.core.errors import DistInvalid

MODULES_NAME = "modules.json"
NAME = re.compile(r"\S*[^\s/]")
PACKAGE_IN_COMMENT = re.compile(
    r"^// (?:EXTERNAL|CONCATENATED) MODULE: \S*node_modules/((?:@[\w.-]+/)?[\w.-]+)(?:/|$)", re.MULTILINE
)


@dataclass(frozen=True, order=True)
class Component:
    """An npm package: ``version`` and ``licence`` (an SPDX expression or a name) are "" if they are unknown."""

    name: str
    version: str = ""
    licence: str = ""
    integrity: str = ""


@dataclass(frozen=True)
class Contents:
    """The packages in a base viewer; ``complete`` is true if the bundler itself listed them."""

    components: tuple[Component, ...]
    complete: bool


def contents_of(base: Path) -> Contents:
    """The packages in the base viewer whose dist folder is ``base``.

    Raises:
        DistInvalid: the folder is empty or not a base viewer, or its list of packages is damaged.
    """
    listed = base.parent / MODULES_NAME
    try:
        if listed.is_file():
            rows = parse_json(listed.read_text(encoding="utf-8"))
            return Contents(tuple(sorted(_component(row) for row in rows)), complete=True)
        found = tuple(sorted(_of_published(base)))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unknown(base) from error
    if not found:
        raise _unknown(base)
    return Contents(found, complete=False)


def _component(row: dict[str, str]) -> Component:
    """A row of the list.

    Raises:
        AttributeError, KeyError, TypeError, ValueError: it is none.
    """
    texts = row.values()
    if not all(isinstance(text, str) for text in texts) or not NAME.fullmatch(row["name"]):
        raise ValueError("not a package")
    for text in texts:
        text.encode()  # half of a surrogate pair, which JSON can state and no file can
    return Component(**row)


def _unknown(base: Path) -> DistInvalid:
    return DistInvalid(
        f"The packages in {base} are unknown.",
        cause="The folder is empty or not a viewer, or the list of packages beside it is damaged.",
        fix="Remove the folder and build again.",
    )


def _of_published(dist: Path) -> Iterator[Component]:
    """The packages that the bundles name, with the versions in the release's ``package.json``.

    OHIF releases its packages together, so an ``@ohif/*`` package has the release's version.
    """
    package = parse_json((dist.parent / "package.json").read_text(encoding="utf-8"))
    declared: dict[str, str] = package.get("dependencies", {})
    seen = {name for bundle in sorted(dist.glob("*.js")) for name in _named_in(bundle)}
    for name in sorted(seen | {name for name in declared if name.startswith("@ohif/")}):
        version = declared.get(name, "")
        yield Component(name, version if re.fullmatch(r"\d+\.\d+\.\d+[\w.+-]*", version) else "")


def _named_in(bundle: Path) -> set[str]:
    return set(PACKAGE_IN_COMMENT.findall(bundle.read_text(encoding="utf-8", errors="replace")))
