from __future__ import annotations

import json
import re
from pathlib import Path, PurePosixPath
from typing import Any
from unittest.mock import patch

import pytest

from deployments import deployed, dist_at
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import DeployUnsuitable, DistInvalid, OutputNotOurs, TokenFileUnusable
from ohifbuild.core.exchange import exchanged
from ohifbuild.deploy import KINDS, DeployOptions, Kind, deploy
from ohifbuild.orthanc.shipped import share_file

PRIVATE_FILES = ("access.jsonl", "access.jsonl.1", "orthanc.json", "tokens.json")


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_with_other_files_is_refused_and_nothing_is_written(tmp_path: Path, kind: Kind) -> None:
    target = tmp_path / "target"
    target.mkdir()
    (target / "mine.txt").write_text("mine")
    with pytest.raises(OutputNotOurs):
        deployed(kind, tmp_path)
    assert [path.name for path in target.iterdir()] == ["mine.txt"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dist", "target"]


def test_deploying_again_keeps_tokens_and_passwords(tmp_path: Path) -> None:
    target = deployed("nginx", tmp_path)
    (target / "orthanc/tokens.json").write_text('{"a": 1}')
    (served,) = target.glob("www/*/ohif")
    (served / "old.js").write_text("gone with the next one")
    deployed("nginx", tmp_path)
    assert (target / "orthanc/tokens.json").read_text() == '{"a": 1}'
    assert not (served / "old.js").exists()


def test_what_a_running_orthanc_writes_to_its_log_while_a_deployment_is_written_is_kept(tmp_path: Path) -> None:
    target = deployed("nginx", tmp_path)
    log = target / "orthanc/access.jsonl"
    before = log.stat().st_ino
    with log.open("a") as orthanc:

        def at_the_last_moment(one: Path, other: Path) -> bool:
            orthanc.write("{}\n")
            orthanc.flush()
            return exchanged(one, other)

        with patch("ohifbuild.viewer.output.exchanged", at_the_last_moment):
            deployed("nginx", tmp_path, DeployOptions(port=8081))
    assert log.read_text() == "{}\n"
    assert log.stat().st_ino == before


def test_kept_files_are_copied_with_their_mode_where_there_are_no_links(tmp_path: Path) -> None:
    target = deployed("nginx", tmp_path)
    (target / "orthanc/tokens.json").write_text('{"a": 1}')
    with patch("ohifbuild.deploy.os.link", side_effect=OSError):
        deployed("nginx", tmp_path)
    assert (target / "orthanc/tokens.json").read_text() == '{"a": 1}'
    assert (target / "orthanc/tokens.json").stat().st_mode & 0o077 == 0


def test_deploying_again_keeps_the_access_log_and_only_orthanc_may_read_it(tmp_path: Path) -> None:
    target = deployed("nginx", tmp_path)
    log = target / "orthanc/access.jsonl"
    assert json.loads((target / "orthanc/orthanc.json").read_text())["TokenFilter"]["AccessLog"] == str(log)
    log.write_text("a line\n")
    deployed("nginx", tmp_path)
    assert log.read_text() == "a line\n"
    assert log.stat().st_mode & 0o777 == 0o600
    owned = (target / "orthanc/install.sh").read_text().partition("chown orthanc ")[2].partition("\n")[0].split()
    assert owned == [str(target / f"orthanc/{name}") for name in PRIVATE_FILES]


def test_a_lock_that_another_process_keeps_ends_the_command_and_changes_nothing(tmp_path: Path) -> None:
    target = deployed("nginx", tmp_path)
    before = (target / "nginx/viewer.conf").read_text()
    with (
        share_file.locked(target / "orthanc/link.json"),
        patch.object(share_file, "LOCK_SECONDS", 0.0),
        pytest.raises(TokenFileUnusable, match="another process has locked it"),
    ):
        deployed("nginx", tmp_path, DeployOptions(port=8081))
    assert (target / "nginx/viewer.conf").read_text() == before


def test_the_error_lists_every_invalid_option(tmp_path: Path) -> None:
    options = DeployOptions(
        archive="http://user:secret@pacs/",
        host="a b",
        certificate="/c.pem",
        port=443,
        tls_port=443,
        installed_at=PurePosixPath("/a;b"),
        orthanc_settings=tmp_path / "none.json",
    )
    with pytest.raises(DeployUnsuitable) as caught:
        deployed("nginx", tmp_path, options)
    named = [line.strip().partition(":")[0] for line in caught.value.details.splitlines()]
    assert named == ["archive", "host", "certificate and key", "port and tls-port", "installed-at", "orthanc-settings"]
    assert "secret" not in caught.value.details
    assert not (tmp_path / "target").exists()


@pytest.mark.parametrize(
    "url",
    ["pacs:8042", "http://", "http://pacs:70000", "http://[::1", "http://pacs/a b", "http://pacs/;", "ftp://pacs/x"],
)
def test_an_invalid_archive_url_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(DeployUnsuitable) as caught:
        deployed("nginx", tmp_path, DeployOptions(archive=url))
    assert caught.value.details.strip().startswith("archive: expected a URL")


def test_options_without_effect_are_refused(tmp_path: Path) -> None:
    options = DeployOptions(
        archive="http://pacs:8042", certificate="/c.pem", key="/k.pem", tls_port=8443, orthanc_settings=tmp_path
    )
    refused = {}
    for kind in KINDS:
        with pytest.raises(DeployUnsuitable) as caught:
            deployed(kind, tmp_path, options)
        refused[kind] = [
            line.split(":")[0].strip() for line in caught.value.details.splitlines() if "has no effect" in line
        ]
    assert refused == {
        "nginx": [],
        "orthanc": ["archive"],
        "orthanc-ohif": ["archive"],
        "compose": ["archive", "orthanc-settings"],
        "kubernetes": ["certificate", "key", "orthanc-settings", "tls-port"],
        "static": ["orthanc-settings"],
    }


def test_nginx_connects_to_the_port_of_an_existing_orthanc(tmp_path: Path) -> None:
    (tmp_path / "clinic.json").write_text('{"HttpPort": 8099, "RemoteAccessAllowed": true}')
    target = deployed("nginx", tmp_path, DeployOptions(orthanc_settings=tmp_path / "clinic.json"))
    written = json.loads((target / "orthanc/orthanc.json").read_text())
    assert "server 127.0.0.1:8099;" in (target / "nginx/viewer.conf").read_text()
    assert (written["HttpPort"], written["RemoteAccessAllowed"]) == (8099, False)


def test_a_folder_without_a_dist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DistInvalid):
        deploy("nginx", tmp_path, tmp_path / "target", DeployOptions(), SilentReporter())


@pytest.mark.parametrize("url", ["/", "/studies/", "/app/viewer/"])
def test_a_viewer_at_a_path_that_orthanc_uses_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(DeployUnsuitable, match="cannot serve"):
        deployed("orthanc", tmp_path, public_url=url)


@pytest.mark.parametrize("kind", ["nginx", "orthanc", "compose", "kubernetes"])
def test_a_dist_with_an_archive_at_another_origin_is_only_deployed_as_static(tmp_path: Path, kind: Kind) -> None:
    with pytest.raises(DeployUnsuitable, match="connects directly"):
        deployed(kind, tmp_path, DeployOptions(host="viewer.example"), root="https://pacs.example/dicom-web")
    target = deployed("static", tmp_path, root="https://pacs.example/dicom-web")
    assert "connect-src 'self' data: blob: https://pacs.example" in (target / "HEADERS.md").read_text()


def test_each_deployment_has_new_secrets_that_only_their_owner_can_read(tmp_path: Path) -> None:
    target = deployed("compose", tmp_path)
    first = (target / ".env").read_text()
    second = (deployed("compose", tmp_path) / ".env").read_text()
    assert (target / ".env").stat().st_mode & 0o077 == 0
    assert first == second
    values = [line.partition("=")[2] for line in first.splitlines()]
    assert len(set(values)) == 4
    assert not any(value in (target / "compose.yaml").read_text() for value in values)
    other = tmp_path / "other"
    other.mkdir()
    assert (deployed("compose", other) / ".env").read_text() != first


def test_over_https_every_answer_of_the_archive_has_one_hsts_header(tmp_path: Path) -> None:
    options = DeployOptions(certificate="/c.pem", key="/k.pem")
    nginx = (
        (deployed("nginx", tmp_path, options) / "nginx/viewer.conf").read_text().partition("location /dicom-web/ {")[2]
    )
    caddy = (deployed("static", tmp_path, options) / "site.caddy").read_text().partition("handle @archive1 {")[2]
    for text in (nginx.partition("\n    }\n")[0], caddy.partition("\n\t}\n")[0]):
        assert text.count('Strict-Transport-Security "max-age') == 1
    assert "-Strict-Transport-Security" not in caddy


def test_nginx_keeps_a_token_header_with_an_underscore(tmp_path: Path) -> None:
    conf = (deployed("nginx", tmp_path, header="X_Token") / "nginx/viewer.conf").read_text()
    assert "underscores_in_headers on;" in conf


def test_the_dicomweb_root_is_rewritten_if_the_archives_differs(tmp_path: Path) -> None:
    options = DeployOptions(archive="https://pacs.example:8443/other/dicom-web")
    conf = (deployed("nginx", tmp_path, options, root="/dicom-web") / "nginx/viewer.conf").read_text()
    assert "server pacs.example:8443;" in conf
    assert "proxy_pass https://ohifbuild_archive/other/dicom-web/;" in conf


def test_further_token_roots_are_proxied_to_the_archive(tmp_path: Path) -> None:
    roots: dict[str, Any] = {
        "root": "/orthanc/dicom-web",
        "more_roots": ("/orthanc/studies", "/other", "https://files.example/x"),
    }
    options = DeployOptions(archive="http://pacs:8042/dicom-web")
    conf = (deployed("nginx", tmp_path, options, **roots) / "nginx/viewer.conf").read_text()
    passed = re.findall(r"location (/\S+/) \{[^}]*\}[^}]*\}[^}]*?proxy_pass http://ohifbuild_archive(\S*);", conf)
    assert passed == [("/orthanc/dicom-web/", "/dicom-web/"), ("/orthanc/studies/", "/studies/"), ("/other/", "")]
    assert "https://files.example" in conf
    with pytest.raises(DeployUnsuitable, match="also sends its token to"):
        deployed("compose", tmp_path, **roots)


@pytest.mark.parametrize(
    "hostile",
    [
        {"public_url": '/ohif/";}server{listen 81;'},
        {"root": "/dicom-web { return 200; }"},
        {"root": "/dicom-web\nX: y"},
        {"header": "token: x\r\nX-Evil"},
        {"more_roots": ("/studies;",)},
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_changed_settings_of_a_dist_never_reach_a_configuration(
    tmp_path: Path, kind: Kind, hostile: dict[str, Any]
) -> None:
    with pytest.raises(DistInvalid, match="no recipe allows"):
        deployed(kind, tmp_path, **hostile)
    assert not (tmp_path / "target").exists()


@pytest.mark.parametrize(
    ("options", "needs"),
    [(DeployOptions(), False), (DeployOptions(archive="http://10.0.0.7:8080"), True)],
)
def test_the_steps_say_that_another_archive_needs_no_orthanc(
    options: DeployOptions, needs: bool, tmp_path: Path
) -> None:
    reporter = SilentReporter()
    steps = deploy("nginx", dist_at(tmp_path / "dist"), tmp_path / "target", options, reporter).steps
    (install,) = [step for step in steps if step.endswith("apt install orthanc orthanc-dicomweb orthanc-python")]
    assert ("an archive of another kind" in install) is needs
