"""The software bill of materials (SBOM) of a dist: deterministic CycloneDX 1.6 JSON.

The property ``ohifbuild:components`` of the dist's component and ``compositions`` say whether the list is complete.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.exception import MissingOptionalDependencyException
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component as Item
from cyclonedx.model.component import ComponentType
from cyclonedx.model.license import License, LicenseAcknowledgement
from cyclonedx.model.tool import ToolRepository
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from packageurl import PackageURL

from ohifbuild import __version__
from ohifbuild.core.errors import InternalError
from ohifbuild.sources.components import Component, Contents
from ohifbuild.supply.sbom_subject import COMPLETENESS, hexadecimal, serial
from ohifbuild.viewer.manifest import Manifest

# The algorithms of npm's integrities; packages from before 2017 have only SHA-1.
ALGORITHMS = {"sha1": HashAlgorithm.SHA_1, "sha512": HashAlgorithm.SHA_512}
LENGTHS = {"sha1": 20, "sha512": 64}
"""Bytes of a digest."""


def sbom(manifest: Manifest, contents: Contents, ours: tuple[Component, ...], *, epoch: int) -> str:
    """The SBOM of the dist that ``manifest`` describes, as JSON text.

    Args:
        contents: the packages in the base viewer.
        ours: the extension packages that were injected.
        epoch: the time of the build in seconds since 1970 (``SOURCE_DATE_EPOCH``).
    """
    release = str(manifest.inputs.get("release", ""))
    bom = Bom(serial_number=serial(manifest))
    bom.metadata.timestamp = datetime.fromtimestamp(epoch, UTC)
    bom.metadata.tools = ToolRepository(
        components=[Item(name="ohifbuild", version=__version__, type=ComponentType.APPLICATION)]
    )
    root = Item(
        name="OHIF Viewer confined by ohifbuild",
        version=release,
        type=ComponentType.APPLICATION,
        bom_ref="dist",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=hexadecimal(manifest))],
        properties=[Property(name=COMPLETENESS, value="complete" if contents.complete else "incomplete")],
    )
    bom.metadata.component = root
    items = [_item(component) for component in sorted({*contents.components, *ours})]
    for item in items:
        bom.components.add(item)
    bom.register_dependency(root, items)
    document = json.loads(JsonV1Dot6(bom).output_as_string())
    document["compositions"] = _compositions(items, complete=contents.complete)
    return json.dumps(document, indent=1) + "\n"


def check_schema(text: str) -> None:
    """Validates an SBOM against CycloneDX's schema.

    Raises:
        InternalError: the SBOM is invalid, which is a defect in ohifbuild.
    """
    # Imported only here, because it takes a second.
    from cyclonedx.validation.json import JsonStrictValidator

    try:
        problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    except MissingOptionalDependencyException as error:
        fix = "Install it with: pip install ohifbuild[test]"
        raise InternalError("The CycloneDX validator is not installed.", fix=fix) from error
    if problem:
        raise InternalError("The SBOM that ohifbuild wrote is invalid CycloneDX.", details=str(problem)[:2000])


def _item(component: Component) -> Item:
    namespace, _, name = component.name.rpartition("/")
    url = PackageURL("npm", namespace or None, name, component.version or None)
    return Item(
        name=name,
        group=namespace or None,
        version=component.version or None,
        type=ComponentType.LIBRARY,
        purl=url,
        bom_ref=str(url),
        licenses=_licences(component.licence),
        hashes=_hashes(component.integrity),
    )


def _licences(licence: str) -> list[License]:
    """The licence that the package declares; it is not verified."""
    if not licence:
        return []
    return [LicenseFactory().make_from_string(licence, license_acknowledgement=LicenseAcknowledgement.DECLARED)]


def _compositions(items: Iterable[Item], *, complete: bool) -> list[dict[str, Any]]:
    """Whether the list of the dist's packages, and the lists of each package's dependencies, are complete.

    ``cyclonedx-python-lib`` 11 does not write this part of the format.
    """
    packages = sorted(str(item.bom_ref.value) for item in items)
    return [
        {"aggregate": "complete" if complete else "incomplete", "assemblies": ["dist"], "dependencies": ["dist"]},
        {"aggregate": "unknown", "dependencies": packages},
    ]


def _hashes(integrity: str) -> list[HashType]:
    """npm's ``sha512-<base64>`` in the form of CycloneDX."""
    algorithm, _, value = integrity.partition("-")
    try:
        known, content = ALGORITHMS[algorithm], base64.b64decode(value, validate=True)
    except (KeyError, ValueError):  # another algorithm, or no base64: the lockfile's own mistake
        return []
    return [HashType(alg=known, content=content.hex())] if len(content) == LENGTHS[algorithm] else []
