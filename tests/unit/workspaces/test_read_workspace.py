"""A workspace of create-ohif, and a pluginConfig.json of OHIF's CLI, come to keys of a recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import RecipeError, WorkspaceInvalid
from ohifbuild.workspaces.read import read_workspace
from ohifbuild.workspaces.recipe import load_recipe

COMMIT = "0123456789abcdef0123456789abcdef01234567"
SOURCE = """
  dataSources: [{
    namespace: '@ohif/extension-default.dataSourcesModule.dicomweb',
    sourceName: 'ohif',
    configuration: {
      friendlyName: 'Our archive', name: 'x', wadoUriRoot: '/pacs', qidoRoot: '/pacs', wadoRoot: '/pacs',
      imageRendering: 'wadors', staticWado: true, headers: { token: 'x' }, onConfiguration: () => 1,
    },
  }],
  defaultDataSourceName: 'ohif',
"""


def refusal(root: Path) -> str:
    with pytest.raises(WorkspaceInvalid) as caught:
        read_workspace(root)
    return caught.value.details


def app_config(body: str) -> str:
    return f"/** @type {{AppTypes.Config}} */\nwindow.config = {{{body}}};\n"


def test_the_files_of_create_ohifs_template_come_to_a_recipe(write: Any, packages: dict[str, object]) -> None:
    body = (
        "name: 'config/app-config.js', routerBasename: null, showStudyList: true, extensions: [], modes: [],"
        "customizationService: {}, maxNumberOfWebWorkers: 2," + SOURCE
    )
    root = write(
        {
            **packages,
            "ohif.config.json": {
                "ohifVersion": "3.12.0",
                "plugins": [
                    {"packageName": "@acme/extension-clock", "directory": "./extensions/clock"},
                    "@acme/mode-ward",
                ],
                "appConfig": "config/app-config.js",
                "publicUrl": "/ward/",
            },
            "config/app-config.js": app_config(body),
        }
    )
    workspace = read_workspace(root)
    options = {"friendlyName": "Our archive", "imageRendering": "wadors", "staticWado": True}
    assert workspace.values == {
        "version": "3.12.0",
        "public_url": "/ward/",
        "extensions": [str(root / "extensions/clock"), str(root / "modes/ward")],
        "app_config": {"name": "config/app-config.js", "maxNumberOfWebWorkers": 2},
        "data_sources": [{"name": "ohif", "dicomweb_root": "/pacs", "options": options}],
    }
    assert set(workspace.left_out) == {
        "showStudyList",
        "dataSources[0].configuration.headers",
        "dataSources[0].configuration.onConfiguration",
    }
    recipe = load_recipe(None, {"workspace": root})
    assert (recipe.version, recipe.public_url, recipe.sources[0].qido) == ("3.12.0", "/ward/", "/pacs")


def test_the_recipe_and_flags_win_over_the_workspace(write: Any, packages: dict[str, object], tmp_path: Path) -> None:
    root = write(
        {
            **packages,
            "ohif.config.json": {"ohifVersion": "3.12.0", "plugins": ["@acme/mode-ward"], "publicUrl": "/ward/"},
            "config/app-config.js": app_config("disableEditing: true, maxNumberOfWebWorkers: 2," + SOURCE),
        }
    )
    path = tmp_path / "ohifbuild.toml"
    path.write_text(
        'workspace = "workspace"\npublic_url = "/x/"\ndicomweb_root = "/y"\n'
        'extensions = ["workspace/extensions/clock"]\n'
        "[app_config]\nmaxNumberOfWebWorkers = 3\n"
    )
    recipe = load_recipe(path, {"version": "3.13.2"})
    assert (recipe.version, recipe.public_url, recipe.sources[0].qido) == ("3.13.2", "/x/", "/y")
    assert tuple(map(Path, recipe.extensions)) == (root / "modes/ward", tmp_path / "workspace/extensions/clock")
    assert recipe.app_config == {"disableEditing": True, "maxNumberOfWebWorkers": 3}


def test_each_key_that_is_left_out_is_named_with_its_reason(write: Any) -> None:
    root = write(
        {
            "ohif.config.json": {"htmlTemplate": "x.html", "entryTarget": "./e.js", "proxy": {"target": "x"}},
            "config/app-config.js": app_config(
                "oidc: [{}], whiteLabeling: { createLogoComponentFn: () => null }, hotkeys: [call()],"
                "customizationService: { a: { b: () => 1 }, c: { d: 1 } }, ...more, [computed]: 1,"
            ),
        }
    )
    reporter = SilentReporter()
    load_recipe(None, {"workspace": root}, reporter=reporter)
    said = reporter.warnings
    workspace = read_workspace(root)
    assert len(said) == len(workspace.left_out)
    assert {key.partition("[")[0] for key in workspace.left_out} == {
        *("htmlTemplate", "entryTarget", "proxy", "oidc", "whiteLabeling"),
        *("hotkeys", "customizationService.a.b", "…"),
    }
    assert workspace.values == {"customizations": {"c": {"d": 1}}}
    assert any("a function" in note for note in said)


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ({"ohifVersion": "latest"}, "ohifVersion is 'latest'; expected a release"),
        ({"ohifVersion": "{{ohifVersion}}"}, "expected a release"),
        ({"ohifVersion": 3}, "expected a release"),
        ({"harness": {}}, "the key 'harness' is unknown: a newer create-ohif may have written it"),
        ({"plugins": {}}, "plugins is {}; expected a list"),
        ({"plugins": [7]}, "plugins[0] is 7; expected the name of an npm package"),
        ({"plugins": ["../x"]}, "expected the name of an npm package"),
        ({"plugins": ["@acme/nothing"]}, "no package in extensions/ and modes/ has this name"),
        ({"plugins": ["ranged"]}, "'^1.0.0' is no exact version"),
        ({"plugins": [{"packageName": "x", "source": "y"}]}, "plugins[0] has the unknown keys source: a newer"),
        ({"plugins": [{"packageName": "x", "directory": "../outside"}]}, "leads out of the workspace"),
        ({"plugins": [{"packageName": "x", "directory": "/etc"}]}, "'/etc' is not a path in the workspace"),
        ({"plugins": [{"packageName": "x", "directory": "~/x"}]}, "is not a path in the workspace"),
        ({"plugins": [{"packageName": "x", "directory": "https://x.example/"}]}, "is not a path in the workspace"),
        ({"plugins": [{"packageName": "x", "directory": "file\0"}]}, "is not a path in the workspace"),
        ({"plugins": [{"packageName": "x", "directory": 7}]}, "its directory is 7; expected text"),
        ({"plugins": [{"packageName": "x", "directory": "extensions/clock"}]}, "has the name '@acme/extension-clock'"),
        ({"plugins": [{"packageName": "x", "directory": "n" * 300}]}, "cannot be reached"),
        ({"publicUrl": 7}, "publicUrl is 7"),
        ({"appConfig": 7}, "appConfig: it is 7"),
        ({"appConfig": "../secret.js"}, "leads out of the workspace"),
        ({"appConfig": "./missing.js"}, "./missing.js does not exist"),
        ({"appConfig": "./link.js"}, "leads out of the workspace"),
        ({"appConfig": "./extensions"}, "is not a file"),
        ({"pluginConfig": "./missing.json"}, "pluginConfig: ./missing.json does not exist"),
    ],
)
def test_an_entry_that_cannot_be_used_is_named(
    write: Any, packages: dict[str, object], tmp_path: Path, entry: dict[str, Any], why: str
) -> None:
    root = write({**packages, "ohif.config.json": entry, "package.json": {"dependencies": {"ranged": "^1.0.0"}}})
    (tmp_path / "outside").mkdir()
    (tmp_path / "secret.js").write_text("window.config = {};")
    (root / "link.js").symlink_to(tmp_path / "secret.js")
    assert why in refusal(root)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "ohif.config.json is not valid JSON"),
        ("[]", "is not a JSON object"),
        ('{"__proto__": {}}', "the key __proto__ is not allowed"),
        ('{"proxy": {"constructor": 1}}', "the key constructor is not allowed"),
        ('{"plugins": [], "plugins": []}', "the key 'plugins' is there twice"),
        ('{"a": NaN}', "NaN is not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"plugins": "' + "x" * 1_100_000 + '"}', "more than 1048576 bytes"),
        ("\0{}", "UTF-16"),
    ],
)
def test_a_manifest_that_is_no_plain_json_is_refused(write: Any, text: str, why: str) -> None:
    assert why in refusal(write({"ohif.config.json": text}))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("window.config = ({ servicesManager }) => ({});", "window.config is a function"),
        ("window.config = make();", "window.config is the result of a call"),
        ("window.config = {", "syntax error in line 1"),
        ("const x = 1;", "window.config is set 0 times"),
        ("window.config = {}; window.config = {};", "window.config is set 2 times"),
        ("window.config = { dataSources: 7 };", "dataSources is no list"),
        ("window.config = { extensions: 7 };", "extensions is no list"),
        (
            "window.config = { dataSources: [{ namespace: '@ohif/extension-default.dataSourcesModule.dicomweb',"
            " sourceName: 'a', configuration: { staticWado: 'yes' } }] };",
            "dataSources[0].configuration.staticWado must be true or false",
        ),
    ],
)
def test_an_app_config_that_cannot_be_read_is_refused(write: Any, text: str, why: str) -> None:
    assert why in refusal(write({"ohif.config.json": {}, "config/app-config.js": text}))


def test_all_problems_are_reported_at_once(write: Any) -> None:
    root = write({"ohif.config.json": {"ohifVersion": 7, "plugins": ["@a/b"], "x": 1, "appConfig": "./missing.js"}})
    assert len(refusal(root).splitlines()) == 4


@pytest.mark.parametrize("name", [".", "n" * 300])
def test_a_folder_without_a_workspace_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(WorkspaceInvalid, match=r"neither ohif\.config\.json nor pluginConfig\.json") as caught:
        read_workspace(tmp_path / name)
    assert "--extension" in caught.value.fix


def test_a_value_that_no_recipe_allows_is_reported_at_the_workspace(write: Any) -> None:
    root = write({"ohif.config.json": {"publicUrl": "/dicom-web/"}})
    with pytest.raises(RecipeError) as caught:
        load_recipe(None, {"workspace": root})
    assert f"{root}/ohif.config.json: public_url: the viewer at /dicom-web/" in caught.value.details


def test_a_version_of_npm_is_exact_and_a_package_of_ohif_is_its_own(write: Any) -> None:
    root = write(
        {
            "ohif.config.json": {"plugins": ["@ohif/extension-tmtv", "@acme/of-npm", "of-git"]},
            "package.json": {
                "devDependencies": {"@acme/of-npm": "1.2.3", "of-git": f"git+https://git.example/x.git#{COMMIT}"}
            },
        }
    )
    assert read_workspace(root).values == {
        "extensions": ["npm:@acme/of-npm@1.2.3", f"git+https://git.example/x.git#{COMMIT}"]
    }


def test_a_plugin_config_of_the_cli_is_read_from_a_checkout_of_ohif(write: Any, packages: dict[str, object]) -> None:
    root = write(
        {
            **packages,
            "version.txt": "3.12.0\n",
            "platform/app/pluginConfig.json": {
                "extensions": [
                    {"packageName": "@ohif/extension-default"},
                    {"packageName": "@acme/extension-clock", "version": "1.0.0", "default": False},
                    {"packageName": "extension-of-npm", "version": "0.4.2"},
                ],
                "modes": ["@ohif/mode-basic", {"packageName": "@acme/mode-ward", "directory": "./modes/ward"}],
                "public": [{"directory": "./platform/public"}, {"packageName": "other", "directory": "./x"}],
            },
        }
    )
    for place in (root, root / "platform/app/pluginConfig.json"):
        workspace = read_workspace(place)
        assert workspace.values == {
            "version": "3.12.0",
            "extensions": [str(root / "extensions/clock"), "npm:extension-of-npm@0.4.2", str(root / "modes/ward")],
        }
        assert set(workspace.left_out) == {
            "pluginConfig.json: extensions[1].default",
            "pluginConfig.json: public[1]",
        }


def test_a_plugin_config_that_the_manifest_names_has_a_root_of_its_own(write: Any, packages: dict[str, object]) -> None:
    root = write(
        {
            **packages,
            "ohif.config.json": {"pluginConfig": "./deploy/plugins.json"},
            "deploy/plugins.json": {
                "root": "..",
                "extensions": [{"packageName": "@acme/extension-clock", "directory": "./extensions/clock"}],
                "modes": [],
            },
        }
    )
    assert read_workspace(root).values == {"extensions": [str(root / "extensions/clock")]}


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ({"extensions": 7}, "extensions is 7; expected a list"),
        ({"extensions": [7]}, "expected the name of a package, or an object"),
        ({"extensions": [{"packageName": "a", "postinstall": "x"}]}, "has the unknown keys postinstall"),
        ({"extensions": [{"packageName": "a", "version": "github:a/b"}]}, "'github:a/b' is no exact version"),
        ({"extensions": [{"packageName": "a", "version": "latest"}]}, "is no exact version"),
        ({"extensions": [{"packageName": "a", "version": f"file:///etc#{COMMIT}"}]}, "is no exact version"),
        ({"extensions": [{"packageName": "a", "version": f"../x#{COMMIT}"}]}, "is no exact version"),
        ({"root": "../.."}, "leads out of the workspace"),
        ({"plugins": []}, "the key 'plugins' is unknown"),
    ],
)
def test_a_plugin_config_that_cannot_be_used_is_refused(write: Any, entry: dict[str, Any], why: str) -> None:
    assert why in refusal(write({"pluginConfig.json": entry}))
