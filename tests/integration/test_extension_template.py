"""The extension template as its users get it: it installs, and passes its own tests and checks."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

TEMPLATE = Path(__file__).parents[2] / "extension-template"


def npm(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("npm")
    assert program is not None, "npm is needed; install Node.js 20.19 or newer"
    return subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the template with its development dependencies, exactly as locked."""
    folder = tmp_path_factory.mktemp("template") / "extension-template"
    shutil.copytree(TEMPLATE, folder, ignore=shutil.ignore_patterns("node_modules"))
    result = npm(folder, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    assert result.returncode == 0, result.stderr
    return folder


def test_the_template_passes_its_own_tests(installed: Path) -> None:
    result = npm(installed, "test")
    assert result.returncode == 0, result.stdout
    counts = dict(re.findall(r"^ℹ (pass|fail|skipped|todo) (\d+)$", result.stdout, re.MULTILINE))
    assert int(counts["pass"]) > 150
    assert (counts["fail"], counts["skipped"], counts["todo"]) == ("0", "0", "0")


@pytest.mark.parametrize("check", ["typecheck", "lint", "format:check"])
def test_the_template_passes_its_own_checks(installed: Path, check: str) -> None:
    result = npm(installed, "run", check)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_parts_that_the_template_names_exist_and_import_nothing_from_outside() -> None:
    package = json.loads((TEMPLATE / "package.json").read_text())
    parts = package["ohifbuild"]
    for part in [parts["early"], parts["extension"], *parts["modes"]]:
        assert (TEMPLATE / part).is_file()
    imports = [
        target
        for source in (TEMPLATE / "src").rglob("*.js")
        for target in re.findall(r"^import .* from '([^']+)'", source.read_text(), re.MULTILINE)
    ]
    assert imports
    assert all(target.startswith(".") for target in imports)


def test_the_lock_file_names_no_registry() -> None:
    assert "resolved" not in (TEMPLATE / "package-lock.json").read_text()
