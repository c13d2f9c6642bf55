from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from ohifbuild.viewer.hints import hinted, modules_of
from ohifbuild.viewer.startup_files import NO_STARTUP_FILES, StartupFiles

PAGE = '<html><head><script>early()</script><script defer="defer" src="/app.bundle.js"></script></head><body></body>'


def test_the_entry_script_comes_before_the_joined_files() -> None:
    page = hinted(PAGE, StartupFiles("startup.bundle.1.js", "startup.bundle.2.css", ("1",), ("1",), "queue"), [])
    assert '<script fetchpriority="high" defer="defer" src="/app.bundle.js">' in page
    assert page.index("/app.bundle.js") < page.index("/startup.bundle.2.css") < page.index("/startup.bundle.1.js")
    assert 'async fetchpriority="low" src="/startup.bundle.1.js"' in page
    assert page.index("/startup.bundle.1.js") < page.index("</head>")


def test_inline_scripts_have_no_priority() -> None:
    assert "<script>early()" in hinted(PAGE, NO_STARTUP_FILES, [])


def test_our_modules_are_known_before_anything_imports_them() -> None:
    page = hinted(PAGE, NO_STARTUP_FILES, ["ohifbuild/1/extension.js"])
    assert '<link rel="modulepreload" fetchpriority="low" href="/ohifbuild/1/extension.js">' in page


def test_what_a_module_imports_at_once_is_found_and_what_it_may_import_later_is_not(tmp_path: Path) -> None:
    (tmp_path / "extension.js").write_text(
        'import{a}from"./chunk-A.js";import"./chunk-B.js";const l=()=>import("./later.js")'
    )
    (tmp_path / "chunk-A.js").write_text('import{b}from"./chunk-B.js";export{b as a}')
    (tmp_path / "chunk-B.js").write_text("export const b=1")
    (tmp_path / "later.js").write_text("")
    package = cast(Any, SimpleNamespace(tree=tmp_path, extension="extension.js", modes=()))
    assert sorted(modules_of(package)) == ["chunk-A.js", "chunk-B.js", "extension.js"]


def test_a_module_that_imports_from_outside_its_package_names_no_file(tmp_path: Path) -> None:
    inside = tmp_path / "package"
    inside.mkdir()
    (tmp_path / "secret.js").write_text("")
    (inside / "mode.js").write_text('import"../secret.js";import"./missing.js"')
    package = cast(Any, SimpleNamespace(tree=inside, extension=None, modes=("mode.js",)))
    assert modules_of(package) == ["mode.js"]
