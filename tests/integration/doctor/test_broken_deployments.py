"""Deployments in a real nginx, each with one thing wrong: doctor names that thing first."""

from __future__ import annotations

import base64
import gzip
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import brotli
import pytest
import trustme

from ohifbuild.contract.grants import Grant
from ohifbuild.contract.settings import Settings
from ohifbuild.doctor import Report, examine_deployment
from ohifbuild.server import archive_rules
from ohifbuild.verification.dataset.contents import ORDINARY

ENTRY = "app.bundle.0123456789abcdef0123.js"
REDIRECTS = f"error_page {' '.join(map(str, archive_rules.REDIRECTS))} = @ohifbuild_redirected;"
COOP = 'add_header Cross-Origin-Opener-Policy "same-origin" always;'
NOT_KEPT = 'add_header Cache-Control "no-store" always;'
PASS = "proxy_http_version 1.1;"
COEP = 'add_header Cross-Origin-Embedder-Policy "require-corp" always;'


def cause(report: Report) -> tuple[str, str]:
    """The first finding: its name, and all it says."""
    assert report.cause is not None
    return report.cause.check, f"{report.cause.found} {report.cause.effect} {report.cause.change}"


def repacked(path: Path, pack: Callable[[bytes], bytes]) -> None:
    path.write_bytes(pack(path.read_bytes()))


def states(report: Report) -> dict[str, str]:
    return {finding.check: finding.state for finding in report.findings}


def test_a_healthy_deployment_has_no_finding(maker: Any, archive: Any, authority: Any) -> None:
    with archive(Settings()) as origin:
        made = maker.deployment(origin, authority=authority.issue_cert("127.0.0.1"), public_url="/ohif/")
        with maker.served(made) as link:
            report = examine_deployment(link)
    assert [finding for finding in report.findings if finding.state != "right"] == []


def test_a_deployment_on_this_machine_needs_no_https(maker: Any, archive: Any) -> None:
    with archive(Settings()) as origin, maker.served(maker.deployment(origin)) as link:
        report = examine_deployment(link)
    assert [finding for finding in report.findings if finding.state != "right"] == []


@pytest.mark.parametrize(
    ("old", "new", "check", "words"),
    [
        (COOP, "", "isolation", "no Cross-Origin-Opener-Policy"),
        (COEP, f"{COEP} {COEP}", "isolation", "Cross-Origin-Embedder-Policy 2 times"),
        ("try_files /index.html =404;", "try_files $uri =404;", "routes", "try_files $uri /index.html"),
        ("text/javascript js mjs;", "text/javascript js;", "media-types", "worker.mjs is sent as application/octet"),
        ("application/wasm wasm;", "", "media-types", "not as application/wasm"),
        ('default "no-cache"', 'default "max-age=604800"', "caching", "app-config.js for 7 days"),
        ('"no-store";', '"max-age=604800";', "caching", "index.html for 7 days"),
        (NOT_KEPT, 'add_header Cache-Control "public, max-age=60" always;', "archive-caching", "max-age=60"),
        ("return 405;", "return 200;", "methods", "an upload (POST) without a token"),
        (REDIRECTS, "return 302 https://other.example/x;", "archive", "redirects to other.example/x"),
        ("large_client_header_buffers 4 32k;", "large_client_header_buffers 2 1k;", "long-link", "large_client_header"),
        ("'sha256-", "'sha256-AAAA", "policy", "The policy is of another build"),
        ("connect-src 'self'", "connect-src https://other.example", "policy", "connections to the archive"),
        ("location /dicom-web/ {", "location /other/ {", "archive", "web page"),
        (PASS, f'{PASS} proxy_set_header token "";', "token-header", "proxy_set_header token"),
        (REDIRECTS, "return 302 https://sso.example/login;", "archive", "sso.example/login"),
        (PASS, 'auth_basic "x"; auth_basic_user_file none;', "archive", "(Basic)"),
    ],
)
def test_one_wrong_line_of_nginx_is_found_as_the_cause(
    maker: Any, archive: Any, old: str, new: str, check: str, words: str
) -> None:
    with archive(Settings()) as origin:
        made = maker.deployment(origin)
        made.spoil(old, new)
        with maker.served(made):
            report = examine_deployment(made.link("t" * 1200 if check == "long-link" else "the-token-of-this-link"))
    found, said = cause(report)
    assert found == check
    assert words in said
    assert made.has_already(found, said) == []


@pytest.mark.parametrize(
    ("old", "new", "check", "words"),
    [
        ("add_header Content-Security-Policy $ohifbuild_policy always;", "", "policy", "only in the page"),
        ('"no-store";', '"no-cache";', "caching", "Browsers store index.html on the disk"),
        (NOT_KEPT, f'{NOT_KEPT} add_header Set-Cookie "JSESSIONID=1";', "cookies", "JSESSIONID"),
        (NOT_KEPT, "", "archive-caching", "has no Cache-Control: no-store"),
    ],
)
def test_improvements_are_notes(maker: Any, archive: Any, old: str, new: str, check: str, words: str) -> None:
    with archive(Settings()) as origin:
        made = maker.deployment(origin)
        made.spoil(old, new)
        with maker.served(made) as link:
            report = examine_deployment(link)
    notes = {finding.check: finding.found for finding in report.findings if finding.state != "right"}
    assert report.cause is None
    assert set(notes) == {check}
    assert words in notes[check]


def test_a_server_that_normalizes_ambiguous_paths(maker: Any, archive: Any) -> None:
    with archive(Settings()) as origin:
        made = maker.deployment(origin)
        made.spoil("if ($ohifbuild_plain = 0) {", "if ($ohifbuild_plain = 2) {")
        made.spoil("proxy_pass http://ohifbuild_archive;", "proxy_pass http://ohifbuild_archive/dicom-web/;")
        with maker.served(made) as link:
            report = examine_deployment(link)
    assert report.cause is None
    assert {check: state for check, state in states(report).items() if state != "right"} == {"crooked-paths": "note"}


def test_pages_of_another_build_beside_the_viewer(maker: Any, archive: Any) -> None:
    with archive(Settings()) as origin:
        made = maker.deployment(origin)
        (made.www / "silent-refresh.html").write_text('<script src="https://other.example/oidc-client.js"></script>')
        (made.www / "sw.js").write_text("importScripts('https://other.example/workbox-sw.js');")
        with maker.served(made) as link:
            found, said = cause(examine_deployment(link))
    assert found == "other-pages"
    assert "rm silent-refresh.html sw.js" in said


def test_a_link_with_two_tokens(maker: Any, archive: Any) -> None:
    with archive(Settings()) as origin, maker.served(maker.deployment(origin)) as link:
        report = examine_deployment(f"{link}#token=another")
    assert cause(report)[0] == "link"
    assert "two different ones" in cause(report)[1]
    assert states(report)["token"] == "untried"


def test_a_dist_for_another_sub_path(maker: Any, archive: Any) -> None:
    with archive(Settings()) as origin:
        made = maker.deployment(origin, public_url="/ohif/")
        page = (made.www / "index.html").read_text()
        (made.www / "index.html").write_text(page.replace('"/ohif/', '"/'))
        with maker.served(made) as link:
            report = examine_deployment(link)
    found, said = cause(report)
    assert found == "public-path"
    assert "built for / but is served at /ohif/" in said
    assert "ohifbuild move DIST --public-url /ohif/" in said
    assert {finding.because for finding in report.wrong[1:] if finding.check in ("files", "integrity")} == {
        "public-path"
    }


def test_a_link_outside_the_viewers_path(maker: Any, archive: Any) -> None:
    with archive(Settings()) as origin:
        made = maker.deployment(origin, public_url="/ohif/")
        made.spoil("location / {\n        return 404;", "location / {\n        try_files /ohif/index.html =404;")
        with maker.served(made) as link:
            report = examine_deployment(link.replace("/ohif/", "/"))
    found, said = cause(report)
    assert found == "public-path"
    assert "The link's path is /viewer" in said


def test_a_numeric_address_without_https(maker: Any, archive: Any) -> None:
    with archive(Settings()) as origin:
        made = maker.deployment(origin)
        made.spoil(COEP, "")
        with maker.served(made) as link:
            report = examine_deployment(link.replace("127.0.0.1", "0.0.0.0"))
    found, said = cause(report)
    assert found == "secure-context"
    assert "https" in said
    assert [finding.because for finding in report.wrong if finding.check == "isolation"] == ["secure-context"]


@pytest.mark.parametrize(
    ("file", "change", "check", "words"),
    [
        (ENTRY, lambda path: path.unlink(), "files", f"/{ENTRY} is answered 404"),
        ("app-config.js", lambda path: path.write_text("window.config = {};"), "integrity", "app-config.js"),
        ("app.css", lambda path: repacked(path, gzip.compress), "integrity", "sent as gzip without"),
        ("app.css", lambda path: repacked(path, brotli.compress), "integrity", "sent as brotli without"),
        (f"{ENTRY}.gz", lambda path: repacked(path, gzip.compress), "integrity", "compressed twice"),
        (
            f"{ENTRY}.gz",
            lambda path: path.write_bytes(b"noise"),
            "integrity",
            "sent with Content-Encoding gzip, which is wrong",
        ),
    ],
)
def test_files_that_are_not_as_built(
    maker: Any, archive: Any, file: str, change: Callable[..., Any], check: str, words: str
) -> None:
    with archive(Settings()) as origin:
        made = maker.deployment(origin)
        change(made.www / file)
        with maker.served(made) as link:
            report = examine_deployment(link)
    found, said = cause(report)
    assert found == check
    assert words in said
    assert made.has_already(found, said) == []


def test_a_header_that_nginx_drops_for_its_underscore(maker: Any, archive: Any) -> None:
    with archive(Settings(token_header="X_Token")) as origin:
        made = maker.deployment(origin, token_header="X_Token")
        made.spoil("underscores_in_headers on;", "")
        with maker.served(made) as link:
            report = examine_deployment(link)
    found, said = cause(report)
    assert found == "token-header"
    assert "underscores_in_headers on;" in said
    assert [finding.because for finding in report.wrong if finding.check == "token"] == ["token-header"]


def test_an_archive_that_expects_the_token_in_another_header(maker: Any, archive: Any) -> None:
    other = Settings(token_header="Authorization", token_scheme="Bearer")
    with archive(other) as origin, maker.served(maker.deployment(origin)) as link:
        found, said = cause(examine_deployment(link))
    assert found == "token-header"
    assert "--token-header Authorization --token-scheme Bearer" in said


def test_an_archive_that_does_not_know_its_public_host(maker: Any, archive: Any) -> None:
    with archive(Settings()) as origin:
        made = maker.deployment(origin)
        made.spoil("proxy_set_header Host $http_host;", "proxy_set_header Host localhost;")
        with maker.served(made) as link:
            found, said = cause(examine_deployment(link))
    assert found == "bulk-urls"
    assert "http://localhost/dicom-web, not at http://127.0.0.1" in said


def test_an_archive_that_is_down(maker: Any, archive: Any) -> None:
    with archive(Settings()) as origin:
        made = maker.deployment(origin)
    with maker.served(made) as link:
        found, said = cause(examine_deployment(link))
    assert found == "archive"
    assert "(502)" in said


def test_an_archive_at_another_origin_without_cors(maker: Any, archive: Any) -> None:
    with archive(Settings()) as origin:
        made = maker.deployment(origin, roots=(f"{origin}/dicom-web",))
        made.spoil("connect-src 'self'", f"connect-src 'self' {origin}")
        with maker.served(made) as link:
            found, said = cause(examine_deployment(link))
    assert found == "cross-origin"
    assert "Access-Control-Allow-Origin" in said


def test_an_http_archive_for_an_https_page(maker: Any, archive: Any, authority: Any) -> None:
    with archive(Settings()) as origin:
        certificate = authority.issue_cert("127.0.0.1")
        made = maker.deployment(origin, authority=certificate, roots=(f"{origin}/dicom-web",))
        made.spoil("connect-src 'self'", f"connect-src 'self' {origin}")
        with maker.served(made) as link:
            found, said = cause(examine_deployment(link))
    assert found == "mixed-content"
    assert "--dicomweb-root" in said


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("another", "This token is not known"),
        ("the-token-of-this-link", "This token is for another study"),
    ],
)
def test_a_token_that_the_archive_refuses(maker: Any, archive: Any, token: str, words: str) -> None:
    with archive(Settings(), Grant(frozenset({"1.2.3"}))) as origin:
        made = maker.deployment(origin)
        with maker.served(made):
            report = examine_deployment(made.link(token))
    found, said = cause(report)
    assert found == "token"
    assert words in said
    assert states(report)["token-header"] == "right"


def test_a_token_that_has_expired_by_its_own_claim(maker: Any, archive: Any) -> None:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": time.time() - 7 * 3600}).encode()).decode().rstrip("=")
    with archive(Settings()) as origin:
        made = maker.deployment(origin)
        with maker.served(made):
            found, said = cause(examine_deployment(made.link(f"e30.{claims}.c2ln")))
    assert found == "token"
    assert "expired 7 hours ago" in said


def test_an_archive_that_is_open_to_everybody(maker: Any, archive: Any) -> None:
    with archive(Settings(), enforce=False) as origin, maker.served(maker.deployment(origin)) as link:
        report = examine_deployment(link)
    assert cause(report)[0] == "without-token"
    assert {finding.because for finding in report.wrong[1:]} == {"without-token"}


def test_a_token_that_reaches_the_patients_other_studies(maker: Any, archive: Any) -> None:
    grant = Grant(frozenset({ORDINARY.uid}), frozenset({ORDINARY.patient.id}))
    with archive(Settings(), grant) as origin:
        made = maker.deployment(origin)
        with maker.served(made):
            report = examine_deployment(made.link(study=ORDINARY.uid))
    assert cause(report)[0] == "priors"
    assert ORDINARY.patient.id not in json.dumps(report.document())


@pytest.mark.parametrize(
    ("host", "days", "words"),
    [
        ("127.0.0.1", (-30, -3), "expired 3 days ago"),
        ("127.0.0.1", (3, 30), "is not valid yet"),
        ("pacs.example", (-1, 30), "is for pacs.example, not for 127.0.0.1"),
    ],
)
def test_a_certificate_that_browsers_refuse(
    maker: Any, archive: Any, authority: Any, host: str, days: tuple[int, int], words: str
) -> None:
    begins, ends = (datetime.now(UTC) + timedelta(days=number) for number in days)
    certificate = authority.issue_cert(host, not_before=begins, not_after=ends)
    with archive(Settings()) as origin, maker.served(maker.deployment(origin, authority=certificate)) as link:
        report = examine_deployment(link)
        sent = examine_deployment(link, insecure=True)
    assert cause(report)[0] == "certificate"
    assert words in cause(report)[1]
    assert states(report)["token"] == "untried"
    assert states(sent)["token"] == "right"


def test_a_certificate_of_an_unknown_authority(maker: Any, archive: Any, authority: Any) -> None:
    certificate = trustme.CA().issue_cert("127.0.0.1")
    with archive(Settings()) as origin, maker.served(maker.deployment(origin, authority=certificate)) as link:
        found, said = cause(examine_deployment(link))
    assert found == "certificate"
    assert "SSL_CERT_FILE" in said


def test_an_https_link_to_an_http_server(maker: Any, archive: Any) -> None:
    with archive(Settings()) as origin, maker.served(maker.deployment(origin)) as link:
        found, said = cause(examine_deployment(link.replace("http:", "https:")))
    assert found == "address"
    assert "does not accept a TLS connection" in said


def test_an_http_link_to_an_https_server(maker: Any, archive: Any, authority: Any) -> None:
    with archive(Settings()) as origin:
        made = maker.deployment(origin, authority=authority.issue_cert("127.0.0.1"))
        with maker.served(made) as link:
            found, said = cause(examine_deployment(link.replace("https:", "http:")))
    assert found == "page"
    assert "Open the link with https://" in said


def test_a_redirect_that_drops_the_query(maker: Any, archive: Any) -> None:
    with archive(Settings()) as origin:
        made = maker.deployment(origin, public_url="/ohif/")
        made.spoil("location / {\n        return 404;", "location / {\n        return 301 /ohif/viewer;")
        with maker.served(made) as link:
            found, said = cause(examine_deployment(link.replace("/ohif/", "/old/")))
    assert found == "redirects"
    assert "$is_args$args" in said


def test_a_page_behind_a_login(maker: Any, archive: Any) -> None:
    with archive(Settings()) as origin:
        made = maker.deployment(origin)
        made.spoil("try_files /index.html =404;", "return 302 https://sso.example/realms/x?back=$request_uri;")
        with maker.served(made) as link:
            report = examine_deployment(link)
    assert cause(report)[0] == "redirects"
    assert "a login at https://sso.example/realms/x." in cause(report)[1]


def test_the_welcome_page_of_nginx_instead_of_the_viewer(maker: Any, archive: Any) -> None:
    with archive(Settings()) as origin:
        made = maker.deployment(origin)
        (made.www / "index.html").write_text("<!DOCTYPE html><html><title>Welcome to nginx!</title></html>")
        with maker.served(made) as link:
            found, said = cause(examine_deployment(link))
    assert found == "page"
    assert "sites-enabled/default" in said
