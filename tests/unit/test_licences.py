"""Every package that is installed with ohifbuild has a licence that fits distribution under the MIT licence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import PackageMetadata, distribution
from pathlib import Path

from packaging.requirements import Requirement

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "dependencies.md"
PERMISSIVE = re.compile(
    r"(?:OSI Approved|Apache(?: Software License|[- ]2\.0)|MIT(?:-0|-CMU| License)?|BSD(?: License|-[23]-Clause)?"
    r"|0BSD|PSF(?:L|-2\.0)|Python Software Foundation License|Zlib|CC0-1\.0)",
    re.IGNORECASE,
)


def licences(metadata: PackageMetadata) -> list[str]:
    """The names of a package's licences, as it declares them; an alternative gives both."""
    classified = [text for text in metadata.get_all("Classifier") or [] if text.startswith("License ::")]
    declared = _field(metadata, "License-Expression")
    free_text = _field(metadata, "License") if not declared and not classified else ""
    names = [text.rpartition("::")[2].strip() for text in classified]
    return [*names, *(word for word in re.split(r"\s+(?:AND|OR)\s+|[()]", declared or free_text) if word)]


def _field(metadata: PackageMetadata, name: str) -> str:
    return metadata[name] if name in metadata else ""  # noqa: SIM401 (its type has no get)


def installed_with(name: str, extras: frozenset[str], seen: set[str]) -> Iterator[str]:
    """A package and all that it requires on this machine."""
    seen.add(name)
    yield name
    for text in distribution(name).requires or []:
        wanted = Requirement(text)
        needed = not wanted.marker or any(wanted.marker.evaluate({"extra": extra}) for extra in extras or {""})
        if needed and wanted.name.lower() not in seen:
            yield from installed_with(wanted.name.lower(), frozenset(wanted.extras), seen)


EVERY = sorted(installed_with("ohifbuild", frozenset({"verify"}), set()))


def test_every_licence_fits_distribution_under_the_mit_licence() -> None:
    found = {name: licences(distribution(name).metadata) for name in EVERY}
    assert {
        name: names for name, names in found.items() if not names or not all(map(PERMISSIVE.fullmatch, names))
    } == {}


def test_the_check_finds_a_licence_that_does_not_fit() -> None:
    for name in (
        "GPL-3.0-only",
        "GNU General Public License v3 (GPLv3)",
        "AGPL-3.0-or-later",
        "Proprietary",
        "UNKNOWN",
    ):
        assert not PERMISSIVE.fullmatch(name)


def test_every_direct_dependency_is_on_the_page_with_its_licence_and_purpose() -> None:
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    named = {
        name.strip().lower() for names, licence, purpose in rows if licence and purpose for name in names.split(",")
    }
    required = (Requirement(text) for text in distribution("ohifbuild").requires or [])
    wanted = {item.name.lower() for item in required if not item.marker or "verify" in str(item.marker)}
    assert wanted - named == set()
