from __future__ import annotations

from pathlib import Path

import pytest

from ohifbuild.core.errors import OrthancMissing, OrthancUnsuitable
from ohifbuild.orthanc.find import PLUGINS_VARIABLE, PROGRAM_VARIABLE, check_version, find_orthanc

PLUGINS = ("libOrthancDicomWeb.so", "libOrthancPython.so")


def an_installation(folder: Path, *plugins: str) -> dict[str, str]:
    program = folder / "Orthanc"
    program.touch(mode=0o755)
    for name in plugins:
        (folder / name).touch()
    return {PROGRAM_VARIABLE: str(program), PLUGINS_VARIABLE: str(folder)}


def test_environment_variables_select_another_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in an_installation(tmp_path, *PLUGINS, "libOrthancPython.so.4.0").items():
        monkeypatch.setenv(name, value)
    found = find_orthanc()
    assert [found.program.parent, found.dicomweb.name, found.python.name] == [tmp_path, *PLUGINS]


@pytest.mark.parametrize(
    ("plugins", "package"), [((PLUGINS[0],), "orthanc-python"), ((PLUGINS[1],), "orthanc-dicomweb")]
)
def test_a_missing_plugin_is_named_with_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plugins: tuple[str, ...], package: str
) -> None:
    for name, value in an_installation(tmp_path, *plugins).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(OrthancMissing) as caught:
        find_orthanc()
    assert package in caught.value.fix


def test_the_error_names_a_missing_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PROGRAM_VARIABLE, str(tmp_path / "Orthanc"))
    with pytest.raises(OrthancMissing, match=str(tmp_path)) as caught:
        find_orthanc()
    assert "apt install orthanc" in caught.value.fix


@pytest.mark.parametrize("version", ["0.8.6", "1.9.7", "1.9"])
def test_old_versions_are_refused(version: str) -> None:
    with pytest.raises(OrthancUnsuitable, match="too old"):
        check_version(version)


@pytest.mark.parametrize("version", ["1.10.0", "1.12.10", "2.0", "mainline", ""])
def test_supported_newer_and_unnumbered_versions_are_accepted(version: str) -> None:
    check_version(version)
