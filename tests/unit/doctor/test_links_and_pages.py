from __future__ import annotations

import json
from typing import Any

import pytest

from ohifbuild.contract.settings import Settings
from ohifbuild.core.errors import LinkInvalid
from ohifbuild.doctor.address import parse_address
from ohifbuild.doctor.client import Answer
from ohifbuild.doctor.findings import forms_of
from ohifbuild.doctor.gather import redirect_target
from ohifbuild.doctor.viewer_page import modules_in, read_page, root_in

BASE = "https://pacs.example/ohif/viewer"


@pytest.mark.parametrize(
    ("link", "query"),
    [
        (f"{BASE}?StudyInstanceUIDs=1.2.3&token=abc", "StudyInstanceUIDs=xxxxxxxxxxxxxxx"),
        (f"{BASE}?StudyInstanceUIDs=1.2.3#token=abc", "StudyInstanceUIDs=xxxxx"),
        (f"{BASE}?abc", "Stu"),
        (f"{BASE}#abc", ""),
        (BASE, ""),
    ],
)
def test_the_placeholder_query_has_the_length_of_the_links_query_and_nothing_of_it(link: str, query: str) -> None:
    address = parse_address(link)
    assert (address.origin, address.path, address.query) == ("https://pacs.example", "/ohif/viewer", query)
    assert address.request == BASE + (f"?{query}" if query else "")
    assert "abc" not in repr(address)


def test_a_user_in_a_link_is_not_sent() -> None:
    assert parse_address("https://u:p@pacs.example/viewer?x").request == "https://pacs.example/viewer?S"


def test_all_encodings_of_a_token_are_known() -> None:
    assert forms_of("a+b c") == ("a%2Bb%20c", "a%2Bb+c", "a+b c")
    assert forms_of("") == ()


@pytest.mark.parametrize(
    "url",
    [
        *("pacs.example/ohif", "ftp://pacs.example", "https://", "https://u:p@x:y/", "", "-"),
        *("https://pacs.example/a?u:p x", "https://pacs.example\\@u:p/", "https://pacs.example/\\x"),
    ],
)
def test_an_invalid_link_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(LinkInvalid) as failure:
        parse_address(url)
    assert "u:p" not in failure.value.what + failure.value.cause


@pytest.mark.parametrize(
    ("asked", "location", "there"),
    [
        ("http://pacs.example/a", "https://pacs.example/a?x=1", "https://pacs.example/a"),
        ("https://pacs.example/a", "/b", "https://pacs.example/b"),
        ("https://pacs.example:8443/a", "b/", "https://pacs.example:8443/b/"),
        ("https://pacs.example/a", "http://pacs.example/a", None),
        ("https://pacs.example/a", "https://pacs.example:8443/a", None),
        ("https://pacs.example/a", "//evil.example/a", None),
        ("http://pacs.example/a", "https://pacs.example.evil.example/a", None),
        ("https://pacs.example/a", "https://[", None),
    ],
)
def test_redirects_are_followed_on_the_same_origin_and_to_https(asked: str, location: str, there: str | None) -> None:
    found = redirect_target(parse_address(asked), Answer(asked, 302, (("location", location),)))
    assert (found.url if found else None) == there


SETTINGS: dict[str, Any] = {
    **{"tokenParam": "t", "tokenHeader": "X", "tokenScheme": "", "roots": ["/d"], "priors": "never"},
    **{"storage": "tab", "studyList": False, "publicUrl": "/ohif/"},
}


def test_the_settings_of_an_ohifbuild_page_are_read() -> None:
    text = (
        '<!DOCTYPE html><HTML><title> OHIF\n Viewer </title><meta name="referrer" content="no-referrer">'
        f'<script type="application/json" id="ohifbuild-settings">{json.dumps(SETTINGS)}</script><script>1</script>'
        '<script defer src="/ohif/app.js?a=1&amp;b"></script><link href=/ohif/app.css rel=stylesheet>'
        "<link rel=icon href=/i.png>"
    )
    page = read_page(text.encode())
    assert (page.kind, page.title, page.hides_referrer) == ("ohifbuild", "OHIF Viewer", True)
    assert page.settings == Settings("t", "X", "", ("/d",), public_url="/ohif/")
    assert page.loads == ("/ohif/app.js?a=1&b", "/ohif/app.css")
    assert len(page.inline_hashes) == 1


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("<script>window.PUBLIC_URL = '/x/';</script>", "ohif"),
        ('<script id="ohifbuild-settings">{}</script>', "ohif"),
        (f'<script id="ohifbuild-settings">{json.dumps({**SETTINGS, "publicUrl": "@evil.example/"})}</script>', "ohif"),
        ('<form><input name=p type="password">', "login"),
        ("<title>Orthanc Explorer</title>", "other"),
        ("", "other"),
        ("<script", "other"),
        ("<script>", "other"),
    ],
)
def test_other_pages_are_distinguished(text: str, kind: str) -> None:
    assert read_page(text.encode()).kind == kind


@pytest.mark.parametrize(
    ("page", "policies"),
    [
        ("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'self' a&amp;b; img-src 'none'\">", 1),
        ("<META content='x' HTTP-EQUIV=content-security-policy><script>1</script>", 1),
        ('<script type="application/json">{}</script><meta http-equiv="Content-Security-Policy" content="x">', 1),
        ('<script>1</script><meta http-equiv="Content-Security-Policy" content="x">', 0),
        ('<meta http-equiv="refresh" content="x">', 0),
    ],
)
def test_a_policy_in_a_page_counts_only_before_its_first_script(page: str, policies: int) -> None:
    found = read_page(page.encode()).policies
    assert len(found) == policies
    assert [text for text in found if text not in ("default-src 'self' a&b; img-src 'none'", "x")] == []


def test_public_path_and_dicomweb_root_of_published_ohif_are_read() -> None:
    assert read_page(b"<script>window.PUBLIC_URL = '/x/';</script>").settings.public_url == "/x/"
    assert root_in("dataSources: [{ qidoRoot: 'https://a.example/rs/', x: 1 }]") == "https://a.example/rs"
    assert root_in("nothing") == ""
    assert modules_in('{"modes": ["/o/a.js", "/o/a.js", "longitudinal", "/o/b.mjs"]}') == ("/o/a.js", "/o/b.mjs")


def test_reading_a_hostile_page_takes_linear_time() -> None:
    for piece in ("<script ", "<title", '<meta a="', "<script>", "<!--"):
        assert not read_page((piece * 20_000).encode()).is_viewer
