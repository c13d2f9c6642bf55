"""The files of hostile and of large packages."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ohifbuild.core.errors import ExtensionInvalid
from ohifbuild.packages import files
from ohifbuild.packages.files import copy_dependency, copy_files, shipped
from ohifbuild.packages.package import read_packages
from ohifbuild.viewer.manifest import MANIFEST_NAME


def package(root: Path) -> Path:
    root.mkdir()
    (root / "index.js").write_text("export default { preRegistration() {} };\n")
    (root / "package.json").write_text(json.dumps({"name": "mine", "version": "1.0.0"}))
    return root


def test_a_large_file_is_named_with_its_size(tmp_path: Path) -> None:
    root = package(tmp_path / "p")
    with (root / "model.onnx").open("wb") as file:
        file.truncate(200 << 20)
    with pytest.raises(ExtensionInvalid, match=r"model\.onnx has 200 MB, and a file of a package may have 100 MB"):
        read_packages([root])


@pytest.mark.parametrize(("target", "words"), [("/etc", "outside the package"), ("sub", "is a link to a folder")])
def test_links_are_refused(target: str, words: str, tmp_path: Path) -> None:
    root = package(tmp_path / "p")
    (root / "sub").mkdir()
    (root / "link").symlink_to(target)
    with pytest.raises(ExtensionInvalid, match=words):
        read_packages([root])


def test_a_manifest_that_is_a_link_out_is_refused(tmp_path: Path) -> None:
    root = package(tmp_path / "p")
    (root / "package.json").rename(tmp_path / "outside.json")
    (root / "package.json").symlink_to("../outside.json")
    with pytest.raises(ExtensionInvalid, match="outside the package"):
        read_packages([root])


def test_a_link_in_a_circle_has_no_end(tmp_path: Path) -> None:
    root = package(tmp_path / "p")
    (root / "a").symlink_to("b")
    (root / "b").symlink_to("a")
    with pytest.raises(ExtensionInvalid, match="2 problems") as refusal:
        read_packages([root])
    assert "a is a link to nothing" in refusal.value.details


def test_folders_that_are_nested_too_deep_are_refused(tmp_path: Path) -> None:
    root = package(tmp_path / "p")
    (root / "/".join(["d"] * 900)).mkdir(parents=True)
    with pytest.raises(ExtensionInvalid, match="nested more than 40 deep"):
        read_packages([root])


@pytest.mark.parametrize("name", [b"a\nb.js", b"\xff.js", b"\x1b[2J.js"])
def test_names_that_cannot_be_printed_are_refused(name: bytes, tmp_path: Path) -> None:
    root = package(tmp_path / "p")
    Path(os.fsdecode(os.fsencode(root) + b"/" + name)).write_text("x")
    with pytest.raises(ExtensionInvalid, match="cannot be printed") as refusal:
        read_packages([root])
    assert str(refusal.value).isprintable()


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_FILES", 3)
    root = package(tmp_path / "p")
    for number in range(2):
        (root / f"{number}.js").write_text("")
    with pytest.raises(ExtensionInvalid, match="has 4 files, and 3 are allowed"):
        read_packages([root])


def test_a_manifest_of_many_megabytes_is_refused_unread(tmp_path: Path) -> None:
    root = package(tmp_path / "p")
    with (root / "package.json").open("a") as file:
        file.truncate(1 << 31)
    with pytest.raises(ExtensionInvalid, match="has more than 1 MB"):
        read_packages([root])


def test_a_byte_order_mark_is_allowed_and_an_error_has_its_line(tmp_path: Path) -> None:
    root = package(tmp_path / "p")
    text = (root / "package.json").read_text()
    (root / "package.json").write_text("\ufeff" + text)
    assert read_packages([root])[0].name == "mine"
    (root / "package.json").write_text('{\n  "name": "mine",\n  x\n}')
    with pytest.raises(ExtensionInvalid, match="is not JSON, line 3"):
        read_packages([root])


def test_the_digest_is_the_same_with_other_modes_times_and_orders(tmp_path: Path) -> None:
    one, other = package(tmp_path / "a"), package(tmp_path / "b")
    for root, names in ((one, "xyz"), (other, "zyx")):
        for name in names:
            (root / f"{name}.js").write_text(name)
    (other / "x.js").chmod(0o755)
    os.utime(other / "y.js", (0, 0))
    assert read_packages([one])[0].digest == read_packages([other])[0].digest


def test_no_tool_of_the_build_finds_settings_in_a_copy(tmp_path: Path) -> None:
    """PostCSS, SVGR and Babel would require the modules that these name."""
    root = package(tmp_path / "p")
    (root / "src").mkdir()
    (root / "src/package.json").write_text(json.dumps({"type": "module", "postcss": {"plugins": {"./evil.js": {}}}}))
    for name in ("svgr.config.js", "src/svgo.config.mjs", ".svgrc.js", "postcss.config.ts"):
        (root / name).write_text("throw new Error('it ran');")
    copy_files(root, tmp_path / "copy", with_built=False)
    copy_dependency(root, tmp_path / "dependency")
    for copy in (tmp_path / "copy", tmp_path / "dependency"):
        assert json.loads((copy / "src/package.json").read_text()) == {"type": "module"}
        found = {path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file()}
        assert found == {"index.js", "package.json", "src/package.json"}


def test_hidden_files_tests_and_settings_of_tools_stay_behind(tmp_path: Path) -> None:
    root = package(tmp_path / "p")
    for name in (
        ".git/x",
        ".npmrc",
        "node_modules/a/x.js",
        "tests/t.js",
        "src/.babelrc",
        "babel.Config.js",
        "src/a.css",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x")
    assert set(shipped(root)) == {"index.js", "package.json", "src/a.css"}
    copy_files(root, tmp_path / "copy", with_built=False)
    assert (tmp_path / "copy/src/a.css").is_file()
    assert not (tmp_path / "copy/.npmrc").exists()


def test_a_build_of_the_packages_own_recipe_does_not_change_the_package(tmp_path: Path) -> None:
    root = package(tmp_path / "p")
    assert files.DIST == MANIFEST_NAME
    before = list(shipped(root))
    (root / "ohifbuild.toml").write_text('extensions = ["."]')
    (root / "ohifbuild.lock").write_text("locked = true")
    for folder, name in (("viewer", files.DIST), ("out/again", files.DIST), ("viewer.evidence", "report.html")):
        (root / folder).mkdir(parents=True)
        (root / folder / name).touch()
        (root / folder / "index.html").touch()
    assert list(shipped(root)) == before
