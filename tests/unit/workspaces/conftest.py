from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes files of a workspace, by their paths; a value that is no text becomes JSON."""

    def to(files: dict[str, object]) -> Path:
        root = tmp_path / "workspace"
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content if isinstance(content, str) else json.dumps(content))
        return root

    return to


@pytest.fixture
def packages() -> dict[str, object]:
    """The files of an extension in ``extensions/clock`` and a mode in ``modes/ward``."""
    return {
        "extensions/clock/package.json": {
            "name": "@acme/extension-clock",
            "version": "1.0.0",
            "keywords": ["ohif-extension"],
            "module": "src/index.js",
        },
        "extensions/clock/src/index.js": "export default { id: '@acme/extension-clock' };\n",
        "modes/ward/package.json": {
            "name": "@acme/mode-ward",
            "version": "1.0.0",
            "keywords": ["ohif-mode"],
            "module": "src/index.js",
        },
        "modes/ward/src/index.js": "export default { id: '@acme/mode-ward' };\n",
    }
