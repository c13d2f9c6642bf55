"""A recipe, written as OHIF's own tools have it, and read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ohifbuild.commands.eject import command
from ohifbuild.config.recipe import Recipe
from ohifbuild.core.errors import OutputNotOurs
from ohifbuild.packages.package import read_packages
from ohifbuild.viewer.app_config import app_config, settings
from ohifbuild.workspaces.read import read_workspace
from ohifbuild.workspaces.recipe import load_recipe

LOGO = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h1v1z"/></svg>'
RECIPES = {
    "nothing": "",
    "another place": 'version = "3.12.0"\npublic_url = "/ohif/"\ndicomweb_root = "/orthanc/dicom-web"\n',
    "token and study list": (
        'token_header = "Authorization"\ntoken_scheme = "Bearer"\nstudy_list = true\npriors = "exact"\n'
        'connect = ["https://fonts.example"]\n'
    ),
    "packages": 'extensions = ["workspace/modes/ward", "workspace/extensions/clock"]\n',
    "several archives": (
        '[[data_sources]]\nname = "a"\ndicomweb_root = "/a"\n[[data_sources]]\nname = "b"\npreset = "dcm4chee"\n'
        'qido_root = "/b/rs"\nwado_root = "/c/rs"\n[data_sources.options]\nstaticWado = true\n'
    ),
    "configuration and branding": (
        '[app_config]\nmaxNumberOfWebWorkers = 2\n[app_config.investigationalUseDialog]\noption = "always"\n'
        '[customizations.sortingCriteria]\nname = "x"\n[branding]\nname = "Clinic"\nlogo = "logo.svg"\n'
    ),
}


@pytest.fixture
def here(tmp_path: Path, write: Any, packages: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write(packages)
    (tmp_path / "workspace/extensions/clock/node_modules").mkdir()
    (tmp_path / "workspace/extensions/clock/node_modules/x.js").write_text("")
    (tmp_path / "workspace/extensions/clock/link.js").symlink_to("src/index.js")
    (tmp_path / "logo.svg").write_text(LOGO)
    return tmp_path


def ejected(here: Path, text: str) -> dict[str, Any]:
    (here / "ohifbuild.toml").write_text(text)
    result = CliRunner().invoke(command, ["--output", "out", "--json", "-q"], catch_exceptions=False)
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def of(recipe: Recipe) -> tuple[str, dict[str, Any], list[str]]:
    """What a recipe decides of a dist."""
    return (
        app_config(recipe, [], []),
        settings(recipe),
        [package.name for package in read_packages(map(Path, recipe.extensions))],
    )


@pytest.mark.parametrize("text", RECIPES.values(), ids=RECIPES)
def test_a_recipe_that_was_ejected_builds_the_same_viewer(here: Path, text: str) -> None:
    ejected(here, text)
    before, after = load_recipe(Path("ohifbuild.toml"), {}), load_recipe(Path("out/ohifbuild.toml"), {})
    assert of(after) == of(before)
    assert after.version in (before.version, "3.12.0", "3.13.2")
    assert after.branding.images == before.branding.images


def test_the_workspace_alone_says_what_ohifs_formats_can_say(here: Path) -> None:
    ejected(here, RECIPES["another place"] + RECIPES["packages"])
    workspace = read_workspace(here / "out")
    assert workspace.left_out == {}
    assert workspace.values["version"] == "3.12.0"
    assert workspace.values["public_url"] == "/ohif/"
    assert workspace.values["extensions"] == [
        str(here / "out/modes/mode-ward"),
        str(here / "out/extensions/extension-clock"),
    ]
    manifest = json.loads((here / "out/ohif.config.json").read_text())
    assert list(manifest) == ["ohifVersion", "plugins", "appConfig", "publicUrl"]
    plugins = json.loads((here / "out/pluginConfig.json").read_text())
    assert [entry["packageName"] for entry in plugins["extensions"] + plugins["modes"]] == [
        "@acme/extension-clock",
        "@acme/mode-ward",
    ]


def test_packages_are_copied_without_dependencies_and_links(here: Path) -> None:
    ejected(here, RECIPES["packages"])
    copied = here / "out/extensions/extension-clock"
    found = sorted(path.relative_to(copied).as_posix() for path in copied.rglob("*") if path.is_file())
    assert found == ["package.json", "src/index.js"]


def test_what_ohifs_tools_do_not_do_is_listed(here: Path) -> None:
    lost = "\n".join(ejected(here, RECIPES["token and study list"])["lost"])
    for word in ("the confinement", "the proof", "token_header", "token_scheme", "priors", "connect"):
        assert word in lost
    assert "public_url" not in lost


def test_a_folder_with_contents_is_not_replaced(here: Path) -> None:
    ejected(here, "")
    with pytest.raises(OutputNotOurs):
        CliRunner().invoke(command, ["--output", "out"], catch_exceptions=False)


def test_a_folder_without_a_recipe_gives_a_workspace_of_defaults_and_the_command_says_so(here: Path) -> None:
    shown = CliRunner().invoke(command, ["--output", "out"], catch_exceptions=False)
    assert "There is no ohifbuild.toml here" in shown.output
    assert (here / "out/ohif.config.json").is_file()
