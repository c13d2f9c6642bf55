"""``doctor PACKAGE`` and ``migrate``, as a person or a script uses them, without the release's source."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ohifbuild.cache.entries import CACHE_VARIABLE
from ohifbuild.commands.main import cli
from ohifbuild.core.errors import FaultsFound

OFFLINE = ("--offline", "--version", "3.12.0")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    root = tmp_path / "panel"
    root.mkdir()
    manifest = {"name": "panel", "keywords": ["ohif-extension"], "module": "index.js", "license": "MIT"}
    (root / "package.json").write_text(json.dumps(manifest, indent=2) + "\n")
    (root / "index.js").write_text("import { useModal } from '@ohif/ui';\nexport default { useModal };\n")
    return root


def test_doctor_says_what_it_could_not_check_without_the_release(package: Path) -> None:
    result = CliRunner().invoke(cli, ["doctor", str(package), *OFFLINE])
    assert result.exit_code == 0
    assert "Not checked" in result.output
    assert "is not in the cache" in " ".join(result.output.split())


def test_doctor_gives_scripts_every_package_in_one_document(package: Path) -> None:
    (package / "index.js").write_text("import './gone';\nexport default { id: 'mine' };\n")
    result = CliRunner().invoke(cli, ["doctor", str(package), str(package), "--json", *OFFLINE])
    document = json.loads(result.stdout)
    assert isinstance(result.exception, FaultsFound)
    assert (document["version"], document["ok"], len(document["packages"])) == ("3.12.0", False, 2)
    assert document["packages"][0]["cause"] == "source"


def test_a_folder_that_is_no_package_is_a_usage_error(package: Path) -> None:
    for command in ("doctor", "migrate"):
        result = CliRunner().invoke(cli, [command, str(package.parent), *OFFLINE])
        assert result.exit_code == 2
        assert "not a folder with a package.json" in result.output


def test_two_links_are_a_usage_error() -> None:
    assert CliRunner().invoke(cli, ["doctor", "https://a.example", "https://b.example"]).exit_code == 2


def test_migrate_shows_a_diff_and_then_makes_it(package: Path) -> None:
    dry = CliRunner().invoke(cli, ["migrate", str(package), "--dry-run", *OFFLINE])
    assert dry.exit_code == 0
    assert "+import { useModal } from '@ohif/ui-next';" in dry.stdout
    assert "ui-next" not in (package / "index.js").read_text()
    assert CliRunner().invoke(cli, ["migrate", str(package), *OFFLINE]).exit_code == 0
    assert "ui-next" in (package / "index.js").read_text()
    again = CliRunner().invoke(cli, ["migrate", str(package), "--json", *OFFLINE])
    assert json.loads(again.stdout)["packages"][0]["changed"] == []


def test_a_link_that_is_longer_than_a_files_name_is_a_link() -> None:
    result = CliRunner().invoke(cli, ["doctor", f"https://127.0.0.1:9/viewer?token={'x' * 8000}"])
    assert isinstance(result.exception, FaultsFound)


@pytest.mark.parametrize("command", ["migrate", "plugin pack"])
def test_a_path_that_no_file_system_allows_does_not_exist(command: str) -> None:
    assert CliRunner().invoke(cli, [*command.split(), "x" * 5000]).exit_code == 2


def test_doctor_reads_a_package_whose_names_are_too_long_for_a_file(package: Path) -> None:
    (package / "index.js").write_text(f"import './{'x' * 5000}';\nexport default {{ id: 'mine' }};\n")
    manifest = json.loads((package / "package.json").read_text())
    (package / "package.json").write_text(json.dumps({**manifest, "types": "y" * 5000}))
    result = CliRunner().invoke(cli, ["doctor", str(package), *OFFLINE])
    assert isinstance(result.exception, FaultsFound)


@pytest.mark.parametrize("command", ["doctor", "migrate", "plugin pack"])
def test_a_path_that_does_not_exist_is_named(package: Path, command: str) -> None:
    result = CliRunner().invoke(cli, [*command.split(), str(package.parent / "gone")])
    assert result.exit_code == 2
    assert "gone is not a folder" in " ".join(result.output.split())
    assert not (package.parent / "cache").exists()  # nothing was downloaded for it
