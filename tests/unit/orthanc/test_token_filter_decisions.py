from __future__ import annotations

import hashlib
import json
import time
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access_log import AccessLog
from link_contract import OTHER, Meaning, Scope, below, is_plain, meaning, permits
from ohifbuild.deploy import orthanc_alone
from token_file import TokenFile
from token_filter import RESERVED_PATHS, TokenFilter, token_filter_from
from vectors import Row, differences, rows

ROOT = "/dicom-web"
OWN, FOREIGN = "1.2.3", "1.2.4"
SCOPE = Scope(frozenset({OWN, "4.5.6"}), frozenset({"7"}))


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def a_filter(tmp_path: Path, entries: Any, **options: Any) -> TokenFilter:
    path = tmp_path / "tokens.json"
    path.write_text(json.dumps(entries))
    chosen = {"header": "token", "scheme": "", "root": ROOT, "open_url": "/ohif/"} | options
    return TokenFilter(**chosen, tokens=TokenFile(path, lambda _: None), service=None)


def as_orthanc_gives(tail: str, query: str) -> tuple[str, dict[str, str]]:
    """A request's path and query as Orthanc hands them over; it also resolves '..' and '//', which is not done here."""
    pairs = [piece.partition("=") for piece in query.split("&") if piece]
    return unquote(f"{ROOT}/{tail}", errors="surrogateescape"), {name: value for name, _, value in pairs}


@pytest.fixture(scope="module")
def chosen(tmp_path_factory: pytest.TempPathFactory) -> TokenFilter:
    entries = {digest("t"): {"studies": sorted(SCOPE.studies), "patients": sorted(SCOPE.patients)}}
    return a_filter(tmp_path_factory.mktemp("filter"), entries)


def test_requests_are_allowed_as_the_contract_says(chosen: TokenFilter) -> None:
    def allowed(row: Row) -> bool:
        path, query = as_orthanc_gives(row["tail"], row["query"])
        return chosen.allows(True, path, {"token": "t"}, query)

    def said(row: Row) -> bool:
        path, query = as_orthanc_gives(row["tail"], row["query"])
        names = [piece.partition("=")[0] for piece in row["query"].split("&")]
        if len(set(names)) == len(names) and is_plain(f"/{row['tail']}"):
            return permits(SCOPE, Meaning(row["kind"], frozenset(row["studies"]), frozenset(row["patients"])))
        # Orthanc gives one of several values, and a path without what made it crooked: it passes as what is left of it.
        left = "&".join(f"{name}={value}" for name, value in query.items())
        return is_plain(path) and permits(SCOPE, meaning("GET", below(path, ROOT) or "", left))

    assert differences([row for row in rows("requests") if row["method"] == "GET"], allowed, said) == []


def test_other_methods_are_allowed_for_an_administrator_only(chosen: TokenFilter) -> None:
    def allowed(row: Row) -> bool:
        path, query = as_orthanc_gives(row["tail"], row["query"])
        return chosen.allows(False, path, {"token": "t"}, query)

    others = [row for row in rows("requests") if row["method"] not in ("GET", "HEAD")]
    assert differences(others, allowed, lambda _: False) == []


@given(
    path=st.text(alphabet="/.studieserinanc%2E5fF\\123,;?\x00é ", max_size=40),
    query=st.dictionaries(
        st.sampled_from(["StudyInstanceUID", "0020000D", "studyInstanceUID", "0020,000d", "limit", "PatientID", ""]),
        st.text(alphabet="1.234,\\*?%2C5 +;&=#", max_size=12),
    ),
)
def test_every_allowed_request_names_only_the_tokens_studies(
    chosen: TokenFilter, path: str, query: dict[str, str]
) -> None:
    if chosen.allows(True, ROOT + path, {"token": "t"}, query):
        values = (unquote(value).replace("\\", ",") for value in query.values())
        named = set(path.split("/")) | {uid for value in values for uid in value.split(",")}
        assert named & (SCOPE.studies | SCOPE.patients)
        assert FOREIGN not in named


@pytest.mark.parametrize(
    "value",
    ["", "u", "t ", " t", "t,t", "t, t", "t\x00", "t\n", "\u00e9", "\ud800", "t" * 65536, "Bearer t"],
    ids=repr,
)
def test_a_header_that_is_not_exactly_the_token_is_refused(chosen: TokenFilter, value: str) -> None:
    assert not chosen.allows(True, f"{ROOT}/studies/{OWN}", {"token": value[:70_000]}, {})
    assert not chosen.allows(True, f"{ROOT}/studies/{OWN}", {"tokens": "t"}, {})
    assert chosen.allows(True, f"{ROOT}/studies/{OWN}", {"token": "t"}, {})


def test_viewer_files_are_open_and_their_neighbours_are_not(tmp_path: Path) -> None:
    chosen = a_filter(tmp_path, {})
    open_paths = ("/ohif/", "/ohif/viewer", "/ohif")
    crooked = ("/ohif/../system", "/ohif/./x", "/ohif//x", "/ohif/.git", "/ohif\\x", "/ohif/x;y")
    closed = ("/ohifx", "/", "", "/studies", "/OHIF/", *crooked)
    assert [chosen.allows(True, path, {}, {}) for path in (*open_paths, *closed)] == [True] * 3 + [False] * len(closed)
    assert not chosen.allows(False, "/ohif/viewer", {}, {})


def test_without_a_viewer_nothing_is_open(tmp_path: Path) -> None:
    chosen = a_filter(tmp_path, {}, open_url="")
    assert not any(chosen.allows(True, path, {}, {}) for path in ("/", "", "/ohif/", "/app/explorer.html"))


def test_an_administrators_token_opens_everything_until_it_expires(tmp_path: Path) -> None:
    entries = {
        digest("root"): {"everything": True},
        digest("former"): {"everything": True, "expires": "2020-01-01T00:00:00Z"},
    }
    chosen = a_filter(tmp_path, entries)
    allowed = [chosen.allows(False, "/instances", {"token": token}, {}) for token in ("root", "former", "guest")]
    assert allowed == [True, False, False]


def settings(**section: Any) -> dict[str, Any]:
    return {"TokenFilter": section}


SERVICE = {"Url": "http://auth:8000", "Username": "a", "Password": "b"}


@pytest.mark.parametrize(
    "configuration",
    [
        {},
        settings(Token="x"),
        settings(AuthService={**SERVICE, "Url": "file:///etc/passwd"}),
        settings(AuthService={**SERVICE, "Url": "http://a:b@host"}),
        settings(AuthService={**SERVICE, "Url": "http://host/?x="}),
        settings(AuthService={**SERVICE, "Url": "http://host\r\nx: y"}),
        settings(AuthService={**SERVICE, "ServerId": 1}),
        settings(AuthService={**SERVICE, "Server": "here"}),
        settings(AuthService={"Url": "http://host"}),
        settings(AuthService=None),
        settings(Header=""),
        settings(Header="a b"),
        settings(Header=None),
        {**settings(), "DicomWeb": {"Root": "/"}},
        {**settings(), "DicomWeb": {"Root": "/a/../b"}},
    ],
)
def test_an_invalid_configuration_is_refused(configuration: Any) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        token_filter_from(configuration, print)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "/",
            "",
            "//",
            "/.",
            "/./",
            "/../",
            "/ohif",
            "ohif/",
            "/ohif//",
            "/ohif/../",
            "/ohif/%2e/",
            "/ohif;x/",
            "/a b/",
        ),
        *(
            "/dicom-web/",
            "/dicom-web/studies/",
            "/studies/",
            "/instances/x/",
            "/app/",
            "/tools/",
            "/wado/",
            "/token-filter/",
        ),
        *("/pacs/", "/pacs/dicom/", "/pacs/dicom/studies/"),
        *(None, 1, ["/ohif/"], "/ohif/\n", "/\u00f6/", "\\", "/*/"),
    ],
)
@pytest.mark.parametrize("name", ["Open", "Viewer"])
def test_no_open_path_exposes_the_archive(name: str, url: Any) -> None:
    section = {"Open": url} if name == "Open" else {"Viewer": {"Url": url}}
    with pytest.raises(ValueError, match=r"must be a path"):
        token_filter_from({"DicomWeb": {"Root": "/pacs/dicom/"}, "TokenFilter": section}, print)


@pytest.mark.parametrize("url", ["/ohif/", "/a/viewer/", "/pacs-viewer/", "/pacs/viewer/", "/ohif-3.12/"])
def test_a_path_that_orthanc_does_not_use_can_be_open(url: str) -> None:
    chosen = token_filter_from({"DicomWeb": {"Root": "/pacs/dicom/"}, "TokenFilter": {"Open": url}}, print)
    assert chosen.allows(True, f"{url}viewer", {}, {})
    assert not chosen.allows(True, "/pacs/dicom/studies", {}, {})


def test_the_access_log_names_the_share_and_its_study_and_counts_the_rest(tmp_path: Path) -> None:
    entry = {"studies": sorted(SCOPE.studies), "id": "a" * 12, "note": "for Dr Ray"}
    entries = {digest("t"): entry, digest("root"): {"everything": True}}
    log = AccessLog(tmp_path / "access.jsonl", print)
    chosen = a_filter(tmp_path, entries, log=log)
    ask = partial(chosen.allows, True)
    frames = f"{ROOT}/studies/{OWN}/series/1/instances/2/frames/1,2"
    assert ask(frames, {"token": "t"}, {})
    assert ask(f"{ROOT}/studies", {"token": "t"}, {"StudyInstanceUID": f"{OWN},4.5.6"})
    assert ask("/system", {"token": "root"}, {})
    assert ask("/ohif/index.html", {}, {})
    secret = "s3cret-%0a"
    for path, token in ((f"{ROOT}/studies/{FOREIGN}/series", "t"), (frames, secret), (frames, ""), ("/", "t")):
        assert not ask(path, {"token": token}, {"x": "\n"})
    log.write()
    text = (tmp_path / "access.jsonl").read_text()
    found = [json.loads(line) for line in text.splitlines()]
    assert [(each["share"], each["study"], each["frames"], each["searches"], each["refused"]) for each in found] == [
        ("a" * 12, OWN, 2, 1, 0),
        ("a" * 12, "4.5.6", 0, 1, 0),
        ("a" * 12, "", 0, 0, 2),
        ("", "", 0, 0, 2),
    ]
    assert {each["note"] for each in found if each["share"]} == {"for Dr Ray"}
    assert not [word for word in (secret, "root", FOREIGN, digest("t"), "127.0.0.1") if word in text]


def test_a_token_of_the_auth_service_is_logged_without_a_name(tmp_path: Path) -> None:
    class Service:
        def grants(self, token: str, study: str, uri: str) -> bool:
            return study == OWN

    log = AccessLog(tmp_path / "access.jsonl", print)
    chosen = TokenFilter("token", "", ROOT, "", None, Service(), log)  # type: ignore[arg-type]
    for study in (OWN, FOREIGN):
        chosen.allows(True, f"{ROOT}/studies/{study}/metadata", {"token": "jwt"}, {})
    log.write()
    found = [json.loads(line) for line in (tmp_path / "access.jsonl").read_text().splitlines()]
    assert [(each["share"], each["study"], each["metadata"], each["refused"]) for each in found] == [
        ("auth-service", OWN, 1, 0),
        ("", "", 0, 1),
    ]


def test_deploy_refuses_the_paths_that_the_filter_refuses() -> None:
    assert orthanc_alone.RESERVED_PATHS == RESERVED_PATHS


def test_long_paths_are_checked_quickly(chosen: TokenFilter) -> None:
    start = time.process_time()
    for path in ("/" * 60_000, "/a" * 30_000, "a" * 60_000, "%41" * 20_000):
        chosen.allows(True, f"{ROOT}/studies/{OWN}/{path};", {"token": "t"}, {"limit": "%" * 1000})
    assert time.process_time() - start < 2
    assert meaning("GET", f"studies/{OWN}{'/a' * 30_000};", "") == OTHER
