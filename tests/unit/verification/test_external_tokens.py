from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ohifbuild.contract.settings import Settings
from ohifbuild.core.errors import ArchiveUnsuitable
from ohifbuild.verification.external_tokens import read_tokens
from ohifbuild.verification.fixtures import prepare_fixtures
from ohifbuild.verification.remote_archive import HEADER_VARIABLE, header_of


def written(tmp_path: Path, entries: Any) -> Path:
    path = tmp_path / "tokens.json"
    path.write_text(entries if isinstance(entries, str) else json.dumps(entries))
    return path


def test_fixtures_use_the_given_tokens(tmp_path: Path) -> None:
    made = prepare_fixtures(Settings())
    tokens = {frozenset(grant.studies): f"token-{n}" for n, grant in enumerate(made.tokens.grants.values())}
    entries: list[Any] = [{"token": token, "studies": list(studies)} for studies, token in tokens.items()]
    given = read_tokens(written(tmp_path, [*entries, {"token": "token-old", "expired": True}]))
    fixtures = prepare_fixtures(Settings(), given)
    subjects = (fixtures.fixtures.main, fixtures.fixtures.pair, *fixtures.fixtures.others)
    assert [subject.token for subject in subjects] == [tokens[frozenset(s.studies)] for s in subjects]
    assert fixtures.tokens.grants.keys() == set(tokens.values())
    assert (fixtures.fixtures.expired, fixtures.tokens.expired) == ("token-old", frozenset({"token-old"}))
    assert "token-" not in repr(given)


def test_missing_tokens_are_listed_in_the_format_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(ArchiveUnsuitable, match="9 tokens are missing") as caught:
        prepare_fixtures(Settings(), read_tokens(written(tmp_path, [])))
    added = json.loads(f"[{caught.value.details.replace('…', 'new-token').rstrip(',')}]")
    assert prepare_fixtures(Settings(), read_tokens(written(tmp_path, added)))


@pytest.mark.parametrize(
    "entries",
    [
        "{",
        {},
        ["secret-token"],
        [{"token": "secret token", "studies": []}],
        [{"token": "abc", "studies": []}],
        [{"token": ["secret-token"], "studies": []}],
        [{"token": "secret-token\n", "studies": []}],
        [{"token": "secret-token", "studies": "1.2.3"}],
        [{"token": "secret-token", "studies": [1.2]}],
        [{"token": "secret-token", "study": ["1.2.3"]}],
        "[" * 100_000,
    ],
)
def test_an_invalid_file_is_refused_without_quoting_it(tmp_path: Path, entries: Any) -> None:
    with pytest.raises(ArchiveUnsuitable) as caught:
        read_tokens(written(tmp_path, entries))
    error = caught.value
    assert error.cause[-1] == "."
    assert not re.search("secret.token", f"{error.what}{error.cause}{error.fix}{error.details}")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArchiveUnsuitable, match=r"none\.json"):
        read_tokens(tmp_path / "none.json")


def test_the_archives_header_comes_from_the_environment() -> None:
    assert header_of({HEADER_VARIABLE: "Authorization: Basic YTpi"}) == {"Authorization": "Basic YTpi"}
    assert header_of({HEADER_VARIABLE: "x-key:abc"}) == {"x-key": "abc"}
    assert header_of({}) == {}


@pytest.mark.parametrize("text", ["Basic YTpi", "A: b\r\nC: d", "A:", "A B: c", ": secret", "A: sécret", "A: b\n"])
def test_an_invalid_header_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(ArchiveUnsuitable) as caught:
        header_of({HEADER_VARIABLE: text})
    assert text not in f"{caught.value.what}{caught.value.cause}{caught.value.fix}"
