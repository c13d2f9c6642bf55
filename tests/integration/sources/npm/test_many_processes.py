"""Many processes on one cache, three of which are killed; ``bench/shared_cache.py`` does the same with OHIF itself."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ohifbuild.cache.default import default_cache, default_root
from ohifbuild.core.console import SilentReporter
from ohifbuild.tools.esbuild import esbuild
from ohifbuild.tools.oxc import oxc
from shared_cache import KILLED, Place, run

from .conftest import Registry, configure

PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>OHIF</title><script>window.PUBLIC_URL = "/";
function browserImportFunction(name) { return import(name); }</script><script src="/app-config.js"></script>
<script src="/app.bundle.0123456789abcdef.js"></script></head></html>"""
CODE = '// EXTERNAL MODULE: ./node_modules/react/index.js\n__webpack_require__.p = "/";\n' + "".join(
    f"function name{n}(argument) {{ return argument + {n}; }}\n" for n in range(2000)
)
VIEWER = {
    "dist/index.html": PAGE.encode(),
    "dist/app-config.js": b"window.config = {};",
    "dist/app.bundle.0123456789abcdef.js": CODE.encode(),
}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty folder, with the tools in its cache: those are large."""
    kind = tmp_path / "work" / "cache" / "npm"
    kind.mkdir(parents=True)
    for tool in (esbuild, oxc):
        file = tool(default_cache(), offline=False, reporter=SilentReporter())
        key = file.relative_to(default_root() / "npm").parts[0]
        shutil.copytree(default_root() / "npm" / key, kind / key)
        for beside in (default_root() / "npm").glob(f".{key}.*"):
            if beside.is_file():
                shutil.copy(beside, kind)
    return Place(tmp_path / "work", "3.12.999", {})


def test_builds_prunes_and_upgrades_on_one_cache_with_three_killed(
    place: Place, registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.publish("@ohif/app", "3.12.999", VIEWER)
    configure(tmp_path, monkeypatch, f"@ohif:registry={registry.url}/")
    found = run(place, seed=1, beside=1)
    assert found.wrong == []
    assert len(found.killed) == KILLED
    assert set(found.prunes) <= {0, 27}
    assert found.upgrades
