"""What a request to the archive asks for, as read from its URL and headers."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl, unquote, urlsplit

from ohifbuild.contract.settings import Settings
from ohifbuild.verify.model import Observation, ReceivedRequest, SentRequest

PATIENT_KEYS = frozenset({"patientid", "00100020", "mrn", "patientname", "00100010", "issuerofpatientid", "00100021"})
STUDY_KEYS = frozenset({"studyinstanceuid", "studyinstanceuids", "0020000d"})
LEVELS = ("studies", "series", "instances")


def to_archive(seen: Observation, settings: Settings) -> list[SentRequest]:
    """The requests that went to the archive."""
    return [request for request in seen.sent if settings.is_archive(request.url)]


def targets(seen: Observation, settings: Settings) -> list[str]:
    """Path and query of every archive request, as seen at either end, each once."""
    sent = [target(request.url) for request in to_archive(seen, settings)]
    received = [r.path + (f"?{r.query}" if r.query else "") for r in seen.received]
    return list(dict.fromkeys((*sent, *received)))


def target(url: str) -> str:
    """Path and query of a URL."""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def same_page(url: str, link: str) -> bool:
    """Whether two URLs differ in their fragment at most."""
    return url.partition("#")[0] == link.partition("#")[0]


def header(headers: Iterable[tuple[str, str]], settings: Settings) -> tuple[str, ...]:
    """Every value of the token's header, in order."""
    return tuple(value for name, value in headers if name.lower() == settings.token_header.lower())


def _levels(target: str, settings: Settings) -> list[str]:
    """The path below the root, such as ``["studies", "1.2.3", "series"]``."""
    path = unquote(urlsplit(target).path)
    roots = sorted((urlsplit(root).path for root in settings.roots), key=len, reverse=True)
    below = next((path[len(root) :] for root in roots if path.startswith(root)), path)
    return [part for part in below.split("/") if part]


def _query(target: str) -> list[tuple[str, str]]:
    return [(key.lower(), value) for key, value in parse_qsl(urlsplit(target).query, keep_blank_values=True)]


def studies_of(target: str, settings: Settings) -> set[str]:
    """Every Study Instance UID that a request names, in its path or its query."""
    levels = _levels(target, settings)
    named = {levels[1]} if len(levels) > 1 and levels[0] == "studies" else set()
    for key, value in _query(target):
        if key in STUDY_KEYS:
            named |= {uid for uid in value.replace("\\", ",").split(",") if uid}
    return named


def patient_values(target: str) -> list[str]:
    """What a request asks for by patient."""
    return [value for key, value in _query(target) if key in PATIENT_KEYS]


def is_open_search(target: str, settings: Settings) -> bool:
    """Whether a request searches studies, series or instances without naming a study."""
    levels = _levels(target, settings)
    return len(levels) == 1 and levels[0] in LEVELS and not studies_of(target, settings)


def sent_line(request: SentRequest, settings: Settings) -> str:
    """One line about a request as it was sent."""
    values = header(request.headers, settings)
    marks = ", ".join(f"{settings.token_header}: {value}" for value in values) or "no token header"
    return f"{request.method} {target(request.url)} -> {request.status or 'no answer'} [{marks}]"


def received_line(request: ReceivedRequest) -> str:
    """One line about a request as it was received."""
    query = f"?{request.query}" if request.query else ""
    return f"{request.method} {request.path}{query} -> {request.status} {request.decision}"
