"""The settings of a dist, as Python reads them from its page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ohifbuild.contract.settings import Settings, Source, read_settings, settings_of
from ohifbuild.core.errors import DistInvalid

REQUIRED = {
    "tokenParam": "ticket",
    "tokenHeader": "Authorization",
    "tokenScheme": "Bearer",
    "roots": ["/pacs/rs", "https://pacs.example/wado"],
    "priors": "exact",
    "storage": "memory",
    "studyList": True,
    "publicUrl": "/viewer/",
}
OPTIONAL = {
    "connect": ["https://login.example"],
    "dicomJson": "/json/{id}",
    "sourceName": "main",
    "access": "token-and-session",
    "further": [
        {"name": "ward", "roots": ["/ward"], "tokenHeader": "X-Ward", "tokenScheme": "W", "access": "session"},
    ],
    "embedIn": ["https://portal.example"],
    "previewImage": True,
    "mediaStreaming": True,
}
WARD = Source("ward", ("/ward",), "X-Ward", "W", "session")
FULL = Settings(
    token_param="ticket",
    token_header="Authorization",
    token_scheme="Bearer",
    roots=("/pacs/rs", "https://pacs.example/wado"),
    priors="exact",
    storage="memory",
    study_list=True,
    public_url="/viewer/",
    connect=("https://login.example",),
    dicom_json="/json/{id}",
    source_name="main",
    access="token-and-session",
    further=(WARD,),
    embed_in=("https://portal.example",),
    preview_image=True,
    media_streaming=True,
)


def page(element: str) -> str:
    return f"<!doctype html><head>\n<script>1</script>{element}<script>2</script></head>"


def dist(folder: Path, text: str) -> Path:
    (folder / "index.html").write_text(text, encoding="utf-8")
    return folder


def test_every_setting_is_read() -> None:
    assert settings_of({**REQUIRED, **OPTIONAL}) == FULL


def test_settings_that_an_older_build_did_not_write_have_their_defaults() -> None:
    found = settings_of(dict(REQUIRED))
    assert (found.connect, found.dicom_json, found.source_name, found.access) == ((), "", "dicomweb", "token")
    assert (found.further, found.embed_in, found.preview_image, found.media_streaming) == ((), (), False, False)


@pytest.mark.parametrize("name", REQUIRED)
def test_a_setting_that_every_build_wrote_must_be_there(name: str) -> None:
    with pytest.raises(KeyError):
        settings_of({key: value for key, value in REQUIRED.items() if key != name})


def test_a_value_of_another_type_is_read_as_text() -> None:
    texts = {name: 7 for name, value in {**REQUIRED, **OPTIONAL}.items() if isinstance(value, str)}
    lists: dict[str, Any] = {"roots": [7], "connect": [7], "embedIn": [7]}
    source = {"name": 7, "roots": [7], "tokenHeader": 7, "tokenScheme": 7, "access": 7}
    found = settings_of({**REQUIRED, **texts, **lists, "further": [source]})
    assert (found.token_param, found.token_header, found.token_scheme, found.priors) == ("7", "7", "7", "7")
    assert (found.storage, found.public_url, found.dicom_json, found.source_name) == ("7", "7", "7", "7")
    assert (found.access, found.roots, found.connect, found.embed_in) == ("7", ("7",), ("7",), ("7",))
    assert found.further == (Source("7", ("7",), "7", "7", "7"),)


@pytest.mark.parametrize("name", ["name", "roots", "tokenHeader", "tokenScheme", "access"])
def test_a_further_archive_must_be_complete(name: str) -> None:
    source = {key: value for key, value in OPTIONAL["further"][0].items() if key != name}  # type: ignore[index]
    with pytest.raises(KeyError):
        settings_of({**REQUIRED, "further": [source]})


def test_the_defaults_are_those_of_a_recipe_that_says_nothing() -> None:
    assert Settings() == Settings(
        token_param="token",
        token_header="token",
        token_scheme="",
        roots=("/dicom-web",),
        priors="never",
        storage="tab",
        study_list=False,
        public_url="/",
        connect=(),
        dicom_json="",
        source_name="dicomweb",
        access="token",
        further=(),
        embed_in=(),
        preview_image=False,
        media_streaming=False,
    )


@pytest.mark.parametrize(
    "start",
    [
        '<script id="ohifbuild-settings" type="application/json">',
        "<script type='application/json' id='ohifbuild-settings'>",
        "<SCRIPT\n type=application/json ID=ohifbuild-settings>",
    ],
)
def test_the_element_is_found_however_it_is_written(tmp_path: Path, start: str) -> None:
    text = json.dumps({**REQUIRED, **OPTIONAL}, indent=1)
    assert read_settings(dist(tmp_path, page(f"{start}{text}</script>"))) == FULL


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (page(""), "unmodified OHIF"),
        (page('<script data-id="x" class="ohifbuild-settings">{}</script>'), "unmodified OHIF"),
        (page('<noscript id="ohifbuild-settings">{}</noscript>'), "unmodified OHIF"),
        (page('<scripted id="ohifbuild-settings">{}</script>'), "unmodified OHIF"),
        (page('<link id="ohifbuild-settings"><script>{}</script>'), "unmodified OHIF"),
        # The browser finds none of these by its id either.
        (page('<script data-id="ohifbuild-settings">{}</script>'), "unmodified OHIF"),
        (page('<script id="ohifbuild-settings-old">{}</script>'), "unmodified OHIF"),
        (page('<script id="my-ohifbuild-settings">{}</script>'), "unmodified OHIF"),
        (page("<script id=ohifbuild-settings-old>{}</script>"), "unmodified OHIF"),
        ('<script id="ohifbuild-settings"></script>', "damaged"),
        (page('<script id="ohifbuild-settings">{</script>'), "damaged"),
        (page('<script id="ohifbuild-settings">{}</script>'), "damaged"),
        (page('<script id="ohifbuild-settings">[]</script>'), "damaged"),
        (page(f'<script id="ohifbuild-settings">{json.dumps({**REQUIRED, "roots": 1})}</script>'), "damaged"),
    ],
)
def test_a_page_without_good_settings_is_no_dist(tmp_path: Path, text: str, cause: str) -> None:
    with pytest.raises(DistInvalid) as caught:
        read_settings(dist(tmp_path, text))
    assert cause in caught.value.cause
    assert str(tmp_path) in str(caught.value)
    assert caught.value.fix == "Build one with: ohifbuild build --output dist"


@pytest.mark.parametrize("content", [None, b"\xff"])
def test_a_page_that_cannot_be_read_is_no_dist(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "index.html").write_bytes(content)
    with pytest.raises(DistInvalid) as caught:
        read_settings(tmp_path)
    assert "cannot be read" in caught.value.cause


def test_the_archives_are_in_order_and_a_root_is_named_once() -> None:
    assert FULL.sources == (
        Source("main", FULL.roots, "Authorization", "Bearer", "token-and-session"),
        WARD,
    )
    assert FULL.dicomweb_root == "/pacs/rs"
    shared = Settings(roots=("/a", "/b"), further=(Source("x", ("/b", "/c"), "token", "", "token"),))
    assert shared.all_roots == ("/a", "/b", "/c")


@pytest.mark.parametrize(("access", "session"), [("token", False), ("session", True), ("token-and-session", True)])
def test_requests_carry_the_browsers_session_if_the_access_says_so(access: str, session: bool) -> None:
    assert Source("x", ("/x",), "token", "", access).has_session is session


def test_the_header_has_the_scheme_if_there_is_one() -> None:
    assert Settings().header_value("t") == "t"
    assert FULL.header_value("t") == "Bearer t"


@pytest.mark.parametrize(
    ("url", "tail"),
    [
        ("/pacs/rs", ""),
        ("/pacs/rs/studies/1.2?x=1", "studies/1.2"),
        ("https://viewer.example/pacs/rs/studies", "studies"),
        ("https://pacs.example/wado/x", "x"),
        ("http://pacs.example/wado/x", None),
        ("https://other.example/wado/x", None),
        ("https://zzz.example/wado/x", None),
        ("/wado/x", None),
        ("/pacs/rsx", None),
        ("/ward/inner/x", "x"),
        ("/ward/x", "x"),
    ],
)
def test_the_tail_is_what_follows_the_longest_root(url: str, tail: str | None) -> None:
    inner = Source("inner", ("/ward/inner",), "token", "", "token")
    settings = Settings(roots=FULL.roots, further=(WARD, inner))
    assert settings.tail(url) == tail
    assert settings.is_archive(url) is (tail is not None)


@pytest.mark.parametrize("value", [Settings(), WARD])
def test_settings_cannot_be_changed(value: Any) -> None:
    with pytest.raises(AttributeError):
        value.access = "session"
