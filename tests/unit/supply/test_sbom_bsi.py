"""Which fields of BSI TR-03183-2 (version 2.1.0) our SBOM has: the page for security officers says the same.

The names of CycloneDX's fields for those of the guideline are those of its appendix 8.2.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from ohifbuild.sources.components import Component, Contents
from ohifbuild.supply.sbom import sbom
from ohifbuild.viewer.manifest import FileEntry, Manifest

PAGE = Path(__file__).parents[3] / "docs" / "explanation" / "for-security-officers.md"
INTEGRITY = "sha512-" + "A" * 86 + "=="
Document = Mapping[str, Any]
Field = Callable[[Document], bool]


def everywhere(has: Field) -> Field:
    """Each component has the field."""
    return lambda document: all(has(item) for item in document["components"])


def is_reachable(entity: Document) -> bool:
    return bool(entity.get("url") or any("email" in contact for contact in entity.get("contact", ())))


def licences(item: Document, acknowledgement: str) -> bool:
    found: Iterable[Document] = item.get("licenses", ())
    return any(
        acknowledgement in (row.get("acknowledgement"), row.get("license", {}).get("acknowledgement")) for row in found
    )


def properties(item: Document, *names: str) -> bool:
    return {f"bsi:component:{name}" for name in names} <= {row["name"] for row in item.get("properties", ())}


def reference(item: Document, kind: str, key: str = "url") -> bool:
    return any(key in row for row in item.get("externalReferences", ()) if row["type"] == kind)


def dependencies(document: Document) -> bool:
    listed = {row["ref"] for row in document["dependencies"]}
    stated = {ref for row in document["compositions"] for ref in row.get("dependencies", ())}
    return listed == stated == {"dist", *(item["bom-ref"] for item in document["components"])}


FIELDS: dict[str, Field] = {
    "Format: CycloneDX 1.6 or higher": lambda document: document["specVersion"] == "1.6",
    "No vulnerability information": lambda document: "vulnerabilities" not in document,
    "Timestamp": lambda document: "timestamp" in document["metadata"],
    "Creator of the SBOM": lambda document: is_reachable(document["metadata"].get("manufacturer", {})),
    "SBOM-URI": lambda document: document["serialNumber"].startswith("urn:uuid:"),
    "Component name": everywhere(lambda item: bool(item["name"])),
    "Component version": everywhere(lambda item: bool(item.get("version"))),
    "Component creator": everywhere(lambda item: is_reachable(item.get("manufacturer", {}))),
    "Dependencies, with completeness": dependencies,
    "Distribution licences": everywhere(lambda item: licences(item, "concluded")),
    "Original licences": everywhere(lambda item: licences(item, "declared")),
    "Other unique identifiers": everywhere(lambda item: "purl" in item),
    "Filename": everywhere(lambda item: properties(item, "filename")),
    "Hash of the deployable component": everywhere(lambda item: reference(item, "distribution", "hashes")),
    "Executable, archive, structured property": everywhere(
        lambda item: properties(item, "executable", "archive", "structured")
    ),
    "Source code URI": everywhere(lambda item: reference(item, "source-distribution")),
    "URI of the deployable form": everywhere(lambda item: reference(item, "distribution")),
}


@pytest.fixture(scope="module")
def of_a_source_build() -> Document:
    """The SBOM of a build from source, which knows all that can be known."""
    manifest = Manifest({"index.html": FileEntry("ab" * 32, 1)}, {"release": "3.12.0"})
    packages = (
        Component("react", "18.3.1", "MIT", INTEGRITY),
        Component("@b/c", "1.0.0", "MIT OR Apache-2.0", INTEGRITY),
    )
    ours = (Component("@ohifbuild/extension-token", "0.1.0", "MIT"),)
    document = json.loads(sbom(manifest, Contents(packages, complete=True), ours, epoch=1_700_000_000))
    assert isinstance(document, dict)
    return document


def stated() -> dict[str, str]:
    table = PAGE.read_text(encoding="utf-8").partition("### BSI TR-03183-2")[2].partition("\n### ")[0]
    return dict(re.findall(r"^\| (.+?) \| (yes|no) \|", table, re.MULTILINE))


def test_the_page_names_every_field() -> None:
    assert stated().keys() == FIELDS.keys()


@pytest.mark.parametrize("field", FIELDS)
def test_the_page_says_whether_the_field_is_there(of_a_source_build: Document, field: str) -> None:
    assert stated()[field] == ("yes" if FIELDS[field](of_a_source_build) else "no")


def test_every_field_can_be_recognised() -> None:
    package = {
        "name": "a",
        "version": "1",
        "bom-ref": "a",
        "purl": "pkg:npm/a@1",
        "manufacturer": {"contact": [{"email": "a@example.org"}]},
        "licenses": [{"license": {"id": "MIT", "acknowledgement": how}} for how in ("declared", "concluded")],
        "properties": [{"name": f"bsi:component:{n}"} for n in ("filename", "executable", "archive", "structured")],
        "externalReferences": [
            {"type": "distribution", "url": "https://example.org/a.tgz", "hashes": []},
            {"type": "source-distribution", "url": "https://example.org/a.git"},
        ],
    }
    whole = {
        "specVersion": "1.6",
        "serialNumber": "urn:uuid:0",
        "metadata": {"timestamp": "2026-11-25T00:00:00Z", "manufacturer": {"url": ["https://example.org"]}},
        "components": [package],
        "dependencies": [{"ref": "dist"}, {"ref": "a"}],
        "compositions": [{"dependencies": ["dist", "a"]}],
    }
    assert [field for field, has in FIELDS.items() if not has(whole)] == []


def test_the_example_of_a_vex_document_is_complete() -> None:
    """The fields that OpenVEX 0.2.0 requires of a document and of a statement that something is not affected."""
    text = PAGE.read_text(encoding="utf-8").partition("```json\n")[2].partition("```")[0]
    document = json.loads(text)
    assert {"@context", "@id", "author", "timestamp", "version", "statements"} <= document.keys()
    for statement in document["statements"]:
        assert statement["vulnerability"]["name"]
        assert statement["products"]
        assert statement["status"] in {"not_affected", "affected", "fixed", "under_investigation"}
        assert "justification" in statement
