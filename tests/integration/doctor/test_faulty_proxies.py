"""A healthy deployment behind a proxy, or with an archive, that does one thing wrong: doctor names that thing first."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
import trustme
from multidict import CIMultiDict

from faulty_proxy import Asked, Fault, PassOn, Reply, faulty_proxy
from ohifbuild.contract.grants import Grant, Tokens
from ohifbuild.contract.settings import Settings, Source
from ohifbuild.doctor import Report, connections, judge
from ohifbuild.doctor.connections import Connection
from ohifbuild.doctor.gather import gather
from ohifbuild.verification.dataset import write_dataset
from ohifbuild.verification.dataset.contents import DOCUMENTS, MULTIFRAME, ORDINARY, VIDEO
from ohifbuild.verification.embedded_archive import EmbeddedArchive
from ohifbuild.verification.viewer_site import site

TOKEN = "the-token-of-this-link"
STUDIES = (DOCUMENTS.uid, VIDEO.uid, ORDINARY.uid, MULTIFRAME.uid)
LOGIN = '<!doctype html><html><title>Sign in</title><form><input type="password"></form></html>'
JSON = "application/dicom+json"


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory, a_dist: Callable[[Path, Settings], Path]) -> Iterator[str]:
    """A healthy deployment; it serves viewer and archive from one origin."""
    folder = tmp_path_factory.mktemp("studies")
    write_dataset(folder)
    dist = a_dist(tmp_path_factory.mktemp("viewer") / "dist", Settings())
    tokens = Tokens({TOKEN: Grant(frozenset(STUDIES))})
    with site(dist, EmbeddedArchive(folder), tokens) as running:
        yield running.origin


@pytest.fixture(scope="module")
def upstream_of_hospital(
    tmp_path_factory: pytest.TempPathFactory, a_dist: Callable[[Path, Settings], Path]
) -> Iterator[str]:
    """A viewer of three archives, with the second one behind it; images of that are at a root of their own."""
    folder = tmp_path_factory.mktemp("studies")
    write_dataset(folder)
    hospital = Source("hospital", ("/hospital/rs", "/hospital/wado"), "Authorization", "Bearer", "token")
    staff = Source("staff", ("/staff/rs",), "token", "", "session")
    dist = a_dist(tmp_path_factory.mktemp("viewer") / "dist", Settings(further=(hospital, staff)))
    theirs = Settings(roots=hospital.roots, token_header="Authorization", token_scheme="Bearer")
    tokens = Tokens({TOKEN: Grant(frozenset(STUDIES))})
    with site(dist, EmbeddedArchive(folder), tokens, settings=theirs) as running:
        yield running.origin


async def healthy(asked: Asked, pass_on: PassOn) -> Reply:
    return await pass_on(asked)


def examined(
    upstream: str, fault: Fault = healthy, *studies: str, path: str = "/viewer", portal: str = "", token: str = TOKEN
) -> Report:
    async def run() -> Report:
        async with faulty_proxy(upstream, fault) as origin:
            named = ",".join(studies or STUDIES[:1])
            return judge(await gather(f"{origin}{path}?StudyInstanceUIDs={named}&token={token}", portal=portal))

    return asyncio.run(run())


def said(report: Report) -> tuple[str, str]:
    """The name and all texts of the first finding that is not right: a fault, or a note if there is no fault."""
    first = report.findings[0]
    return first.check, f"{first.found} {first.effect} {first.change}"


@dataclass(frozen=True)
class On:
    """A fault in the answers to requests whose path and query match; a header without a value is left out."""

    pattern: str
    status: int = 0
    body: bytes | Callable[[bytes], bytes] | None = None
    cut: bool = False
    headers: Mapping[str, str] | None = None

    async def __call__(self, asked: Asked, pass_on: PassOn) -> Reply:
        reply = await pass_on(asked)
        if not re.search(self.pattern, f"{asked.path}?{asked.query}") or reply.status != 200:
            return reply
        body = self.body(reply.body) if callable(self.body) else self.body
        return reply.but(self.status, body, self.headers, cut=self.cut)


SEARCH = r"/studies\?StudyInstanceUID="
SERIES, METADATA, FRAME, BULK = r"/series\?", r"/metadata\?", r"/frames/1\?", r"/bulk/"
RENDERED, SCRIPT = r"/rendered\?", r"/app\.bundle\..*\.js\?"


def page(text: str, kind: str = "text/html") -> dict[str, Any]:
    return {"body": text.encode(), "headers": {"Content-Type": kind}}


def challenge(scheme: str) -> dict[str, Any]:
    return {"status": 401, "body": b"", "headers": {"WWW-Authenticate": scheme}}


KINDS = {
    "search": (SEARCH, "token"),
    "series": (SERIES, "metadata"),
    "metadata": (METADATA, "metadata"),
    "frame": (FRAME, "image"),
    "document": (BULK, "bulk-data"),
}
"""For each kind of request, which requests are meant, and the check that has to name the cause."""

ANSWERS: dict[str, tuple[dict[str, Any], str]] = {
    "204": ({"status": 204, "body": b""}, "204"),
    "400": ({"status": 400, "body": b""}, "without decoding %2F"),
    "400 of nginx": (
        {"status": 400, "body": b"Request Header Or Cookie Too Large"},
        "large_client_header_buffers 4 32k",
    ),
    "401 Basic": (challenge('Basic realm="x"'), "a login of its own (Basic)"),
    "401 Digest": (challenge('Digest realm="x"'), "a login of its own (Digest)"),
    "401 Negotiate": (challenge("Negotiate"), "a login of its own (Negotiate)"),
    "401 Bearer": (challenge('Bearer realm="x"'), "accept the token for all paths"),
    "403": ({"status": 403, "body": b""}, "accept the token for all paths"),
    "404": ({"status": 404, "body": b""}, "pass all paths below studies/<uid>/"),
    "405": ({"status": 405, "body": b""}, "Allow GET"),
    "406": ({"status": 406, "body": b""}, "acceptHeader of the data source"),
    "408": ({"status": 408, "body": b""}, "does not pass requests on"),
    "413": ({"status": 413, "body": b""}, "large_client_header_buffers 4 32k"),
    "414 of nginx": ({"status": 414, "body": b"", "headers": {"Server": "nginx"}}, "large_client_header_buffers 4 32k"),
    "415": ({"status": 415, "body": b""}, "media type unknown (415)"),
    "429": ({"status": 429, "body": b""}, "limit_req"),
    "431 of Apache": ({"status": 431, "body": b"", "headers": {"Server": "Apache"}}, "LimitRequestFieldSize 32768"),
    "500": ({"status": 500, "body": b""}, "the archive fails (500)"),
    "501": ({"status": 501, "body": b""}, "Update the archive"),
    "502": ({"status": 502, "body": b""}, "Start the archive."),
    "503": ({"status": 503, "body": b""}, "The page says 'The image archive is busy'."),
    "504 of nginx": ({"status": 504, "body": b"", "headers": {"Server": "nginx"}}, "proxy_read_timeout 300s"),
    "a login page": (page(LOGIN), "the answer is a login page"),
    "another page": (page("<!doctype html><title>x</title>"), "the answer is a web page"),
    "cut off": ({"cut": True}, "is cut off"),
    "badly compressed": ({"headers": {"Content-Encoding": "gzip"}}, "not compressed as Content-Encoding: gzip says"),
    "redirected": (
        {"status": 307, "body": b"", "headers": {"Location": "https://bucket.store.example/x?X-Signature=secret"}},
        "redirects to https://bucket.store.example (307)",
    ),
}

OF_SEARCHES = {
    "204": ("token", "does not find the study"),
    "401 Bearer": ("token", "refuses the study (401)"),
    "403": ("token", "refuses the study (403)"),
    **dict.fromkeys(
        ("400 of nginx", "413", "414 of nginx", "431 of Apache"),
        ("token-header", "refuses a token of 22 characters in token as too long"),
    ),
}
"""What is said about a search instead: it is the first request with the token."""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_of_the_archive_is_found_as_the_cause(upstream: str, kind: str, answer: str) -> None:
    (pattern, check), (change, words) = KINDS[kind], ANSWERS[answer]
    report = examined(upstream, On(pattern, **change))
    if kind == "search":
        check, words = OF_SEARCHES.get(answer, (check, words))
    found, text = said(report)
    assert found == check
    assert words in text
    assert "secret" not in str(report)


BODIES: dict[str, tuple[On, str, str]] = {
    "search as XML": (On(SEARCH, **page("<NativeDicomModel/>", "application/xml")), "token", "header Accept"),
    "series empty": (On(SERIES, body=b"[]"), "metadata", "has no series"),
    "frame empty": (On(FRAME, body=b""), "image", "the answer is empty"),
    "frame with another type": (On(FRAME, headers={"Content-Type": "text/plain"}), "image", "keep the archive's"),
    "frame without boundary": (On(FRAME, headers={"Content-Type": "multipart/related"}), "image", "no boundary"),
    "frame without an end": (On(FRAME, body=lambda body: body[:-40]), "image", "has no end"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_not_what_was_asked_for(upstream: str, name: str) -> None:
    fault, check, words = BODIES[name]
    found, text = said(examined(upstream, fault))
    assert found == check
    assert words in text


@pytest.mark.parametrize("study", STUDIES[:3])
def test_a_healthy_proxy_has_no_finding(upstream: str, study: str) -> None:
    report = examined(upstream, healthy, study)
    findings = {finding.check: finding.found for finding in report.findings if finding.state != "right"}
    assert findings in ({}, {"image": "no image was found."})


@dataclass
class Busy:
    """Answers each request to the archive with 503 at first."""

    seen: set[str]

    async def __call__(self, asked: Asked, pass_on: PassOn) -> Reply:
        if asked.is_archives and asked.path not in self.seen:
            self.seen.add(asked.path)
            return Reply(503, CIMultiDict({"Retry-After": "0"}))
        return await pass_on(asked)


def test_an_archive_that_is_busy_once_is_asked_again_as_the_page_does(upstream: str) -> None:
    report = examined(upstream, Busy(set()))
    assert [finding for finding in report.findings if finding.state != "right"] == []


# Proxies


async def host_lost(asked: Asked, pass_on: PassOn) -> Reply:
    return await pass_on(asked.with_header("Host", "orthanc:8042"))


async def port_lost(asked: Asked, pass_on: PassOn) -> Reply:
    return await pass_on(asked.with_header("Host", "127.0.0.1"))


async def token_dropped(asked: Asked, pass_on: PassOn) -> Reply:
    headers = asked.headers.copy()
    headers.pop("token", None)
    return await pass_on(replace(asked, headers=headers))


async def token_added(asked: Asked, pass_on: PassOn) -> Reply:
    headers = asked.headers.copy()
    headers.add("token", "of-the-proxy")
    return await pass_on(replace(asked, headers=headers))


async def slashes_merged(asked: Asked, pass_on: PassOn) -> Reply:
    server = {"Server": "nginx"} if asked.is_archives else {}
    return (await pass_on(replace(asked, path=re.sub("/{2,}", "/", asked.path)))).but(headers=server)


async def slashes_decoded(asked: Asked, pass_on: PassOn) -> Reply:
    path = asked.path.replace("/%2F", "/").replace("%2F", "/")
    return (await pass_on(replace(asked, path=path))).but(headers={"Server": "nginx"})


async def long_headers_refused(asked: Asked, pass_on: PassOn) -> Reply:
    if any(len(value) > 4096 for value in asked.headers.values()):
        return Reply(431, CIMultiDict({"Server": "nginx"}))
    return await pass_on(asked)


async def long_links_refused(asked: Asked, pass_on: PassOn) -> Reply:
    return Reply(414) if len(asked.query) > 100 and not asked.is_archives else await pass_on(asked)


async def prefix_kept(asked: Asked, pass_on: PassOn) -> Reply:
    """A proxy for /pacs/ that passes the prefix on; behind it a server that answers every path with the page."""
    if not asked.path.startswith("/pacs/"):
        return Reply(404)
    if asked.path.endswith(".js") or "." in asked.path:
        return Reply(404)
    return await pass_on(replace(asked, path="/viewer"))


async def prefix_stripped(asked: Asked, pass_on: PassOn) -> Reply:
    """A proxy for /pacs/ that takes it off."""
    if not asked.path.startswith("/pacs/"):
        return Reply(404)
    return await pass_on(replace(asked, path=asked.path.removeprefix("/pacs")))


@dataclass
class Caching:
    """Repeats the first answer to each URL, whoever asks."""

    kept: dict[str, Reply]

    async def __call__(self, asked: Asked, pass_on: PassOn) -> Reply:
        url = f"{asked.path}?{asked.query}"
        if not asked.is_archives or asked.method != "GET":
            return await pass_on(asked)
        if url not in self.kept:
            reply = await pass_on(asked)
            if reply.status != 200:
                return reply
            self.kept[url] = reply
        return self.kept[url]


PROXIES: dict[str, tuple[Fault, str, str]] = {
    "another host": (host_lost, "bulk-urls", "passHostHeader: true"),
    "no port": (port_lost, "bulk-urls", "does not pass the port on"),
    "token dropped": (token_dropped, "token-header", "a proxy in front of it drops the header"),
    "second token": (token_added, "token-header", "a proxy adds one of its own"),
    "slashes merged": (slashes_merged, "crooked-paths", "A path with // reaches"),
    "slashes decoded": (slashes_decoded, "crooked-paths", "A path with %2F reaches"),
    "short headers only": (long_headers_refused, "token-length", "large_client_header_buffers 4 32k"),
    "answers cached": (Caching({}), "shared-cache", "Let no proxy or CDN cache"),
    "archive's answers marked as public": (
        On(METADATA, headers={"Cache-Control": "public, max-age=600"}),
        "archive-caching",
        "no-store",
    ),
}


@pytest.mark.parametrize("name", PROXIES)
def test_a_proxy_is_found_as_the_cause(upstream: str, name: str) -> None:
    fault, check, words = PROXIES[name]
    report = examined(upstream, fault)
    assert said(report)[0] == check
    assert words in said(report)[1]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (prefix_kept, "The page is at /pacs/, but was built for /"),
        (prefix_stripped, "built for / but is served at /pacs/"),
    ],
)
def test_a_prefix_that_the_dist_does_not_expect(upstream: str, fault: Fault, words: str) -> None:
    check, text = said(examined(upstream, fault, path="/pacs/viewer"))
    assert check == "public-path"
    assert words in text
    assert "ohifbuild move DIST --public-url /pacs/ --dicomweb-root /pacs/dicom-web" in text


def test_a_link_that_is_longer_than_a_proxy_accepts(upstream: str) -> None:
    check, text = said(examined(upstream, long_links_refused, *STUDIES))
    assert check == "long-link"
    assert "HAProxy: tune.bufsize" in text


# Studies


@dataclass(frozen=True)
class StudyMissing:
    """Answers the search for one study in another way."""

    study: str
    reply: Reply

    async def __call__(self, asked: Asked, pass_on: PassOn) -> Reply:
        missing = asked.is_archives and f"StudyInstanceUID={self.study}" in asked.query
        return self.reply if missing else await pass_on(asked)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(403), "refuses study 2 of 3 (403)"),
        (Reply(200, CIMultiDict({"Content-Type": JSON}), b"[]"), "does not find study 2 of 3"),
        (Reply(500), "for study 2 of 3 is of no use: the archive fails (500)"),
    ],
)
def test_one_of_several_studies_is_missing(upstream: str, reply: Reply, words: str) -> None:
    fault = StudyMissing(STUDIES[1], reply)
    check, text = said(examined(upstream, fault, *STUDIES[:3]))
    assert check == "token"
    assert words in text


def test_the_first_of_several_studies_is_missing(upstream: str) -> None:
    report = examined(upstream, StudyMissing(STUDIES[0], Reply(403)), *STUDIES[:3])
    states = {finding.check: finding.state for finding in report.findings}
    assert said(report)[0] == "token"
    assert "refuses study 1 of 3 (403)" in said(report)[1]
    assert (states["token-header"], states["metadata"]) == ("right", "right")


def without(tag: str) -> Callable[[bytes], bytes]:
    """Removes an attribute from each data set."""

    def changed(body: bytes) -> bytes:
        return json.dumps(
            [{key: value for key, value in row.items() if key != tag} for row in json.loads(body)]
        ).encode()

    return changed


def renamed(name: str) -> Callable[[bytes], bytes]:
    """Gives each data set another patient's name."""
    value = {"vr": "PN", "Value": [{"Alphabetic": name}]}
    return lambda body: json.dumps([{**row, "00100010": value} for row in json.loads(body)]).encode()


@pytest.mark.parametrize(
    ("fault", "check", "words"),
    [
        (On(SEARCH, body=without("00080061")), "modality", "names no modality of the study"),
        (On(SERIES, body=without("00080060")), "modality", "names no modality of a series"),
        (On(SEARCH, body=renamed("^")), "names", '"DefaultEncoding": "Utf8"'),
        (On(SEARCH, body=renamed("M?ller^J?rg")), "names", "lost letters"),
        (On(SEARCH, body=renamed("M\ufffdller^Anna")), "names", "lost letters"),
    ],
)
def test_a_study_whose_row_lacks_something_is_shown_with_a_note(
    upstream: str, fault: Fault, check: str, words: str
) -> None:
    report = examined(upstream, fault)
    assert report.cause is None
    assert said(report)[0] == check
    assert words in said(report)[1]
    assert "ller" not in str(report)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (On(RENDERED, 400, b""), "libOrthancPython.so"),
        (On(RENDERED, cut=True), "is cut off"),
        (On(RENDERED, headers={"Content-Type": "multipart/related; boundary=x"}), "header Accept"),
        (On(RENDERED, 403, b""), "accept the token for all paths"),
    ],
)
def test_a_video_that_the_archive_does_not_send(upstream: str, fault: Fault, words: str) -> None:
    check, text = said(examined(upstream, fault, VIDEO.uid))
    assert check == "video"
    assert words in text


@dataclass(frozen=True)
class Only:
    """An archive whose study has series of one modality only; ``then`` is its fault."""

    modality: str
    then: Fault

    async def __call__(self, asked: Asked, pass_on: PassOn) -> Reply:
        reply = await self.then(asked, pass_on)
        if not asked.path.endswith("/series") or reply.status != 200:
            return reply
        rows = [row for row in json.loads(reply.body) if row["00080060"]["Value"] == [self.modality]]
        assert rows
        return reply.but(body=json.dumps(rows).encode())


@pytest.mark.parametrize("modality", ["DOC", "ECG", "SR"])
def test_a_study_without_images_has_no_fault(upstream: str, modality: str) -> None:
    report = examined(upstream, Only(modality, healthy))
    unusual = {finding.check: finding.found for finding in report.findings if finding.state != "right"}
    assert unusual == {"image": "no image was found."}


@pytest.mark.parametrize("modality", ["DOC", "ECG"])
def test_a_study_of_one_document_whose_contents_are_refused(upstream: str, modality: str) -> None:
    check, text = said(examined(upstream, Only(modality, On(BULK, 403, b""))))
    assert check == "bulk-data"
    assert "Documents, waveforms and segmentations stay empty. The page says 'These images cannot" in text


def test_a_report_whose_metadata_are_not_sent(upstream: str) -> None:
    check, text = said(examined(upstream, Only("SR", On(METADATA, 500, b""))))
    assert check == "metadata"
    assert "The page says 'The images could not be opened'." in text


# What the archive must refuse


async def any_token(asked: Asked, pass_on: PassOn) -> Reply:
    """An archive that only looks whether there is a token."""
    return await pass_on(asked.with_header("token", TOKEN) if asked.headers.get("token") else asked)


async def every_study_listed(asked: Asked, pass_on: PassOn) -> Reply:
    """An archive that checks the token only for requests that name a study."""
    if asked.path.endswith("/studies") and asked.query == "limit=5":
        rows = [{"0020000D": {"vr": "UI", "Value": ["1.2.999"]}}]
        return Reply(200, CIMultiDict({"Content-Type": JSON, "Cache-Control": "no-store"}), json.dumps(rows).encode())
    return await pass_on(asked)


@pytest.mark.parametrize(
    ("fault", "check", "words"),
    [
        (any_token, "forged-token", "Every token gives access to every study."),
        (every_study_listed, "everything", "can see the whole archive"),
    ],
)
def test_an_archive_that_does_not_check_the_token(upstream: str, fault: Fault, check: str, words: str) -> None:
    found, text = said(examined(upstream, fault))
    assert found == check
    assert words in text


# Portals and files


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (healthy, "frame-ancestors 'self'"),
        (On("^/viewer", headers={"Content-Security-Policy": "", "X-Frame-Options": "DENY"}), "X-Frame-Options: DENY"),
    ],
)
def test_a_portal_that_may_not_show_the_viewer(upstream: str, fault: Fault, words: str) -> None:
    check, text = said(examined(upstream, fault, portal="https://portal.example"))
    assert check == "portal"
    assert words in text


def test_a_portal_that_the_policy_names_may_show_the_viewer(upstream: str) -> None:
    async def named(asked: Asked, pass_on: PassOn) -> Reply:
        reply = await pass_on(asked)
        policy = reply.headers.get("Content-Security-Policy", "")
        allowed = policy.replace("frame-ancestors 'self'", "frame-ancestors 'self' https://portal.example")
        return reply.but(headers={"Content-Security-Policy": allowed})

    report = examined(upstream, named, portal="https://portal.example")
    assert [finding for finding in report.findings if finding.state != "right"] == []


def test_a_server_that_sends_the_page_of_another_site(upstream: str) -> None:
    other = On(r"^/(viewer|index\.html)?\?", body=b"<!doctype html><html><title>Intranet</title></html>")
    check, text = said(examined(upstream, other))
    assert check == "page"
    assert "is another page ('Intranet')" in text
    assert "nginx: server_name 127.0.0.1;" in text


async def page_for_everything(asked: Asked, pass_on: PassOn) -> Reply:
    """A server that answers each path that it does not have with the page."""
    reply = await pass_on(asked)
    return reply if reply.status != 404 or asked.is_archives else await pass_on(replace(asked, path="/"))


@pytest.mark.parametrize(
    ("fault", "check", "words"),
    [
        (page_for_everything, "missing-file", "404"),
        (On("^/viewer", headers={"Cross-Origin-Resource-Policy": ""}), "embedding", "Other sites can embed it"),
        (On("^/viewer", headers={"X-Content-Type-Options": ""}), "embedding", "nosniff"),
    ],
)
def test_a_server_of_the_files_that_does_less_than_it_should(
    upstream: str, fault: Fault, check: str, words: str
) -> None:
    found, text = said(examined(upstream, fault))
    assert found == check
    assert words in text


def test_a_chunk_that_only_a_click_would_load_is_missing(upstream: str) -> None:
    check, text = said(examined(upstream, On("^/late[.]", 404, b"")))
    assert check == "files"
    assert "The server lacks scripts of the dist (1), such as late." in text


@pytest.mark.parametrize(
    ("headers", "check"), [({"X-Cache": "HIT"}, "stale"), ({"Age": "3600"}, "stale"), ({}, "integrity")]
)
def test_a_page_of_another_build(upstream: str, headers: Mapping[str, str], check: str) -> None:
    report = examined(
        upstream, On("^/viewer", body=lambda body: body.replace(b"</head>", b" </head>"), headers=headers)
    )
    assert said(report)[0] == check
    assert "index.html" in said(report)[1]


def test_a_server_whose_clock_makes_the_token_expire(upstream: str) -> None:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": time.time() + 600}).encode()).decode().rstrip("=")
    fault = On("^/viewer", headers={"Date": formatdate(time.time() + 3600, usegmt=True)})
    report = examined(upstream, fault, token=f"e30.{claims}.c2ln")
    assert said(report)[0] == "clock"
    assert "This link's token counts as expired." in said(report)[1]
    assert next(finding.because for finding in report.findings if finding.check == "token") == "clock"


def test_an_address_of_ipv6_that_nobody_answers(upstream: str, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve = socket.getaddrinfo

    def resolved(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        if host != "viewer.example":
            return resolve(host, port, *rest, **more)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in ("127.0.0.1", "127.0.0.2")]

    async def connected(address: str, port: int) -> Connection:
        return Connection("192.0.2.1") if address == "127.0.0.1" else Connection("2001:db8::1", "refused")

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    monkeypatch.setattr(connections, "_connection", connected)

    async def run() -> Report:
        async with faulty_proxy(upstream, healthy) as origin:
            link = (
                f"{origin.replace('127.0.0.1', 'viewer.example')}/viewer?StudyInstanceUIDs={STUDIES[0]}&token={TOKEN}"
            )
            return judge(await gather(link, insecure=True))

    report = asyncio.run(run())
    found = next(finding for finding in report.findings if finding.check == "addresses")
    assert found.state == "wrong"
    assert "2001:db8::1 refuses connections" in found.found
    assert "listen [::]:" in found.change


# TLS


def over_tls(authority: trustme.CA, upstream: str, fault: Fault, host: str = "127.0.0.1") -> Report:
    """Examines the deployment behind a proxy with TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)

    async def run() -> Report:
        async with faulty_proxy(upstream, fault, context) as origin:
            return judge(await gather(f"{origin}/viewer?StudyInstanceUIDs={STUDIES[0]}&token={TOKEN}"))

    return asyncio.run(run())


async def scheme_lost(asked: Asked, pass_on: PassOn) -> Reply:
    return await pass_on(asked.with_header("X-Forwarded-Proto", "http"))


async def sent_to_https(asked: Asked, pass_on: PassOn) -> Reply:
    """A server behind the proxy that demands https, and sees http."""
    return Reply(308, CIMultiDict({"Location": f"https://{asked.headers['Host']}{asked.path}?{asked.query}"}))


async def sent_to_http(asked: Asked, pass_on: PassOn) -> Reply:
    """A server behind the proxy that writes its own scheme into a redirect."""
    return Reply(302, CIMultiDict({"Location": f"http://{asked.headers['Host']}/ohif{asked.path}?{asked.query}"}))


async def upgrade_offered(asked: Asked, pass_on: PassOn) -> Reply:
    return (await pass_on(asked)).but(headers={"Upgrade": "h2,h2c"})


@pytest.mark.parametrize(
    ("fault", "check", "words"),
    [
        (scheme_lost, "bulk-urls", "TLS ends at a proxy"),
        (sent_to_https, "redirects", "The page redirects to itself"),
        (sent_to_http, "redirects", "redirects from https to http://127.0.0.1"),
        (upgrade_offered, "http2", "proxy_hide_header Upgrade"),
    ],
)
def test_tls_that_ends_at_a_proxy(authority: trustme.CA, upstream: str, fault: Fault, check: str, words: str) -> None:
    found, text = said(over_tls(authority, upstream, fault))
    assert found == check
    assert words in text
    assert check == "http2" or "--behind-proxy ADDRESS --public-origin https://127.0.0.1:" in text


def test_a_server_that_chooses_the_certificate_of_another_site(authority: trustme.CA, upstream: str) -> None:
    check, text = said(over_tls(authority, upstream, healthy, "other.example"))
    assert check == "certificate"
    assert "is for other.example, not for 127.0.0.1" in text
    assert "server_name 127.0.0.1;" in text


def test_a_healthy_proxy_with_tls_has_no_finding(authority: trustme.CA, upstream: str) -> None:
    report = over_tls(authority, upstream, healthy)
    assert [finding for finding in report.findings if finding.state != "right"] == []


# Several archives


async def searches_only(asked: Asked, pass_on: PassOn) -> Reply:
    """An archive whose root of searches has no images: those are at the other root."""
    is_search = not asked.path.endswith("/metadata") and "/instances/" not in asked.path
    if asked.path.startswith("/hospital/rs/"):
        return await pass_on(asked) if is_search else Reply(404)
    return await pass_on(replace(asked, path=asked.path.replace("/hospital/wado/", "/hospital/rs/")))


def test_a_link_decides_which_archive_is_examined(upstream_of_hospital: str) -> None:
    report = examined(upstream_of_hospital, searches_only, path="/viewer/hospital")
    unusual = {finding.check: finding.found for finding in report.findings if finding.state != "right"}
    # The archive writes bulk URLs at its root of searches, where it has none.
    assert list(unusual) == ["bulk-data"]


def test_the_default_archive_is_not_there(upstream_of_hospital: str) -> None:
    check, text = said(examined(upstream_of_hospital))
    assert check == "archive"
    assert "/dicom-web answers with a web page" in text


def test_a_link_to_an_archive_that_the_viewer_does_not_have(upstream_of_hospital: str) -> None:
    asked: list[Asked] = []

    async def noted(request: Asked, pass_on: PassOn) -> Reply:
        asked.append(request)
        return await pass_on(request)

    check, text = said(examined(upstream_of_hospital, noted, path="/viewer/clinic"))
    assert check == "archive-name"
    assert "The viewer's archives are: dicomweb, hospital, staff." in text
    assert not [request for request in asked if TOKEN in str(request.headers)]


def test_an_archive_for_staff_may_require_a_sign_in_and_gets_no_token(upstream_of_hospital: str) -> None:
    asked: list[Asked] = []

    async def sign_in(request: Asked, pass_on: PassOn) -> Reply:
        asked.append(request)
        if request.path.startswith("/staff/rs"):
            return Reply(302, CIMultiDict({"Location": "https://sso.example/login"}))
        return await pass_on(request)

    report = examined(upstream_of_hospital, sign_in, path="/viewer/staff")
    assert report.wrong == ()
    assert not [request for request in asked if TOKEN in str(request.headers)]
