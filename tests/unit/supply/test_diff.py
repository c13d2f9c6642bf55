from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ohifbuild.cache.entries import Cache
from ohifbuild.commands.main import cli
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import DistInvalid, LockInvalid, RecipeError, UnknownRelease
from ohifbuild.lock.lock_file import Lock
from ohifbuild.sources.components import Component, Contents
from ohifbuild.supply.diff import Change, changes, diff
from ohifbuild.supply.sbom import sbom
from ohifbuild.supply.snapshot import Fact
from ohifbuild.viewer.manifest import Manifest, hash_tree, read_manifest
from ohifbuild.viewer.output import SBOM_NAME


def dist(folder: Path, inputs: dict[str, object], **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    Manifest(hash_tree(folder), inputs).write(folder)
    return folder


def write_sbom(about: Path, beside: Path, *packages: Component, complete: bool = True) -> None:
    folder = beside.with_name(f"{beside.name}.evidence")
    folder.mkdir()
    (folder / SBOM_NAME).write_text(sbom(read_manifest(about), Contents(packages, complete), (), epoch=0))


def lock(path: Path, **sections: dict[str, str]) -> Path:
    path.write_text(Lock(sections).text())
    return path


def compare(one: Path | str, other: Path | str) -> tuple[tuple[Change, ...], list[str]]:
    reporter = SilentReporter()
    found = diff(str(one), str(other), Cache(Path("/nowhere")), offline=True, reporter=reporter)
    return found, reporter.warnings


def test_a_dist_equals_itself(tmp_path: Path) -> None:
    one = dist(tmp_path / "a", {"release": "3.12.0"}, index_html="a")
    assert compare(one, one)[0] == ()


def test_inputs_come_first_then_our_extensions_then_the_release(tmp_path: Path) -> None:
    one = dist(
        tmp_path / "a",
        {"release": "3.12.0", "npm": None, "options": {"priors": "never"}},
        app_bundle_aaaaaaaaaaaa_js="old",
        gone_js="x",
        index_html="same",
        ohifbuild__aaaaaaaaaaaa__extension_js="e",
    )
    other = dist(
        tmp_path / "b",
        {"release": "3.13.2", "options": {"priors": "exact"}},
        app_bundle_bbbbbbbbbbbb_js="newer",
        index_html="same",
        ohifbuild__bbbbbbbbbbbb__extension_js="f",
    )
    found, _ = compare(one, other)
    assert [(change.part, change.name) for change in found] == [
        ("inputs", "options.priors"),
        ("inputs", "release"),
        ("our extensions", "ohifbuild/*/extension.js"),
        ("OHIF", "app.bundle.*.js"),
        ("OHIF", "gone.js"),
    ]
    assert found[0] == Change("inputs", "options.priors", "never", "exact")
    assert found[4].new == ""


def test_a_file_whose_name_changed_only_in_its_hash_is_no_change(tmp_path: Path) -> None:
    one = dist(tmp_path / "a", {}, app_bundle_aaaaaaaaaaaa_js="same")
    other = dist(tmp_path / "b", {}, app_bundle_bbbbbbbbbbbb_js="same")
    assert compare(one, other)[0] == ()


def test_equal_texts_do_not_hide_a_change() -> None:
    one, other = {"OHIF": {"a.js": Fact("9 bytes, ab", "abc")}}, {"OHIF": {"a.js": Fact("9 bytes, ab", "abd")}}
    assert changes(one, other) == (Change("OHIF", "a.js", "9 bytes, ab", "9 bytes, ab"),)


def test_packages_are_compared_by_the_sboms_of_the_dists(tmp_path: Path) -> None:
    one, other = dist(tmp_path / "a", {}, index_html="a"), dist(tmp_path / "b", {}, index_html="a")
    write_sbom(one, one, Component("react", "18.3.1"), Component("@a/b", "1.0.0"), Component("@a/b", "2.0.0"))
    write_sbom(other, other, Component("react", "19.0.0"), Component("zod"))
    found, warnings = compare(one, other)
    assert found == (
        Change("dependencies", "@a/b", "1.0.0, 2.0.0", ""),
        Change("dependencies", "react", "18.3.1", "19.0.0"),
        Change("dependencies", "zod", "", "some version"),
    )
    assert warnings == []


def test_only_the_packages_that_a_published_release_names_are_compared(tmp_path: Path) -> None:
    one, other = dist(tmp_path / "a", {}, index_html="a"), dist(tmp_path / "b", {}, index_html="a")
    write_sbom(one, one, Component("react", "18.3.1"), complete=False)
    write_sbom(other, other, Component("react", "19.0.0"), complete=False)
    assert compare(one, other)[0] == (Change("packages named", "react", "18.3.1", "19.0.0"),)
    third = dist(tmp_path / "c", {}, index_html="a")
    write_sbom(third, third, Component("react", "18.3.1"))
    assert compare(one, third) == (
        (),
        ["Packages are not compared: one SBOM lists all packages, the other only those that a release names."],
    )
    shown = CliRunner().invoke(cli, ["diff", str(one), str(other)])
    assert "packages named (a published release names only some): 1 changed" in shown.output


def test_an_sbom_of_another_dist_is_ignored(tmp_path: Path) -> None:
    one, other = dist(tmp_path / "a", {}, index_html="a"), dist(tmp_path / "b", {}, index_html="b")
    write_sbom(one, one, Component("react", "18.3.1"))
    write_sbom(one, other, Component("evil", "1.0.0"))
    found, warnings = compare(one, other)
    assert [change.part for change in found] == ["configuration"]
    assert warnings == [f"The packages in {other} are not compared: it has no {SBOM_NAME}, or one about another dist."]


def test_locks_are_compared_section_by_section(tmp_path: Path) -> None:
    one = lock(tmp_path / "a.lock", release={"version": "3.12.0", "tag": "v3.12.0"}, options={"priors": "never"})
    other = lock(
        tmp_path / "b.lock", release={"version": "3.13.2"}, options={"priors": "never"}, patches={"pdf": "abc"}
    )
    assert compare(one, other)[0] == (
        Change("patches", "pdf", "", "abc"),
        Change("release", "tag", "v3.12.0", ""),
        Change("release", "version", "3.12.0", "3.13.2"),
    )


def test_a_release_that_is_not_published_is_compared_by_its_pin() -> None:
    found, warnings = compare("3.9.3", "v3.10.0")
    assert {(change.part, change.name) for change in found} == {
        ("release", "version"),
        ("release", "commit"),
        ("release", "package manager"),
    }
    assert warnings == [
        f"OHIF {version} is not published: only its pin is compared." for version in ("3.9.3", "3.10.0")
    ]


def test_arguments_of_different_kinds_cannot_be_compared(tmp_path: Path) -> None:
    one = dist(tmp_path / "a", {}, index_html="a")
    with pytest.raises(RecipeError, match=r"is a dist and .*b\.lock is a lock"):
        compare(one, lock(tmp_path / "b.lock"))
    with pytest.raises(RecipeError, match=r"v3-stable is a release"):
        compare(one, "v3-stable")


def test_an_invalid_dist_lock_or_release_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DistInvalid):
        compare(tmp_path / "empty", tmp_path / "empty")
    (tmp_path / "x.lock").write_text("hello")
    with pytest.raises(LockInvalid):
        compare(tmp_path / "x.lock", tmp_path / "x.lock")
    with pytest.raises(UnknownRelease):
        compare("not-there", "3.12.0")


def test_the_command_counts_changes_in_ohifs_files_and_lists_all_others(tmp_path: Path) -> None:
    one = dist(tmp_path / "a", {"release": "[red]3"}, app_js="old", gone_js="x")
    other = dist(tmp_path / "b", {"release": "4"}, app_js="new")
    shown = CliRunner().invoke(cli, ["diff", str(one), str(other)])
    assert shown.exit_code == 0
    assert "[red]3" in shown.output
    assert "app.js" not in shown.output
    assert "OHIF's own files (-v lists them): 1 changed, 0 added, 1 removed" in shown.output
    document = json.loads(CliRunner().invoke(cli, ["diff", str(one), str(other), "--json"]).stdout)
    assert [row["name"] for row in document] == ["release", "app.js", "gone.js"]
