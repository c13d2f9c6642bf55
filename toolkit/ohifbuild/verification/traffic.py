"""The requests of a scenario to the archive: their meaning, and their lines in the report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from ohifbuild.contract.request import Meaning, Scope, meaning
from ohifbuild.contract.settings import Settings
from ohifbuild.verification.evidence import Expectation, Observation, ReceivedRequest, SentRequest


@dataclass(frozen=True)
class ArchiveRequest:
    """A request to the archive: its line in the report, and its meaning."""

    line: str
    meaning: Meaning


def requests_of(seen: Observation, settings: Settings) -> list[ArchiveRequest]:
    """The requests to the archive that the browser sent or the archive received, each one once."""
    here = _at_origin_of(seen, settings)
    requests = [(sent.method, sent.url) for sent in to_archive(seen, settings)]
    requests += [(r.method, _origin(seen.link) + r.target) for r in seen.received]
    return [
        ArchiveRequest(f"{method} {target(url)}", meaning(method, here.tail(url) or "", urlsplit(url).query))
        for method, url in dict.fromkeys(requests)
    ]


def scope_of(expects: Expectation, settings: Settings) -> Scope:
    """The requests that the page of the scenario may send."""
    return Scope(
        studies=frozenset(expects.studies),
        patients=frozenset(expects.patients if settings.priors == "exact" else ()),
        any_patient=settings.priors == "ohif",
        open=settings.study_list,
    )


def to_archive(seen: Observation, settings: Settings) -> list[SentRequest]:
    """The requests that went to the archive."""
    here = _at_origin_of(seen, settings)
    return [request for request in seen.sent if here.is_archive(request.url)]


def target(url: str) -> str:
    """Path and query of a URL."""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def same_page(url: str, link: str) -> bool:
    """Whether two URLs are equal apart from their fragments and user names."""
    return _sent_part(url) == _sent_part(link)


def header(headers: Iterable[tuple[str, str]], settings: Settings) -> tuple[str, ...]:
    """Every value of the token's header, in order."""
    return tuple(value for name, value in headers if name.lower() == settings.token_header.lower())


def sent_line(request: SentRequest, settings: Settings) -> str:
    """One line about a request as it was sent."""
    values = header(request.headers, settings)
    marks = ", ".join(f"{settings.token_header}: {value}" for value in values) or "no token header"
    return f"{request.method} {target(request.url)} -> {request.status or 'no answer'} [{marks}]"


def received_line(request: ReceivedRequest) -> str:
    """One line about a request as it was received."""
    return f"{request.method} {request.target} -> {request.status} {request.decision}"


def _at_origin_of(seen: Observation, settings: Settings) -> Settings:
    """The settings with absolute roots: a path is a root at the page's own origin only."""
    origin = _origin(seen.link)
    roots = tuple(root if urlsplit(root).netloc else origin + root for root in settings.roots)
    return replace(settings, roots=roots)


def _sent_part(url: str) -> str:
    """The part of a URL that a server gets."""
    return _origin(url) + target(url)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
