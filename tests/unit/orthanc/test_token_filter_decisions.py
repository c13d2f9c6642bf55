from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ohifbuild.orthanc.scripts.token_filter import TokenFile, TokenFilter, filter_of, read_grants, wanted_of
from ohifbuild.orthanc.tokens import write_token_file
from ohifbuild.verify.tokens import Grant, Tokens

ROOT = "/dicom-web"
OWN, FOREIGN = "1.2.3", "1.2.4"


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def a_filter(tmp_path: Path, entries: Any, **options: str) -> tuple[TokenFilter, list[str]]:
    path, told = tmp_path / "tokens.json", list[str]()
    path.write_text(json.dumps(entries))
    chosen = {"header": "token", "scheme": "", "root": ROOT, "open_url": "/ohif/"} | options
    return TokenFilter(**chosen, tokens=TokenFile(path, told.append), service=None), told


@given(
    path=st.text(alphabet="/.studieserinanc%2E5fF\\123,;?", max_size=40),
    query=st.dictionaries(
        st.sampled_from(["StudyInstanceUID", "0020000D", "studyInstanceUID", "0020,000d", "limit", "PatientID", ""]),
        st.text(alphabet="1.234,\\*?%2C5 ", max_size=12),
    ),
)
def test_whatever_is_let_through_names_studies_of_the_token_only(path: str, query: dict[str, str]) -> None:
    wanted = wanted_of(ROOT + path, query, ROOT)
    if wanted is not None and not wanted.patients:
        named = set(path.split("/")) | {uid for value in query.values() for uid in value.replace("%2C", ",").split(",")}
        assert wanted.studies
        assert {"StudyInstanceUID", "0020000D"} & set(query) or path.startswith("/studies/")
        assert all(uid in named or "\\" in str(query) or "%5C" in str(query) for uid in wanted.studies)


def test_viewer_files_are_open_and_their_neighbours_are_not(tmp_path: Path) -> None:
    chosen, _ = a_filter(tmp_path, {})
    paths = ("/ohif/", "/ohif/viewer", "/ohif", "/ohifx", "/", "/ohif/../system", "/studies", "/OHIF/")
    assert [chosen.allows(True, path, {}, {}) for path in paths] == [True] * 3 + [False] * 5
    assert not chosen.allows(False, "/ohif/viewer", {}, {})


def test_without_a_viewer_nothing_is_open(tmp_path: Path) -> None:
    chosen, _ = a_filter(tmp_path, {}, open_url="")
    assert not any(chosen.allows(True, path, {}, {}) for path in ("/", "", "/ohif/", "/app/explorer.html"))


def test_an_administrators_token_opens_everything(tmp_path: Path) -> None:
    chosen, _ = a_filter(tmp_path, {digest("root"): {"everything": True}})
    assert chosen.allows(False, "/instances", {"token": "root"}, {})
    assert not chosen.allows(False, "/instances", {"token": "guest"}, {})


@pytest.mark.parametrize(
    "entries",
    [
        [],
        {"my-token": {"studies": [OWN]}},
        {digest("a"): {"studies": OWN}},
        {digest("a"): {"studies": ["1.2.*"]}},
        {digest("a"): {"studies": [OWN], "expires": "tomorrow"}},
        {digest("a"): {"studies": [OWN], "expires": "2999-01-01T00:00:00"}},
        {digest("a"): {"studies": [OWN], "everything": "no"}},
        {digest("a"): {"study": [OWN]}},
    ],
)
def test_a_token_file_with_a_mistake_opens_nothing_and_says_where(tmp_path: Path, entries: Any) -> None:
    with pytest.raises(ValueError, match=r"expected|Invalid isoformat"):
        read_grants(entries)
    chosen, told = a_filter(tmp_path, entries)
    assert not chosen.allows(True, f"{ROOT}/studies/{OWN}/series", {"token": "a"}, {})
    assert len(told) == 1
    assert digest("a") not in told[0]


def test_the_written_file_holds_no_token_and_nobody_else_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    write_token_file(path, Tokens({"secret": Grant(frozenset({OWN}))}, frozenset({"former"})), administrator="root")
    text = path.read_text()
    assert not [token for token in ("secret", "former", "root") if token in text]
    assert path.stat().st_mode & 0o077 == 0
    grants = TokenFile(path, print)
    assert grants.grant("secret") is not None
    assert grants.grant("former") is None


def test_a_file_changed_within_the_same_second_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    grants = TokenFile(path, lambda _: None)
    assert grants.grant("a") is None
    for studies in ([OWN], [OWN, FOREIGN]):
        path.write_text(json.dumps({digest("a"): {"studies": studies}}))
        os.utime(path, ns=(1, len(studies)))
        found = grants.grant("a")
        assert found is not None
        assert found.studies == frozenset(studies)


@pytest.mark.parametrize(
    "configuration",
    [
        {},
        {"TokenFilter": {"Token": "x"}},
        {"TokenFilter": {"AuthService": {"Url": "file:///etc/passwd", "Username": "a", "Password": "b"}}},
        {"TokenFilter": {"AuthService": {"Url": "http://a:b@host", "Username": "a", "Password": "b"}}},
        {"TokenFilter": {"AuthService": {"Url": "http://host"}}},
    ],
)
def test_a_configuration_that_cannot_be_meant_is_refused(configuration: Any) -> None:
    with pytest.raises((KeyError, ValueError)):
        filter_of(configuration, print)
