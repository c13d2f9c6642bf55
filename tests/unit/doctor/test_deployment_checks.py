"""The checks' findings for given evidence; real deployments are in tests/integration/doctor."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any, get_args

import pytest

from ohifbuild.contract.answers import Kind, Status, telling_of
from ohifbuild.contract.link import read_link
from ohifbuild.contract.settings import Settings
from ohifbuild.core import resources
from ohifbuild.doctor import judge
from ohifbuild.doctor.address import parse_address
from ohifbuild.doctor.checks.answers import PAGE_SAYS
from ohifbuild.doctor.connections import Connection
from ohifbuild.doctor.link_problem import link_problem
from ohifbuild.doctor.observations import FileEvidence
from ohifbuild.doctor.tls import Certificate, Tls
from ohifbuild.doctor.viewer_page import Page
from ohifbuild.viewer.manifest import FileEntry

NOW = 1_800_000_000.0
DAY = 86400.0
COOP, COEP = "Cross-Origin-Opener-Policy", "Cross-Origin-Embedder-Policy"


def test_a_healthy_deployment_has_no_fault(healthy: Any) -> None:
    states = {finding.check: finding.state for finding in judge(healthy.evidence).findings}
    assert {check for check, state in states.items() if state != "right"} == {"integrity", "stale"}  # no manifest


@pytest.mark.parametrize(
    ("failure", "words"),
    [("name", "cannot be resolved"), ("refused", "nothing listens"), ("timeout", "in time"), ("tls", "TLS")],
)
def test_a_server_that_does_not_answer_is_the_only_cause(healthy: Any, failure: str, words: str) -> None:
    broken = healthy.but(failure=failure, viewer=None, archive=None).but("navigation", tls=None)
    assert [finding.check for finding in judge(broken.evidence).wrong if not finding.because] == ["address"]
    assert words in broken.finding("address").found


@pytest.mark.parametrize(
    ("url", "state"),
    [
        ("https://pacs.example/", "right"),
        ("http://localhost:8080/", "right"),
        ("http://viewer.localhost/", "right"),
        ("http://127.8.9.10/", "right"),
        ("http://[::1]/", "right"),
        ("http://192.168.1.20/", "wrong"),
        ("http://pacs/", "wrong"),
        ("http://localhost.example/", "wrong"),
    ],
)
def test_secure_contexts_are_those_of_browsers(healthy: Any, url: str, state: str) -> None:
    assert healthy.but("navigation", address=parse_address(url)).finding("secure-context").state == state


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        (COOP, (), "no Cross-Origin-Opener-Policy"),
        (COOP, ("same-origin-allow-popups",), "same-origin-allow-popups"),
        (COOP, ("same-origin", "same-origin"), "2 times"),
        (COEP, ("require-corp, require-corp",), "2 times"),
        (COEP, ("unsafe-none",), "unsafe-none"),
        (COEP, ('credentialless; report-to="x"',), ""),
    ],
)
def test_isolation_requires_each_header_once_with_the_right_value(
    healthy: Any, name: str, values: tuple[str, ...], words: str
) -> None:
    finding = healthy.with_page_header(name, *values).finding("isolation")
    assert (finding.state == "right") == (not words)
    assert words in finding.found


@pytest.mark.parametrize(
    ("release", "address", "isolation"),
    [("", True, "wrong"), ("3.8.3", True, "wrong"), ("3.9.0", False, "note"), ("3.14.0-beta.6", False, "note")],
)
def test_missing_isolation_is_only_a_note_for_releases_that_need_no_shared_memory(
    healthy: Any, release: str, address: bool, isolation: str
) -> None:
    bare = healthy.with_page_header(COOP).but("viewer", release=release)
    assert bare.finding("isolation").state == isolation
    elsewhere = bare.but("navigation", address=parse_address("http://192.168.1.20/ohif/viewer")).finding(
        "secure-context"
    )
    assert (elsewhere.state, elsewhere.stops) == ("wrong", address)


def test_ohifs_demonstration_archive_is_named(healthy: Any) -> None:
    stock = Page("ohif", Settings(public_url="/ohif/"))
    case = healthy.but("viewer", page=stock, root="https://d14fa38qiwhyfd.cloudfront.net/dicomweb")
    assert "demonstration" in case.finding("archive").found


def test_scripts_need_the_isolation_header_too(healthy: Any, reply: Any) -> None:
    bare = FileEvidence("worker.js", reply(Content_Type="text/javascript"))
    finding = healthy.but("viewer", files=(*healthy.evidence.viewer.files, bare)).finding("isolation")
    assert finding.state == "wrong"
    assert "worker.js" in finding.found


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ("default-src 'self'", "a script in the page itself"),
        ("script-src 'self' 'sha256-old' 'unsafe-eval'", "a script in the page itself"),
        ("script-src 'self' 'unsafe-inline'", "code from text"),
        ("script-src 'unsafe-inline'", "the viewer's own scripts"),
        ("script-src * 'unsafe-inline' 'unsafe-eval'; worker-src 'self'", "workers from blobs"),
        ("script-src https: 'unsafe-inline' 'unsafe-eval'; worker-src blob:; style-src 'self'", "inline styles"),
        ("img-src 'self' data:", "images from blobs"),
        ("connect-src https://other.example", "connections to the archive"),
        ("script-src 'self' 'sha256-new' 'unsafe-eval'; worker-src blob:; connect-src pacs.example", ""),
        ("frame-ancestors 'none'", ""),
    ],
)
def test_a_policy_must_allow_what_a_viewer_needs(healthy: Any, policy: str, words: str) -> None:
    page = replace(healthy.evidence.viewer.page, inline_hashes=("sha256-new",), policies=(policy,))
    finding = healthy.but("viewer", page=page).with_page_header("Content-Security-Policy", policy).finding("policy")
    assert (finding.state == "right") == (not words)
    assert words in finding.found


@pytest.mark.parametrize(
    ("caching", "state"),
    [
        ("no-store", "right"),
        ("no-cache", "note"),
        ("no-store, max-age=600", "right"),
        ("max-age=0, must-revalidate", "note"),
        ("public, max-age=31536000, immutable", "wrong"),
        ("private, max-age=60", "wrong"),
        ("", "note"),
    ],
)
def test_the_page_must_not_be_stored(healthy: Any, caching: str, state: str) -> None:
    values = (caching,) if caching else ()
    assert healthy.with_page_header("Cache-Control", *values).finding("caching").state == state


def test_an_old_file_from_a_cache_is_distinguished_from_a_changed_file(healthy: Any, reply: Any) -> None:
    other = FileEntry("0" * 64, 3)
    cached = FileEvidence("app-config.js", reply(body=b"old", Age="86400"), other)
    changed = replace(cached, answer=reply(body=b"old"))
    stale, edited = (healthy.but("viewer", files=(file,)) for file in (cached, changed))
    assert stale.finding("stale").state == "wrong"
    assert stale.finding("integrity").because == "stale"
    assert (edited.finding("stale").state, edited.finding("integrity").because) == ("right", "")


@pytest.mark.parametrize(
    ("date", "state"),
    [
        ("Fri, 15 Jan 2027 08:00:30 GMT", "right"),
        ("Fri, 15 Jan 2027 07:00:00 GMT", "note"),
        ("Thu, 15 Jan 2026 08:00:00 GMT", "wrong"),
        ("today", "untried"),
    ],
)
def test_clocks_are_compared(healthy: Any, date: str, state: str) -> None:
    assert healthy.with_page_header("Date", date).finding("clock").state == state


def test_a_wrong_clock_explains_a_certificate_that_is_not_valid_yet(healthy: Any) -> None:
    early = Certificate(("pacs.example",), NOW + DAY, NOW + 90 * DAY, False)
    case = healthy.but("navigation", tls=Tls("certificate is not yet valid", early))
    case = dated(case, "Sun, 17 Jan 2027 09:00:00 GMT")
    assert [finding.check for finding in judge(case.evidence).wrong] == ["clock", "certificate"]
    assert case.finding("certificate").because == "clock"


def dated(case: Any, date: str) -> Any:
    tls = case.evidence.navigation.tls
    return case.with_page_header("Date", date).but("navigation", tls=tls)


@pytest.mark.parametrize(
    ("names", "ends", "self_signed", "error", "state", "words"),
    [
        (("pacs.example",), 5 * DAY, False, "", "note", "5 days"),
        (("*.example",), 50 * DAY, False, "", "right", "50 days left"),
        (("*.pacs.example",), 50 * DAY, False, "Hostname mismatch", "wrong", "is for *.pacs.example"),
        (("pacs.example",), -3 * DAY, True, "certificate has expired", "wrong", "Also: it is self-signed"),
        (("pacs.example",), 50 * DAY, False, "unable to get local issuer certificate", "wrong", "local issuer"),
        ((), 50 * DAY, False, "", "wrong", "is for no host"),
    ],
)
def test_certificates(
    healthy: Any, names: tuple[str, ...], ends: float, self_signed: bool, error: str, state: str, words: str
) -> None:
    seen = Certificate(names, NOW - 90 * DAY, NOW + ends, self_signed)
    finding = healthy.but("navigation", tls=Tls(error, seen)).finding("certificate")
    assert finding.state == state
    assert words in finding.found


def crossing(healthy: Any, **archive: Any) -> Any:
    return healthy.but("viewer", root="https://archive.example/dicom-web").but("archive", **archive)


@pytest.mark.parametrize(
    ("preflight", "answered", "words"),
    [
        ({"status": 401}, {}, "(OPTIONS): 401"),
        ({}, {}, "does not allow https://pacs.example"),
        ({"Access_Control_Allow_Origin": "*"}, {}, "does not allow the header token"),
        (
            {"Access_Control_Allow_Origin": "*", "Access_Control_Allow_Headers": "Token"},
            {},
            "but not in the answer itself",
        ),
        (
            {"Access_Control_Allow_Origin": "https://pacs.example", "Access_Control_Allow_Headers": "accept, TOKEN"},
            {"Access_Control_Allow_Origin": "https://pacs.example"},
            "",
        ),
        (
            {"Access_Control_Allow_Origin": "*", "Access_Control_Allow_Headers": "*"},
            {"Access_Control_Allow_Origin": "*"},
            "",
        ),
    ],
)
def test_an_archive_at_another_origin_must_allow_the_page(
    healthy: Any, reply: Any, preflight: dict[str, Any], answered: dict[str, str], words: str
) -> None:
    case = crossing(healthy, preflight=reply(**preflight), anonymous_search=reply(401, **answered))
    finding = case.finding("cross-origin")
    assert (finding.state == "right") == (not words)
    assert words in finding.found


def test_a_star_does_not_allow_the_authorization_header(healthy: Any, reply: Any) -> None:
    page = replace(healthy.evidence.viewer.page, settings=Settings(token_header="Authorization"))
    allowed = reply(Access_Control_Allow_Origin="*", Access_Control_Allow_Headers="*")
    case = crossing(healthy, preflight=allowed, anonymous_search=allowed).but("viewer", page=page)
    assert case.finding("cross-origin").state == "wrong"


def jwt(**claims: Any) -> str:
    return ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({}, claims, {})
    )


@pytest.mark.parametrize(
    ("token", "words"),
    [
        (jwt(exp=NOW - 300), "expired 5 minutes ago"),
        (jwt(nbf=NOW + 3 * DAY), "becomes valid in 3 days"),
        (jwt(expiration_date="2027-01-15T07:00:00Z"), "expired 60 minutes ago"),
        (jwt(expiration_date="2027-01-15T09:00:00Z"), ""),
        (jwt(exp=-(10**400)), "expired"),
        (jwt(nbf=10**400), "becomes valid in"),
        (jwt(exp=NOW + 300), ""),
        (jwt(exp="soon"), ""),
        ("a.b.c", ""),
        ("a." + "[" * 1000 + ".c", ""),
    ],
)
def test_the_times_in_a_token_are_checked(healthy: Any, token: str, words: str) -> None:
    finding = healthy.but("link", token=token).finding("token")
    assert (finding.state == "right") == (not words)
    assert words in finding.found


@pytest.mark.parametrize(
    ("status", "challenge", "check"),
    [
        (401, 'Bearer realm="x"', "token-header"),
        (401, 'Bearer error="invalid_token"', "token-header"),
        (403, "", "token"),
    ],
)
def test_a_dropped_header_is_distinguished_from_a_refused_token(
    healthy: Any, reply: Any, status: int, challenge: str, check: str
) -> None:
    refusal = reply(status, WWW_Authenticate=challenge) if challenge else reply(status)
    case = healthy.but(
        "archive",
        granted={"1.2.3": refusal},
        anonymous_study=refusal,
        forged=refusal,
        series=None,
        metadata=None,
        frame=None,
    )
    report = judge(case.evidence)
    assert report.cause is not None
    assert report.cause.check == check


def test_a_token_that_is_too_long_for_a_header_is_reported(healthy: Any, reply: Any) -> None:
    too_long = reply(400, b"<h1>Request Header Or Cookie Too Large</h1>")
    case = healthy.but("archive", granted={"1.2.3": too_long}, series=None, metadata=None, frame=None)
    cause = judge(case.evidence).cause
    assert cause is not None
    assert cause.check == "token-header"
    assert "large_client_header_buffers" in case.finding("token-header").change


@pytest.mark.parametrize(
    ("url", "state"),
    [
        ("https://pacs.example/dicom-web/studies/1/bulk/2", "right"),
        ("../bulk/2", "right"),
        ("http://pacs.example/dicom-web/studies/1", "wrong"),
        ("https://orthanc:8042/dicom-web/studies/1", "wrong"),
        ("https://pacs.example/orthanc/dicom-web/studies/1", "wrong"),
        ("https://pacs.example/dicom-webs/1", "wrong"),
    ],
)
def test_urls_of_the_archive_must_be_below_the_dicomweb_root(healthy: Any, reply: Any, url: str, state: str) -> None:
    metadata = reply(body=[{"7FE00010": {"vr": "OW", "BulkDataURI": url}}])
    assert healthy.but("archive", metadata=metadata).finding("bulk-urls").state == state


@pytest.mark.parametrize(
    ("answered", "words"),
    [
        ({"status": 404}, "does not exist"),
        ({"status": 502}, "does not reach the archive"),
        ({"body": b"<!DOCTYPE html><html>"}, "web page"),
        ({"status": 302, "Location": "/login?next=/"}, "a login at /login"),
        ({"status": 302, "Location": "https://pacs.example/other"}, "redirects to pacs.example/other"),
        ({"status": 431}, "too long"),
        ({"status": 401, "WWW_Authenticate": "Basic realm=x"}, "(Basic)"),
        ({"body": b"{}"}, "is no DICOM JSON"),
        ({"status": 204}, ""),
        ({"body": b"[]"}, ""),
    ],
)
def test_answers_that_are_not_dicomweb_are_wrong(
    healthy: Any, reply: Any, answered: dict[str, Any], words: str
) -> None:
    finding = healthy.but("archive", anonymous_search=reply(**answered)).finding("archive")
    assert (finding.state == "right") == (not words)
    assert words in finding.found


def test_other_studies_in_an_answer_are_a_fault(healthy: Any, reply: Any, row: Any) -> None:
    own = reply(body=[row(x0020000D="1.2.3")])
    more = reply(body=[row(x0020000D="1.2.3"), row(x0020000D="1.2.4")])
    filtered, leaking = (healthy.but("archive", patient=found, everything=found) for found in (own, more))
    assert (filtered.finding("priors").state, filtered.finding("everything").state) == ("right", "right")
    assert (leaking.finding("priors").state, leaking.finding("everything").state) == ("wrong", "wrong")


@pytest.mark.parametrize("query", ["", "StudyInstanceUIDs=1.2.3"])
def test_without_token_or_study_the_other_checks_still_run(healthy: Any, query: str) -> None:
    case = healthy.but(link=read_link(f"https://pacs.example/ohif/viewer?{query}", "token"), archive=None)
    assert case.finding("link").state == "note"
    assert case.finding("isolation").state == "right"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("pacs.example/viewer?StudyInstanceUIDs=1.2&token=x#token=y", "refuses the token"),
        ("pacs.example/viewer?StudyInstanceUIDs=1.2&token=x%20y", "refuses the token"),
        ("pacs.example/viewer?StudyInstanceUIDs=1.2,abc&token=x", "other characters than digits"),
        (f"pacs.example/viewer?StudyInstanceUIDs={'1.' * 32}1&token=x", "of 65 characters; DICOM allows 64"),
        (f"pacs.example/viewer?StudyInstanceUIDs={','.join(map(str, range(201)))}&token=x", "names 201 studies"),
        (f"pacs.example/viewer?StudyInstanceUIDs=1.2&x={'y' * 32768}&token=x", "more than 32768"),
        ("pacs.example/viewer?StudyInstanceUIDs=1.2&url=/x.json&token=x", "beside studies"),
        ("user@pacs.example/viewer?StudyInstanceUIDs=1.2&token=x", "a user's name before"),
    ],
)
def test_a_link_that_the_viewer_refuses_is_the_first_cause(healthy: Any, address: str, words: str) -> None:
    link = read_link(f"https://{address}", "token")
    case = healthy.but(link=link, link_problem=link_problem(f"https://{address}"), archive=None).with_page_header(COOP)
    first = judge(case.evidence).findings[0]
    assert (first.check, first.state) == ("link", "wrong")
    assert words in first.found


def test_a_link_with_a_json_file_is_right_only_for_a_dist_that_accepts_it(healthy: Any) -> None:
    case = healthy.but(link=read_link("https://pacs.example/ohif/viewer?url=/x/1/y&token=x", "token"), archive=None)
    page = replace(healthy.evidence.viewer.page, settings=Settings(public_url="/ohif/", dicom_json="/x/{id}/y"))
    assert (case.finding("link").state, case.but("viewer", page=page).finding("link").state) == ("wrong", "note")


def test_published_ohif_is_a_note(healthy: Any) -> None:
    stock = Page("ohif", Settings(public_url="/ohif/"), hides_referrer=True)
    assert healthy.but("viewer", page=stock).finding("page").state == "note"


OWN, OTHERS = "script-src 'self' 'unsafe-inline' 'unsafe-eval'; worker-src blob:", "script-src 'none'"


@pytest.mark.parametrize(
    ("kind", "sent", "written", "state", "words"),
    [
        ("ohifbuild", OWN, OWN, "right", ""),
        ("ohifbuild", "", OWN, "note", "in a frame"),
        ("ohifbuild", OWN, "", "note", "not in the page"),
        ("ohifbuild", "", "", "wrong", "has no Content-Security-Policy"),
        ("ohifbuild", OWN, OTHERS, "wrong", "the viewer's own scripts"),
        ("ohif", "", "", "note", "has no Content-Security-Policy"),
        ("ohif", OWN, "", "right", ""),
    ],
)
def test_a_policy_in_the_page_counts_like_one_in_a_header(
    healthy: Any, kind: str, sent: str, written: str, state: str, words: str
) -> None:
    page = replace(healthy.evidence.viewer.page, kind=kind, policies=(written,) if written else ())
    case = healthy.but("viewer", page=page).with_page_header("Content-Security-Policy", *([sent] if sent else []))
    finding = case.finding("policy")
    assert (finding.state, finding.stops) == (state, words != "has no Content-Security-Policy" or state != "wrong")
    assert words in f"{finding.found} {finding.effect}"


@pytest.mark.parametrize(
    ("caching", "state"),
    [
        ("no-store", "right"),
        ("private, no-store, max-age=0", "right"),
        ("", "note"),
        ("no-cache", "note"),
        ("private, max-age=60", "wrong"),
        ("public", "wrong"),
    ],
)
def test_answers_with_patients_data_must_not_be_stored(
    healthy: Any, reply: Any, row: Any, caching: str, state: str
) -> None:
    metadata = reply(body=[row(x00080018="1.2")], **({"Cache_Control": caching} if caching else {}))
    finding = healthy.but("archive", metadata=metadata).finding("archive-caching")
    assert (finding.state, finding.stops) == (state, state != "wrong")


def test_a_cookie_of_the_archive_is_reported_without_its_value(healthy: Any, reply: Any) -> None:
    finding = healthy.but("archive", anonymous_study=reply(401, Set_Cookie="JSESSIONID=s3cret; Path=/")).finding(
        "cookies"
    )
    assert (finding.state, "JSESSIONID" in finding.found, "s3cret" in finding.found) == ("note", True, False)


@pytest.mark.parametrize(
    ("status", "state"),
    [(401, "right"), (403, "right"), (405, "right"), (302, "right"), (502, "untried"), (200, "wrong"), (400, "wrong")],
)
def test_an_upload_without_a_token_must_be_refused(healthy: Any, reply: Any, status: int, state: str) -> None:
    assert healthy.but("archive", upload=reply(status)).finding("methods").state == state


@pytest.mark.parametrize(
    ("status", "body", "server", "state"),
    [
        (400, b"", "nginx", "right"),
        (404, b"", "nginx", "right"),
        (403, b"no", "nginx", "right"),
        (401, b"", "nginx", "note"),
        (401, b"", "Apache/2.4.62", "note"),
        (401, b"", "", "right"),
        (200, b"[]", "", "note"),
    ],
)
def test_an_ambiguous_path_must_be_refused(
    healthy: Any, reply: Any, status: int, body: bytes, server: str, state: str
) -> None:
    case = healthy.but("archive", anonymous_search=reply(401, Server=server), ambiguous={"//": reply(status, body)})
    assert case.finding("crooked-paths").state == state


def test_a_redirect_of_the_archive_is_reported_without_its_query(healthy: Any, reply: Any) -> None:
    away = reply(302, Location="https://u:p@other.example/x?token=abc")
    found = healthy.but("archive", granted={"1.2.3": away}, series=None).finding("token")
    assert "redirects to https://other.example (302)" in found.found
    assert "abc" not in found.found


@pytest.mark.parametrize(
    ("connections", "state"),
    [
        ((Connection("192.0.2.1"), Connection("2001:db8::1")), "right"),
        ((Connection("192.0.2.1"), Connection("2001:db8::1", "refused")), "wrong"),
        ((Connection("192.0.2.1"), Connection("2001:db8::1", "timeout")), "wrong"),
        ((Connection("192.0.2.1", "refused"), Connection("192.0.2.2")), "wrong"),
        # This machine may have no IPv6.
        ((Connection("192.0.2.1"), Connection("2001:db8::1", "unreachable")), "right"),
        ((Connection("2001:db8::1"),), "note"),
        ((Connection("192.0.2.1", "refused"),), "right"),  # that is the finding of another check
    ],
)
def test_every_address_of_the_host_must_lead_to_a_server(healthy: Any, connections: Any, state: str) -> None:
    assert healthy.but(connections=connections).finding("addresses").state == state


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        ("http://portal.example", "uses http"),
        ("http://localhost:8080", "forbids frames of"),
        ("https://pacs.example", "may show"),
    ],
)
def test_a_portal_over_http_is_wrong_except_on_this_machine(healthy: Any, origin: str, words: str) -> None:
    assert words in healthy.but(portal=origin).finding("portal").found


def test_a_portal_that_the_dist_names_but_its_server_does_not(healthy: Any) -> None:
    settings = Settings(public_url="/ohif/", embed_in=("https://portal.example",))
    page = replace(healthy.evidence.viewer.page, settings=settings)
    found = healthy.but(portal="https://portal.example").but("viewer", page=page).finding("portal")
    assert found.state == "wrong"
    assert "deploy it again" in found.change
    assert "build" not in found.change


@pytest.mark.parametrize(("kind", "state"), [("ohifbuild", "wrong"), ("ohif", "note")])
def test_other_pages_of_ohif_are_reported_for_deletion(healthy: Any, kind: str, state: str) -> None:
    page = replace(healthy.evidence.viewer.page, kind=kind)
    finding = healthy.but("viewer", page=page, others=("silent-refresh.html", "sw.js")).finding("other-pages")
    assert (finding.state, finding.change.partition(": ")[2]) == (state, "rm silent-refresh.html sw.js")


def test_quoted_messages_of_the_page_are_its_real_messages(healthy: Any) -> None:
    texts = (resources.extension_template() / "src" / "texts" / "en.js").read_text(encoding="utf-8")
    statuses: tuple[Status, ...] = (0, *range(300, 600), 204, "unreadable")
    tellings = (telling_of(status, kind, "nothing") for status in statuses for kind in get_args(Kind))
    assert {telling.message for telling in tellings if telling} == set(PAGE_SAYS)
    assert [title for title in PAGE_SAYS.values() if f"'{title}'" not in texts] == []
    for link in ("?token=a#token=b", "?StudyInstanceUIDs=x"):
        effect = healthy.but(link=read_link(f"https://pacs.example/{link}", "token")).finding("link").effect
        assert effect.split("'")[1] in texts
