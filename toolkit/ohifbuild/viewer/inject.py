"""From a ready viewer to an injected one: links, and the few files that are this dist's own.

Written are ``index.html`` (the release's, with its policy and the start of our code before everything else),
``app-config.js``, the service worker for videos, and the extensions' modules under ``ohifbuild/<digest>/``. Nothing
else of the release is touched.
"""

from __future__ import annotations

import json
import re
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from ohifbuild.config.recipe import Recipe
from ohifbuild.contract.settings import settings_of
from ohifbuild.core.errors import ReleaseUnsupported
from ohifbuild.server.headers import SCRIPT, connects_to, is_inline, page_policy
from ohifbuild.viewer.app_config import IMAGES, app_config, settings
from ohifbuild.viewer.config_module import FOLDER as MODULE_FOLDER
from ohifbuild.viewer.config_module import ConfigModule, with_config_module
from ohifbuild.viewer.extensions import Bundles
from ohifbuild.viewer.hints import hinted, modules_of
from ohifbuild.viewer.prepare import PreparedViewer, link_tree
from ohifbuild.viewer.startup_files import NO_STARTUP_FILES, StartupFiles, startup_files

FOLDER = "ohifbuild"
# Its place decides which pages it may control, so it is not in the folder; see extension-template/src/early/index.js.
MEDIA_WORKER = "ohifbuild-media.js"
SETTINGS_ID = "ohifbuild-settings"

# The page is edited as text, because a parser would write all of it anew; ``_LoadsOnlyFrom`` parses the result.
# A minified page has no quotes, and no spaces that are not needed.
CHARSET = re.compile(r"""<meta charset=["']?utf-8["']?\s*/?>""", re.IGNORECASE)
LOADS_SOMETHING = re.compile(r"<(?:script|link|img|style|iframe|object)\b", re.IGNORECASE)
REMOTE_LINK = re.compile(r"""<link\b[^>]*\bhref=["']?(?:https?:)?//[^>]*>""", re.IGNORECASE)
REMOTE = re.compile(r"https?:|//", re.IGNORECASE)
# Browsers leave these out of a URL, at its start or anywhere, and take a backslash for a slash (URL Standard 4.4).
NOT_OF_A_URL = re.compile(r"^[\x00-\x20]+|[\t\n\r]")
PUBLIC_URL = re.compile(r"""(window\.PUBLIC_URL\s*=\s*)(["'])/\2""")
TITLE = re.compile(r"(<title>)[^<]*(?=</title>)", re.IGNORECASE)
ICON = re.compile(
    r"""<link\b[^>]*\brel=(?:["']shortcut icon["']|["']?(?:icon|apple-touch-icon)["']?(?=[\s>/]))[^>]*>""",
    re.IGNORECASE,
)
ROOTED = re.compile(r"""\b(href|src|content)=(?:(["'])/(?!/)([^"']*)\2|/(?!/)([^\s"'>]*))""", re.IGNORECASE)
REFERRER = '<meta name="referrer" content="no-referrer">'
EARLY_NAME, INLINE_NAME = "ohifbuild-early.js", "index-{}.js"
NAMED = re.compile(r"//# sourceURL=\S+\s*$")
# What index_html writes, to find it again in a finished dist.
INJECTED_START = re.compile(
    rf'<meta http-equiv="Content-Security-Policy" content="[^"<>]*">{REFERRER}'
    rf'<script type="application/json" id="{SETTINGS_ID}">(?P<settings>[^<]*)</script>'
    rf"<script>(?P<early>.*?)\n//# sourceURL={re.escape(EARLY_NAME)}\n</script>",
    re.DOTALL,
)
IMPORT_FUNCTION = "browserImportFunction"


def inject(
    viewer: PreparedViewer, recipe: Recipe, bundles: Bundles, work: Path, module: ConfigModule | None = None
) -> tuple[str, ...]:
    """Fills the empty folder ``work`` with the viewer and what confines it.

    Returns:
        The names of the files that were written; all others are links to the viewer's.

    Raises:
        ReleaseUnsupported: the release's index.html does not look as expected.
    """
    page = viewer.page
    if module:
        changed = with_config_module(page, module)
        if changed is None:
            raise _unexpected("it does not load app-config.js once, as a script of its own")
        page = changed
    link_tree(viewer.tree, work)
    for item in bundles.packages:
        link_tree(item.tree, work / FOLDER / item.digest)
    prefix = f"{recipe.public_url}{FOLDER}/"
    extensions = [f"{prefix}{item.digest}/{item.extension}" for item in bundles.packages if item.extension]
    modes = [f"{prefix}{item.digest}/{mode}" for item in bundles.packages for mode in item.modes]
    first = [f"{FOLDER}/{item.digest}/{name}" for item in bundles.packages for name in modules_of(item)]
    page = hinted(page, viewer.startup, first)
    text = index_html(page, recipe, bundles.early, viewer.base.release.version, viewer.startup)
    (work / "index.html").write_text(text, encoding="utf-8")
    (work / "app-config.js").write_text(app_config(recipe, extensions, modes), encoding="utf-8")
    if module:
        (work / MODULE_FOLDER).mkdir(parents=True, exist_ok=True)
        (work / MODULE_FOLDER / module.name).write_text(module.text, encoding="utf-8")
    if recipe.media_streaming:
        (work / MEDIA_WORKER).write_text(bundles.media_worker + "\n", encoding="utf-8")
    for image in recipe.branding.images:
        (work / IMAGES).mkdir(parents=True, exist_ok=True)
        (work / IMAGES / image.name).write_bytes(image.data)
    modules = (path.relative_to(work).as_posix() for path in (work / FOLDER).rglob("*") if path.is_file())
    own = ("index.html", "app-config.js", *((MEDIA_WORKER,) if recipe.media_streaming else ()))
    return (*own, *sorted(modules))


def index_html(
    page: str, recipe: Recipe, early: str, version: str = "", startup: StartupFiles = NO_STARTUP_FILES
) -> str:
    """The release's page with its policies, our settings and our early script before all that loads anything.

    Its whole content security policy but ``frame-ancestors`` stands first in it, so that a server that sends no headers
    serves no less safe a viewer. Every inline script has a name: without, its name in stacks, in the console and in
    timings is the page's first address, which may hold a token.

    Args:
        version: of the release, for what the page may ask its archives before OHIF does.

    Raises:
        ReleaseUnsupported: there is no such place, or the page lacks what run-time extensions need.
    """
    charsets = list(CHARSET.finditer(page))
    if len(charsets) != 1:
        raise _unexpected(f"it has {len(charsets)} <meta charset> tags where one was expected")
    end = charsets[0].end()
    if LOADS_SOMETHING.search(page, 0, end):
        raise _unexpected("something is loaded before its <meta charset> tag")
    if IMPORT_FUNCTION not in page:
        raise _unexpected(f"it has no {IMPORT_FUNCTION}, by which OHIF loads modules at run time")
    rest, count = PUBLIC_URL.subn(lambda found: f"{found[1]}{json.dumps(recipe.public_url)}", page[end:])
    if not count:
        raise _unexpected("it does not set PUBLIC_URL to /")
    rest = _branded(_named(REMOTE_LINK.sub("", rest)), recipe)
    rest = ROOTED.sub(lambda found: f'{found[1]}="{recipe.public_url}{found[3] or found[4] or ""}"', rest)
    _LoadsOnlyFrom(recipe.public_url).feed(page[:end] + rest)
    values = settings(recipe, version)
    if startup.queue:
        values["startupFiles"] = {
            "queue": startup.queue,
            "chunks": startup.chunks,
            "styled": startup.styled,
            "later": startup.later,
        }
    rest = _start(values, early) + rest
    policy = page_policy(page[:end] + rest, connects_to(settings_of(values)))
    return f'{page[:end]}<meta http-equiv="Content-Security-Policy" content="{escape(policy, quote=False)}">{rest}'


def _branded(page: str, recipe: Recipe) -> str:
    """The page with the recipe's title and favicon, if it has them."""
    name, icon = recipe.branding.name, recipe.branding.favicon
    if name:
        page = TITLE.sub(lambda found: found[1] + escape(name), page, count=1)
    if icon:
        link = f'<link rel="icon" href="/{IMAGES}/{icon.name}">'  # below the public URL, like all others of the page
        first = ICON.search(page)
        at = first.start() if first else 0
        page = page[:at] + link + ICON.sub("", page[at:])
    return page


def _named(page: str) -> str:
    """The page with a name at the end of each inline script that has none."""
    number = 0

    def name(found: re.Match[str]) -> str:
        nonlocal number
        if not is_inline(found) or NAMED.search(found["text"]):
            return found[0]
        number += 1
        opened = found[0][: found.start("text") - found.start()]
        return f"{opened}{found['text']}\n//# sourceURL={INLINE_NAME.format(number)}\n</script>"

    return SCRIPT.sub(name, page)


class _LoadsOnlyFrom(HTMLParser):
    """Refuses a page that loads anything from elsewhere than under ``public_url``, in whatever spelling."""

    def __init__(self, public_url: str) -> None:
        super().__init__()
        self._public_url = public_url

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "base":
            raise _unexpected("it has a <base> tag")
        for name, value in attrs:
            if tag == "a" or name not in ("src", "href", "data") or not value:
                continue
            url = NOT_OF_A_URL.sub("", value).replace("\\", "/")
            if REMOTE.match(url):
                raise _unexpected(f"its <{tag}> loads something from another host")
            if url.startswith("/") and not url.startswith(self._public_url):
                raise _unexpected(f"its <{tag}> loads {value}, which is not under {self._public_url}")


def _start(values: dict[str, Any], early: str) -> str:
    if "</script" in early.lower() or "<!--" in early:
        raise _unexpected("our early script cannot stand inline")
    data = json.dumps(values).replace("<", "\\u003c")
    return (
        f"{REFERRER}"
        f'<script type="application/json" id="{SETTINGS_ID}">{data}</script>'
        f"<script>{early}\n//# sourceURL={EARLY_NAME}\n</script>"
    )


def startup_of(data: str) -> StartupFiles:
    """The joined files that the settings of a page name, as JSON; the page itself has their tags."""
    found = json.loads(data).get("startupFiles")
    return startup_files(found) if found else NO_STARTUP_FILES


def _unexpected(why: str) -> ReleaseUnsupported:
    return ReleaseUnsupported(
        f"The release's index.html is not as expected: {why}.",
        cause="This release is laid out otherwise than 3.9 to 3.14.",
        fix="Choose a release that is verified: ohifbuild releases",
    )
