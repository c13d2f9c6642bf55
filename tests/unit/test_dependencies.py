"""Whatever is imported is declared: what another package happens to bring along may be gone with its next version."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
NAME = re.compile(r"[A-Za-z0-9._-]+")
# Our own modules, and what Orthanc's Python plugin provides.
OUR_OWN = {"ohifbuild", "orthanc"} | {
    path.stem
    for folder in ("docs", "tests", "toolkit/ohifbuild/orthanc/scripts")
    for path in (ROOT / folder).rglob("*")
}


def declared(requirements: list[str]) -> set[str]:
    return {normal(found[0]) for text in requirements if (found := NAME.match(text))}


def normal(name: str) -> str:
    """A distribution's name as https://packaging.python.org/en/latest/specifications/name-normalization/ has it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def imports(folder: Path) -> Iterator[str]:
    """Top-level names of what the Python files below a folder import, the standard library aside."""
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            found: list[str] = []
            if isinstance(node, ast.Import):
                found = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found = [str(node.module)]
            yield from {name.partition(".")[0] for name in found} - sys.stdlib_module_names - OUR_OWN


@pytest.mark.parametrize(
    ("folder", "requirements"),
    [
        ("toolkit", PROJECT["dependencies"]),
        ("tests", [*PROJECT["dependencies"], *chain(*PROJECT["optional-dependencies"].values())]),
        ("bench", PROJECT["dependencies"]),
        ("docs", [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["docs"]]),
    ],
)
def test_every_import_is_of_a_declared_dependency(folder: str, requirements: list[str]) -> None:
    providers = packages_distributions()
    known = declared(requirements)
    undeclared = {name for name in imports(ROOT / folder) if not known & set(map(normal, providers.get(name, [name])))}
    assert undeclared == set()
