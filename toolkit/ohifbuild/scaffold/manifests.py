"""The ``package.json`` of a new package: an ordinary npm package that OHIF's own tools accept too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ohifbuild.scaffold.package_request import PackageRequest

KEYWORDS = {"extension": "ohif-extension", "mode": "ohif-mode"}
ARTICLES = {"extension": "an", "mode": "a"}
OHIF = ">=3.9.0 <4"
REACT = "^18.3.1 || ^19.0.0"
PEERS = {"@ohif/core": OHIF}
DEFAULT_EXTENSION = "@ohif/extension-default"
# Few, and none of them is in a viewer. typescript-eslint takes no TypeScript from 6.1 on.
DEVELOPMENT = {
    "eslint": "^9.0.0 || ^10.0.0",
    "tsx": "^4.20.0",
    "typescript": "^5.9.3",
    "typescript-eslint": "^8.50.0",
}
MARKUP = {"react": REACT, "react-dom": REACT}
TYPES = {"@types/node": ">=20"}
MARKUP_TYPES = {"@types/react": "^18.3.0 || ^19.0.0", "@types/react-dom": "^18.3.0 || ^19.0.0"}


def package_manifest(request: PackageRequest) -> dict[str, Any]:
    """The ``package.json`` of the package itself."""
    typescript = request.language == "typescript"
    markup = bool({"panel", "viewport"} & set(request.modules))
    uses_default = bool({"data-source", "sop-class-handler"} & set(request.modules))
    tests = f"tests/package.test.{'ts' if typescript else 'js'}"
    peers = PEERS | ({DEFAULT_EXTENSION: OHIF} if uses_default else {}) | ({"react": REACT} if markup else {})
    development = (
        DEVELOPMENT
        | (MARKUP if markup else {})
        | (TYPES if typescript else {})
        | (MARKUP_TYPES if markup and typescript else {})
    )
    scripts = {"test": f"node --import tsx --test {tests}", "lint": "eslint .", "test:viewer": "pytest tests"}
    return {
        "name": request.name.npm,
        "version": "0.1.0",
        "description": f"{request.name.title}: {ARTICLES[request.kind]} {request.kind} for OHIF v3",
        "license": "MIT",
        "keywords": [KEYWORDS[request.kind]],
        **_entry(typescript),
        "files": ["src", *(["types"] if typescript else []), "README.md"],
        "scripts": scripts | ({"typecheck": "tsc"} if typescript else {}),
        "peerDependencies": dict(sorted(peers.items())),
        "peerDependenciesMeta": _provided(peers),
        "devDependencies": dict(sorted(development.items())),
    }


def mode_manifest(request: PackageRequest) -> dict[str, Any]:
    """The ``package.json`` of the mode that shows an extension's viewport or display sets."""
    return {
        "name": request.name.of_mode.npm,
        "version": "0.1.0",
        "description": f"{request.name.title}: a mode for OHIF v3",
        "license": "MIT",
        "keywords": [KEYWORDS["mode"]],
        **_entry(request.language == "typescript"),
        "files": ["src"],
        "peerDependencies": PEERS,
        "peerDependenciesMeta": _provided(PEERS),
    }


def _provided(peers: Mapping[str, str]) -> dict[str, dict[str, bool]]:
    """npm installs every peer that is not optional: for OHIF's, hundreds of packages that the viewer has already."""
    return {name: {"optional": True} for name in sorted(peers) if name.startswith("@ohif/")}


def _entry(typescript: bool) -> dict[str, str]:
    """Both fields: bundlers read ``module``, and other tools ``main``."""
    entry = f"src/index.{'ts' if typescript else 'js'}"
    return {"main": entry, "module": entry}
