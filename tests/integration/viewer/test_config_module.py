"""A recipe's ``app_config_module`` as a script of the page."""

from __future__ import annotations

import json
import re
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from ohifbuild.cache.default import default_cache
from ohifbuild.config.app_config_module import refused_names
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


def test_the_script_is_small_merges_itself_and_depends_on_no_file_of_a_parent_folder(tmp_path: Path) -> None:
    (tmp_path / "tsconfig.json").write_text('{"extends": "./absent.json"}')
    (tmp_path / "in").mkdir()
    code = "class Ward { static name = 'Zürich'; }\n\nexport default { whiteLabeling: Ward };\n"
    (tmp_path / "in/config.js").write_text(code)
    module = bundled(tmp_path / "in/config.js")
    assert re.fullmatch(r"module\.[0-9a-f]{16}\.js", module.name)
    script, merge, end = module.text.split("\n")
    assert "Zürich" in script
    assert "static name=" in script
    assert script.startswith("var ohifbuildAppConfig=")
    names = json.dumps(refused_names())
    assert merge == (f"window[Symbol.for('ohifbuild')]?.mergeModule(window.config,ohifbuildAppConfig.default,{names});")
    assert end == ""
    assert "Ward" not in repr(module)
    with pytest.raises(FrozenInstanceError):
        module.name = "other"  # type: ignore[misc]


def test_what_esbuild_says_is_shown_without_colours_and_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "config.js").write_text("export default {")
    with pytest.raises(RecipeError) as caught:
        bundled(tmp_path / "config.js")
    assert "config.js:1:" in caught.value.details
    assert "\x1b" not in caught.value.details
    assert str(tmp_path / "config.js") in caught.value.what
    assert "import files beside it" in caught.value.cause
    assert "app_config_module" in caught.value.fix


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
