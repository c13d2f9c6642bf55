"""What `ohifbuild new` writes: every package parses, and is named as OHIF needs it."""

from __future__ import annotations

import ast
import functools
import itertools
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from ast_grep_py import SgRoot
from nodesemver import satisfies

from ohifbuild.config.recipe import load_recipe
from ohifbuild.scaffold.manifests import OHIF
from ohifbuild.scaffold.package_files import METHODS, package_files
from ohifbuild.scaffold.package_request import MODULES, PackageRequest, package_request
from ohifbuild.scaffold.write_package import write_package

LANGUAGES = ("typescript", "javascript")
NAMES = ("notes", "@clinic/extension-ct-notes", "3d", "a.b_c", "ohif-extension-x")


def request(*modules: str, name: str = "@clinic/extension-notes", language: str = "typescript") -> PackageRequest:
    return package_request(name, Path("unwritten"), "extension", modules, language)


@functools.cache
def every_package() -> tuple[dict[str, str], ...]:
    """The files of every package."""
    return tuple(map(package_files, every_request()))


def every_request() -> Iterator[PackageRequest]:
    """Every set of modules in both languages, and a mode in both."""
    for language in LANGUAGES:
        yield package_request("mode-notes", Path("unwritten"), "mode", (), language)
        for count in range(1, len(MODULES) + 1):
            for modules in itertools.combinations(MODULES, count):
                yield request(*modules, language=language)


def problem_in(path: str, text: str) -> str:
    """What a parser says about a file; "" if it can read it."""
    try:
        match Path(path).suffix:
            case ".json":
                json.loads(text)
            case ".toml":
                tomllib.loads(text)
            case ".py":
                ast.parse(text)
            case ".yml":
                yaml.safe_load(text)
            case ".ts" | ".tsx" | ".js" | ".jsx" | ".mjs":
                found = SgRoot(text, "tsx").root().find(kind="ERROR")
                return found.text() if found else ""
    except (ValueError, SyntaxError, yaml.YAMLError) as error:
        return str(error)
    return ""


def test_every_file_of_every_package_parses() -> None:
    files = {(path, text) for each in every_package() for path, text in each.items()}
    assert [(path, problem) for path, text in files if (problem := problem_in(path, text))] == []
    assert [path for path, text in files if "<%" in text or "<<" in text or "\n\n\n\n" in text] == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_file_parses_whatever_the_name(name: str, language: str) -> None:
    for path, text in package_files(request(*MODULES, name=name, language=language)).items():
        assert problem_in(path, text) == ""


def test_an_extension_has_the_files_of_the_modules_that_were_asked_for_and_no_others() -> None:
    for module in set(MODULES) - {"toolbar"}:
        files = package_files(request(module))
        assert {path for path in files if path.startswith("src/get")} == {f"src/{METHODS[module]}.ts"}
        assert METHODS[module] in files["src/index.ts"]


def test_a_button_comes_with_the_command_that_it_runs() -> None:
    files = package_files(request("toolbar"))
    assert "commands: 'showNotes'" in files["src/onModeEnter.ts"]
    assert "showNotes: {" in files["src/getCommandsModule.ts"]


def test_the_manifest_is_that_of_an_ordinary_package_of_ohif() -> None:
    manifest = json.loads(package_files(request("panel"))["package.json"])
    assert (manifest["name"], manifest["keywords"]) == ("@clinic/extension-notes", ["ohif-extension"])
    assert manifest["module"] == "src/index.ts"
    assert "ohifbuild" not in manifest
    assert not {"dependencies", "ohifbuild"} & manifest.keys()
    assert set(manifest["peerDependencies"]) == {"@ohif/core", "react"}
    mode = json.loads(package_files(package_request("chest", Path("x"), "mode", (), "javascript"))["package.json"])
    assert (mode["keywords"], mode["module"]) == (["ohif-mode"], "src/index.js")


def test_the_entry_of_each_package_is_a_file_of_it() -> None:
    for files in every_package():
        for path in files:
            if path.endswith("package.json"):
                manifest = json.loads(files[path])
                assert str(Path(path).parent / manifest["module"]) in files


@pytest.mark.parametrize("version", ["3.9.0", "3.9.2", "3.10.0", "3.11.1", "3.12.0", "3.13.2", "3.14.0"])
def test_every_release_from_3_9_to_3_14_is_in_the_range_of_the_peer(version: str) -> None:
    assert satisfies(version, OHIF, loose=False)


def test_no_module_is_imported_that_the_package_does_not_declare() -> None:
    for files in every_package():
        manifest = json.loads(files["package.json"])
        declared = {*manifest["peerDependencies"], *manifest["devDependencies"]}
        for path, text in files.items():
            if path.endswith((".ts", ".tsx", ".js", ".jsx", ".mjs")):
                imported = set(re.findall(r"from '((?:@[\w-]+/)?[\w-]+)[^']*'", text)) - {"node"}
                assert imported <= declared
                if path.startswith("src/"):
                    assert imported <= set(manifest["peerDependencies"])


def test_the_id_of_the_extension_is_read_from_its_manifest() -> None:
    files = package_files(request(*MODULES))
    assert "packageJson.name" in files["src/id.ts"]
    assert "packageJson.name" in files["mode/src/index.ts"]


def test_a_mode_comes_with_what_only_a_mode_can_show() -> None:
    assert "mode/package.json" not in package_files(request("panel", "toolbar", "hanging-protocol", "data-source"))
    for module in ("viewport", "sop-class-handler"):
        files = package_files(request(module))
        assert json.loads(files["mode/package.json"])["name"] == "@clinic/mode-notes"
        assert tomllib.loads(files["ohifbuild.toml"])["extensions"] == [".", "mode"]


def test_types_are_only_in_typescript() -> None:
    files = package_files(request(*MODULES, language="javascript"))
    assert not [path for path in files if path.endswith((".ts", ".tsx", "tsconfig.json"))]
    assert not [path for path, text in files.items() if path.endswith((".js", ".jsx")) and "import type" in text]


@pytest.mark.parametrize("modules", [("panel",), MODULES])
def test_the_recipe_of_a_written_package_is_valid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, modules: tuple[str, ...]
) -> None:
    wanted = package_request("notes", tmp_path / "a" / "notes", "extension", modules, "typescript")
    written = write_package(wanted)
    monkeypatch.chdir(wanted.into)
    recipe = load_recipe(None, {})
    assert Path(recipe.extensions[0]).resolve() == wanted.into
    assert {path.relative_to(wanted.into).as_posix() for path in wanted.into.rglob("*") if path.is_file()} == {*written}


def test_the_pipeline_of_a_package_runs_its_own_tests_first() -> None:
    files = package_files(request("panel"))
    steps = yaml.safe_load(files[".github/workflows/viewer.yml"])["jobs"]["build"]["steps"]
    tests = next(step["run"] for step in steps if step.get("name") == "Test the package")
    scripts = json.loads(files["package.json"])["scripts"]
    run = [line.removeprefix("npm run ") for line in tests.splitlines() if line.startswith("npm run ")]
    assert run == ["test", "lint", "typecheck"]
    assert set(run) <= set(scripts)
