"""Reads and makes links to the viewer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from typing import Literal, NamedTuple
from urllib.parse import quote

from ohifbuild.contract.request import UID
from ohifbuild.contract.tokens import choose_token, decode

Problem = Literal["", "bad-token", "bad-link", "long-uid"]

LONGEST = 32768
"""Maximum characters of a link: enough for 200 studies, the longest token and other parameters.

The servers of ``deploy`` accept request lines and header lines of this length.
"""

MOST_STUDIES = 200

_KEPT = "!'()*"  # the characters that JavaScript's encodeURIComponent keeps

_ADDRESS = re.compile(
    r"(?P<origin>https?://(?P<host>[^\x00-\x20\x7f#%/:<>?@\[\\\]^|]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?)"
    r"(?P<path>(?:/[^?#]*)?)(?P<query>(?:\?[^#]*)?)(?P<fragment>(?:#.*)?)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)
_LONG_UID = re.compile(r"[0-9][0-9.]{64,}")
_SPACE = re.compile(r"[\x00-\x20]")


@dataclass(frozen=True)
class Link:
    """A link as the viewer reads it.

    Args:
        problem: why the viewer refuses the link: ``bad-token``, ``bad-link`` or ``long-uid`` (a UID of more than 64
            characters); '' if it accepts the link.
        token: None if the link has no token or has a problem.
        studies: Study Instance UIDs, in order, without duplicates.
        url: the decoded URL of a JSON file that describes the studies (OHIF's data source ``dicomjson``); or ''.
        address: the same link without its token. The parameters that the viewer reads have the spelling that OHIF
            reads;
            all other parameters are unchanged, byte for byte.
    """

    problem: Problem
    token: str | None = field(repr=False)
    studies: tuple[str, ...]
    url: str
    address: str

    @property
    def key(self) -> str:
        """Identifies the link's studies, independent of their order; '' if the link has neither studies nor a URL."""
        return ",".join(sorted(self.studies)) or (f"url:{self.url}" if self.url else "")


class _Part(NamedTuple):
    """The parameters of a link's query or fragment; ``rest`` are those that only OHIF reads.

    ``urls`` are decoded; '' replaces one that cannot be decoded.
    """

    tokens: list[str]
    studies: list[str] | None
    urls: list[str]
    rest: list[str]


def read_link(link: str, token_param: str) -> Link:
    """Reads a link in the same way as the viewer's early script.

    Args:
        link: an absolute http or https URL.
        token_param: the name of the token's parameter; its case is ignored, as OHIF ignores the case of its parameters.
    """
    found = _ADDRESS.fullmatch(link)
    # Browsers remove some of the characters that are searched for.
    if not found or _SPACE.search(link) or len(link) > LONGEST or not _is_place(found["host"], found["port"]):
        return Link("bad-link", None, (), "", "")
    query = _part(found["query"], token_param.lower())
    fragment = _part(found["fragment"], token_param.lower())
    chosen = query.studies if fragment.studies is None else fragment.studies
    studies = tuple(dict.fromkeys(chosen or ()))
    urls = {*query.urls, *fragment.urls}
    choice = choose_token((*query.tokens, *fragment.tokens))
    wrong = (
        len(urls) > 1
        or bool(urls and chosen is not None)
        or len(studies) > MOST_STUDIES
        or not all(UID.fullmatch(uid) for uid in studies)
        or "" in urls
    )
    url = "" if wrong else next(iter(urls), "")
    refusal: Problem = "long-uid" if any(_LONG_UID.fullmatch(uid) for uid in studies) else "bad-link"
    studies = () if wrong else studies
    return Link(
        problem="bad-token" if choice.bad else refusal if wrong else "",
        token=None if wrong else choice.token,
        studies=studies,
        url=url,
        address=found["origin"] + (found["path"] or "/") + _address(studies, url, query.rest, fragment.rest),
    )


def _is_place(host: str, port: str | None) -> bool:
    """Whether a browser accepts a host and a port (URL Standard 3.5: what ends in a number must be an IPv4 address)."""
    if int(port or 0) > 65535:
        return False
    try:
        if host.startswith("["):
            IPv6Address(host[1:-1])
        elif _NUMBER.fullmatch(host.removesuffix(".").rpartition(".")[2]):
            IPv4Address(host)
    except ValueError:
        return False
    return True


def make_link(viewer: str, studies: Iterable[str], token: str, token_param: str) -> str:
    """Makes a link for studies. The token is in the fragment, which browsers never send to a server.

    Args:
        viewer: the absolute URL of the viewer's route, such as ``https://host/viewer``.
        studies: Study Instance UIDs.
        token: the token.
        token_param: the name of the token's parameter.
    """
    return f"{viewer}?StudyInstanceUIDs={','.join(studies)}#{token_param}={quote(token)}"


def _part(text: str, token_name: str) -> _Part:
    tokens: list[str] = []
    urls: list[str] = []
    rest: list[str] = []
    studies: list[str] | None = None
    for pair in text[1:].split("&") if len(text) > 1 else ():
        raw_name, _, raw_value = pair.partition("=")
        name = (decode(raw_name.replace("+", " ")) or raw_name).strip(" ").lower()
        if name == token_name:
            tokens.append(raw_value)
        elif name == "studyinstanceuids":
            uids = [uid.strip(" ") for uid in (decode(raw_value) or raw_value).split(",")]
            studies = [*(studies or []), *filter(None, uids)]
        elif name == "url":
            urls.extend([decode(raw_value) or ""] if raw_value else [])
        else:
            rest.append(pair)
    return _Part(tokens, studies, urls, rest)


def _address(studies: tuple[str, ...], url: str, query: list[str], fragment: list[str]) -> str:
    chosen = [f"StudyInstanceUIDs={','.join(studies)}"] if studies else [f"url={quote(url, safe=_KEPT)}"] if url else []
    parameters = "&".join((*chosen, *query))
    rest = "&".join(fragment)
    return (f"?{parameters}" if parameters else "") + (f"#{rest}" if rest else "")
