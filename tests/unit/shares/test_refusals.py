"""Every refusal of ``share`` says what is wrong, why that can be, and what to do next."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import local_orthanc
import share_file
from ohifbuild.contract.link import MOST_STUDIES
from ohifbuild.core.errors import OhifbuildError, QrCodeImpossible, ShareRefused, SharesUnavailable, TokenFileUnusable
from ohifbuild.shares import Made, Opened, add, checked_studies, extend, listed, longest_link, qr_code, revoke
from ohifbuild.shares.auth_tokens import no_service, refuse
from ohifbuild.shares.deployed import Deployment, deployment_at, share_errors
from ohifbuild.shares.expiry import LONGEST, expiry
from ohifbuild.shares.mail import mail

NOW = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
LINK = "https://pacs.example/viewer?StudyInstanceUIDs=1.2.3#token=abc"
MANY = tuple(f"1.{number}" for number in range(MOST_STUDIES + 1))


@pytest.fixture
def opened(deployment: Path) -> Deployment:
    return deployment_at(deployment)


def refused(do: Callable[[], object], error: type[OhifbuildError]) -> OhifbuildError:
    with pytest.raises(error) as caught:
        do()
    assert caught.value.cause.endswith(".")
    assert caught.value.what.endswith(".")
    return caught.value


def raises(error: Exception) -> Callable[[Deployment], None]:
    def do(deployment: Deployment) -> None:
        with share_errors(deployment):
            raise error

    return do


@pytest.mark.parametrize(
    ("do", "error", "what", "cause", "fix"),
    [
        (lambda _: checked_studies(("1.x",)), ShareRefused, "no Study Instance UIDs", "at most 64", "Copy the UIDs"),
        (lambda _: checked_studies(MANY), ShareRefused, "at most 200 studies", "201 were given", "several links"),
        (lambda _: expiry("x", NOW), ShareRefused, "'x' is no time", "a duration (12h", "--expires"),
        (lambda _: expiry("2026-11-01", NOW), ShareRefused, "2026-11-02T00:00+00:00", "ten years", "--expires"),
        (lambda _: qr_code.check_length("x" * 2954), QrCodeImpossible, "2954 characters", "many studies", "fewer"),
        (lambda _: qr_code.check_link("x"), QrCodeImpossible, "not a link", "Only a whole link", "share qr < link"),
        (lambda it: it.check_studies(("9.9",)), ShareRefused, "have this study", "has not arrived", "share_study.py"),
        (lambda it: it.check_studies(("9", "8")), ShareRefused, "have these studies", "has not arrived", "share_study"),
        (lambda it: revoke(it, "abc"), ShareRefused, "was not changed", "mistyped", "share list --deployment"),
        (lambda it: extend(it, "abc", NOW), ShareRefused, "was not changed", "mistyped", "share list --deployment"),
        (raises(share_file.FileUnusable("bad")), TokenFileUnusable, "cannot be used: bad", "damaged", "as root"),
        (raises(local_orthanc.NoAnswer("gone")), SharesUnavailable, "gone.", "does not run", "journalctl"),
        (raises(OSError(13, "refused", "/x")), SharesUnavailable, "/x: refused", "Only root", "as root"),
        (raises(OSError(5, "broken")), SharesUnavailable, "orthanc: broken", "Only root", "as root"),
        (lambda it: deployment_at(it.folder / "no"), SharesUnavailable, "is not a depl", "link.json", "/srv/viewer"),
    ],
)  # fmt: skip
def test_a_refusal_has_its_reason_and_the_next_step(
    opened: Deployment, do: Callable[[Deployment], object], error: type[OhifbuildError], what: str, cause: str, fix: str
) -> None:
    found = refused(lambda: do(opened), error)
    assert what in found.what
    assert cause in found.cause
    assert fix in found.fix


def test_the_refusals_of_an_auth_service_say_what_it_cannot_do() -> None:
    for error, what, cause, fix in (
        (refuse("list"), "cannot list its tokens", "keeps none", "SECRET_KEY"),
        (no_service(), "asks no orthanc-auth-service", "TokenFilter.AuthService", "Leave --auth-service out"),
    ):
        assert what in error.what
        assert cause in error.cause
        assert fix in error.fix


def test_an_older_filter_is_to_be_restarted_before_anything_is_looked_up(opened: Deployment, orthanc: Any) -> None:
    orthanc.format_is_known = False
    found = refused(lambda: opened.check_studies(("9.9",)), SharesUnavailable)
    assert "earlier deployment" in found.what
    assert "not restarted" in found.cause
    assert found.fix == "Restart it: systemctl restart orthanc"
    assert orthanc.asked == []


@pytest.mark.parametrize(
    ("name", "text"),
    [("link.json", "[]"), ("link.json", "{}"), ("orthanc.json", "{}"), ("orthanc.json", '{"TokenFilter": []}')],
)
def test_a_deployment_that_cannot_be_read_is_to_be_written_again(deployment: Path, name: str, text: str) -> None:
    (deployment / "orthanc" / name).write_text(text)
    found = refused(lambda: deployment_at(deployment), SharesUnavailable)
    assert f"{deployment / 'orthanc'} cannot be read: " in found.what
    assert "Only root and Orthanc's user" in found.cause
    assert "ohifbuild deploy" in found.fix


@pytest.mark.parametrize("key", ["Header", "Scheme"])
def test_a_deployment_whose_filter_has_no_header_or_scheme_cannot_be_read(deployment: Path, key: str) -> None:
    place = deployment / "orthanc/orthanc.json"
    document = json.loads(place.read_text())
    del document["TokenFilter"][key]
    place.write_text(json.dumps(document))
    refused(lambda: deployment_at(deployment), SharesUnavailable)


def test_a_deployment_of_another_version_is_to_be_written_again(new_deployment: Callable[..., Path]) -> None:
    link = {"Viewer": "https://pacs.example/viewer", "Parameter": "token", "Format": "0"}
    found = refused(lambda: deployment_at(new_deployment("other", link=link)), TokenFileUnusable)
    assert "Another version" in found.what
    assert "nothing was changed" in found.cause
    assert "systemctl restart orthanc" in found.fix


def test_a_deployment_for_docker_compose_has_its_shares_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").touch()
    found = refused(lambda: deployment_at(tmp_path), SharesUnavailable)
    assert "Docker Compose" in found.what
    assert "Orthanc Explorer 2" in found.cause
    assert "Share button" in found.fix


@pytest.mark.parametrize(
    ("name", "what", "cause", "fix"),
    [
        ("x.pdf", "neither a PNG nor an SVG", "suffix decides", ".png or .svg"),
        ("there.png", "cannot be written: File exists", "exists already", "another name"),
    ],
)
def test_a_file_for_a_qr_code_that_cannot_be_is_named(
    tmp_path: Path, name: str, what: str, cause: str, fix: str
) -> None:
    (tmp_path / "there.png").touch()

    def write() -> None:
        with qr_code.new_file(tmp_path / name):
            pass

    found = refused(write, QrCodeImpossible)
    assert what in found.what
    assert cause in found.cause
    assert fix in found.fix


def test_wrong_uids_are_each_named_once_shortened_and_printable() -> None:
    found = refused(lambda: checked_studies(("1.2", "x\x1b", "x\x1b", "y" * 100)), ShareRefused)
    assert found.details.splitlines() == ["  x\ufffd", f"  {'y' * 80}"]


def test_studies_are_named_once_and_as_many_as_a_link_can_hold() -> None:
    assert checked_studies(("1.2", "3.4", "1.2")) == ("1.2", "3.4")
    assert checked_studies(MANY[1:]) == MANY[1:]
    assert checked_studies((*MANY[1:], MANY[1])) == MANY[1:]


@pytest.mark.parametrize("studies", [("1.2.3",), ("1.2.3", "4.5.6")])
def test_the_longest_link_is_as_long_as_the_one_that_is_made(opened: Deployment, studies: tuple[str, ...]) -> None:
    made = add(opened, studies, NOW + timedelta(days=10_000), "", service=False)
    assert len(made.link) == len(longest_link(opened, studies))


def test_a_note_that_is_invalid_is_refused_before_orthanc_is_asked(opened: Deployment, orthanc: Any) -> None:
    refused(lambda: add(opened, ("1.2.3",), NOW, "x\n" * 1000, service=False), ShareRefused)
    assert orthanc.asked == []


def test_the_end_of_a_share_can_be_ten_years_away_and_not_now() -> None:
    assert expiry("3650d", NOW) == NOW + LONGEST
    refused(lambda: expiry("2026-11-26T09:30", NOW), ShareRefused)
    refused(lambda: expiry("2036-11-23T09:30:01", NOW), ShareRefused)
    assert expiry("2026-11-26T09:30:01", NOW) == NOW + timedelta(seconds=1)


def line(**values: object) -> str:
    known = {"share": "a", "from": "2026-11-26T09:00:00Z", "last": "2026-11-26T09:10:00Z", "study": "1.2.3"}
    return json.dumps({**known, "frames": 1, "refused": 0, **values}) + "\n"


@pytest.mark.parametrize(
    "wrong",
    [
        {"share": 1}, {"share": None}, {"frames": "1"}, {"refused": "1"}, {"from": "now"}, {"last": "now"},
        {"from": 1}, {"last": None}, {"from": "2026-11-26T09:00:00Z\n"},
    ],
)  # fmt: skip
def test_a_line_of_the_log_that_is_not_as_documented_counts_nothing(opened: Deployment, wrong: dict[str, Any]) -> None:
    made = add(opened, ("1.2.3",), NOW + timedelta(days=10_000), "", service=False)
    opened.log.write_text(line(share=made.id, frames=2) + line(**{"share": made.id, "frames": 5, **wrong}))
    ((share, found),) = listed(opened)
    assert (share.id, found) == (made.id, Opened("2026-11-26T09:10:00Z", 1, 2, 0))


def test_what_the_log_says_of_a_share_is_added_up(opened: Deployment) -> None:
    first = add(opened, ("1.2.3",), NOW + timedelta(days=10_000), "", service=False)
    other = add(opened, ("1.2.3",), NOW + timedelta(days=10_000), "", service=False)
    lines = (
        line(share=first.id, refused=2),
        line(share=first.id, study="4.5.6", last="2026-11-26T09:14:00Z", frames=10),
        line(share=first.id, study="", frames=100, refused=3, last="2026-11-26T12:00:00Z"),
        line(share=first.id, **{"from": "2026-11-26T08:00:00Z", "last": "2026-11-26T08:01:00Z"}),
    )
    opened.log.write_text("".join(lines))
    assert [found for _, found in listed(opened)] == [Opened("2026-11-26T09:14:00Z", 2, 12, 5), Opened()]
    assert Opened() == Opened("", 0, 0, 0)
    opened.log.write_text(line(share=other.id, study="", refused=1))
    assert [found for _, found in listed(opened)] == [Opened(), Opened(refused=1)]


def test_the_log_is_beside_the_token_file_unless_the_configuration_says_where(
    new_deployment: Callable[..., Path], tmp_path: Path
) -> None:
    elsewhere = deployment_at(new_deployment("a", AccessLog=str(tmp_path / "b.jsonl")))
    assert elsewhere.log == tmp_path / "b.jsonl"
    place = tmp_path / "a/orthanc/orthanc.json"
    document = json.loads(place.read_text())
    del document["TokenFilter"]["AccessLog"]
    place.write_text(json.dumps(document))
    assert deployment_at(tmp_path / "a").log == tmp_path / "a/orthanc/access.jsonl"


def test_no_value_of_a_share_can_be_changed_and_no_repr_shows_a_secret(opened: Deployment) -> None:
    made, text = add(opened, ("1.2.3",), NOW + timedelta(days=10_000), "", service=False), mail(LINK, NOW, "en")
    for value, name in ((opened, "folder"), (Opened(), "last"), (made, "id"), (text, "text")):
        with pytest.raises(FrozenInstanceError):
            setattr(value, name, "other")
    assert "token=" not in repr(made)
    assert isinstance(made, Made)
    assert "TokenFilter" not in repr(opened)
