from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import local_orthanc
import share_study
from ohifbuild.commands.main import cli
from ohifbuild.contract.link import read_link
from ohifbuild.core.errors import (
    OhifbuildError,
    QrCodeImpossible,
    ShareRefused,
    SharesUnavailable,
    TokenFileUnusable,
)
from token_file import TokenFile, digest_of

STUDY, OTHER = "1.2.3", "4.5.6"


def share(*words: str, stdin: str = "") -> str:
    """Standard output of ``ohifbuild share``; its errors are raised."""
    result = CliRunner().invoke(cli, ["share", *words], input=stdin)
    if isinstance(result.exception, OhifbuildError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def result(*words: str) -> Any:
    return json.loads(share(*words, "--json"))


def tokens(deployment: Path) -> str:
    return (deployment / "orthanc/tokens.json").read_text()


def log_line(share_id: str, **values: Any) -> str:
    line = {"from": "2026-11-26T09:00:00Z", "share": share_id, "study": STUDY, "last": "2026-11-26T09:10:00Z"}
    return json.dumps(line | {"frames": 0, "refused": 0} | values) + "\n"


def test_a_link_is_made_and_shown_once(deployment: Path) -> None:
    at = ("--deployment", str(deployment))
    link = share("add", STUDY, OTHER, STUDY, "--note", "for Dr Ray", *at).strip()
    read = read_link(link, "token")
    assert (read.problem, read.studies) == ("", (STUDY, OTHER))
    assert link.startswith("https://pacs.example/ohif/viewer?")
    assert "#token=" in link
    grant = TokenFile(deployment / "orthanc/tokens.json", print).grant(str(read.token))
    assert grant is not None
    assert grant.note == "for Dr Ray"
    shown = share("list", *at) + share("list", "--json", *at) + tokens(deployment)
    assert str(read.token) not in shown
    assert digest_of(str(read.token)) not in share("list", "--json", *at)


def test_the_result_for_programs_has_everything(deployment: Path) -> None:
    at = ("--deployment", str(deployment))
    made = result("add", STUDY, "--expires", "2w", *at)
    assert set(made) == {"id", "link", "studies", "note", "expires", "mail"}
    assert made["link"] in made["mail"]["text"]
    (listed,) = result("list", *at)
    assert (listed["id"], listed["expires"], listed["expired"]) == (made["id"], made["expires"], False)
    assert (listed["last_opened"], listed["times_opened"], listed["frames"]) == (None, 0, 0)
    assert result("extend", made["id"][:4], "--expires", "3w", *at)["expires"] > made["expires"]
    assert result("revoke", made["id"], *at)["id"] == made["id"]
    assert result("list", *at) == []


def test_a_mail_is_in_the_language_asked_for(deployment: Path) -> None:
    text = share("add", STUDY, "--format", "mail", "--language", "de", "--deployment", str(deployment))
    assert text.startswith("Ihre medizinischen Bilder\n\nGuten Tag")
    assert "https://pacs.example/ohif/viewer?" in text


def test_a_qr_code_is_written_with_the_share(deployment: Path, tmp_path: Path) -> None:
    at = ("--deployment", str(deployment))
    share("add", STUDY, "--qr", str(tmp_path / "a.png"), *at)
    assert (tmp_path / "a.png").stat().st_mode & 0o777 == 0o600
    link, _, code = share("add", STUDY, "--qr", "-", *at).partition("\n")
    assert code.strip() == share("qr", stdin=link).strip()
    share("qr", "--output", str(tmp_path / "b.svg"), stdin=link)
    assert (tmp_path / "b.svg").stat().st_size > 100


def test_nothing_is_shared_if_the_qr_code_cannot_be_made(deployment: Path, tmp_path: Path) -> None:
    (tmp_path / "there.png").touch()
    many = [f"1.{number}.{'2' * 50}" for number in range(100)]
    for words in ([STUDY, "--qr", str(tmp_path / "there.png")], [*many, "--qr", "-"]):
        with pytest.raises(QrCodeImpossible):
            share("add", *words, "--deployment", str(deployment))
    assert tokens(deployment) == "{}"


def test_a_study_that_the_archive_lacks_is_refused_with_each_of_its_uids(deployment: Path, tmp_path: Path) -> None:
    with pytest.raises(ShareRefused) as caught:
        share("add", STUDY, "9.9", "8.8", "--qr", str(tmp_path / "a.png"), "--deployment", str(deployment))
    assert caught.value.details.split() == ["9.9", "8.8"]
    assert json.loads(tokens(deployment)) == {}
    assert not (tmp_path / "a.png").exists()


@pytest.mark.parametrize("studies", [["1.2.x"], ["1" * 65], ["1.2.3\n"], [f"1.{number}" for number in range(201)]])
def test_what_is_no_uid_is_refused_before_anything_is_asked(deployment: Path, orthanc: Any, studies: list[str]) -> None:
    with pytest.raises(ShareRefused) as caught:
        share("add", *studies, "--deployment", str(deployment))
    assert "".join(caught.value.details.split()).isprintable()
    assert (orthanc.asked, tokens(deployment)) == ([], "{}")


def test_an_orthanc_that_does_not_answer_or_was_not_restarted_is_named(deployment: Path, orthanc: Any) -> None:
    orthanc.fails = local_orthanc.NoAnswer("Orthanc does not answer at http://127.0.0.1:8042: refused")
    with pytest.raises(SharesUnavailable, match="does not answer at"):
        share("add", STUDY, "--deployment", str(deployment))
    orthanc.fails, orthanc.format_is_known = None, False
    with pytest.raises(SharesUnavailable, match="still runs the token filter of an earlier deployment"):
        share("add", STUDY, "--deployment", str(deployment))
    assert json.loads(tokens(deployment)) == {}


def test_the_list_says_when_a_share_was_last_opened_and_how_much(deployment: Path) -> None:
    at = ("--deployment", str(deployment))
    share_id = result("add", STUDY, *at)["id"]
    log = deployment / "orthanc/access.jsonl"
    log.with_name("access.jsonl.1").write_text(log_line(share_id, frames=5))
    log.write_text(
        log_line(share_id, frames=7)
        + log_line(share_id, **{"from": "2026-11-26T10:00:00Z", "last": "2026-11-26T10:01:00Z", "frames": 1})
        + log_line(share_id, study="", refused=4, last="2026-11-26T11:00:00Z")
        + log_line("f" * 12, frames=100)
        + log_line(share_id, frames="many")
        + log_line(share_id, last="\x1b[2J", frames=1000)
        + "not JSON\n"
    )
    (listed,) = result("list", *at)
    assert (listed["last_opened"], listed["times_opened"]) == ("2026-11-26T10:01:00Z", 2)
    assert (listed["frames"], listed["refused"]) == (13, 4)
    here = datetime(2026, 11, 26, 10, 1, tzinfo=UTC).astimezone()
    assert f"; opened 2 times, last {here:%Y-%m-%d %H:%M}" in share("list", *at)
    assert share("list", *at).endswith(", 13 images\n")


def test_a_note_in_the_file_never_reaches_the_terminal_raw(new_deployment: Callable[..., Path], orthanc: Any) -> None:
    entry = {"studies": [STUDY], "id": "a" * 12, "note": "\x1b[1m[b]x\n\u202eb"}
    deployment = new_deployment("hostile", tokens=json.dumps({"0" * 64: entry}))
    shown = share("list", "--deployment", str(deployment))
    assert (
        shown == f"{'a' * 12}  \ufffd[1m[b]x\ufffd\ufffdb\n{' ' * 14}{STUDY}\n{' ' * 14}never expires; never opened\n"
    )


@pytest.mark.parametrize("action", [["list"], ["extend", "a"], ["revoke", "a"]])
def test_what_the_auth_service_cannot_do_is_refused_with_the_way_out(deployment: Path, action: list[str]) -> None:
    with pytest.raises(SharesUnavailable, match=f"cannot {action[0]}") as caught:
        share(*action, "--auth-service", "--deployment", str(deployment))
    assert "SECRET_KEY" in caught.value.fix


def test_a_deployment_without_an_auth_service_makes_no_token_of_it(deployment: Path) -> None:
    with pytest.raises(SharesUnavailable, match="asks no orthanc-auth-service"):
        share("add", STUDY, "--auth-service", "--deployment", str(deployment))


def test_a_folder_that_is_no_deployment_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SharesUnavailable, match="is not a deployment"):
        share("list", "--deployment", str(tmp_path))
    (tmp_path / "compose.yaml").write_text("{}")
    with pytest.raises(SharesUnavailable, match="Docker Compose"):
        share("list", "--deployment", str(tmp_path))


def test_a_deployment_of_another_version_is_refused_before_anything_is_written(
    new_deployment: Callable[..., Path],
) -> None:
    link = {"Viewer": "https://pacs.example/viewer", "Parameter": "token"}
    for name, known in {"older": link, "newer": {**link, "Format": "3"}}.items():
        deployment = new_deployment(name, link=known)
        with pytest.raises(TokenFileUnusable, match="Another version") as caught:
            share("add", STUDY, "--deployment", str(deployment))
        assert "ohifbuild deploy" in caught.value.fix
        assert tokens(deployment) == "{}"


@pytest.mark.parametrize("link", ["[]", "{}", "", "[" * 1000])
def test_a_damaged_deployment_is_refused(deployment: Path, link: str) -> None:
    (deployment / "orthanc/link.json").write_text(link)
    with pytest.raises(SharesUnavailable, match="cannot be read"):
        share("list", "--deployment", str(deployment))


def test_whoever_may_not_change_the_shares_is_told_who_may(deployment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: deployment.stat().st_uid + 1)
    with pytest.raises(SharesUnavailable, match="only its owner and root") as caught:
        share("add", STUDY, "--deployment", str(deployment))
    assert caught.value.fix == "Run the command as root."


@pytest.mark.parametrize("text", ["[]", "", '{"my-token": {}}', "[" * 1000])
def test_a_damaged_token_file_is_refused_and_left_as_it_is(new_deployment: Callable[..., Path], text: str) -> None:
    deployment = new_deployment("damaged", tokens=text)
    for words in (["list"], ["add", STUDY], ["revoke", "a"], ["extend", "a"]):
        with pytest.raises(TokenFileUnusable) as caught:
            share(*words, "--deployment", str(deployment))
        assert "my-token" not in caught.value.what
    assert tokens(deployment) == text


def test_the_script_and_the_command_list_each_others_shares(deployment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(share_study, "HERE", deployment / "orthanc")
    at = ("--deployment", str(deployment / "orthanc"))  # the folder of Orthanc alone, as it is copied to a server
    share_study.share([STUDY], 7, "t", "by the script")
    share("add", STUDY, "--note", "by the command", *at)
    assert [each["note"] for each in result("list", *at)] == ["by the script", "by the command"]
    one, other = json.loads(tokens(deployment)).values()
    assert set(one) == set(other)
