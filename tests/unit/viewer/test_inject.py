from __future__ import annotations

import json
import re
import tomllib
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, cast

import pytest

from ohifbuild.config.recipe import Recipe
from ohifbuild.contract.settings import settings_of
from ohifbuild.core.errors import ReleaseUnsupported
from ohifbuild.server.headers import connects_to, content_security_policy
from ohifbuild.viewer.app_config import app_config, read_app_config, settings
from ohifbuild.viewer.inject import INJECTED_START, SETTINGS_ID, index_html, startup_of
from ohifbuild.viewer.startup_files import StartupFiles
from ohifbuild.viewer.startup_plan import source_options, startup_plans

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="UTF-8"/><meta name="tile" content="/assets/tile.png"/>'
    "<script>console.time('x'); window.PUBLIC_URL = '/';</script>"
    '<link rel="manifest" href="/manifest.json"><link rel="preconnect" href="https://fonts.example.org">'
    '<script src="/app-config.js"></script>'
    '<script>function browserImportFunction(n){return import(n)}window.PUBLIC_URL="/"</script>'
    '<script defer src="/app.bundle.0.js"></script></head><body><a href="//elsewhere/">x</a></body></html>'
)
EARLY = 'console.log("early")'


class Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_policies_settings_and_early_script_stand_before_all_that_loads_anything() -> None:
    tags = Tags(index_html(PAGE, Recipe.of({}), EARLY)).found
    start = [tag for tag, _ in tags].index("meta")
    assert tags[start][1] == {"charset": "UTF-8"}
    assert (tags[start + 1][0], tags[start + 1][1]["http-equiv"]) == ("meta", "Content-Security-Policy")
    assert tags[start + 2] == ("meta", {"name": "referrer", "content": "no-referrer"})
    assert tags[start + 3] == ("script", {"type": "application/json", "id": SETTINGS_ID})
    assert tags[start + 4] == ("script", {})
    assert not [tag for tag, attributes in tags[: start + 4] if "src" in attributes or "href" in attributes]


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"public_url": "/ohif/"},
        {"dicomweb_root": "https://pacs.example:8443/x", "token_roots": ("/a", "http://b/c")},
    ],
)
def test_the_policy_in_the_page_is_the_one_of_its_header_but_for_who_may_frame_it(wish: dict[str, object]) -> None:
    recipe = Recipe.of(wish)
    page = index_html(PAGE, recipe, EARLY)
    (said,) = [tag["content"] for _, tag in Tags(page).found if tag.get("http-equiv") == "Content-Security-Policy"]
    header = content_security_policy(page, connects_to(settings_of(settings(recipe))))
    assert header == f"{said}; frame-ancestors 'self'"
    assert content_security_policy(page, (), ["https://a.example"]).endswith("frame-ancestors 'self' https://a.example")
    assert len(re.findall("'sha256-", header)) == len(re.findall(r"<script>", page)) == 3
    rules = dict(rule.split(" ", 1) for rule in header.split("; "))
    assert [name for name, value in rules.items() if "data:" in value] == ["img-src", "font-src", "connect-src"]
    elsewhere = " http://b https://pacs.example:8443" if "dicomweb_root" in wish else ""
    assert rules["connect-src"] == f"'self' data: blob:{elsewhere}"


def test_every_inline_script_has_a_name_of_its_own_so_that_no_stack_quotes_the_pages_address() -> None:
    page = index_html(PAGE, Recipe.of({}), EARLY)
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    names = [re.findall(r"\n//# sourceURL=(\S+)\n\Z", script) for script in scripts]
    assert names == [["ohifbuild-early.js"], ["index-1.js"], ["index-2.js"]]


def test_an_injected_page_is_found_again_as_it_was_injected() -> None:
    page = index_html(PAGE, Recipe.of({}), f"{EARLY}\n")
    start = INJECTED_START.search(page)
    assert start
    assert start["early"] == f"{EARLY}\n"
    assert (
        index_html(
            page[: start.start()] + page[start.end() :].replace('PUBLIC_URL = "/"', "PUBLIC_URL = '/'"),
            Recipe.of({}),
            start["early"],
        )
        == page
    )


def test_the_page_names_its_public_url_everywhere_and_no_other_host() -> None:
    page = index_html(PAGE, Recipe.of({"public_url": "/a/b/"}), EARLY)
    assert 'window.PUBLIC_URL = "/a/b/"' in page
    assert 'window.PUBLIC_URL="/a/b/"' in page
    assert {'href="/a/b/manifest.json"', 'src="/a/b/app.bundle.0.js"', 'content="/a/b/assets/tile.png"'} <= set(
        re.findall(r'\w+="[^"]*"', page)
    )
    assert "fonts.example.org" not in page
    assert 'href="//elsewhere/"' in page  # a link that a person may click is not the release's business


def test_what_a_spelling_of_another_kind_would_load_from_the_root_is_refused_on_a_sub_path() -> None:
    page = PAGE.replace('src="/app-config.js"', 'src = "/app-config.js"')
    index_html(page, Recipe.of({}), EARLY)
    with pytest.raises(ReleaseUnsupported, match="not under /ohif/"):
        index_html(page, Recipe.of({"public_url": "/ohif/"}), EARLY)


def test_a_minified_page_is_read_as_well_as_one_with_quotes() -> None:
    page = (
        "<!doctype html><html lang=en><head><meta charset=UTF-8><script>window.PUBLIC_URL='/'</script>"
        "<link href=/manifest.json rel=manifest><link href='/assets/a.png' rel=icon sizes=16x16>"
        "<link href=//fonts.example.org rel=preconnect><meta content=/assets/t.png name=tile>"
        "<script>window.browserImportFunction=n=>import(n)</script><script src=/app-config.js></script>"
        '<script defer src=/app.bundle.0123abcd.js></script></head><body><div id="root"></div></body></html>'
    )
    written = index_html(page, Recipe.of({"public_url": "/a/b/"}), EARLY)
    named = [value for _, values in Tags(written).found for key, value in values.items() if key in ("src", "href")]
    files = ("manifest.json", "assets/a.png", "app-config.js", "app.bundle.0123abcd.js")
    assert named == [f"/a/b/{name}" for name in files]
    assert 'content="/a/b/assets/t.png"' in written
    assert 'window.PUBLIC_URL="/a/b/"' in written
    assert INJECTED_START.search(written)


def test_settings_cannot_end_their_script() -> None:
    recipe = Recipe.of({}).model_copy(update={"token_scheme": "</script><script>evil()"})
    page = index_html(PAGE, recipe, EARLY)
    data = re.search(rf'id="{SETTINGS_ID}">(.*?)</script>', page)
    assert data
    assert json.loads(data[1])["tokenScheme"] == "</script><script>evil()"


@pytest.mark.parametrize(
    ("page", "why"),
    [
        (PAGE.replace('<meta charset="UTF-8"/>', ""), "0 <meta charset>"),
        (PAGE.replace("<head>", '<head><meta charset="utf-8">'), "2 <meta charset>"),
        (PAGE.replace("<head>", '<head><script src="/x.js"></script>'), "loaded before"),
        (PAGE.replace('src="/app-config.js"', 'src="https://cdn.example.org/x.js"'), "another host"),
        (PAGE.replace("<body>", "<body><img src='//cdn.example.org/x.png'>"), "another host"),
        *(
            (PAGE.replace("<body>", f"<body><img src='{url}'>"), "another host")
            for url in (
                *("HTTPS://cdn.example.org/x.png", "http:/cdn.example.org/x.png", "https:cdn.example.org"),
                *("/\\cdn.example.org/x.png", "\\\\cdn.example.org", " //cdn.example.org", "\x01//cdn.example.org"),
                *("ht\ntps://cdn.example.org", "/\t/cdn.example.org", "/\r/cdn.example.org", "&#47;/cdn.example.org"),
            )
        ),
        *(
            (PAGE.replace("<body>", f"<body>{tag}"), "another host")
            for tag in (
                *("<object data='//cdn.example.org/x'></object>", "<svg><image href='//cdn.example.org'/></svg>"),
                *("<img alt='x' src='//cdn.example.org'>", "<linked href='//cdn.example.org'>"),
            )
        ),
        (f"<script src='/x.js'></script>{PAGE}", "loaded before"),
        (PAGE.replace("</head>", '<base href="/x/"></head>'), "<base>"),
        (PAGE.replace("<head>", '<head><base href="/x/">'), "<base>"),
        *(
            (PAGE.replace("<head>", f"<head><{tag} x='1'>"), "loaded before")
            for tag in ("script", "LINK", "img", "style", "iframe", "object")
        ),
        (PAGE.replace("browserImportFunction", "other"), "browserImportFunction"),
        (PAGE.replace("PUBLIC_URL", "OTHER"), "PUBLIC_URL"),
    ],
)
def test_a_page_of_another_shape_is_refused_and_not_guessed_at(page: str, why: str) -> None:
    with pytest.raises(ReleaseUnsupported, match=re.escape(why)):
        index_html(page, Recipe.of({}), EARLY)


@pytest.mark.parametrize(
    "page",
    [
        PAGE.replace("<head>", '<head><meta name="description" content="a script, linked: <b>">'),
        PAGE.replace("<head>", "<head><scripted><linked><imgs><styles><iframes><objects>"),
        PAGE.replace("<body>", "<body><xmeta charset=utf-8>"),
        PAGE.replace("<body>", "<body><img src='/ /x.png'><img src='!//x.png'><img src><img src='x.png'>"),
    ],
)
def test_a_page_is_not_refused_for_what_only_looks_alike(page: str) -> None:
    assert INJECTED_START.search(index_html(page, Recipe.of({}), EARLY))


def test_a_script_of_another_name_is_not_taken_for_ours() -> None:
    page = index_html(PAGE, Recipe.of({}), EARLY)
    assert 'id="ohifbuild-settings"' in page
    assert not INJECTED_START.search(page.replace("ohifbuild-early.js", "ohifbuild-earlyxjs"))


def test_a_refusal_says_what_else_to_choose() -> None:
    with pytest.raises(ReleaseUnsupported) as caught:
        index_html("<p>", Recipe.of({}), EARLY)
    assert caught.value.cause
    assert "ohifbuild releases" in caught.value.fix


@pytest.mark.parametrize("text", ['x = "</script>"', "</SCRIPT", "<!--"])
def test_an_early_script_that_could_end_itself_is_refused(text: str) -> None:
    with pytest.raises(ReleaseUnsupported, match="inline"):
        index_html(PAGE, Recipe.of({}), text)


@pytest.mark.parametrize(
    "tag",
    ["<meta charset=utf-8>", "<META CHARSET='UTF-8'/>", '<meta charset="utf-8" />', "<meta charset=utf-8  />"],
)
def test_our_part_begins_right_after_the_charset_in_any_spelling(tag: str) -> None:
    page = index_html(PAGE.replace('<meta charset="UTF-8"/>', tag), Recipe.of({}), EARLY)
    assert f'{tag}<meta http-equiv="Content-Security-Policy"' in page


@pytest.mark.parametrize(
    ("tag", "stays"),
    [
        ('<link rel="preconnect" href="https://fonts.example.org">', False),
        ("<LINK HREF='HTTP://fonts.example.org' rel=x>", False),
        ("<link href=//fonts.example.org>", False),
        ('<link rel="x" href="/fonts.css">', True),
        ('<a href="https://fonts.example.org">', True),
        ('<meta name="link" content="x"><a rel="link" href="//fonts.example.org">', True),
        ('<link xhref="//fonts.example.org">', True),
        ("<link href=//>", False),
    ],
)
def test_links_to_other_hosts_are_left_out_and_nothing_else(tag: str, stays: bool) -> None:
    page = index_html(PAGE.replace("</head>", f"{tag}</head>"), Recipe.of({}), EARLY)
    assert (f"{tag}</head>" in page) == stays
    assert stays or page == index_html(PAGE, Recipe.of({}), EARLY)


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ("window.PUBLIC_URL='/'", 'window.PUBLIC_URL="/ohif/"'),
        ('window.PUBLIC_URL  =\n"/"', 'window.PUBLIC_URL  =\n"/ohif/"'),
        ("window.PUBLIC_URL='/x'", "window.PUBLIC_URL='/x'"),
        ("window.PUBLIC_URL=\"/'", "window.PUBLIC_URL=\"/'"),
        ("windowPUBLIC_URL='/'", "windowPUBLIC_URL='/'"),
        ("xindow.PUBLIC_URL='/'", "xindow.PUBLIC_URL='/'"),
    ],
)
def test_the_public_url_replaces_the_root_in_any_spelling(code: str, written: str) -> None:
    page = PAGE.replace("</head>", f"<script>{code}</script></head>")
    assert f"<script>{written}\n" in index_html(page, Recipe.of({"public_url": "/ohif/"}), EARLY)


@pytest.mark.parametrize(
    ("attribute", "written"),
    [
        ('href="/a.css"', 'href="/ohif/a.css"'),
        ("SRC='/a.css'", 'SRC="/ohif/a.css"'),
        ("content=/a.css", 'content="/ohif/a.css"'),
        ('href="/"', 'href="/ohif/"'),
        ("href=/", 'href="/ohif/"'),
        ('href="a.css"', 'href="a.css"'),
        ("content=//a.example/", "content=//a.example/"),
        ('content="//a.example/"', 'content="//a.example/"'),
        ('content="/a\'b"', 'content="/a\'b"'),
        ('data="/ohif/a"', 'data="/ohif/a"'),
    ],
)
def test_an_address_at_the_root_is_moved_to_the_public_url(attribute: str, written: str) -> None:
    page = index_html(
        PAGE.replace("</head>", f"<meta x {attribute}></head>"), Recipe.of({"public_url": "/ohif/"}), EARLY
    )
    assert f"<meta x {written}></head>" in page


@pytest.mark.parametrize(
    "script",
    [
        "<script>1\n//# sourceURL=own.js</script>",
        "<script>1\n//# sourceURL=own.js \n</script>",
        '<script src="/a.js"></script>',
        '<script type="application/json">{}</script>',
        "<script></script>",
    ],
)
def test_a_script_with_a_name_a_file_or_no_code_gets_no_name(script: str) -> None:
    page = index_html(PAGE.replace("</head>", f"{script}</head>"), Recipe.of({}), EARLY)
    assert f"{script}</head>" in page
    assert len(re.findall("sourceURL=index-", page)) == 2


def test_a_name_that_is_not_at_the_end_of_a_script_is_not_its_name() -> None:
    script = "<script>//# sourceURL=own.js\n1</script>"
    assert "\n//# sourceURL=index-3.js\n</script></head>" in index_html(
        PAGE.replace("</head>", f"{script}</head>"), Recipe.of({}), EARLY
    )


def test_the_settings_name_the_joined_files_and_what_the_archive_may_be_asked_first() -> None:
    files = StartupFiles("s.js", "s.css", ("1", "2"), ("3",), "webpackChunk", "later.js")
    page = index_html(PAGE, Recipe.of({}), EARLY, "3.12.0", files)
    start = INJECTED_START.search(page)
    assert start
    found = json.loads(start["settings"])
    assert found.pop("startupFiles") == {
        "queue": "webpackChunk",
        "chunks": ["1", "2"],
        "styled": ["3"],
        "later": "later.js",
    }
    assert found == settings(Recipe.of({}), "3.12.0")
    assert found["startup"]
    assert startup_of(start["settings"]) == replace(files, script="", style="")
    without = INJECTED_START.search(index_html(PAGE, Recipe.of({}), EARLY))
    assert without
    assert json.loads(without["settings"]) == settings(Recipe.of({}))
    assert startup_of(without["settings"]) == StartupFiles()


def config_of(recipe: Recipe) -> dict[str, object]:
    text = app_config(recipe, ["/o/e.js"], ["/o/m.js"])
    found = read_app_config(text)
    assert isinstance(found, dict)
    return found


def test_the_configuration_has_one_data_source_ours_and_no_demo_server() -> None:
    config = config_of(Recipe.of({"dicomweb_root": "/orthanc/dicom-web", "public_url": "/ohif/"}))
    sources = config["dataSources"]
    assert isinstance(sources, list)
    assert [source["namespace"] for source in sources] == ["ohifbuild-token.dataSourcesModule.dicomweb"]
    assert {sources[0]["configuration"][key] for key in ("qidoRoot", "wadoRoot", "wadoUriRoot")} == {
        "/orthanc/dicom-web"
    }
    assert config["routerBasename"] == "/ohif"
    assert config["showStudyList"] is False
    assert "http" not in json.dumps(config)


def test_a_recipe_that_says_nothing_gets_this_configuration() -> None:
    text = app_config(Recipe.of({}), ["/o/e.js"], ["/o/m.js"])
    assert text.startswith("// Written by ohifbuild; a dist is changed by building it again.\nwindow.config = {\n")
    assert text.endswith('\n};\nwindow[Symbol.for("ohifbuild")]?.configure(window.config);\n')
    assert read_app_config(text) == {
        "name": "ohifbuild",
        "routerBasename": "/",
        "showStudyList": False,
        "extensions": ["/o/e.js"],
        "modes": ["/o/m.js"],
        "customizationService": {},
        "showLoadingIndicator": True,
        "showErrorDetails": "dev",
        "showWarningMessageForCrossOrigin": True,
        "showCPUFallbackMessage": True,
        "strictZSpacingForVolumeViewport": True,
        "groupEnabledModesFirst": True,
        "allowMultiSelectExport": False,
        "experimentalStudyBrowserSort": False,
        "investigationalUseDialog": {"option": "never"},
        "maxNumberOfWebWorkers": 3,
        "maxNumRequests": {"interaction": 100, "thumbnail": 75, "prefetch": 25},
        "defaultDataSourceName": "dicomweb",
        "dataSources": [
            {
                "namespace": "ohifbuild-token.dataSourcesModule.dicomweb",
                "sourceName": "dicomweb",
                "configuration": {
                    "friendlyName": "dicomweb",
                    **source_options(Recipe.of({}).sources[0]),
                    "name": "dicomweb",
                    "wadoUriRoot": "/dicom-web",
                    "qidoRoot": "/dicom-web",
                    "wadoRoot": "/dicom-web",
                    "supportsReject": False,
                    "supportsStow": False,
                    "dicomUploadEnabled": False,
                },
            }
        ],
    }


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "sets no window.config"),
        ("window.other = {};", "sets no window.config"),
        ("window.config = ", "Expecting value"),
        ("window.config = x", "Expecting value"),
    ],
)
def test_another_text_is_no_configuration(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_app_config(text)


def test_what_a_recipe_gives_ohif_is_in_its_configuration(tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    branding = {
        "name": "Ward",
        "logo": str(tmp_path / "logo.svg"),
        "colours": {"primary": "#ffffff"},
        "contact": "1234",
    }
    recipe = Recipe.of(
        {
            "study_list": True,
            "public_url": "/ohif/",
            "token_storage": "memory",
            "media_streaming": False,
            "connect": ["https://fonts.example"],
            "embed_in": ["https://portal.example"],
            "dicom_json": "/dicom-web/{id}",
            "preview_image": False,
            "touch_layout": False,
            "branding": branding,
        }
    )
    assert config_of(recipe)["showStudyList"] is True
    found = settings(recipe, "3.12.0")
    logo = found["branding"].pop("logo")
    assert re.fullmatch(r"/ohif/ohifbuild/branding/logo\.[0-9a-f]{16}\.svg", logo)
    assert found["branding"] == {"name": "Ward", "colours": {"primary": "0 0% 100%"}}
    assert (found["storage"], found["mediaStreaming"], found["studyList"]) == ("memory", False, True)
    assert (found["connect"], found["embedIn"]) == (["https://fonts.example"], ["https://portal.example"])
    assert (found["dicomJson"], found["contact"], found["publicUrl"]) == ("/dicom-web/{id}", "1234", "/ohif/")
    assert (found["previewImage"], found["touchLayout"]) == (False, False)
    assert found["startup"] == startup_plans(recipe, "3.12.0") != []
    json.dumps(found)


def test_the_modes_of_a_recipe_are_in_the_configuration_and_only_then() -> None:
    recipe = Recipe.of({"modes": {"on": ["basic"]}})
    assert recipe.modes
    assert config_of(recipe)["ohifbuildModes"] == recipe.modes.model_dump(mode="json")
    assert "ohifbuildModes" not in config_of(Recipe.of({}))


def test_the_javascript_is_told_what_the_recipe_says() -> None:
    recipe = Recipe.of(
        {"token_param": "key", "token_header": "Authorization", "token_scheme": "Bearer", "priors": "exact"}
    )
    assert settings(recipe) == {
        "tokenParam": "key",
        "tokenHeader": "Authorization",
        "tokenScheme": "Bearer",
        "roots": ["/dicom-web"],
        "priors": "exact",
        "storage": "tab",
        "mediaStreaming": True,
        "studyList": False,
        "connect": [],
        "dicomJson": "",
        "publicUrl": "/",
        "sourceName": "dicomweb",
        "access": "token",
        "further": [],
        "embedIn": [],
        "contact": "",
        "startup": [],
        "previewImage": True,
        "touchLayout": True,
        "branding": {"name": "", "logo": "", "colours": {}},
    }


TWO = {
    "data_sources": [
        {"name": "main", "dicomweb_root": "/main", "options": {"supportsWildcard": True}},
        {"name": "ward", "preset": "dcm4chee", "dicomweb_root": "https://pacs.example/aets/W/rs", "access": "session"},
    ],
    "token_roots": ["/files"],
}


def test_each_archive_is_a_data_source_with_its_own_roots_and_options() -> None:
    config = config_of(Recipe.of(TWO))
    main, ward = cast("list[dict[str, Any]]", config["dataSources"])
    assert (config["defaultDataSourceName"], main["sourceName"], ward["sourceName"]) == ("main", "main", "ward")
    assert main["configuration"]["supportsWildcard"] is True
    assert ward["configuration"]["wadoUriRoot"] == "https://pacs.example/aets/W/wado"
    assert ward["configuration"]["qidoSupportsIncludeField"] is True
    assert {source["configuration"]["dicomUploadEnabled"] for source in (main, ward)} == {False}


def test_the_page_knows_the_roots_and_the_token_of_each_archive() -> None:
    found = settings_of(settings(Recipe.of(TWO)))
    assert [(source.name, source.roots, source.token_header, source.access) for source in found.sources] == [
        ("main", ("/main", "/files"), "token", "token"),
        ("ward", ("https://pacs.example/aets/W/rs", "https://pacs.example/aets/W/wado"), "Authorization", "session"),
    ]
    assert found.tail("https://pacs.example/aets/W/rs/studies") == "studies"
    assert connects_to(found) == found.further[0].roots


def test_the_recipes_own_keys_replace_ours_and_its_customizations_are_ohifs() -> None:
    recipe = Recipe.of(
        {"app_config": {"maxNumberOfWebWorkers": 7}, "customizations": {"a": {"$set": "</script>\u2028"}}}
    )
    text = app_config(recipe, [], [])
    config = config_of(recipe)
    assert config["maxNumberOfWebWorkers"] == 7
    assert config["customizationService"] == {"a": {"$set": "</script>\u2028"}}
    assert text.isascii()


def test_the_name_and_the_icon_are_in_the_page_and_can_hold_no_markup(tmp_path: Path) -> None:
    (tmp_path / "icon.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    page = PAGE.replace("</head>", '<title>OHIF Viewer</title><link rel="icon" href="/assets/old.png"></head>')
    branding = {"name": "A&E <script>", "favicon": str(tmp_path / "icon.svg"), "contact": "</script>"}
    recipe = Recipe.of({"branding": branding, "public_url": "/ohif/"})
    made = index_html(page, recipe, EARLY)
    icon = recipe.branding.favicon
    assert icon
    assert "<title>A&amp;E &lt;script&gt;</title>" in made
    assert f'<link rel="icon" href="/ohif/ohifbuild/branding/{icon.name}">' in made
    assert "old.png" not in made
    assert len(re.findall("</script>", made)) == len(re.findall("<script", made))


ICON_TAGS = (
    *('<link rel="icon" href="/i.png">', "<link href=/i.png rel=icon>", "<link href='/i.png' rel='shortcut icon'/>"),
    *('<LINK REL="apple-touch-icon" sizes="57x57" href="/i.png">', "<link rel=icon/>"),
    *('<link rel="shortcut icon">', "<link rel='icon'>", "<link rel='apple-touch-icon'>"),
)
OTHER_TAGS = (
    '<link rel="iconic">',
    '<linked rel="icon">',
    '<link xrel="icon">',
    '<link rel="manifest">',
    '<meta rel="icon">',
)


def test_the_favicon_takes_the_place_of_every_icon_of_the_release_and_of_no_other_link(tmp_path: Path) -> None:
    (tmp_path / "icon.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    recipe = Recipe.of({"branding": {"favicon": str(tmp_path / "icon.svg")}})
    icon = recipe.branding.favicon
    assert icon
    own = f'<link rel="icon" href="/ohifbuild/branding/{icon.name}">'
    page = PAGE.replace("</head>", f"<b>{'<i>'.join(ICON_TAGS)}</b>{''.join(OTHER_TAGS)}</head>")
    made = index_html(page, recipe, EARLY)
    assert f"<b>{own}{'<i>' * (len(ICON_TAGS) - 1)}</b>{''.join(OTHER_TAGS)}</head>" in made
    assert made.count(icon.name) == 1
    assert f"</script>{own}" in index_html(PAGE, recipe, EARLY)  # a release without an icon


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("<title>OHIF Viewer</title>", "<title>Ward</title>"),
        ("<TITLE></TITLE>", "<TITLE>Ward</TITLE>"),
        ("<title>a</title><svg><title>b</title></svg>", "<title>Ward</title><svg><title>b</title></svg>"),
        ("<title>a<b</title>", "<title>a<b</title>"),
        ("<xtitle>a</title>", "<xtitle>a</title>"),
        ("<title>a</titles>", "<title>a</titles>"),
    ],
)
def test_the_name_is_the_pages_title_and_no_other(title: str, written: str) -> None:
    page = PAGE.replace("</head>", f"{title}</head>")
    assert f"{written}</head>" in index_html(page, Recipe.of({"branding": {"name": "Ward"}}), EARLY)
    assert f"{title}</head>" in index_html(page, Recipe.of({}), EARLY)


def test_the_lock_and_the_manifest_hold_the_digest_of_a_logo_and_no_path(tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    recipe = Recipe.of({"branding": {"logo": str(tmp_path / "logo.svg")}})
    options = recipe.model_dump(mode="json", exclude_none=True)
    assert set(options["branding"]["logo"]) == {"name"}
    assert re.fullmatch(r"logo\.[0-9a-f]{16}\.svg", options["branding"]["logo"]["name"])
    again = Recipe.of({"branding": options["branding"]})
    assert settings(again) == settings(recipe)


EXAMPLES = [
    found["toml"]
    for page in ("reference/recipe.md", "how-to/several-archives.md", "how-to/portal-frame.md")
    for found in re.finditer(r"^```toml\n(?P<toml>.*?)^```$", (DOCS / page).read_text(), re.MULTILINE | re.DOTALL)
]


@pytest.mark.parametrize("example", EXAMPLES, ids=[text.splitlines()[0] for text in EXAMPLES])
def test_every_example_of_the_reference_builds(example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "extension-notes").mkdir()
    (tmp_path / "extension-notes/package.json").write_text("{}")
    recipe = Recipe.of(tomllib.loads(example))
    page = index_html(PAGE, recipe, EARLY)
    assert SETTINGS_ID in page
    assert len(cast("list[object]", config_of(recipe)["dataSources"])) == len(recipe.sources)


def test_every_new_key_has_an_example() -> None:
    shown = {key for example in EXAMPLES for key in tomllib.loads(example)}
    assert {"data_sources", "connect", "embed_in", "app_config", "customizations", "branding"} <= shown
