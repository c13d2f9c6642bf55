"""``deploy --check``: what would change, without secrets, and nothing is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from deployments import deployed, dist_at
from ohifbuild.commands.deploy import command
from ohifbuild.core.digests import digest_of_tree
from ohifbuild.core.errors import DeploymentDiffers, DeployUnsuitable, OutputNotOurs
from ohifbuild.deploy import KINDS, DeployOptions, Kind, check


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_would_change_right_after_a_deployment(tmp_path: Path, kind: Kind) -> None:
    options = DeployOptions(host="pacs.example")
    target = deployed(kind, tmp_path, options)
    assert not check(kind, tmp_path / "dist", target, options)


def test_a_new_folder_gets_every_file(tmp_path: Path) -> None:
    found = check("nginx", dist_at(tmp_path / "dist"), tmp_path / "target", DeployOptions())
    assert {"nginx/viewer.conf", "orthanc/tokens.json", "viewer/index.html"} <= set(found.added)
    assert (found.changed, found.removed) == ((), ())
    assert not (tmp_path / "target").exists()


def test_options_files_and_the_viewer_are_compared(tmp_path: Path) -> None:
    target = deployed("nginx", tmp_path, DeployOptions(host="a.example"))
    (target / "orthanc/closed_without_filter.lua").unlink()
    (target / "orthanc/mine.txt").write_text("")
    dist = dist_at(tmp_path / "dist", header="X-Token")
    found = check("nginx", dist, target, DeployOptions(host="b.example", port=8080))
    assert [fact.partition(":")[0] for fact in found.facts] == ["dist", "host", "port"]
    assert "host: a.example → b.example" in found.facts
    assert found.added == ("orthanc/closed_without_filter.lua",)
    assert set(found.changed) == {"nginx/viewer.conf", "orthanc/link.json", "orthanc/orthanc.json", "viewer/index.html"}
    assert found.removed == ("orthanc/mine.txt",)
    assert any("+    server_name b.example;" in diff for diff in found.diffs)


def test_a_changed_file_of_the_viewer_is_named(tmp_path: Path) -> None:
    target = deployed("static", tmp_path)
    (served,) = target.glob("www/*/ohif")
    page = served / "index.html"
    text = page.read_text()
    page.unlink()  # it is the dist's own file
    page.write_text(text + " ")
    (served / "app-config.js").unlink()
    found = check("static", tmp_path / "dist", target, DeployOptions())
    assert (found.added, found.changed, found.removed) == (("viewer/app-config.js",), ("viewer/index.html",), ())


def test_nothing_is_written_and_kept_files_do_not_count(tmp_path: Path) -> None:
    target = deployed("nginx", tmp_path)
    (target / "orthanc/tokens.json").write_text('{"0": {"studies": ["1.2"]}}')
    before = digest_of_tree(tmp_path)
    assert not check("nginx", tmp_path / "dist", target, DeployOptions())
    assert check("compose", tmp_path / "dist", target, DeployOptions())
    assert digest_of_tree(tmp_path) == before


def test_no_secret_is_in_what_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    existing = tmp_path / "existing.json"
    existing.write_text('{"PostgreSQL": {"Password": "hunter2"}}')
    target = deployed("nginx", tmp_path, DeployOptions(orthanc_settings=existing))
    (target / "orthanc/tokens.json").write_text('{"s3cret": {}}')
    existing.write_text('{"PostgreSQL": {"Password": "hunter3"}}')
    words = ["nginx", str(tmp_path / "dist"), "--output", str(target), "--orthanc-settings", str(existing), "--check"]
    for more in (["-v"], ["--json"], []):
        done = CliRunner().invoke(command, [*words, *more])
        assert isinstance(done.exception, DeploymentDiffers)
        said = done.output + str(done.exception.details)
        assert "orthanc/orthanc.json" in said
        assert not any(secret in said for secret in ("hunter", "s3cret"))


def test_compose_passwords_are_not_compared_or_said(tmp_path: Path) -> None:
    target = deployed("compose", tmp_path)
    assert not check("compose", tmp_path / "dist", target, DeployOptions())
    (target / ".env").unlink()
    found = check("compose", tmp_path / "dist", target, DeployOptions())
    assert (found.added, found.diffs) == ((".env",), ())


def test_the_command_ends_with_94_and_lists_the_changes_or_with_0(tmp_path: Path) -> None:
    target = deployed("nginx", tmp_path)
    words: list[Any] = ["nginx", tmp_path / "dist", "--output", target, "--check"]
    same = CliRunner().invoke(command, list(map(str, words)))
    other = CliRunner().invoke(command, [*map(str, words), "--host", "b.example"])
    listed = CliRunner().invoke(command, [*map(str, words), "--host", "b.example", "--json"])
    assert (same.exit_code, "would change nothing" in same.output) == (0, True)
    assert isinstance(other.exception, DeploymentDiffers)
    assert DeploymentDiffers.exit_code == 94
    assert "  host: not given → b.example" in other.exception.details
    assert "  ~ nginx/viewer.conf" in other.exception.details
    assert json.loads(listed.stdout)["changed"] == ["nginx/viewer.conf", "orthanc/link.json"]


def test_the_folder_and_the_options_are_checked_as_for_a_deployment(tmp_path: Path) -> None:
    dist = dist_at(tmp_path / "dist")
    with pytest.raises(OutputNotOurs):
        check("nginx", dist, tmp_path, DeployOptions())
    with pytest.raises(DeployUnsuitable):
        check("nginx", dist, tmp_path / "target", DeployOptions(host="a b"))
