from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ohifbuild.doctor.findings import Finding
from ohifbuild.doctor.package_checks import Target
from ohifbuild.doctor.packages import examine_package
from ohifbuild.javascript.exports import Exports
from ohifbuild.packages.export_lists import ExportLists

LISTS = ExportLists(
    {
        "@ohif/ui": Exports(frozenset({"Button"}), frozenset(), complete=True),
        "@ohif/ui-next": Exports(frozenset({"Button", "useModal"}), frozenset({"Props"}), complete=True),
        "@ohif/core": Exports(frozenset({"default", "utils"}), frozenset({"Types"}), complete=True),
        "@cornerstonejs/tools": Exports(frozenset({"addTool"}), frozenset(), complete=False),
    }
)
VERSIONS = {"@ohif/core": "3.12.0", "@ohif/ui": "3.12.0", "@ohif/i18n": "3.12.0", "react": "18.3.1", "dcmjs": "0.49.4"}
TARGET = Target("3.12.0", LISTS, VERSIONS)


class Mine:
    """A package without faults, to which a test adds one."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.manifest: dict[str, Any] = {
            "name": "mine",
            "version": "1.0.0",
            "license": "MIT",
            "keywords": ["ohif-extension"],
            "module": "src/index.tsx",
            "peerDependencies": {"@ohif/core": ">=3"},
        }
        self.write("src/index.tsx", "import { utils } from '@ohif/core';\nexport default { id: 'mine', utils };\n")

    def write(self, name: str, content: str | bytes) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def code(self, text: str) -> None:
        self.write("src/index.tsx", text + "\nexport default {};\n")

    def found(self, check: str, target: Target = TARGET) -> Finding:
        if not (self.root / "package.json").exists():
            self.write("package.json", json.dumps(self.manifest, indent=2))
        (finding,) = [each for each in examine_package(self.root, target).findings if each.check == check]
        return finding


@pytest.fixture
def mine(tmp_path: Path) -> Mine:
    return Mine(tmp_path / "mine")


def said(finding: Finding) -> list[tuple[str, int, str]]:
    return [(spot.file, spot.line, f"{spot.found} | {spot.change}") for spot in finding.spots]


def test_a_package_without_faults_has_only_right_findings(mine: Mine) -> None:
    mine.found("package")
    assert {each.state for each in examine_package(mine.root, TARGET).findings} == {"right"}


def test_what_every_build_refuses_is_a_fault_with_all_its_problems(mine: Mine) -> None:
    mine.manifest |= {"name": "Bad Name", "module": "../gone.ts"}
    finding = mine.found("package")
    assert finding.state == "wrong"
    assert "Bad Name" in finding.found
    assert "gone.ts" in finding.found


def test_a_missing_export_has_its_line_and_new_home(mine: Mine) -> None:
    mine.code("// one\nimport { Button, useModal } from '@ohif/ui';\nuseModal(Button);")
    finding = mine.found("exports")
    assert finding.state == "wrong"
    expected = "@ohif/ui has no export 'useModal' | Import it from its new home: "
    assert said(finding) == [("src/index.tsx", 2, f"{expected}import {{ useModal }} from '@ohif/ui-next';")]


@pytest.mark.parametrize(
    "code",
    [
        "import { Gone } from '@ohif/core';\nlet x: Gone;",
        "import type { Gone } from '@ohif/core';",
        "import { Props } from '@ohif/ui-next';\nlet x = Props;",
        "import { gone } from '@cornerstonejs/tools';\ngone();",
        "import { gone } from 'somewhere';\ngone();",
        "// import { gone } from '@ohif/core';",
    ],
)
def test_what_is_erased_or_uncertain_is_no_missing_export(code: str, mine: Mine) -> None:
    mine.code(code)
    assert mine.found("exports").state == "right"


def test_a_name_that_a_file_of_its_own_does_not_export_is_found_too(mine: Mine) -> None:
    mine.write("src/lib.ts", "export const present = 1;\nexport interface Shape {}\n")
    mine.code("import { presnt, present, Shape } from './lib';\npresnt(present);\nlet x: Shape;")
    (spot,) = mine.found("exports").spots
    assert (spot.line, spot.found) == (1, "./lib has no export 'presnt'")
    assert "'present'" in spot.change


def test_a_name_that_a_namespace_lacks_is_found_where_it_is_read(mine: Mine) -> None:
    mine.code("import * as core from '@ohif/core';\n\ncore.utils(core.gone);")
    assert said(mine.found("exports"))[0][:2] == ("src/index.tsx", 3)


def test_without_the_releases_lists_doctor_says_what_it_could_not_check(mine: Mine) -> None:
    target = Target("3.12.0", None, {}, "OHIF 3.12.0 is not in the cache, and --offline forbids cloning it.")
    assert (mine.found("exports", target).state, mine.found("peers", target).state) == ("untried", "untried")
    assert "--offline" in mine.found("exports", target).found


def test_a_name_that_only_the_published_viewer_lacks_is_a_note_that_leads_to_git(mine: Mine) -> None:
    mine.code("import { gone } from '@ohif/core';\ngone();")
    finding = mine.found("exports", Target("3.13.2", LISTS, {}, "the source is unknown.", published=True))
    assert finding.state == "note"
    assert "--from git" in finding.spots[0].change


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("export const panel = {};\n", "wrong"),
        ("const panel = {};\nexport { panel as default };\n", "right"),
        ("export { default } from './panel';\n", "right"),
        ("module.exports = {};\n", "right"),
    ],
)
def test_an_entry_without_a_default_export_is_a_fault(code: str, state: str, mine: Mine) -> None:
    mine.write("src/index.tsx", code)
    mine.write("src/panel.ts", "export default {};\n")
    assert mine.found("entry").state == state


def test_react_as_a_dependency_and_react_in_a_bundle_are_a_second_react(mine: Mine) -> None:
    mine.manifest["dependencies"] = {"react": "^18.0.0"}
    mine.write("src/vendor.js", "\nexports.__SECRET_INTERNALS_DO_NOT_USE_OR_YOU_WILL_BE_FIRED = a;\n")
    mine.code("import './vendor';")
    finding = mine.found("react")
    assert finding.state == "wrong"
    assert [each[:2] for each in said(finding)] == [("package.json", 13), ("src/vendor.js", 2)]


@pytest.mark.parametrize(
    ("peer", "wanted", "state", "change"),
    [
        ("@ohif/core", "^3.0.0", "right", ""),
        ("@ohif/core", "^2.0.0", "wrong", '"@ohif/core": ">=3"'),
        ("react", "^17.0.2", "note", '"react": ">=18"'),
        ("react", "^19.0.0", "wrong", '"react": ">=18"'),
        ("react", "^17 || ^18", "right", ""),
        ("@ohif/i18n", "^1.0.0", "note", '"@ohif/i18n": ">=3"'),
        ("dcmjs", "^0.29.8", "note", '"dcmjs": ">=0.49"'),
        ("unknown", "^9", "right", ""),
        ("react", "workspace:*", "right", ""),
    ],
)
def test_a_peer_is_judged_by_what_breaks(peer: str, wanted: str, state: str, change: str, mine: Mine) -> None:
    mine.manifest["peerDependencies"] = {peer: wanted}
    finding = mine.found("peers")
    assert finding.state == state
    assert change in "".join(spot.change for spot in finding.spots)


def test_packages_that_nobody_declares_and_peers_that_nobody_imports_are_named(mine: Mine) -> None:
    mine.manifest["peerDependencies"] = {"@ohif/core": ">=3", "webpack": "5", "react": ">=18"}
    mine.code("import dcmjs from 'dcmjs';\nimport React from 'react';\nimport fs from 'node:fs';")
    finding = mine.found("declared")
    assert finding.state == "note"
    assert [(file, line) for file, line, _ in said(finding)] == [("src/index.tsx", 1), ("package.json", 11)]
    mine.code("import lost from 'lost';")
    assert mine.found("declared").state == "wrong"


def test_a_deep_import_gets_its_public_name_where_there_is_one(mine: Mine) -> None:
    mine.code("import { utils } from '@ohif/core/src/utils';\nutils();\nimport x from '@ohif/app/src/x';\nx();")
    changes = [spot.change for spot in mine.found("deep-imports").spots]
    assert changes[0] == "import { utils } from '@ohif/core';"
    assert "public name" in changes[1]


def test_files_that_no_bundler_can_read_are_faults_with_their_lines(mine: Mine) -> None:
    mine.write("src/broken.ts", "const a = 1;\nconst = ;\n")
    mine.write("src/binary.js", b"\xff\xfe\x00\x01")
    mine.code("import './broken';")
    assert mine.found("source").state == "note"
    mine.code("import './broken';\nimport './binary';\nimport './lost';\nimport './style.css';")
    mine.write("src/style.css", "")
    finding = mine.found("source")
    assert finding.state == "wrong"
    assert [each[:2] for each in said(finding)] == [("src/binary.js", 0), ("src/index.tsx", 3), ("src/broken.ts", 2)]


def test_an_import_of_types_alone_may_name_a_file_that_does_not_exist_as_babel_drops_it(mine: Mine) -> None:
    mine.code("import { Props } from './types';\nimport { Other } from 'unknown';\nlet x: Props & Other;")
    assert (mine.found("source").state, mine.found("declared").state) == ("right", "right")
    mine.write("src/plain.js", "import { Props } from './types';\n")
    mine.code("import './plain';")
    assert mine.found("source").state == "wrong"


def test_scripts_licence_id_and_lost_files_are_notes(mine: Mine) -> None:
    mine.manifest |= {"scripts": {"postinstall": "node x.js"}, "main": "dist/gone.js"}
    del mine.manifest["license"]
    mine.write("src/id.js", "const id = 'other';\nexport { id };\n")
    mine.code("import { id } from './id';\nid();")
    for check in ("scripts", "licence", "id", "files"):
        assert mine.found(check).state == "note", check
    assert mine.found("files").spots[0].change == 'Write: "main": "src/index.tsx"'


@pytest.mark.parametrize("size", [20_000_000, 120_000_000])
def test_large_files_are_named(size: int, mine: Mine) -> None:
    mine.found("package")
    with (mine.root / "film.mp4").open("wb") as file:
        file.truncate(size)
    finding = mine.found("assets")
    assert finding.state == ("wrong" if size > 100_000_000 else "note")
    assert finding.spots[0].file == "film.mp4"


def test_the_viewer_that_a_package_built_is_no_part_of_it(mine: Mine) -> None:
    mine.write("viewer/ohifbuild-manifest.json", "{}")
    mine.write("viewer/film.mp4", b"")
    with (mine.root / "viewer" / "film.mp4").open("wb") as file:
        file.truncate(20_000_000)
    assert mine.found("assets").state == "right"


@pytest.mark.parametrize(
    "manifest",
    [b"", b"[]", b"{" * 100_000, b"\xff\xfe", b'{"name": "a\\u0000b", "main": "\\u0000"}', b'{"keywords": 1}'],
)
def test_a_hostile_manifest_is_a_finding_and_nothing_breaks(manifest: bytes, mine: Mine) -> None:
    mine.write("package.json", manifest)
    assert mine.found("package").state == "wrong"


def test_links_and_folders_of_others_are_not_read(mine: Mine, tmp_path: Path) -> None:
    (tmp_path / "secret.ts").write_text("export const = ;")
    mine.code("import './secret';")
    (mine.root / "src/secret.ts").symlink_to(tmp_path / "secret.ts")
    (mine.root / "loop").symlink_to(mine.root)
    assert "secret" not in " ".join(f"{spot.file}" for spot in mine.found("source").spots)
    assert mine.found("package").state == "wrong"


def test_every_check_of_a_package_is_documented(tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "docs/reference/doctor.md").read_text()
    section = text.partition("## Checks of a package")[2].partition("## ")[0]
    documented = set(re.findall(r"^\| `([a-z0-9-]+)` \|", section, re.MULTILINE))
    assert documented == {each.check for each in examine_package(tmp_path, TARGET).findings}


def test_spots_are_in_the_json_output(mine: Mine) -> None:
    mine.code("import { gone } from '@ohif/core';\ngone();")
    mine.found("package")
    (finding,) = [
        each for each in examine_package(mine.root, TARGET).document()["findings"] if each["check"] == "exports"
    ]
    assert finding["spots"][0]["line"] == 1
