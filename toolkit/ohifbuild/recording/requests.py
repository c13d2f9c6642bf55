"""From the requests of a visit to templates."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from ohifbuild.releases.startup_profile import RequestTemplate
from ohifbuild.verification.evidence import SentRequest

KINDS = (
    re.compile(r"/studies\?"),
    re.compile(r"/studies/\{study\}/series(?:\?|$)"),
    re.compile(r"/studies/\{study\}/series/\{series\}/metadata$"),
    re.compile(r"/studies/\{study\}/series/\{series\}/instances/\{instance\}/frames/\{frame\}$"),
)
"""What the viewer may ask before OHIF does, in the order in which OHIF waits for the answers."""

SERIES, INSTANCE, FRAME = (re.compile(rf"(?<=/{name}/)[0-9.]+") for name in ("series", "instances", "frames"))
QIDO, WADO = "/recorded/qido", "/recorded/wado"
"""The roots in a recording, which differ so that it shows where each request goes."""


def templates(sent: Iterable[SentRequest], studies: Iterable[str]) -> tuple[RequestTemplate, ...]:
    """The first requests of a visit without repetition, each with placeholders for what differs from link to link.

    Args:
        sent: the requests in the order in which they began.
        studies: Study Instance UIDs of the link.
    """
    found = dict.fromkeys(_template(request, tuple(studies)) for request in sent if request.method == "GET")
    return tuple(each for kind in KINDS for each in found if kind.search(each.url))


def _template(request: SentRequest, studies: tuple[str, ...]) -> RequestTemplate:
    parts = urlsplit(request.url)
    url = parts.path + (f"?{parts.query}" if parts.query else "")
    for uid in studies:
        url = re.sub(rf"(?<![0-9.]){re.escape(uid)}(?![0-9.])", "{study}", url)
    for values, name in ((SERIES, "{series}"), (INSTANCE, "{instance}"), (FRAME, "{frame}")):
        url = values.sub(name, url)
    accept = next((value for name, value in request.headers if name == "accept"), "")
    return RequestTemplate(url.replace(QIDO, "{qido}").replace(WADO, "{wado}"), accept)
