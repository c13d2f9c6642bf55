"""What a recipe's ``app_config_module`` may be, read from its text."""

from __future__ import annotations

from pathlib import Path

import pytest

from ohifbuild.config.app_config_module import refused_names
from ohifbuild.config.recipe import load_recipe
from ohifbuild.core.errors import RecipeError


def refused(tmp_path: Path, text: str, name: str = "config.js") -> str:
    (tmp_path / name).write_text(text)
    (tmp_path / "ohifbuild.toml").write_text(f'app_config_module = "{name}"\n')
    with pytest.raises(RecipeError) as caught:
        load_recipe(tmp_path / "ohifbuild.toml", {})
    return str(caught.value.details)


def test_a_module_beside_the_recipe_may_have_functions_and_customizations(tmp_path: Path) -> None:
    text = """
    const logo = React => React.createElement('b', {}, 'Ward');
    export default {
      whiteLabeling: { createLogoComponentFn: logo },
      customizationService: [{ 'ohif.overlayItem': () => null }],
    };
    """
    (tmp_path / "config.ts").write_text(text)
    (tmp_path / "ohifbuild.toml").write_text('app_config_module = "config.ts"\n')
    assert load_recipe(tmp_path / "ohifbuild.toml", {}).app_config_module == (tmp_path / "config.ts").resolve()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("dataSources", "export default {\n  dataSources: [] };"),
        ("defaultDataSourceName", "export default {\n  'defaultDataSourceName': 'x' };"),
        ("httpErrorHandler", "export default {\n  httpErrorHandler() {} };"),
        ("oidc", "const oidc = [];\nexport default { oidc };"),
        ("ohif.tours", "export default { customizationService:\n { 'ohif.tours': {} } };"),
        ("routes.customRoutes", "export default { customizationService: [\n { 'routes.customRoutes': {} }] };"),
    ],
)
def test_names_that_confinement_needs_are_refused_with_their_line(tmp_path: Path, name: str, code: str) -> None:
    assert f"line 2: {name} cannot be set" in refused(tmp_path, code)


@pytest.mark.parametrize(
    ("text", "name", "why"),
    [
        ("module.exports = {};", "config.js", "expected a default export"),
        ("export default {};", "config.json", "expected a JavaScript or TypeScript file"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, text: str, name: str, why: str) -> None:
    assert why in refused(tmp_path, text, name)


def test_a_file_that_is_absent_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ohifbuild.toml").write_text('app_config_module = "absent.js"\n')
    with pytest.raises(RecipeError) as caught:
        load_recipe(tmp_path / "ohifbuild.toml", {})
    assert "can be read" in str(caught.value.details)


def test_the_page_gets_the_same_names_to_refuse() -> None:
    refused = refused_names()
    assert {"dataSources", "oidc", "extensions"} <= refused["appConfig"].keys()
    assert not {"whiteLabeling", "customizationService"} & refused["appConfig"].keys()
    assert "ohif.tours" in refused["customizations"]
