from __future__ import annotations

import json
from pathlib import Path

import pytest

from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import BundleFailed
from ohifbuild.packages.export_lists import ExportLists, read_export_lists
from ohifbuild.sources.bundler_findings import check_findings, read_findings, refuse
from ohifbuild.sources.missing_exports import check_imports


class Case:
    """A source tree with two OHIF packages and the copy of a user's package, and what a bundler said."""

    def __init__(self, root: Path) -> None:
        self.tree, self.user = root / "tree", root / "user"
        self.copy = self.tree / "extensions/ohifbuild-mine"
        self.write("platform/ui/package.json", '{"name": "@ohif/ui", "module": "index.js"}')
        self.write("platform/ui/index.js", "export const Button = 1;\n")
        self.write("platform/ui-next/package.json", '{"name": "@ohif/ui-next", "module": "index.js"}')
        self.write("platform/ui-next/index.js", "export const useModal = 1;\n")

    def write(self, name: str, text: str) -> None:
        (self.tree / name).parent.mkdir(parents=True, exist_ok=True)
        (self.tree / name).write_text(text)

    def source(self, text: str) -> None:
        self.write("extensions/ohifbuild-mine/index.tsx", text)

    def report(self, *rows: dict[str, str]) -> Path:
        path = self.tree / "report.json"
        whole = [{"severity": "warning", "file": str(self.copy / "index.tsx"), "loc": "1:2-3", **row} for row in rows]
        path.write_text(json.dumps(whole))
        return path

    def check(self, *rows: dict[str, str]) -> str:
        places = {self.copy: self.user}
        try:
            check_findings(self.report(*rows), places, self.tree, Path("the.log"), SilentReporter())
        except BundleFailed as error:
            return f"{error.what}\n{error.details}\n{error.fix}"
        return ""


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


MISSING = "export 'useModal' (imported as 'useModal') was not found in '@ohif/ui' (possible exports: Button)"


def test_a_missing_export_is_an_error_with_the_line_of_the_users_file_and_the_names_new_home(case: Case) -> None:
    case.source("// a panel\nimport { Button, useModal } from '@ohif/ui';\n")
    said = case.check({"message": MISSING})
    assert f"{case.user / 'index.tsx'}:2:18: @ohif/ui has no export 'useModal'." in said
    assert "2 | import { Button, useModal } from '@ohif/ui';" in said
    assert "Import it from its new home: import { useModal } from '@ohif/ui-next';" in said
    assert said.endswith('with this line in the recipe: allow_missing = ["@ohif/ui useModal"]')
    assert str(case.tree) not in said


def test_a_missing_export_that_the_recipe_accepts_is_no_error_and_is_returned_with_its_place(case: Case) -> None:
    case.source("import { useModal } from '@ohif/ui';\n")
    allowed = ["@ohif/ui useModal"]
    report = case.report({"message": MISSING})
    (found,) = check_findings(report, {case.copy: case.user}, case.tree, Path("the.log"), SilentReporter(), allowed)
    assert (found.missing, found.line) == ("@ohif/ui useModal", 1)


def test_another_missing_export_is_refused_with_the_whole_new_line_for_the_recipe(case: Case) -> None:
    case.source("import { useModal, Other } from '@ohif/ui';\n")
    report = case.report({"message": MISSING}, {"message": MISSING.replace("useModal", "Other")})
    with pytest.raises(BundleFailed, match="1 fault") as caught:
        refuse(read_findings(report, {case.copy: case.user}, read_export_lists(case.tree)), None, ["@ohif/ui useModal"])
    assert caught.value.fix.endswith('allow_missing = ["@ohif/ui Other", "@ohif/ui useModal"]')


def test_what_is_no_missing_export_cannot_be_accepted(case: Case) -> None:
    lost = {"severity": "error", "message": "Module not found: Error: Can't resolve './gone' in '/x'"}
    case.source("import { a } from './gone';\n")
    findings = read_findings(case.report(lost), {case.copy: case.user}, read_export_lists(case.tree))
    with pytest.raises(BundleFailed) as caught:
        refuse(findings, None, ["./gone a"])
    assert "allow_missing" not in caught.value.fix


def test_the_check_before_the_bundler_accepts_the_same_names(case: Case) -> None:
    case.write("extensions/ohifbuild-mine/package.json", '{"name": "mine", "module": "index.tsx"}')
    case.source("import { useModal } from '@ohif/ui';\nexport default { useModal };\n")
    with pytest.raises(BundleFailed):
        check_imports(case.tree, {case.copy: case.user})
    (found,) = check_imports(case.tree, {case.copy: case.user}, ["@ohif/ui useModal"])
    assert found.missing == "@ohif/ui useModal"


def test_what_the_bundler_says_about_ohifs_own_files_is_silent(case: Case) -> None:
    assert case.check({"message": MISSING, "file": str(case.tree / "platform/core/src/index.ts")}) == ""


def test_rspacks_marks_and_colours_are_not_in_the_way(case: Case) -> None:
    case.source("import { useModal } from '@ohif/ui';\n")
    assert "has no export 'useModal'" in case.check(
        {"message": f"\x1b[33m  ⚠ ESModulesLinkingWarning: {MISSING}\x1b[0m"}
    )


def test_a_type_that_is_exported_again_is_no_fault_because_nothing_of_it_runs(case: Case) -> None:
    case.source("export { Shape } from './types';\n")
    case.write("extensions/ohifbuild-mine/types.ts", "export interface Shape {}\n")
    message = "export 'Shape' (reexported as 'Shape') was not found in './types' (module has no exports)"
    assert case.check({"message": message}) == ""
    assert "has no export 'Shpe'" in case.check({"message": message.replace("'Shape'", "'Shpe'")})


def test_other_warnings_are_told_and_refuse_nothing(case: Case) -> None:
    case.source("require(name);\n")
    row = {"message": "Critical dependency: the request of a dependency is an expression"}
    assert case.check(row) == ""
    (finding,) = read_findings(case.report(row), {case.copy: case.user}, read_export_lists(case.tree))
    assert "Critical dependency" in finding.text()
    assert not finding.fatal


def test_all_faults_are_reported_once_and_in_order(case: Case) -> None:
    case.source("import { a } from './gone';\nimport { useModal } from '@ohif/ui';\n")
    lost = {"severity": "error", "message": "Module not found: Error: Can't resolve './gone' in '/x'"}
    said = case.check({"message": MISSING}, lost, {"message": MISSING})
    assert "2 faults keep your packages from use" in said
    assert said.index("it imports './gone', which does not exist") < said.rindex("has no export 'useModal'")


def test_a_report_that_is_missing_or_damaged_is_none(case: Case, tmp_path: Path) -> None:
    (tmp_path / "bad").write_text("[{")
    for path in (tmp_path / "none", tmp_path / "bad"):
        assert read_findings(path, {case.copy: case.user}, ExportLists({})) == []
