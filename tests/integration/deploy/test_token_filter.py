"""The token filter in a real Orthanc."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ohifbuild.errors import OrthancFailed, OrthancMissing, OrthancUnsuitable, PortInUse
from ohifbuild.orthanc import OrthancServer, orthanc
from ohifbuild.orthanc.find import find_orthanc
from ohifbuild.verify.casting import casting
from ohifbuild.verify.dataset.contents import DOCUMENTS, ORDINARY, SECOND
from ohifbuild.verify.settings import Settings
from ohifbuild.verify.tokens import Grant, Tokens

A, B = ORDINARY.uid, SECOND.uid
OTHER = DOCUMENTS.uid
CAST = casting(Settings())
ROOT = "/dicom-web"


@pytest.fixture(scope="module")
def server(dataset: Path) -> Iterator[OrthancServer]:
    with orthanc(dataset, tokens=CAST.tokens) as running:
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
    token = CAST.cast.main.token
    assert statuses(web, server, token, *OWN) == [200] * 3
    assert statuses(web, server, token, *ALL, f"{ROOT}/studies/{B}/series", "/token-filter") == [403] * 8


def test_a_token_of_two_studies_reaches_both_at_once(server: OrthancServer, web: Any) -> None:
    token = CAST.cast.pair.token
    both = f"{ROOT}/studies?StudyInstanceUID={A},{B}"
    assert statuses(web, server, token, *OWN, f"{ROOT}/studies/{B}/series", both) == [200] * 5
    assert statuses(web, server, token, f"{ROOT}/studies?StudyInstanceUID={A},{B},{OTHER}") == [403]


@pytest.mark.parametrize(
    "token",
    [
        "",
        CAST.cast.expired,
        CAST.cast.foreign,
        "unknown",
        CAST.cast.main.token[:-1],
        CAST.cast.main.token + "=",
        "\xff",
    ],
    ids=["none", "expired", "of another study", "unknown", "cut", "longer", "not ASCII"],
)
def test_other_tokens_reach_nothing_of_it(server: OrthancServer, web: Any, token: str) -> None:
    # Orthanc's plugin itself stumbles over bytes that are not UTF-8 (500), before it asks the filter.
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
    token = CAST.cast.main.token
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


def test_no_spelling_of_a_path_leads_elsewhere(server: OrthancServer, web: Any) -> None:
    token = CAST.cast.main.token
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
    answers = [web.ask(server.origin + here + rest, {"token": CAST.cast.main.token, "Accept": "*/*"}) for rest in rests]
    assert all(answer.status >= 400 for answer in answers)
    assert web.ask(server.origin + there + rests[3], server.administrator | {"Accept": "*/*"}).status == 200


def test_only_gets_are_let_through(server: OrthancServer, web: Any) -> None:
    header = {"token": CAST.cast.main.token}
    url = f"{server.origin}{ROOT}/studies/{A}"
    assert [web.ask(url, header, method=method).status for method in ("POST", "PUT", "DELETE")] == [403] * 3
    override = header | {"X-HTTP-Method-Override": "DELETE"}
    assert web.ask(url, override, method="POST").status == 403


def test_a_changed_token_file_counts_at_once_and_a_broken_one_closes(dataset: Path, web: Any) -> None:
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


class AuthService:
    """Answers ``POST /tokens/validate`` as orthanc-auth-service documents it."""

    def __init__(self) -> None:
        self.asked: list[Mapping[str, Any]] = []
        self.answer: bytes | None = None
        self.validity = 60

    def respond(self, credentials: str, question: Mapping[str, Any]) -> tuple[int, bytes]:
        self.asked.append(question)
        if credentials != "Basic b3J0aGFuYzpwYXNz":
            return 401, b"{}"
        granted = question["token-value"] == f"jwt-{A}" and question["dicom-uid"] == A and question["level"] == "study"
        return 200, self.answer or json.dumps({"granted": granted, "validity": self.validity}).encode()


@contextmanager
def auth_service() -> Iterator[tuple[AuthService, str]]:
    service = AuthService()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            known = self.path == "/tokens/validate"
            status, body = service.respond(self.headers["Authorization"], question) if known else (404, b"")
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return None

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        try:
            yield service, f"http://127.0.0.1:{listening.server_address[1]}/"
        finally:
            listening.shutdown()
            thread.join()


def test_the_auth_service_decides_for_as_long_as_it_says_and_its_silence_is_no(dataset: Path, web: Any) -> None:
    good = f"jwt-{A}"
    series, other = f"{ROOT}/studies/{A}/series", f"{ROOT}/studies/{B}/series"
    with auth_service() as (service, url):
        section = {"Url": url, "Username": "orthanc", "Password": "pass"}
        with orthanc(dataset, extra={"TokenFilter": {"AuthService": section}}) as server:
            first = statuses(web, server, good, series, *OWN, other, *ALL)
            asked = [(question["dicom-uid"], question["method"]) for question in service.asked]
            service.answer = b'{"granted": "yes"}'
            strange = statuses(web, server, "jwt-x", series)
            service.answer, service.validity = None, 0
            statuses(web, server, "jwt-y", series, series)
            unkept = len([question for question in service.asked if question["token-value"] == "jwt-y"])
            service.answer = b"<html>"
            html = statuses(web, server, "jwt-z", series)
            log = server.log()
    assert first == [200] * 4 + [403] * 7
    assert asked == [(A, "get"), (B, "get")]
    assert (strange, html, unkept) == ([403], [403], 2)
    assert "no usable answer" in log
    assert "jwt-" not in log


def test_an_orthanc_without_its_python_plugin_stays_closed(dataset: Path) -> None:
    with pytest.raises(OrthancUnsuitable), orthanc(extra={"Plugins": [str(find_orthanc().dicomweb)]}):
        raise AssertionError("it was open")


def test_a_filter_that_cannot_be_set_up_refuses_everything_and_says_why(dataset: Path) -> None:
    with pytest.raises(OrthancUnsuitable) as caught, orthanc(extra={"TokenFilter": {"Sesame": 1}}):
        raise AssertionError("it was open")
    assert "TokenFilter has no setting Sesame" in caught.value.details


def test_what_goes_wrong_with_orthanc_is_named(dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
    """Ends an Orthanc by its own REST API, as if it had died; returns once it has."""
    status, _ = server._door.ask("POST", "/tools/shutdown", b"{}", 30)
    assert status == 200
    server._child.wait(30)


def _port(server: OrthancServer) -> int:
    return int(server.origin.rpartition(":")[2])
