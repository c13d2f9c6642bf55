from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from ohifbuild.core.temporary import MARKER
from ohifbuild.javascript.exports import Exports
from ohifbuild.packages.export_lists import ExportLists
from ohifbuild.packages.migrate import WORK, Migration, plan_migration

LISTS = ExportLists(
    {
        "@ohif/ui": Exports(frozenset({"Button", "Icon"}), frozenset(), complete=True),
        "@ohif/ui-next": Exports(frozenset({"Button", "useModal", "useCine"}), frozenset(), complete=True),
        "@ohif/core": Exports(frozenset({"default", "utils"}), frozenset(), complete=True),
    }
)
VERSIONS = {
    **dict.fromkeys(("@ohif/core", "@ohif/i18n", "@ohif/ui", "@ohif/ui-next"), "3.12.0"),
    **dict.fromkeys(("react", "react-dom"), "18.3.1"),
}

OLD = """{
    "name": "old-panel",
    "version": "0.0.1",
    "keywords": ["my", "words"],
    "main": "dist/umd/old-panel/index.umd.js",
    "module": "src/index.tsx",
    "files": ["dist/**", "public/**"],
    "peerDependencies": {
        "@ohif/core": "^3.0.0",
        "@ohif/i18n": "^1.0.0",
        "@ohif/ui": "^3.0.0",
        "react": "^17.0.2",
        "webpack": "5.89.0",
        "webpack-merge": "^5.7.3"
    },
    "dependencies": { "@babel/runtime": "^7.20.13", "react-dom": "^17.0.2" }
}"""
CODE = """import React from 'react';
import { useModal } from '@ohif/ui';
import { utils } from '@ohif/core/src/utils';

export default { getPanelModule: () => [useModal, utils, React] };
"""


def write(root: Path, manifest: str = OLD, **files: str) -> Path:
    (root / "src").mkdir(parents=True, exist_ok=True)
    (root / "package.json").write_bytes(manifest.encode())
    for name, text in {"index": CODE, **files}.items():
        (root / f"src/{name}.tsx").write_bytes(text.encode())
    return root


def plan(root: Path, lists: ExportLists | None = LISTS, versions: dict[str, str] = VERSIONS) -> Migration:
    return plan_migration(root, lists, versions)


def code(root: Path, text: str, lists: ExportLists | None = LISTS) -> str:
    """What becomes of a file's text."""
    write(root, index=text)
    return plan(root, lists).after.get("src/index.tsx", text)


def test_a_package_of_the_old_command_line_becomes_one_that_passes(tmp_path: Path) -> None:
    root = write(tmp_path)
    plan(root).apply()
    assert (
        (root / "package.json").read_text()
        == """{
    "name": "old-panel",
    "version": "0.0.1",
    "keywords": ["my", "words", "ohif-extension"],
    "main": "src/index.tsx",
    "module": "src/index.tsx",
    "files": ["dist/**", "public/**"],
    "peerDependencies": {
        "@ohif/core": "^3.0.0",
        "@ohif/i18n": ">=3",
        "react": ">=18",
        "react-dom": ">=18",
        "@ohif/ui-next": ">=3"
    },
    "dependencies": { "@babel/runtime": "^7.20.13" }
}"""
    )
    assert (root / "src/index.tsx").read_text() == CODE.replace("'@ohif/ui'", "'@ohif/ui-next'").replace(
        "'@ohif/core/src/utils'", "'@ohif/core'"
    )


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    root = write(tmp_path)
    plan(root).apply()
    again = plan(root)
    assert (again.after, again.done, again.diff()) == ({}, (), "")


def test_what_a_killed_process_left_in_a_package_is_removed_although_nothing_changes(tmp_path: Path) -> None:
    root = write(tmp_path)
    plan(root).apply()
    before = set(root.iterdir())
    left = root / f"{WORK}abcd1234"
    left.mkdir()
    for name in (MARKER, "0"):
        (left / name).touch()
    plan(root).apply()
    assert set(root.iterdir()) == before


def test_a_dry_run_writes_nothing_and_its_diff_makes_the_same_files(tmp_path: Path) -> None:
    root = write(tmp_path)
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    diff = plan(root).diff()
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
    assert "--- a/package.json\n+++ b/package.json\n" in diff
    assert "\n-import { useModal } from '@ohif/ui';\n" in diff
    assert "\n+import { useModal } from '@ohif/ui-next';\n" in diff
    (tmp_path / "edits.patch").write_text(diff)
    plan(root).apply()
    after = {path: path.read_bytes() for path in root.rglob("*.tsx")} | {root / "package.json": b""}
    after[root / "package.json"] = (root / "package.json").read_bytes()
    for path, content in before.items():
        path.write_bytes(content)
    subprocess.run(["git", "apply", "--unsafe-paths", "edits.patch"], cwd=root, check=True)
    assert {path: path.read_bytes() for path in after} == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "import { Button, useModal } from '@ohif/ui';\n",
            "import { Button } from '@ohif/ui';\nimport { useModal } from '@ohif/ui-next';\n",
        ),
        (
            'import {\n  useModal as modal,\n  Button,\n  useCine,\n} from "@ohif/ui"\n',
            'import {\n  Button,\n} from "@ohif/ui"\nimport { useModal as modal, useCine } from "@ohif/ui-next"\n',
        ),
        (
            "import { Icon, useModal, Button } from '@ohif/ui';\n",
            "import { Icon, Button } from '@ohif/ui';\nimport { useModal } from '@ohif/ui-next';\n",
        ),
        ("// é\r\nimport { useCine } from '@ohif/ui';\r\n", "// é\r\nimport { useCine } from '@ohif/ui-next';\r\n"),
        ("export { useModal } from '@ohif/ui';\n", "export { useModal } from '@ohif/ui-next';\n"),
    ],
)
def test_only_names_with_the_same_meaning_move_and_all_else_keeps_its_form(
    before: str, after: str, tmp_path: Path
) -> None:
    assert code(tmp_path, before) == after


@pytest.mark.parametrize(
    "text",
    [
        "import { Button } from '@ohif/ui';\n",
        "import * as ui from '@ohif/ui';\nui.useModal();\n",
        "const { useModal } = require('@ohif/ui');\n",
        "import utils from '@ohif/core/src/utils';\n",
        "import { private } from '@ohif/core/src/x';\n",
        "import { useModal } from '@ohif/ui';\nconst = broken;\n",
        "const text = \"import { useModal } from '@ohif/ui'\";\n",
        "export { useModal, Button } from '@ohif/ui';\n",
    ],
)
def test_what_is_not_understood_keeps_its_bytes(text: str, tmp_path: Path) -> None:
    assert code(tmp_path, text) == text


def test_a_name_that_the_release_does_not_have_elsewhere_stays(tmp_path: Path) -> None:
    text = "import { useViewportGrid } from '@ohif/ui';\nuseViewportGrid();\n"
    assert code(tmp_path, text) == text
    assert any("index.tsx:1: @ohif/ui has no export 'useViewportGrid'" in line for line in plan(tmp_path).by_hand)


def test_what_a_person_must_do_is_listed_with_its_line(tmp_path: Path) -> None:
    manifest = json.loads(OLD) | {"scripts": {"postinstall": "x"}, "keywords": []}
    root = write(
        tmp_path, json.dumps(manifest, indent=2), index="import x from '@ohif/core/src/x';\nimport 'lost';\nx();"
    )
    (root / ".webpack").mkdir()
    (root / "src/index.tsx").write_text((root / "src/index.tsx").read_text() + "\nexport default { id: 'other' };\n")
    said = "\n".join(plan(root).by_hand)
    for each in (
        "index.tsx:1: '@ohif/core/src/x'",
        '"lost"',
        "postinstall",
        ".webpack/",
        "license",
        "keyword",
        "the id is 'other'",
    ):
        assert each in said


def test_without_the_releases_lists_only_what_is_certain_is_changed(tmp_path: Path) -> None:
    root = write(tmp_path)
    found = plan(root, None, {})
    assert "'@ohif/ui-next'" in found.after["src/index.tsx"]
    assert "@ohif/core/src/utils" in found.after["src/index.tsx"]
    assert '"@ohif/i18n": "^1.0.0"' in found.after["package.json"]


@pytest.mark.parametrize("indent", ["\t", "  ", "    "])
def test_the_indentation_of_package_json_stays(indent: str, tmp_path: Path) -> None:
    root = write(tmp_path, OLD.replace("    ", indent))
    plan(root).apply()
    text = (root / "package.json").read_text()
    assert f'\n{indent}{indent}"react": ">=18",\n' in text
    assert json.loads(text)


@pytest.mark.parametrize("manifest", ["", "[]", "{" * 50_000, '{"a": 1,}', "\0"])
def test_a_manifest_that_is_no_object_is_refused(manifest: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is not a JSON object"):
        plan(write(tmp_path, manifest))


@pytest.mark.parametrize(
    "manifest",
    [
        '{"peerDependencies": []}',
        '{"keywords": "x", "module": 5}',
        '{"dependencies": {"react": {}}}',
        '{"main": "\\u0000"}',
    ],
)
def test_strange_values_break_nothing_and_stay(manifest: str, tmp_path: Path) -> None:
    root = write(tmp_path, manifest)
    plan(root).apply()
    assert json.loads((root / "package.json").read_text())
    assert plan(root).after == {}


def test_links_are_not_followed_and_rights_are_kept(tmp_path: Path) -> None:
    outside = tmp_path / "outside.tsx"
    outside.write_text(CODE)
    root = write(tmp_path / "package", index="import './link';\nimport { useModal } from '@ohif/ui';\n")
    (root / "src/link.tsx").symlink_to(outside)
    (root / "src/index.tsx").chmod(0o640)
    plan(root).apply()
    assert outside.read_text() == CODE
    assert (root / "src/index.tsx").stat().st_mode & 0o777 == 0o640
    assert not list((root / "src").glob(".*"))


def test_a_manifest_that_is_a_link_out_of_the_package_is_not_read(tmp_path: Path) -> None:
    root = write(tmp_path / "a")
    (root / "package.json").rename(tmp_path / "secret.json")
    (root / "package.json").symlink_to("../secret.json")
    with pytest.raises(ValueError, match="not a JSON object"):
        plan(root)
