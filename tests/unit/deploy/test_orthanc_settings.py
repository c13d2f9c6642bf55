from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ohifbuild.deploy.orthanc_settings import (
    STRING_OR_COMMENT,
    SettingsUnusable,
    changed_steps,
    existing_settings,
    whole,
)

OURS = {
    "DicomWeb": {"Root": "/dicom-web/"},
    "LuaScripts": ["/v/closed.lua"],
    "PythonScript": "/v/token_filter.py",
    "TokenFilter": {"Header": "token", "Tokens": "/v/tokens.json"},
}

DEBIAN = "/usr/share/orthanc/plugins"
PYTHON, OHIF = f"{DEBIAN}/libOrthancPython.so", "/p/ohif.so"


def test_the_files_of_a_folder_are_merged_and_our_settings_win(tmp_path: Path) -> None:
    (tmp_path / "orthanc.json").write_text(
        '{ /* Who: "us" */ "Name": "Clinic // 2", "LuaScripts": ["own.lua"], // scripts\n "WebDavEnabled": true }'
    )
    (tmp_path / "dicomweb.json").write_text('{"DicomWeb": {"Root": "/old/", "Servers": {}}}')
    (tmp_path / "python.json").write_text('{"PythonScript": "/etc/orthanc/sample.py"}')
    (tmp_path / "notes.txt").write_text("not JSON")
    found = whole({**OURS, "WebDavEnabled": False}, existing_settings(tmp_path))
    assert found["Name"] == "Clinic // 2"
    assert found["DicomWeb"] == {"Root": "/dicom-web/", "Servers": {}}
    # Ours comes last, as Orthanc asks the last one.
    assert found["LuaScripts"] == [str(tmp_path / "own.lua"), "/v/closed.lua"]
    assert (found["PythonScript"], found["WebDavEnabled"]) == ("/v/token_filter.py", False)
    assert found["StorageDirectory"] == "/var/lib/orthanc/db-v6"


@pytest.mark.parametrize(
    ("theirs", "together"),
    [
        (["/p/"], ["/p/"]),
        ([f"{DEBIAN}/libOrthancPython.so", "/q/libOrthancDicomWeb.so"], [PYTHON, "/q/libOrthancDicomWeb.so", OHIF]),
        (["/q/libOrthancDicomWeb.so", OHIF], [PYTHON, "/q/libOrthancDicomWeb.so", OHIF]),
        (["/p/a.so"], [PYTHON, "/p/a.so", OHIF, f"{DEBIAN}/libOrthancDicomWeb.so"]),
    ],
)
def test_no_plugin_is_named_twice(theirs: list[str], together: list[str]) -> None:
    assert whole({**OURS, "Plugins": [OHIF]}, {"Plugins": theirs})["Plugins"] == together


def test_a_folder_of_plugins_becomes_its_files_with_python_first(tmp_path: Path) -> None:
    for name in ("libServeFolders.so", "libOrthancPython.so", "libOrthancDicomWeb.so", "libOld.so.1", "notes.txt"):
        (tmp_path / name).touch()
    found = whole(OURS, {"Plugins": [str(tmp_path)]})["Plugins"]
    assert found == [str(tmp_path / f"lib{name}.so") for name in ("OrthancPython", "OrthancDicomWeb", "ServeFolders")]
    (tmp_path / "libOrthancPython.so").unlink()  # installed only after deploying
    assert whole(OURS, {"Plugins": [str(tmp_path)]})["Plugins"][0] == PYTHON


def test_debians_latin1_becomes_utf8_and_another_choice_stays() -> None:
    assert whole(OURS, {"DefaultEncoding": "Latin1"})["DefaultEncoding"] == "Utf8"
    assert whole(OURS, {"DefaultEncoding": "Japanese"})["DefaultEncoding"] == "Japanese"
    assert "DefaultEncoding is now Utf8" in changed_steps({"DefaultEncoding": "Latin1"})[0]
    assert changed_steps({"DefaultEncoding": "Japanese", "Plugins": ["/p/a.so"]}) == ()


def test_a_folder_of_plugins_on_another_machine_is_a_step() -> None:
    (step,) = changed_steps({"Plugins": ["/not/here"]})
    assert "instead of the folder /not/here" in step


def test_an_auth_service_is_kept_and_settings_of_an_earlier_deployment_are_replaced() -> None:
    before = {"AuthService": {"Url": "http://auth:8000"}, "Viewer": {"Url": "/old/"}, "Header": "old"}
    filter_settings = OURS["TokenFilter"]
    assert isinstance(filter_settings, dict)
    found = whole(OURS, {"TokenFilter": before})["TokenFilter"]
    assert found == {**filter_settings, "AuthService": before["AuthService"]}


def test_an_orthanc_that_renders_videos_itself_may_say_so() -> None:
    ours = {**OURS, "TokenFilter": {**OURS["TokenFilter"], "RenderVideos": True}}  # type: ignore[dict-item]
    assert whole(ours, {})["TokenFilter"]["RenderVideos"] is True
    assert whole(ours, {"TokenFilter": {"RenderVideos": False}})["TokenFilter"]["RenderVideos"] is False


def test_deploying_over_our_own_settings_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "orthanc.json").write_text(json.dumps(whole(OURS, {})))
    assert whole(OURS, existing_settings(tmp_path / "orthanc.json")) == whole(OURS, {})


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"a.json": '{"Name": "x"}', "b.json": '{"Name": "y"}'}, "Name is in both"),
        ({"a.json": '{"Name": '}, "cannot be read"),
        ({"a.json": "[]"}, "expected an object"),
        ({"a.json": "\udcff"}, "cannot be read"),
        ({"a.json": '{"PythonScript": "/opt/routing.py"}'}, "/opt/routing.py is already set"),
        ({"a.json": '{"Python": {"Path": "/opt/routing.py"}}'}, "/opt/routing.py is already set"),
        ({"a.json/b": ""}, "cannot be read"),
        ({}, "there is no"),
    ],
)
def test_unusable_settings_are_refused(tmp_path: Path, files: dict[str, str], words: str) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(SettingsUnusable, match=words):
        existing_settings(tmp_path)


@given(text=st.text())
def test_comment_marks_in_strings_are_kept(text: str) -> None:
    written = json.dumps({"// a": text})
    stripped = STRING_OR_COMMENT.sub(lambda found: found[1] or " ", f"/* b */{written}// c")
    assert json.loads(stripped) == {"// a": text}


def test_a_file_that_is_not_there_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(SettingsUnusable) as caught:
        existing_settings(tmp_path / "orthanc.json")
    assert str(caught.value).endswith("cannot be read as Orthanc's configuration: No such file or directory")
