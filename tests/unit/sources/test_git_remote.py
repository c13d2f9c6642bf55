from __future__ import annotations

from pathlib import Path

import pytest

from ohifbuild.core.errors import NotInCache, OriginUnavailable, UnknownRelease
from ohifbuild.sources.checkout import commit_of
from ohifbuild.sources.git_remote import (
    ANSWER_SECONDS,
    address,
    check_names,
    environment,
    full_name,
    git_errors,
    remote_answers,
    shown,
)

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    "source",
    [
        "https://example.org/Viewers.git",
        "ssh://git@example.org:22/Viewers.git",
        "git@example.org:OHIF/Viewers.git",
        "file:///srv/mirror.git",
        "/srv/a folder/mirror.git",
        "./Viewers",
    ],
)
def test_safe_sources_are_accepted(source: str) -> None:
    check_names(source, "v3.12.0")


@pytest.mark.parametrize(
    "source",
    [
        "",
        " ",
        "ext::sh -c touch% /tmp/x",
        "fd::7",
        "--upload-pack=touch /tmp/x",
        "-oProxyCommand=x",
        "ssh://-oProxyCommand=touch/x",
        "-x@example.org:y",
        "git://example.org/Viewers.git",
        "javascript://x",
        "https://example.org/a\nb",
        "nonsense",
    ],
)
def test_sources_that_git_would_execute_or_cannot_verify_are_refused(source: str) -> None:
    with pytest.raises(OriginUnavailable, match="is invalid"):
        check_names(source, "v3.12.0")


@pytest.mark.parametrize("name", ["", "-x", "--force", "a..b", "v1:refs/heads/x", "v1^{}", "a b", "x.lock", "a\n"])
def test_names_that_git_would_read_as_something_else_are_refused(name: str) -> None:
    with pytest.raises(UnknownRelease):
        check_names("https://example.org/x.git", name)


def test_a_known_commit_needs_no_request_and_an_answer_over_http_is_not_trusted() -> None:
    nowhere = "http://127.0.0.1:9/x.git"
    assert commit_of(nowhere, "v3.12.0", COMMIT, offline=True) == COMMIT
    assert commit_of(nowhere, COMMIT, None, offline=True) == COMMIT
    with pytest.raises(NotInCache):
        commit_of(nowhere, "v3.12.0", None, offline=True)
    with pytest.raises(OriginUnavailable, match="cannot be trusted"):
        commit_of(nowhere, "v3.12.0", None, offline=False)


def test_tags_come_before_branches_and_an_unknown_name_gets_the_nearest_ones() -> None:
    refs = {"refs/heads/v3.12.0": "a", "refs/tags/v3.12.0": "b", "refs/heads/main": "c"}
    assert full_name("x", "v3.12.0", refs) == "refs/tags/v3.12.0"
    assert full_name("x", "main", refs) == "refs/heads/main"
    with pytest.raises(UnknownRelease) as refusal:
        full_name("https://user:s3cret@example.org/x", "v3.12.1", refs)
    assert "v3.12.0" in refusal.value.fix
    assert "s3cret" not in refusal.value.what


def test_a_folder_becomes_a_url_so_that_git_applies_depth_and_filters(tmp_path: Path) -> None:
    assert address(str(tmp_path)) == tmp_path.as_uri()
    assert address("https://example.org/x") == "https://example.org/x"


def test_settings_are_added_to_the_existing_git_settings_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", "2")
    env = environment("https://example.org/x")
    count = int(env["GIT_CONFIG_COUNT"])
    given = {env[f"GIT_CONFIG_KEY_{n}"]: env[f"GIT_CONFIG_VALUE_{n}"] for n in range(2, count)}
    assert given["remote.origin.url"] == "https://example.org/x"
    assert "GIT_CONFIG_KEY_1" not in env
    assert "ext" not in env["GIT_ALLOW_PROTOCOL"].split(":")


def test_credentials_are_not_shown() -> None:
    assert shown("https://user:s3cret@example.org/x") == "https://***@example.org/x"


def test_other_exceptions_pass_through() -> None:
    with pytest.raises(KeyError), git_errors("x"):
        raise KeyError


def test_the_automatic_choice_of_an_origin_waits_at_most_ten_seconds() -> None:
    assert ANSWER_SECONDS <= 10
    assert remote_answers("ext::sh") is False
