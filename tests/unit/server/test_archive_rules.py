"""The rules of the proxy to the archive."""

from __future__ import annotations

import re

import pytest
from aiohttp.test_utils import make_mocked_request

from ohifbuild.server import archive_rules
from ohifbuild.server.archive_rules import (
    DIALOG_CHALLENGE,
    REDIRECTS,
    REQUEST_HEADERS_REMOVED,
    RESPONSE_HEADERS_ALLOWED,
    RESPONSE_HEADERS_REMOVED,
    RESPONSE_HEADERS_SET,
    SCRIPT_TYPE,
    plain_request_line,
    plain_target,
)
from ohifbuild.server.proxy import PRINTABLE, Upstream, archive_request_headers, opens_dialog

# What the browser needs of an answer: its body's form, its age and place, and why it was refused.
NEEDED = """
accept-ranges content-disposition content-encoding content-language content-length content-range content-type date
etag last-modified retry-after vary warning www-authenticate
"""

# What would act on the viewer's origin, or tell of the archive, by the standard that defines it.
DANGEROUS = {
    "RFC 9110": "Location Content-Location",
    "HTML": "Refresh Origin-Agent-Cluster X-Frame-Options Speculation-Rules Supports-Loading-Mode",
    "HTML, cross-origin isolation": """
        Cross-Origin-Opener-Policy Cross-Origin-Opener-Policy-Report-Only Cross-Origin-Embedder-Policy
        Cross-Origin-Embedder-Policy-Report-Only Document-Isolation-Policy Document-Isolation-Policy-Report-Only""",
    "RFC 8288, RFC 7838": "Link Alt-Svc Alt-Used",
    "RFC 6265, Clear Site Data, RFC 6797, RFC 7469, RFC 9163": """
        Set-Cookie Set-Cookie2 Clear-Site-Data Strict-Transport-Security Public-Key-Pins Public-Key-Pins-Report-Only
        Expect-CT""",
    "Client Hints": "Accept-CH Accept-CH-Lifetime Critical-CH",
    "P3P, FedCM": "P3P Set-Login",
    "Device Bound Session Credentials": """
        Secure-Session-Registration Secure-Session-Challenge Sec-Session-Registration Sec-Session-Challenge""",
    "Storage Access, Origin Trials, Compression Dictionaries, Topics": """
        Activate-Storage-Access Origin-Trial Use-As-Dictionary Observe-Browsing-Topics""",
    "Attribution Reporting": "Attribution-Reporting-Register-Source Attribution-Reporting-Register-Trigger",
    "Fetch, Private Network Access": """
        Access-Control-Allow-Origin Access-Control-Allow-Credentials Access-Control-Allow-Headers
        Access-Control-Allow-Methods Access-Control-Expose-Headers Access-Control-Max-Age
        Access-Control-Allow-Private-Network Access-Control-Allow-Local-Network Cross-Origin-Resource-Policy
        X-Content-Type-Options""",
    "Resource Timing, Server Timing": "Timing-Allow-Origin Server-Timing",
    "Flash, Internet Explorer, old browsers": """
        X-Permitted-Cross-Domain-Policies X-UA-Compatible X-XSS-Protection X-DNS-Prefetch-Control
        X-Content-Security-Policy X-WebKit-CSP""",
    "Service Workers, source maps": "Service-Worker-Allowed SourceMap X-SourceMap",
    "CSP, Permissions Policy, Document Policy, Integrity Policy, Referrer Policy": """
        Content-Security-Policy Content-Security-Policy-Report-Only Permissions-Policy Permissions-Policy-Report-Only
        Feature-Policy Document-Policy Document-Policy-Report-Only Require-Document-Policy Integrity-Policy
        Integrity-Policy-Report-Only Referrer-Policy""",
    "Reporting": "Report-To Reporting-Endpoints NEL",
    "RFC 9111 and caches": """
        Cache-Control Expires Pragma Age CDN-Cache-Control Surrogate-Control No-Vary-Search""",
    "nginx, Apache": """
        X-Accel-Redirect X-Accel-Expires X-Accel-Limit-Rate X-Accel-Buffering X-Accel-Charset X-Sendfile""",
    "the archive's software": "X-Powered-By X-AspNet-Version",
}


def test_the_browser_gets_the_headers_that_it_needs_and_no_others() -> None:
    assert set(NEEDED.split()) == RESPONSE_HEADERS_ALLOWED
    assert RESPONSE_HEADERS_ALLOWED.isdisjoint(name.lower() for name in RESPONSE_HEADERS_REMOVED)


@pytest.mark.parametrize("standard", DANGEROUS)
def test_a_server_that_cannot_list_what_it_allows_removes_what_would_act_on_the_origin(standard: str) -> None:
    removed = {name.lower() for name in RESPONSE_HEADERS_REMOVED}
    assert {name.lower() for name in DANGEROUS[standard].split()} <= removed


def test_every_answer_of_the_archive_is_isolated_uncached_and_runs_nothing() -> None:
    expected = {
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "no-store",
    }
    assert expected == RESPONSE_HEADERS_SET


def test_only_reading_methods_are_allowed_and_every_redirect_is_known() -> None:
    assert archive_rules.METHODS == ("GET", "HEAD")
    assert archive_rules.ALLOW == "GET, HEAD"
    assert set(REDIRECTS) == set(range(300, 309)) - {304}
    assert archive_rules.SCRIPT_REPLACEMENT == "text/plain"
    assert archive_rules.CHALLENGE_REPLACEMENT == "Bearer"


SCRIPTS = """
application/ecmascript application/javascript application/x-ecmascript application/x-javascript text/ecmascript
text/javascript text/javascript1.0 text/javascript1.5 text/jscript text/livescript text/x-ecmascript text/x-javascript
TEXT/JavaScript
"""


@pytest.mark.parametrize("media_type", SCRIPTS.split())
def test_every_media_type_of_a_script_is_found(media_type: str) -> None:
    assert re.search(SCRIPT_TYPE, media_type, re.IGNORECASE)


@pytest.mark.parametrize("media_type", ["text/plain", "application/dicom+json", "application/java", "text/script"])
def test_other_media_types_are_left_as_they_are(media_type: str) -> None:
    assert not re.search(SCRIPT_TYPE, media_type, re.IGNORECASE)


@pytest.mark.parametrize(
    ("challenge", "opens"),
    [
        *((f"{scheme} realm=x", True) for scheme in ("Basic", "Digest", "NTLM", "Negotiate", "BASIC", "negotiate")),
        *((scheme, True) for scheme in ("Basic", "digest", "NTLM", "Negotiate")),
        ("Bearer, Basic", True),
        ('Bearer realm="x",\tNegotiate', True),
        (" , Basic", True),
        ("Bearer", False),
        ("Bearer basic", False),
        ("Basically", False),
        ("Bearer,Xbasic", False),
        ("XBasic", False),
    ],
)
def test_a_challenge_for_which_browsers_open_a_dialog_is_found(challenge: str, opens: bool) -> None:
    assert opens_dialog("WWW-Authenticate", challenge) is opens
    assert bool(re.search(DIALOG_CHALLENGE, challenge, re.IGNORECASE)) is opens
    assert not opens_dialog("Warning", challenge)


ROOTS = ("/dicom-web", "/a.b/rs")


@pytest.mark.parametrize(
    ("target", "plain"),
    [
        *((target, True) for target in ("/dicom-web", "/a.b/rs", "/dicom-web/studies", "/a.b/rs/studies/1.2/x")),
        *((target, True) for target in ("/dicom-web?", "/dicom-web?a=b&c=%20/?;", "/dicom-web/studies?x=1")),
        *((target, False) for target in ("/", "/dicom-webs", "/acb/rs", "/other/dicom-web", "dicom-web")),
        *((target, False) for target in ("/dicom-web/../x", "/dicom-web//x", "/dicom-web?a#b", "/dicom-web?a b")),
        *((target, False) for target in ("http://h/dicom-web", "/dicom-web#x", "/dicom-web/%2e%2e/x", "/dicom-web x")),
    ],
)
def test_a_target_is_a_root_or_a_plain_path_below_one_with_a_query_or_without(target: str, plain: bool) -> None:
    assert bool(re.fullmatch(plain_target(ROOTS), target)) is plain
    for version in ("1.0", "1.1", "2.0", "3"):
        assert bool(re.search(plain_request_line(ROOTS), f"GET {target} HTTP/{version}")) is plain


@pytest.mark.parametrize(
    "line",
    [
        *("get /dicom-web HTTP/1.1", "/dicom-web HTTP/1.1", " /dicom-web HTTP/1.1", "GET /dicom-web HTTP/"),
        *("GET /dicom-web", "GET /dicom-web HTTP/1.1 x", "xGET /dicom-web HTTP/1.1", "GET /dicom-web XHTTP/1.1"),
    ],
)
def test_a_line_of_another_shape_is_no_request(line: str) -> None:
    assert not re.search(plain_request_line(ROOTS), line)


def sent(headers: dict[str, str], *, session: bool = False) -> dict[str, str]:
    request = make_mocked_request("GET", "/dicom-web/studies", headers={"Host": "viewer.example", **headers})
    return dict(archive_request_headers(request, session=session))


HOP_BY_HOP = """
Connection Expect Keep-Alive Proxy-Authenticate Proxy-Authorization Proxy-Connection TE Trailer Transfer-Encoding
Upgrade
"""
OF_A_BODY = ("Content-Encoding", "Content-Length", "Content-Type")
OTHER_METHOD_OR_PATH = (
    *("X-HTTP-Method", "X-HTTP-Method-Override", "X-Method-Override", "X-Original-URL", "X-Rewrite-URL"),
)


@pytest.mark.parametrize("name", [*HOP_BY_HOP.split(), *OF_A_BODY, *OTHER_METHOD_OR_PATH, "Cookie"])
def test_headers_of_the_connection_of_a_body_and_of_other_services_are_not_sent_to_the_archive(name: str) -> None:
    assert name.lower() not in {found.lower() for found in sent({name: "x", "token": "t"})}
    assert name.lower() not in {found.lower() for found in sent({name.lower(): "x", "token": "t"})}


def test_an_archive_with_the_browsers_session_gets_its_cookies_and_no_more() -> None:
    assert sent({"Cookie": "a=b"}, session=True)["Cookie"] == "a=b"
    for name in OTHER_METHOD_OR_PATH:
        assert name not in sent({name: "x"}, session=True)
    assert set(REQUEST_HEADERS_REMOVED) == {"Cookie", *OTHER_METHOD_OR_PATH}


def test_what_the_connection_header_names_is_not_sent_in_any_letter_case() -> None:
    found = sent({"Connection": "X-One ,x-two", "x-one": "1", "X-Two": "2", "X-Three": "3"})
    assert {"x-one", "X-Two"}.isdisjoint(found)
    assert found["X-Three"] == "3"


def test_the_archive_learns_the_address_that_the_browser_asked() -> None:
    found = sent({"token": "t"})
    assert (found["token"], found["X-Forwarded-Host"], found["X-Forwarded-Proto"]) == ("t", "viewer.example", "http")
    given = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Host": "front.example", "X-Forwarded-Proto": "https"}
    found = sent(given)
    assert found["X-Forwarded-For"].startswith("192.0.2.1")
    assert (found["X-Forwarded-Host"], found["X-Forwarded-Proto"]) == ("front.example", "https")


@pytest.mark.parametrize(
    ("value", "printable"),
    [
        *((value, True) for value in ("", "a", "a\tb", " ", "~", "\x80", "é山", "\ue000")),
        *((value, False) for value in ("\x00", "\x08", "a\n", "\x0b", "\x1f", "\x7f", "\r", "\ud800", "\udfff")),
    ],
)
def test_the_value_of_a_header_has_no_control_characters_and_is_unicode(value: str, printable: bool) -> None:
    assert bool(PRINTABLE.fullmatch(value)) is printable


def test_the_name_of_an_archive_has_no_credentials() -> None:
    assert Upstream("http://user:secret@archive.example/dicom-web/").name == "http://archive.example/dicom-web/"
