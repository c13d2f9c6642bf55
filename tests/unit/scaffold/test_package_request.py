"""What `ohifbuild new` refuses: all of it at once, and before anything is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from ohifbuild.core.errors import PackageNotCreated
from ohifbuild.scaffold.names import PackageName, name_problems
from ohifbuild.scaffold.package_request import PackageRequest, package_request
from ohifbuild.scaffold.write_package import write_package

REFUSED = (
    *("../x", "..", ".", "", "/etc", "a/b", "x/", "@/x", "@scope", "@scope/", "@scope/../x", "@Scope/x", "@../x"),
    *("Notes", "notes!", "no tes", " notes", "-x", "--help", ".hidden", "_x", "ünder", "a\nb", "a\0b", "a'b", "$(x)"),
    *("x" * 215, "@clinic/" + "x" * 207, "node_modules", "favicon.ico", "fs", "http", "@ohif/extension-x"),
)


def refusal(
    name: str, *modules: str, into: Path | None = None, kind: str = "extension", language: str = "typescript"
) -> str:
    with pytest.raises(PackageNotCreated) as caught:
        package_request(name, into, kind, modules, language)
    return caught.value.details


@pytest.mark.parametrize("name", REFUSED)
def test_a_name_that_npm_or_ohif_refuses_is_refused(name: str) -> None:
    assert name_problems(name)
    assert refusal(name, "panel")


@pytest.mark.parametrize("name", ["x", "notes", "@scope/x", "3d", "a.b", "a_b-c", "x" * 214, "@fs/x", "@clinic/fs"])
def test_a_name_that_npm_accepts_is_accepted(name: str) -> None:
    assert name_problems(name) == []


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told = refusal("Bad", "panels,panel", "button", into=tmp_path, kind="plugin", language="c")
    assert [
        word for word in ("'Bad'", "'plugin'", "'panels'", "'button'", "'c'", "is not empty") if word not in told
    ] == []


def test_a_mode_has_no_modules_and_an_extension_has_one_at_least() -> None:
    assert "A mode has no modules" in refusal("chest", "panel", kind="mode")
    assert "An extension needs a module" in refusal("notes", ",")


@pytest.mark.parametrize("name", ["viewer", "mode-segmentation", "@clinic/mode-local"])
def test_a_mode_does_not_get_a_route_that_ohif_has(name: str) -> None:
    assert "OHIF has the route" in refusal(name, kind="mode")
    assert "OHIF has the route" in refusal(name.replace("mode-", "extension-"), "viewport")
    package_request(name, Path("unwritten"), "extension", ("panel",), "typescript")


def test_the_name_of_the_second_package_is_checked_too() -> None:
    assert "For the package's mode" in refusal("x" * 214, "viewport")
    assert package_request("x" * 214, Path("unwritten"), "extension", ("panel",), "typescript")


def test_modules_can_be_a_list_with_commas_and_have_one_order() -> None:
    first = package_request("notes", Path("unwritten"), "extension", ("toolbar, panel", "panel"), "typescript")
    assert first.modules == ("panel", "commands", "toolbar")


def test_the_folder_is_the_name_without_its_scope() -> None:
    assert package_request("@clinic/extension-notes", None, "extension", ("panel",), "typescript").into == Path(
        "extension-notes"
    )


@pytest.mark.parametrize(
    ("name", "word", "title", "identifier"),
    [
        ("@clinic/extension-ct-notes", "ct-notes", "Ct notes", "CtNotes"),
        ("ohif-mode-x", "x", "X", "X"),
        ("extension", "extension", "Extension", "Extension"),
        ("mode-", "mode", "Mode", "Mode"),
        ("a.b_c", "a-b-c", "A b c", "ABC"),
        ("3d", "3d", "3d", "3d"),
    ],
)
def test_names_in_the_code_come_from_the_name(name: str, word: str, title: str, identifier: str) -> None:
    found = PackageName(name)
    assert (found.word, found.title, found.identifier) == (word, title, identifier)


def in_folder(folder: Path) -> PackageRequest:
    return package_request("notes", folder, "extension", ("panel",), "typescript")


@pytest.mark.parametrize("kind", ["file", "link", "full"])
def test_nothing_that_exists_is_touched(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "notes"
    if kind == "file":
        target.touch()
    elif kind == "link":
        target.symlink_to(tmp_path / "elsewhere")
    else:
        (target / "mine").mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(PackageNotCreated):
        in_folder(target)
    assert sorted(tmp_path.rglob("*")) == before


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    write_package(in_folder(tmp_path / "notes"))
    assert (tmp_path / "notes" / "package.json").is_file()


def test_a_folder_that_is_filled_meanwhile_is_left_as_it_is(tmp_path: Path) -> None:
    wanted = in_folder(tmp_path / "notes")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine").touch()
    with pytest.raises(PackageNotCreated):
        write_package(wanted)
    assert [path.name for path in tmp_path.iterdir()] == ["notes"]
    assert [path.name for path in (tmp_path / "notes").iterdir()] == ["mine"]


def test_a_folder_whose_name_is_too_long_is_refused_without_a_trace(tmp_path: Path) -> None:
    with pytest.raises(PackageNotCreated):
        write_package(in_folder(tmp_path / ("x" * 300)))
    assert list(tmp_path.iterdir()) == []
