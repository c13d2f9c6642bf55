"""What a link to the viewer says, and how one is made."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple
from urllib.parse import quote

from ohifbuild.contract.request import UID
from ohifbuild.contract.tokens import choose_token, decode

Problem = Literal["", "bad-token", "bad-link"]

LONGEST = 32768
"""Characters of a whole link: 200 studies and a token of the longest kind, and as much again for other parameters."""

MOST_STUDIES = 200

_KEPT = "!'()*"  # as JavaScript's encodeURIComponent

_ADDRESS = re.compile(
    r"(?P<origin>https?://(?:[\w.-]+|\[[\w:]+\])(?::[0-9]{1,5})?)"
    r"(?P<path>(?:/[^?#]*)?)(?P<query>(?:\?[^#]*)?)(?P<fragment>(?:#.*)?)",
    re.IGNORECASE,
)
_SPACE = re.compile(r"[\x00-\x20]")


@dataclass(frozen=True)
class Link:
    """A link as the viewer understands it.

    Args:
        problem: why it is not followed: '' if it is, ``bad-token``, or ``bad-link``.
        token: None if it has none, or a problem.
        studies: Study Instance UIDs, in order, without repetition.
        url: a JSON file that describes the studies in their place (OHIF's data source ``dicomjson``), decoded; or ''.
        address: the same link without its token. What was understood is in the one spelling that OHIF reads; every
            other parameter stays byte for byte.
    """

    problem: Problem
    token: str | None = field(repr=False)
    studies: tuple[str, ...]
    url: str
    address: str

    @property
    def key(self) -> str:
        """Identifies what the link is for, whatever the order of its studies; '' if it names nothing."""
        return ",".join(sorted(self.studies)) or (f"url:{self.url}" if self.url else "")


class _Part(NamedTuple):
    """What one of query and fragment says; ``rest`` are the parameters that are OHIF's own business.

    ``urls`` are decoded; '' stands for one that cannot be.
    """

    tokens: list[str]
    studies: list[str] | None
    urls: list[str]
    rest: list[str]


def read_link(link: str, token_param: str) -> Link:
    """The link, understood as the viewer's early script does.

    Args:
        link: absolute, http or https.
        token_param: the name of the token's parameter; compared without case, as OHIF compares its own.
    """
    found = _ADDRESS.fullmatch(link)
    if not found or _SPACE.search(link) or len(link) > LONGEST:  # browsers drop some of these
        return Link("bad-link", None, (), "", "")
    query = _part(found["query"], token_param.lower())
    fragment = _part(found["fragment"], token_param.lower())
    named = query.studies if fragment.studies is None else fragment.studies
    studies = tuple(dict.fromkeys(named or ()))
    urls = {*query.urls, *fragment.urls}
    choice = choose_token((*query.tokens, *fragment.tokens))
    wrong = (
        len(urls) > 1
        or bool(urls and named is not None)
        or len(studies) > MOST_STUDIES
        or not all(UID.fullmatch(uid) for uid in studies)
        or "" in urls
    )
    url = "" if wrong else next(iter(urls), "")
    studies = () if wrong else studies
    return Link(
        problem="bad-token" if choice.bad else "bad-link" if wrong else "",
        token=None if wrong else choice.token,
        studies=studies,
        url=url,
        address=found["origin"] + (found["path"] or "/") + _address(studies, url, query.rest, fragment.rest),
    )


def make_link(viewer: str, studies: Iterable[str], token: str, token_param: str) -> str:
    """A link for studies. The token is in the fragment, which browsers never send to a server.

    Args:
        viewer: the absolute URL of the viewer's route, such as ``https://host/viewer``.
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
    named = [f"StudyInstanceUIDs={','.join(studies)}"] if studies else [f"url={quote(url, safe=_KEPT)}"] if url else []
    parameters = "&".join((*named, *query))
    rest = "&".join(fragment)
    return (f"?{parameters}" if parameters else "") + (f"#{rest}" if rest else "")
