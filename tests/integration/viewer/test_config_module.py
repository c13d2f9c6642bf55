"""A recipe's ``app_config_module`` as a script of the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from ohifbuild.cache.default import default_cache
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import RecipeError
from ohifbuild.viewer.config_module import ConfigModule, bundle_config_module, with_config_module


def bundled(path: Path) -> ConfigModule:
    return bundle_config_module(path, default_cache(), offline=False, reporter=SilentReporter())


def test_a_module_and_the_files_beside_it_become_one_script_with_a_digest_in_its_name(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "config.ts").write_text(
            "import { name } from './name';\n"
            "export default { whiteLabeling: { createLogoComponentFn: () => name as string } };"
        )
        (tmp_path / folder / "name.js").write_text("export const name = 'St. Example';")
    first, second = bundled(tmp_path / "a/config.ts"), bundled(tmp_path / "b/config.ts")
    assert first == second
    assert "St. Example" in first.text
    assert first.text.count("mergeModule(window.config,") == 1
    (tmp_path / "b/name.js").write_text("export const name = 'Other';")
    assert bundled(tmp_path / "b/config.ts").name != first.name


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import x from '../outside.js'; export default { x };", "outside its folder"),
        ("import React from 'react'; export default { React };", "esbuild cannot bundle it"),
        ("export default {", "esbuild cannot bundle it"),
    ],
)
def test_a_module_that_imports_more_or_is_no_javascript_is_refused(tmp_path: Path, code: str, why: str) -> None:
    (tmp_path / "outside.js").write_text("export default 1;")
    (tmp_path / "in").mkdir()
    (tmp_path / "in/config.js").write_text(code)
    with pytest.raises(RecipeError, match=why):
        bundled(tmp_path / "in/config.js")


def test_the_page_loads_the_module_right_after_the_configuration() -> None:
    module = ConfigModule("module.0a.js", "")
    page = '<script src="/app-config.js"></script><script defer src="/app.bundle.js"></script>'
    changed = with_config_module(page, module)
    assert changed == page.replace(
        "</script>", '</script><script src="/ohifbuild/app-config/module.0a.js"></script>', 1
    )
    assert with_config_module("<p>other</p>", module) is None
