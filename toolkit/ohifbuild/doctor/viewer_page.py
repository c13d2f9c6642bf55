"""What a page says: whether it is a viewer, whose, and what it loads."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass, field, replace
from typing import Literal

from ohifbuild.contract.settings import Settings, settings_of
from ohifbuild.server.headers import inline_hashes
from ohifbuild.viewer.inject import SETTINGS_ID

Kind = Literal["ohifbuild", "ohif", "login", "other"]

# Each is linear in the length of what it reads: a hostile page must not take longer than its length. A parser would:
# Python 3.11's html.parser takes 50 s for 60 kB of "<a ", selectolax 1.0 takes five minutes for 1 MB of "<div>".
TAG = re.compile(r"<(?P<name>script|title|link|meta|input)\b(?P<attributes>[^<>]{0,8000})>", re.IGNORECASE)
ATTRIBUTE = re.compile(r"([a-z-]+)\s?=\s?(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)", re.IGNORECASE)
ENDS = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "title")}
STOCK = re.compile(r"window\.PUBLIC_URL\b|\bapp-config\.js\b")
STOCK_URL = re.compile(r"window\.PUBLIC_URL\s?=\s?[\"'](/[^\"']{0,200})[\"']")
QIDO_ROOT = re.compile(r"\bqidoRoot[\"']?\s?:\s?[\"']([^\"']{1,1000})[\"']")
MODULES = re.compile(r"\"(/[\w./~-]{1,200}\.m?js)\"")

STOCK_SETTINGS = Settings(token_header="Authorization", token_scheme="Bearer", roots=())  # noqa: S106
QUIET_REFERRER = ("no-referrer", "same-origin", "origin")
LONGEST_TITLE = 80
POLICY, DATA = "content-security-policy", "application/json"


@dataclass(frozen=True)
class Page:
    """A page.

    Args:
        kind: a viewer that ohifbuild made, published OHIF, a page to log in, or something else.
        settings: of a viewer; what OHIF does by itself for one that is not ours.
        loads: URLs of scripts and style sheets, as they stand in the page.
        inline_hashes: of its inline scripts, as a content security policy names them.
        title: what it calls itself.
        hides_referrer: whether it asks for no referrer by a <meta>.
        policies: content security policies that stand in it before its first script.
    """

    kind: Kind
    settings: Settings
    loads: tuple[str, ...] = ()
    inline_hashes: tuple[str, ...] = ()
    title: str = ""
    hides_referrer: bool = False
    policies: tuple[str, ...] = ()

    @property
    def is_viewer(self) -> bool:
        """Whether it is OHIF."""
        return self.kind in ("ohifbuild", "ohif")


def read_page(body: bytes) -> Page:
    """What a page says; a page whose settings are damaged counts as OHIF's own."""
    text = body.decode("utf-8", errors="replace")
    tags = _tags(text)
    kind: Kind = "login" if tags.asks_password else "other"
    settings = _stock(text)
    if tags.settings or STOCK.search(text):
        kind = "ohif"
    if tags.settings:
        try:
            told = settings_of(json.loads(tags.settings))
            # What is put behind an origin must not become part of its host's name.
            kind, settings = ("ohifbuild", told) if told.public_url.startswith("/") else (kind, settings)
        except (ValueError, KeyError, TypeError, RecursionError):
            kind = "ohif"
    return Page(
        kind, settings, tuple(tags.loads), tuple(tags.hashes), tags.title, tags.hides_referrer, tuple(tags.policies)
    )


def root_in(configuration: str) -> str:
    """The DICOMweb root that an ``app-config.js`` names first, without a slash at its end; '' if it names none."""
    found = QIDO_ROOT.search(configuration)
    return found[1].rstrip("/") if found else ""


def modules_in(configuration: str) -> tuple[str, ...]:
    """Paths of the modules that an ``app-config.js`` has the viewer import."""
    return tuple(dict.fromkeys(MODULES.findall(configuration)))


def _stock(text: str) -> Settings:
    """OHIF's own way with a token."""
    found = STOCK_URL.search(text)
    return replace(STOCK_SETTINGS, public_url=found[1] if found else "/")


@dataclass
class _Tags:
    loads: list[str] = field(default_factory=list)
    hashes: list[str] = field(default_factory=list)
    settings: str = ""
    title: str = ""
    asks_password: bool = False
    hides_referrer: bool = False
    policies: list[str] = field(default_factory=list)
    begun: bool = False

    def note(self, name: str, values: dict[str, str], text: str, element: str) -> None:
        """Takes one element; ``text`` and ``element`` are those of a script or title."""
        self.begun |= name == "script" and values.get("type", "").lower() != DATA
        if name == "script" and values.get("src"):
            self.loads.append(values["src"])
        elif name == "script" and values.get("id") == SETTINGS_ID:
            self.settings = text
        elif name == "script":
            self.hashes += inline_hashes(element)
        elif name == "title":
            self.title = self.title or " ".join(text.split())[:LONGEST_TITLE]
        elif name == "link" and values.get("rel", "").lower() == "stylesheet" and values.get("href"):
            self.loads.append(values["href"])
        elif name == "meta" and values.get("http-equiv", "").lower() == POLICY and not self.begun:
            self.policies.append(values.get("content", ""))
        elif name == "meta" and values.get("name", "").lower() == "referrer":
            self.hides_referrer = values.get("content", "").lower() in QUIET_REFERRER
        elif name == "input":
            self.asks_password |= values.get("type", "").lower() == "password"


def _unquoted(value: str) -> str:
    """An attribute's value, without quotes and character references."""
    return html.unescape(value[1:-1] if value[0] in "\"'" else value)


def _tags(text: str) -> _Tags:
    tags, position = _Tags(), 0
    while found := TAG.search(text, position):
        name, position = found["name"].lower(), found.end()
        values = {key.lower(): _unquoted(value) for key, value in ATTRIBUTE.findall(found["attributes"])}
        end = position
        if name in ENDS:
            closing = ENDS[name].search(text, position)
            if not closing:
                break
            end = closing.start()
        tags.note(name, values, text[position:end], f"{text[found.start() : end]}</{name}>")
        position = end
    return tags
