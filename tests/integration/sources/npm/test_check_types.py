"""Types of packages, checked with a real TypeScript against a small source tree."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import ExtensionInvalid
from ohifbuild.core.processes import run
from ohifbuild.packages.package import Package, read_packages
from ohifbuild.sources.check_types import check_types
from ohifbuild.sources.workspace import place_of
from ohifbuild.tools.toolchain import NodeTools, node_tools

TYPESCRIPT = "typescript@5.5.4"  # OHIF 3.12's
CORE = "export const add = (a: number, b: number): number => a + b;\nexport const wrong: number = 'in OHIF';\n"


class Warnings(SilentReporter):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def warn(self, text: str) -> None:
        self.said.append(text)


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> NodeTools:
    return node_tools(Cache(tmp_path_factory.mktemp("cache")), SilentReporter())


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory, tools: NodeTools) -> Path:
    root = tmp_path_factory.mktemp("tree")
    (root / "package.json").write_text('{"name": "tree", "private": true}')
    run([tools.npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", TYPESCRIPT], cwd=root, env=tools.env)
    (root / "tsconfig.json").write_text(json.dumps({"compilerOptions": {"paths": {"@ohif/core": ["core/index.ts"]}}}))
    (root / "core").mkdir()
    (root / "core/index.ts").write_text(CORE)
    return root


def add(tree: Path, root: Path, code: str, **options: bool) -> Package:
    """A package in a folder of the user's, and its copy in the tree."""
    root.mkdir()
    (root / "package.json").write_text('{"name": "typed", "keywords": ["ohif-extension"], "module": "index.ts"}')
    (root / "index.ts").write_text(code)
    (root / "tsconfig.json").write_text(json.dumps({"compilerOptions": options}))
    (package,) = read_packages([root])
    target = place_of(package, tree)
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(root, target)
    return package


def test_a_type_error_is_shown_with_its_line_and_refuses_only_if_asked(
    tree: Path, tools: NodeTools, tmp_path: Path
) -> None:
    code = "import { add } from '@ohif/core';\nimport './style.css';\nexport default { id: add(1, 'two') };\n"
    package, reporter = add(tree, tmp_path / "typed", code), Warnings()
    check_types(tree, [package], tools, reporter, refuses=False)
    (said,) = reporter.said
    assert f"{tmp_path / 'typed/index.ts'}:3:29: Argument of type 'string' is not assignable" in said
    assert "3 | export default { id: add(1, 'two') };" in said
    assert str(tree) not in said
    with pytest.raises(ExtensionInvalid, match="found 1 error") as failure:
        check_types(tree, [package], tools, reporter, refuses=True)
    assert "--no-typecheck" in failure.value.fix


@pytest.mark.parametrize("strict", [False, True])
def test_how_strict_the_check_is_is_the_packages_choice_and_ohifs_own_errors_are_ignored(
    strict: bool, tree: Path, tools: NodeTools, tmp_path: Path
) -> None:
    code = "import { add, wrong } from '@ohif/core';\nexport const f = x => add(x, wrong);\nexport default { id: f };\n"
    package, reporter = add(tree, tmp_path / "typed", code, strict=strict), Warnings()
    check_types(tree, [package], tools, reporter, refuses=False)
    assert bool(reporter.said) is strict


def test_a_packages_own_dependencies_are_found_where_they_are_installed(
    tree: Path, tools: NodeTools, tmp_path: Path
) -> None:
    code = "import { size } from 'lost';\nexport default { id: size };\n"
    package, reporter, folder = add(tree, tmp_path / "typed", code), Warnings(), tmp_path / "node_modules"
    check_types(tree, [package], tools, reporter, refuses=False)
    assert "Cannot find module 'lost'" in reporter.said.pop()
    (folder / "lost").mkdir(parents=True)
    (folder / "lost/index.d.ts").write_text("export declare const size: number;\n")
    check_types(tree, [package], tools, reporter, refuses=False, module_folders=[folder])
    assert reporter.said == []


def test_a_tree_without_typescript_is_said_and_refuses_only_if_asked(tools: NodeTools, tmp_path: Path) -> None:
    tree, reporter = tmp_path / "tree", Warnings()
    tree.mkdir()
    package = add(tree, tmp_path / "typed", "export default {};\n")
    check_types(tree, [package], tools, reporter, refuses=False)
    assert "could not be checked" in reporter.said[0]
    with pytest.raises(ExtensionInvalid, match="could not be checked"):
        check_types(tree, [package], tools, reporter, refuses=True)
