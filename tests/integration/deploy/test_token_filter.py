"""The token filter in a real Orthanc."""

from __future__ import annotations

import http.server
import json
import posixpath
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from auth_service import PER_SECOND, UNKNOWN_BURST
from link_contract import Scope, meaning, permits
from ohifbuild.contract.grants import Grant, Tokens
from ohifbuild.contract.settings import Settings
from ohifbuild.core.errors import OrthancFailed, OrthancMissing, OrthancUnsuitable, PortInUse
from ohifbuild.orthanc.configuration import SCRIPTS
from ohifbuild.orthanc.find import find_orthanc
from ohifbuild.orthanc.orthanc_process import OrthancServer, orthanc
from ohifbuild.verification.dataset.contents import DOCUMENTS, ORDINARY, SECOND
from ohifbuild.verification.fixtures import prepare_fixtures
from token_file import read_grants
from token_filter import token_filter_from
from vectors import rows

pytestmark = pytest.mark.usefixtures("orthanc_there")

A, B = ORDINARY.uid, SECOND.uid
OTHER = DOCUMENTS.uid
PREPARED = prepare_fixtures(Settings())
ROOT = "/dicom-web"


@pytest.fixture(scope="module")
def server(dataset: Path) -> Iterator[OrthancServer]:
    with orthanc(dataset, tokens=PREPARED.tokens) as running:
        assert not running.refused
        yield running


def statuses(web: Any, server: OrthancServer, token: str, *paths: str) -> list[int]:
    return [web.ask(server.origin + path, {"token": token} if token else {}).status for path in paths]


OWN = (f"{ROOT}/studies?StudyInstanceUID={A}", f"{ROOT}/studies/{A}/series", f"{ROOT}/studies/{A}/metadata")
ALL = (
    f"{ROOT}/studies",
    f"{ROOT}/series",
    f"{ROOT}/studies?PatientID=108506",
    "/system",
    "/studies",
    "/app/explorer.html",
)


def test_a_token_reaches_its_study_and_nothing_else(server: OrthancServer, web: Any) -> None:
    token = PREPARED.fixtures.main.token
    assert statuses(web, server, token, *OWN) == [200] * 3
    assert statuses(web, server, token, *ALL, f"{ROOT}/studies/{B}/series", "/token-filter") == [403] * 8


def test_a_token_of_two_studies_reaches_both_at_once(server: OrthancServer, web: Any) -> None:
    token = PREPARED.fixtures.pair.token
    both = f"{ROOT}/studies?StudyInstanceUID={A},{B}"
    assert statuses(web, server, token, *OWN, f"{ROOT}/studies/{B}/series", both) == [200] * 5
    assert statuses(web, server, token, f"{ROOT}/studies?StudyInstanceUID={A},{B},{OTHER}") == [403]


@pytest.mark.parametrize(
    "token",
    [
        "",
        PREPARED.fixtures.expired,
        PREPARED.fixtures.foreign,
        "unknown",
        PREPARED.fixtures.main.token[:-1],
        PREPARED.fixtures.main.token + "=",
        "\xff",
    ],
    ids=["none", "expired", "of another study", "unknown", "cut", "longer", "not ASCII"],
)
def test_other_tokens_do_not_reach_the_study(server: OrthancServer, web: Any, token: str) -> None:
    # Orthanc's plugin itself fails on bytes that are not UTF-8 (500), before it asks the filter.
    assert set(statuses(web, server, token, *OWN, *ALL)) <= {403, 500}


HOSTILE_SEARCHES = (
    "studyinstanceuid={a}",
    "STUDYINSTANCEUID={a}",
    "%53tudyInstanceUID={a}",
    "StudyInstanceUID=",
    "StudyInstanceUID=2.25.*",
    "StudyInstanceUID=2.25.%2A",
    "StudyInstanceUID={a}&StudyInstanceUID={b}",
    "StudyInstanceUID={b}&0020000D={a}",
    "StudyInstanceUID={a}&0020000D=",
    "StudyInstanceUID={a}&0020,000D={b}",
    "StudyInstanceUID={a}&0020-000D=",
    "StudyInstanceUID={a},{b}",
    "StudyInstanceUID={a}%2C{b}",
    "StudyInstanceUID={a}\\{b}",
    "StudyInstanceUID={a}%5C{b}",
    "StudyInstanceUID={a}%00",
    "StudyInstanceUID={a};StudyInstanceUID={b}",
    "StudyInstanceUID={a}&PatientID=108506",
    "StudyInstanceUID={a}&patientid=108506",
    "StudyInstanceUID={a}&PatientName=*",
    "PatientID={a}",
    "SeriesInstanceUID={a}",
    "=StudyInstanceUID={a}",
    "x?StudyInstanceUID={a}",
)


def test_no_spelling_of_a_search_widens_it(server: OrthancServer, web: Any) -> None:
    token = PREPARED.fixtures.main.token
    for level in ("studies", "series", "instances", f"studies/{A}/series"):
        found = {}
        for search in HOSTILE_SEARCHES:
            request = f"GET {ROOT}/{level}?{search.format(a=A, b=B)} HTTP/1.1\r\nHost: x\r\ntoken: {token}\r\n"
            answer = web.raw(_port(server), request + "Connection: close\r\n\r\n")
            found[search] = (answer.split(" ")[1], [uid for uid in (B, OTHER) if uid in answer])
        named = {search: result for search, result in found.items() if result[0] not in ("403", "400")}
        # Below a study of the token's own, a search by something else stays within it.
        assert all(not uids for _, uids in found.values())
        assert level.startswith("studies/") or not named


HOSTILE_PATHS = (
    "/studies/{a}/../{b}/metadata",
    "/studies/{a}/%2e%2e/{b}/metadata",
    "/studies/{a}/..%2f{b}/metadata",
    "/studies/{a}%2f..%2f{b}/metadata",
    "/studies/{a}/..%252f{b}/metadata",
    "//studies/{b}/metadata",
    "/./studies/{b}/metadata",
    "/STUDIES/{a}/metadata",
    "/studies/{a},{b}/metadata",
    "/studies/{a}%5C{b}/metadata",
    "/studies/{b}/metadata?StudyInstanceUID={a}",
    "/studies/{a}/../../servers",
    "/series/{a}",
    "/servers",
    "/info",
    "/studies;{a}",
    "/studies%3FStudyInstanceUID={a}",
    "/../system",
    "/../instances",
)


def test_no_spelling_of_a_path_reaches_another_study(server: OrthancServer, web: Any) -> None:
    token = PREPARED.fixtures.main.token
    for path in HOSTILE_PATHS:
        line = f"GET {ROOT}{path.format(a=A, b=B)} HTTP/1.1"
        answer = web.raw(_port(server), f"{line}\r\nHost: x\r\ntoken: {token}\r\nConnection: close\r\n\r\n")
        # Orthanc takes a backslash for a slash, so that there is nothing to be found (404).
        assert answer.split(" ")[1] in ("403", "400", "404"), line


def test_series_and_instances_of_another_study_are_not_found_in_the_tokens_own(server: OrthancServer, web: Any) -> None:
    series = next(series for series in DOCUMENTS.series if series.kind == "pdf").uid
    found = web.ask(f"{server.origin}{ROOT}/instances?SeriesInstanceUID={series}", server.administrator)
    instance = json.loads(found.body)[0]["00080018"]["Value"][0]
    here = f"{ROOT}/studies/{A}/series/{series}"
    there = f"{ROOT}/studies/{OTHER}/series/{series}"
    rests = (
        "",
        "/metadata",
        f"/instances/{instance}",
        f"/instances/{instance}/bulk/00420011",
        f"/instances/{instance}/metadata",
    )
    answers = [
        web.ask(server.origin + here + rest, {"token": PREPARED.fixtures.main.token, "Accept": "*/*"}) for rest in rests
    ]
    assert all(answer.status >= 400 for answer in answers)
    assert web.ask(server.origin + there + rests[3], {**server.administrator, "Accept": "*/*"}).status == 200


OWN_SCOPE = Scope(frozenset({"1.2.3", "4.5.6"}), frozenset({"7"}))


def test_the_filter_in_orthanc_allows_what_the_contract_permits(web: Any) -> None:
    """Orthanc decodes and resolves before it asks the filter: what passes beyond that is nothing but what is left."""
    wrong = {}
    with orthanc(tokens=Tokens({"t": Grant(OWN_SCOPE.studies, OWN_SCOPE.patients)})) as server:
        for row in rows("requests"):
            line = f"{row['method']} {ROOT}/{row['tail']}?{row['query']} HTTP/1.1"
            request = f"{line}\r\nHost: x\r\ntoken: t\r\nConnection: close\r\n\r\n"
            status = _status(web.raw(_port(server), request.encode().decode("latin-1")))
            permitted = permits(OWN_SCOPE, meaning(row["method"], row["tail"], row["query"]))
            left = permits(OWN_SCOPE, meaning("GET", *_as_orthanc_reads(row["tail"], row["query"])))
            refused = status in ("400", "403", "500")
            if row["method"].strip() != "GET":
                # Orthanc answers these to nobody.
                good = refused or status == "404"
            else:
                # What is permitted may still be no good search: Orthanc then answers 400 itself.
                good = status != "403" if permitted else refused or left
            if not good:
                wrong[line] = (status, row["why"])
    assert not wrong, "\n".join(f"{line} {reason}" for line, reason in wrong.items())


def _status(answer: str) -> str:
    """Of a request line with a space too many, Orthanc's web server gives a part back before its 400."""
    found = re.search(r" ([1-5][0-9]{2}) [A-Z]", answer)
    return found[1] if found else answer


def _as_orthanc_reads(tail: str, query: str) -> tuple[str, str]:
    """What Orthanc acts upon: the path decoded, resolved and cut off at NUL, and the last parameter of each name."""
    decoded = unquote(tail, errors="replace").replace("\\", "/").partition("\0")[0]
    last = {name: value for name, _, value in (piece.partition("=") for piece in query.split("&") if piece)}
    return posixpath.normpath(decoded).lstrip("./"), "&".join(f"{name}={value}" for name, value in last.items())


@pytest.mark.parametrize(
    "search", ["StudyInstanceUID={b}&StudyInstanceUID={a}", "StudyInstanceUID=&StudyInstanceUID={a}"]
)
def test_the_filter_and_orthanc_use_the_same_of_two_values(server: OrthancServer, web: Any, search: str) -> None:
    url = f"{server.dicomweb_url}/studies?{search.format(a=A, b=B)}"
    found = web.ask(url, {"token": PREPARED.fixtures.main.token})
    assert found.status == 200
    assert [study["0020000D"]["Value"] for study in json.loads(found.body)] == [[A]]


HOSTILE_HEADERS = (
    "token: {good}",
    "token: {other}\r\ntoken: {good}",
    "token: {good},{good}",
    "token: {good}, {other}",
    "token: {good} {good}",
    "token: {good}\tx",
    "token: {good}\x00",
    "token: {good}\xff",
    "token: {good}\xc3\xa9",
    "token: \xef\xbb\xbf{good}",
    "token: Bearer {good}",
    "token: " + "x" * 8193,
    "token: " + "x" * 15_000,
    "token: " + "x" * 65_536,
    "tok%65n: {good}",
    "token_: {good}",
    "X-token: {good}",
    "Authorization: Bearer {good}",
    "Cookie: token={good}",
    "x: 1\r\n token: {good}",
)


def test_only_the_exact_token_in_its_header_gives_access(server: OrthancServer, web: Any) -> None:
    names = {"good": PREPARED.fixtures.main.token, "other": "unknown"}
    found = {}
    for header in HOSTILE_HEADERS:
        lines = f"GET {OWN[1]} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{header.format(**names)}\r\n\r\n"
        found[header[:40]] = _status(web.raw(_port(server), lines))
    assert found.pop("token: {good}") == "200"
    assert set(found.values()) <= {"400", "403", "500"}, found
    in_the_query = f"{OWN[1]}?token={names['good']}"
    assert statuses(web, server, "", in_the_query, f"{OWN[1]}?authorization={names['good']}") == [403, 403]


def test_the_archives_answers_set_no_cookie_and_redirect_nowhere(server: OrthancServer, web: Any) -> None:
    answers = [
        web.ask(server.origin + path, {"token": PREPARED.fixtures.main.token}) for path in (*OWN, *ALL, "/", "/ohif")
    ]
    assert not [
        answer for answer in answers if {"set-cookie", "location", "access-control-allow-origin"} & set(answer.names)
    ]


DEEP = {
    "a thousand lists": "[" * 1000 + "]" * 1000,
    "a million lists": "[" * 1_000_000,
    "a thousand objects": '{"a":' * 1000 + "1" + "}" * 1000,
    "in an entry": f'{{"{"0" * 64}": {{"studies": {"[" * 5000 + "]" * 5000}}}}}',
    "a huge number": f'{{"{"0" * 64}": {{"expires": {"9" * 1_000_000}}}}}',
    "half a character as a name": '{"\\ud800": {}}',
    "NUL": "\0" * 1000,
}


def test_invalid_token_files_refuse_everything_and_do_not_crash_orthanc(server: OrthancServer, web: Any) -> None:
    token, good = PREPARED.fixtures.main.token, server.tokens_file.read_text()
    try:
        for name, text in DEEP.items():
            server.tokens_file.write_text(text)
            assert statuses(web, server, token, *OWN) == [403] * 3, name
            server.check_alive()
            server.tokens_file.write_text(good)
            assert statuses(web, server, token, *OWN) == [200] * 3, name
    finally:
        server.tokens_file.write_text(good)


def test_only_get_requests_are_allowed(server: OrthancServer, web: Any) -> None:
    header = {"token": PREPARED.fixtures.main.token}
    url = f"{server.origin}{ROOT}/studies/{A}/series"
    assert [web.ask(url, header, method=method).status for method in ("POST", "PUT", "DELETE")] == [403] * 3
    override = header | {"X-HTTP-Method-Override": "DELETE"}
    assert [web.ask(url, override, method=method).status for method in ("GET", "POST")] == [403] * 2
    assert [web.ask(f"{url}?_method={method}", header).status for method in ("DELETE", "PUT")] == [403] * 2
    assert web.ask(f"{url}?_method=POST", header).status == 400
    # Orthanc answers these to nobody, its administrator included.
    methods = ("HEAD", "OPTIONS", "PROPFIND")
    assert [web.ask(url, dict(server.administrator), method=method).status for method in methods] == [404] * 3
    assert all(not web.ask(url, header, method=method).body for method in methods)


def test_a_changed_token_file_takes_effect_at_once_and_an_invalid_one_refuses_everything(
    dataset: Path, web: Any
) -> None:
    series = f"{ROOT}/studies/{A}/series"
    with orthanc(dataset / "ordinary" if (dataset / "ordinary").is_dir() else dataset) as server:
        before = statuses(web, server, "new", series)
        server.set_tokens(Tokens({"new": Grant(frozenset({A}))}))
        after = statuses(web, server, "new", series)
        server.tokens_file.write_text('{"new": {"studies": "all"}}')
        broken = statuses(web, server, "new", series)
        server.tokens_file.unlink()
        gone = statuses(web, server, "new", series)
        assert "new" not in server.log().replace("renew", "")
        server.set_tokens(Tokens({}))
    assert (before, after, broken, gone) == ([403], [200], [403], [403])


def test_header_scheme_and_root_are_as_the_dist_was_built(dataset: Path, web: Any) -> None:
    settings = Settings(token_header="Authorization", token_scheme="Bearer", roots=("/pacs/dicom",))
    tokens = Tokens({"abc": Grant(frozenset({A}), frozenset({"108506"}))})
    with orthanc(dataset, tokens=tokens, settings=settings, root="/pacs/dicom") as server:
        url = f"{server.origin}/pacs/dicom/studies/{A}/series"
        values = ("Bearer abc", "bearer abc", "abc", "Basic abc", "Bearer  abc", "Bearer")
        given = [web.ask(url, {"Authorization": value}).status for value in values]
        patients = [
            web.ask(f"{server.origin}/pacs/dicom/studies?{query}", {"Authorization": "Bearer abc"}).status
            for query in (
                "00100020=108506",
                "PatientID=108506",
                "00100020=108506*",
                "00100020=1085061",
                "patientid=108506",
            )
        ]
    assert given == [200, 200, 403, 403, 403, 403]
    assert patients == [200, 200, 403, 403, 403]


ALONE, BOTH, ELSEWHERE, OLD = "jwt-a", "jwt-a-b", "jwt-other", "jwt-old"
SHARES = {ALONE: (A,), BOTH: (A, B), ELSEWHERE: (OTHER,), OLD: (A,)}
CREDENTIALS = "Basic b3J0aGFuYzpwYXNz"


class AuthService:
    """Answers as orthanc-auth-service documents it, and as it was seen to (26.4)."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Mapping[str, Any]]] = []
        self.answer: bytes | None = None
        self.validity = 60
        self.status = 200

    def respond(self, path: str, credentials: str, question: Mapping[str, Any]) -> tuple[int, bytes]:
        self.asked.append((path, question))
        if credentials != CREDENTIALS:
            return 401, b"{}"
        if path == "/tokens/validate" and {"level", "method"} <= set(question):
            return self.status, self.answer or json.dumps(self._validated(question)).encode()
        if path == "/tokens/decode":
            return 200, json.dumps(self._decoded(question)).encode()
        return 422, b"{}"

    def _validated(self, question: Mapping[str, Any]) -> dict[str, Any]:
        token = question["token-value"]
        granted = token != OLD and question["dicom-uid"] in SHARES.get(token, ())
        return {"granted": granted and question["server-id"] == "here", "validity": self.validity}

    def _decoded(self, question: Mapping[str, Any]) -> dict[str, Any]:
        token = question["token-value"]
        error = "expired" if token == OLD else None if token in SHARES else "invalid"
        resources = [{"dicom-uid": uid, "level": "study"} for uid in SHARES.get(token, ())]
        link = f"http://viewer/?token={token}"
        return {"token-type": None, "error-code": error, "redirect-url": link, "resources": resources}


@contextmanager
def auth_service() -> Iterator[tuple[AuthService, dict[str, str]]]:
    """The service, and what the filter has to be told of it."""
    service = AuthService()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, body = service.respond(self.path, self.headers["Authorization"], question)
            self.send_response(status)
            self.send_header("Location", "/tokens/decode")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return None

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{listening.server_address[1]}/"
        try:
            yield service, {"Url": url, "Username": "orthanc", "Password": "pass", "ServerId": "here"}
        finally:
            listening.shutdown()
            thread.join()


def test_the_auth_service_decides_which_studies_a_token_reaches(dataset: Path, web: Any) -> None:
    paths = (f"{ROOT}/studies/{A}/series", f"{ROOT}/studies/{B}/series", f"{ROOT}/studies?StudyInstanceUID={A},{B}")
    with (
        auth_service() as (service, section),
        orthanc(dataset, extra={"TokenFilter": {"AuthService": section}}) as server,
    ):
        given = {token: statuses(web, server, token, *paths) for token in (*SHARES, "jwt-a.b.c", "jwt-\xe9")}
        unpinned = statuses(web, server, BOTH, *ALL)
        log = server.log()
        asked, start = len(service.asked), time.monotonic()
        guessed = {status for number in range(100) for status in statuses(web, server, f"guess-{number}", paths[0])}
        asked, seconds = len(service.asked) - asked, time.monotonic() - start
        known = statuses(web, server, BOTH, *paths)
        service.answer = b"[" * 1000 + b"]" * 1000
        deep = statuses(web, server, "jwt-new", paths[0])
        server.check_alive()
        log_of_guesses = server.log()
    assert given == {
        ALONE: [200, 403, 403],
        BOTH: [200, 200, 200],
        ELSEWHERE: [403] * 3,
        OLD: [403] * 3,
        "jwt-a.b.c": [403] * 3,
        # Orthanc's Python plugin fails on bytes that are not UTF-8.
        "jwt-\xe9": [500] * 3,
    }
    assert unpinned == [403] * len(ALL)
    assert (guessed, known, deep) == ({403}, [200] * 3, [403])
    # Two requests for each token: whether it gives access to the study, and why not.
    assert asked <= 2 * (UNKNOWN_BURST + PER_SECOND * seconds)
    # The log holds the reason of each refusal, and no token.
    for reason in ("it has expired", "did not issue it", "it is for something else"):
        assert reason in log
    assert "jwt-" not in log
    assert not {"guess", "jwt-"} & set(re.findall("guess|jwt-", log_of_guesses))


def asking(section: Mapping[str, str]) -> tuple[Callable[[str, str], bool], list[str]]:
    """The filter with an auth-service, outside of Orthanc: a function that checks access to a study, and the log."""
    log: list[str] = []
    chosen = token_filter_from({"TokenFilter": {"AuthService": section}}, log.append)
    return lambda token, study: chosen.allows(True, f"{ROOT}/studies/{study}/series", {"token": token}, {}), log


def test_answers_of_the_auth_service_are_remembered_for_their_validity() -> None:
    with auth_service() as (service, section):
        opens, _ = asking(section)
        assert [opens(ALONE, study) for study in (A, A, B, B)] == [True, True, False, False]
        asked = [(path, question.get("dicom-uid")) for path, question in service.asked]
        assert asked == [("/tokens/validate", A), ("/tokens/validate", B), ("/tokens/decode", None)]
        service.validity = 0
        assert [opens(BOTH, A) for _ in range(3)] == [True] * 3
        assert [question["token-value"] for _, question in service.asked].count(BOTH) == 3


UNUSABLE = (
    b'{"granted": "yes"}',
    b'{"granted": true, "validity": "long"}',
    b'{"granted": true, "validity": NaN}',
    b'{"granted": true, "validity": 1e999}',
    b'{"granted": true, "granted": false}',
    b'{"granted": true, "validity": 1}' + b" " * 65536,
    b'{"granted": true, "resources": ' + b"[" * 1000 + b"]" * 1000 + b"}",
    b"[" * 60_000,
    b'{"granted": true}\xff',
    b'\xef\xbb\xbf{"granted": true}',
    b"[]",
    b"<html>",
    b" ",
)


def test_without_a_usable_answer_of_the_auth_service_access_is_refused() -> None:
    with auth_service() as (service, section):
        opens, log = asking(section)
        for answer in UNUSABLE:
            service.answer = answer
            assert not opens(ALONE, A), answer[:40]
        asked = len(service.asked)
        for status in (204, 302, 307, 308, 401, 500):
            service.status = status
            assert not opens(ALONE, A), status
        # No redirect is followed: it would take token and password elsewhere.
        assert len(service.asked) == asked + 6
        service.status, service.answer = 200, None
        assert opens(ALONE, A)
        for name, value in {"Password": "guess", "ServerId": "there", "Url": section["Url"] + "nowhere"}.items():
            assert not asking({**section, name: value})[0](ALONE, A)
    assert opens(ALONE, A)  # it is down, but has said for how long this holds
    assert not opens(ALONE, B)
    assert ["no usable answer" in line for line in log] == [True] * (len(UNUSABLE) + 7)
    assert "URLError" in log[-1]


PAGE = Path(__file__).parents[3] / "docs/how-to/orthanc-token-filter.md"


def test_the_settings_and_tokens_of_the_documentation_work(web: Any, dataset: Path) -> None:
    settings, entries, *_ = map(json.loads, re.findall(r"```json\n(\{\n.*?)```", PAGE.read_text(), re.DOTALL))
    assert [
        grant.everything
        for grant in read_grants(dict(zip(("0" * 64, "1" * 64), entries.values(), strict=True))).values()
    ]
    found = find_orthanc()
    del settings["TokenFilter"]["Tokens"]
    named = {
        "Plugins": [str(found.python), str(found.dicomweb)],
        "PythonScript": str(SCRIPTS / Path(settings["PythonScript"]).name),
        "LuaScripts": [str(SCRIPTS / Path(name).name) for name in settings["LuaScripts"]],
    }
    assert [Path(plugin).name for plugin in settings["Plugins"]] == [Path(plugin).name for plugin in named["Plugins"]]
    with orthanc(dataset, tokens=Tokens({"t": Grant(frozenset({A}))}), extra={**settings, **named}) as server:
        assert statuses(web, server, "", f"{ROOT}/studies", "/system") == [403, 403]
        assert statuses(web, server, "t", f"{ROOT}/studies/{A}/series", f"{ROOT}/studies") == [200, 403]


def test_an_orthanc_without_its_python_plugin_stays_closed(dataset: Path) -> None:
    with pytest.raises(OrthancUnsuitable), orthanc(extra={"Plugins": [str(find_orthanc().dicomweb)]}):
        raise AssertionError("it was open")


@pytest.mark.parametrize("url", ["/", "", "//", "/studies/", "/dicom-web/", "/dicom-web/studies/"])
def test_an_open_path_that_the_archive_uses_is_refused(url: str) -> None:
    with pytest.raises(OrthancUnsuitable) as caught, orthanc(extra={"TokenFilter": {"Open": url}}):
        raise AssertionError("it was open")
    assert "TokenFilter.Open" in caught.value.details


def test_an_orthanc_without_the_imported_scripts_stays_closed(tmp_path: Path) -> None:
    script = tmp_path / "token_filter.py"
    script.write_bytes((SCRIPTS / script.name).read_bytes())
    with pytest.raises((OrthancFailed, OrthancUnsuitable)), orthanc(extra={"PythonScript": str(script)}):
        raise AssertionError("it was open")


def test_a_filter_with_an_invalid_configuration_refuses_everything_and_logs_why(dataset: Path) -> None:
    with pytest.raises(OrthancUnsuitable) as caught, orthanc(extra={"TokenFilter": {"Sesame": 1}}):
        raise AssertionError("it was open")
    assert "TokenFilter has no setting Sesame" in caught.value.details


def test_each_failure_of_orthanc_has_its_own_error(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with orthanc() as first:
        port = _port(first)
        with pytest.raises(PortInUse), orthanc(port=port):
            raise AssertionError("two on one port")
        (tmp_path / "note.dcm").write_text("not DICOM")
        first.load(tmp_path)
        assert [(refused.path.name, refused.status) for refused in first.refused] == [("note.dcm", 400)]
    with pytest.raises(OrthancFailed) as caught, orthanc(extra={"SslEnabled": True}):
        raise AssertionError("it runs")
    assert "certificates" in caught.value.details
    with pytest.raises(OrthancFailed), orthanc() as dying:
        web_stop(dying)
    monkeypatch.setenv("OHIFBUILD_ORTHANC_PLUGINS", str(tmp_path))
    with pytest.raises(OrthancMissing, match="DICOMweb"), orthanc():
        raise AssertionError("it runs")


def web_stop(server: OrthancServer) -> None:
    """Stops Orthanc by its REST API, as if it had crashed, and waits until it has ended."""
    status, _ = server._admin.request("POST", "/tools/shutdown", b"{}", 30)
    assert status == 200
    server._child.wait(30)


def _port(server: OrthancServer) -> int:
    return int(server.origin.rpartition(":")[2])
