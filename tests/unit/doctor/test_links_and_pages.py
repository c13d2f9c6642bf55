from __future__ import annotations

import json
from typing import Any

import pytest

from ohifbuild.contract.settings import Settings
from ohifbuild.doctor.client import Answer
from ohifbuild.doctor.gather import follows
from ohifbuild.doctor.link import parse_link
from ohifbuild.doctor.page import modules_in, read_page, root_in
from ohifbuild.errors import LinkInvalid

BASE = "https://pacs.example/ohif/viewer"


@pytest.mark.parametrize(
    ("url", "studies", "token"),
    [
        (f"{BASE}?StudyInstanceUIDs=1.2&token=abc", ("1.2",), "abc"),
        (f"{BASE}?studyinstanceuids=1.2,1.3&StudyInstanceUIDs=1.2&TOKEN=abc", ("1.2", "1.3"), "abc"),
        (f"{BASE}?StudyInstanceUIDs=1.2&token=query#token=fragment", ("1.2",), "fragment"),
        (f"{BASE}?StudyInstanceUIDs=1.2&token=a%2Bb%3D%3D", ("1.2",), "a+b=="),
        (BASE, (), ""),
    ],
)
def test_a_link_is_read_as_the_viewer_reads_it(url: str, studies: tuple[str, ...], token: str) -> None:
    link = parse_link(url)
    assert (link.studies, link.token, link.origin, link.path) == (
        studies,
        token,
        "https://pacs.example",
        "/ohif/viewer",
    )


def test_what_stands_in_for_the_token_is_as_long() -> None:
    link = parse_link(f"{BASE}?StudyInstanceUIDs=1.2&token=a%2Bb&x=1")
    assert link.stand_in == "StudyInstanceUIDs=1.2&token=xxxxx&x=1"
    assert "a%2Bb" not in repr(link)
    assert set(link.secrets) == {"a%2Bb", "a+b"}


@pytest.mark.parametrize(
    "url", ["pacs.example/ohif", "ftp://pacs.example", "https://", "https://u:p@pacs.example", "https://x:y/", "", "-"]
)
def test_what_is_no_link_is_said_without_repeating_it(url: str) -> None:
    with pytest.raises(LinkInvalid) as failure:
        parse_link(url)
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
def test_redirects_are_followed_on_the_origin_and_to_its_https(asked: str, location: str, there: str | None) -> None:
    found = follows(parse_link(asked), Answer(asked, 302, (("location", location),)))
    assert (found.url if found else None) == there


SETTINGS: dict[str, Any] = {
    **{"tokenParam": "t", "tokenHeader": "X", "tokenScheme": "", "roots": ["/d"], "priors": "never"},
    **{"storage": "tab", "studyList": False, "publicUrl": "/ohif/"},
}


def test_a_page_of_ours_says_what_it_was_built_with() -> None:
    text = (
        '<!DOCTYPE html><HTML><title> OHIF\n Viewer </title><meta name="referrer" content="no-referrer">'
        f'<script type="application/json" id="ohifbuild-settings">{json.dumps(SETTINGS)}</script><script>1</script>'
        '<script defer src="/ohif/app.js"></script><link href=/ohif/app.css rel=stylesheet><link rel=icon href=/i.png>'
    )
    page = read_page(text.encode())
    assert (page.kind, page.title, page.hides_referrer) == ("ohifbuild", "OHIF Viewer", True)
    assert page.settings == Settings("t", "X", "", ("/d",), public_url="/ohif/")
    assert page.loads == ("/ohif/app.js", "/ohif/app.css")
    assert len(page.inline_hashes) == 1


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("<script>window.PUBLIC_URL = '/x/';</script>", "ohif"),
        ('<script id="ohifbuild-settings">{}</script>', "ohif"),
        ('<form><input name=p type="password">', "login"),
        ("<title>Orthanc Explorer</title>", "other"),
        ("", "other"),
        ("<script", "other"),
        ("<script>", "other"),
    ],
)
def test_other_pages_are_told_apart(text: str, kind: str) -> None:
    assert read_page(text.encode()).kind == kind


def test_ohifs_own_page_tells_its_public_path_and_its_configuration_the_archive() -> None:
    assert read_page(b"<script>window.PUBLIC_URL = '/x/';</script>").settings.public_url == "/x/"
    assert root_in("dataSources: [{ qidoRoot: 'https://a.example/rs/', x: 1 }]") == "https://a.example/rs"
    assert root_in("nothing") == ""
    assert modules_in('{"modes": ["/o/a.js", "/o/a.js", "longitudinal", "/o/b.mjs"]}') == ("/o/a.js", "/o/b.mjs")


def test_reading_a_hostile_page_takes_no_longer_than_its_length() -> None:
    for piece in ("<script ", "<title", '<meta a="', "<script>", "<!--"):
        assert not read_page((piece * 20_000).encode()).is_viewer
