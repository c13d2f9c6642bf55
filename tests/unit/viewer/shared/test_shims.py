"""The packages that stand for shared modules while a package is bundled."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ohifbuild.cache.entries import Cache
from ohifbuild.viewer.shared.modules import SharedModule, SharedModules
from ohifbuild.viewer.shared.shims import aliases, loader, shims_of

CORE = SharedModule("20", (), False, {"useSystem": "Jg", "default": "Ay"})
REACT = SharedModule("5", (), True, {"useState": "useState"})
CLASSNAMES = SharedModule("7", (), True, None)
TOOLS = SharedModule("50", ("11", "2"), False, {"addTool": "Ru"})
SHARED = SharedModules(
    "webpackChunk", {"@ohif/core": CORE, "classnames": CLASSNAMES, "react": REACT, "@cornerstonejs/tools": TOOLS}
)


@pytest.fixture
def shims(tmp_path: Path) -> Path:
    return shims_of(SHARED).folder(Cache(tmp_path)) / "@ohifbuild-shared"


def entry(shims: Path, package: str) -> dict[str, str]:
    return dict(json.loads((shims / package / "package.json").read_text())["exports"]["."])


def test_an_es_module_names_its_exports_for_both_ways_to_import_it(shims: Path) -> None:
    assert entry(shims, "ohif__core") == {"require": "./20.mjs", "default": "./20.mjs"}
    text = (shims / "ohif__core" / "20.mjs").read_text()
    assert 'get("20")' in text
    assert 'pick(module_, "Jg"); export { e1 as "useSystem" };' in text


def test_require_of_a_common_js_module_gives_what_the_viewers_own_gives(shims: Path) -> None:
    assert entry(shims, "react") == {"require": "./5.cjs", "default": "./5.mjs"}
    assert "export default module_;" in (shims / "react" / "5.mjs").read_text()


def test_a_module_whose_names_are_unknown_may_be_asked_for_any_name(shims: Path) -> None:
    assert entry(shims, "classnames") == {"require": "./7.cjs", "default": "./7.cjs"}


def test_a_shim_is_known_by_what_packages_import() -> None:
    assert shims_of(SHARED).specifiers["@ohifbuild-shared/ohif__core/20.mjs"] == "@ohif/core"


def test_one_viewers_shims_are_written_once(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    first = shims_of(SHARED).folder(cache)
    made = first.stat().st_mtime_ns
    assert shims_of(SHARED).folder(cache) == first
    assert first.stat().st_mtime_ns == made


def test_each_shared_package_has_an_alias() -> None:
    assert "--alias:@ohif/core=@ohifbuild-shared/ohif__core" in aliases(SHARED)
    assert len(aliases(SHARED)) == len(SHARED.packages)


def test_the_loader_waits_for_the_chunks_of_the_modules_that_are_used() -> None:
    text = loader(SHARED, [CORE, TOOLS], "extension-module.js", ["a.css"])
    assert 'Promise.all(["2", "11"]' in text
    assert 'globalThis["webpackChunk"].push' in text
    assert 'of ["a.css"])' in text
    assert text.endswith('export default (await import("./extension-module.js")).default;\n')
