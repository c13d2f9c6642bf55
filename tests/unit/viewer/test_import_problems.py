"""What esbuild reports about a package becomes a problem with its import, its line and its own cause."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ohifbuild.packages.package import Package, read_packages
from ohifbuild.viewer.esbuild_messages import messages
from ohifbuild.viewer.import_problems import Reading, problems_of, second_instances
from ohifbuild.viewer.shared.modules import SharedModule, SharedModules

CORE = SharedModule("20", (), False, {"useSystem": "Jg"}, ("Card",))
SHARED = SharedModules("webpackChunk", {"@ohif/core": CORE})
SHIM = "shims/@ohifbuild-shared/ohif__core/20.mjs"


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    return Reading(package(tmp_path), "packages/p/", SHARED, {SHIM: "@ohif/core"}, "3.12.0", "published")


def package(root: Path) -> Package:
    (root / "index.js").write_text("export default {};")
    (root / "package.json").write_text(json.dumps({"name": "p", "ohifbuild": {"extension": "./index.js"}}))
    return read_packages([root])[0]


def output(level: str, text: str, place: str = "packages/p/src/a.jsx:3:9", *more: str) -> list[str]:
    return [
        f"✘ [{level}] {text}",
        "",
        f"    {place}:",
        "      3 │ import { x } from 'x';",
        "        ╵          ^",
        "",
        *more,
        "1 error",
    ]


def problem(reading: Reading, *lines: str) -> tuple[str, str, str]:
    (found,) = problems_of(reading, messages(lines))
    return found.what, found.cause, found.fix


@pytest.mark.parametrize(
    ("lines", "what", "cause", "fix"),
    [
        (
            output("ERROR", f'No matching export in "{SHIM}" for import "Card"'),
            "src/a.jsx:3:9 imports Card from @ohif/core, which the built OHIF 3.12.0 (published) lacks",
            "only the exports that OHIF itself uses",
            "--from git",
        ),
        (
            output(
                "WARNING",
                f'Import "Card" will always be undefined because there is no matching export in "{SHIM}" '
                "[import-is-undefined]",
            ),
            "src/a.jsx:3:9 imports Card from @ohif/core",
            "only the exports that OHIF itself uses",
            "--from git",
        ),
        (
            output("ERROR", f'No matching export in "{SHIM}" for import "useSytem"'),
            "src/a.jsx:3:9 imports useSytem from @ohif/core, which OHIF 3.12.0 does not export",
            "another release",
            "ohifbuild doctor",
        ),
        (
            output("ERROR", 'Could not resolve "@ohifbuild-shared/ohif__core/src/x" (originally "@ohif/core/src/x")'),
            "src/a.jsx:3:9 imports @ohif/core/src/x, which the built OHIF 3.12.0 (published) does not share",
            "a second copy",
            "--from git",
        ),
        (
            output("ERROR", 'Could not resolve "@ohif/extension-other"'),
            "imports @ohif/extension-other, which the built OHIF 3.12.0 (published) does not share",
            "a second copy",
            "--from git",
        ),
        (
            output("ERROR", 'Could not resolve "lodash/get"'),
            "src/a.jsx:3:9 imports lodash/get, which neither the viewer nor the package has",
            "does not name it",
            "Add lodash to the 'dependencies'",
        ),
        (
            output("ERROR", 'Could not resolve "./gone"'),
            "imports ./gone, which is not a file of the package",
            "its own files only",
            "Correct the path",
        ),
        (
            output(
                "ERROR",
                'Could not resolve "fs"',
                "packages/p/src/a.jsx:3:9",
                '  The package "fs" wasn\'t found on the file system but is built into node.',
            ),
            "imports fs, which is a module of Node",
            "none of Node's modules",
            "for browsers",
        ),
        (
            output("ERROR", 'No loader is configured for ".styl" files: packages/p/src/a.styl'),
            "imports a .styl file, which only OHIF's own bundler reads",
            "JavaScript, TypeScript, JSON, CSS",
            "--from git",
        ),
        (
            output("ERROR", "Unexpected end of file"),
            "esbuild cannot bundle src/a.jsx:3:9: Unexpected end of file",
            "not valid",
            "Correct the code",
        ),
    ],
)
def test_each_kind_of_message_has_its_own_cause(
    reading: Reading, lines: list[str], what: str, cause: str, fix: str
) -> None:
    said = problem(reading, *lines)
    assert what in said[0]
    assert cause in said[1]
    assert fix in said[2]


def test_other_warnings_are_no_problem(reading: Reading) -> None:
    assert not problems_of(reading, messages(output("WARNING", "Using direct eval with a bundler is not recommended")))


def test_problems_are_listed_once_in_the_order_of_the_lines(reading: Reading) -> None:
    late = output("ERROR", 'Could not resolve "b"', "packages/p/a.js:10:1")
    early = output("ERROR", 'Could not resolve "a"', "packages/p/a.js:9:1")
    found = problems_of(reading, messages([*late, *early, *late]))
    assert [problem.what.split()[0] for problem in found] == ["a.js:9:1", "a.js:10:1"]


def test_a_second_react_from_node_modules_is_refused(reading: Reading) -> None:
    react = {"path": "packages/p/node_modules/@ohif/ui/index.js", "original": "@ohif/ui"}
    other = {"path": "packages/p/node_modules/lodash/get.js", "original": "lodash/get"}
    (found,) = second_instances(reading, {"packages/p/a.js": {"imports": [react, other]}})
    assert "a.js imports @ohif/ui" in found.what


def test_a_package_cannot_bring_what_stands_for_the_viewers_modules(reading: Reading) -> None:
    fake = {"path": "packages/p/src/node_modules/@ohifbuild-shared/react/index.js", "original": "react"}
    (found,) = second_instances(reading, {"packages/p/src/a.js": {"imports": [fake]}})
    assert "src/a.js imports react" in found.what
