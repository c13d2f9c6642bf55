"""Deployed viewers as a client sees them: requests for any host name of a server, and what must hold everywhere."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ohifbuild.contract.settings import read_settings
from ohifbuild.server.headers import ISOLATION, connects_to, content_security_policy
from ohifbuild.verification.dataset.contents import DOCUMENTS
from ohifbuild.verification.evidence import ReceivedRequest
from ohifbuild.verification.fixtures import PreparedFixtures, Subject


@dataclass(frozen=True)
class Answer:
    """What a server answered; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Site:
    """A viewer as browsers reach it; its host names are all reached at ``address``."""

    origin: str
    dist: Path
    address: str = "127.0.0.1"
    authority: Path | None = None

    def ask(self, url: str, **headers: str) -> Answer:
        """The answer to a GET for an absolute URL or a path on the site's origin."""
        parts = urlsplit(url if "://" in url else self.origin + url)
        if parts.scheme == "https":
            context = ssl.create_default_context(cafile=str(self.authority))
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                self.address, parts.port or 443, timeout=30, context=context
            )
        else:
            connection = http.client.HTTPConnection(self.address, parts.port or 80, timeout=30)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request("GET", target, headers={"Host": parts.netloc, **headers})
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read())
        finally:
            connection.close()


@dataclass(frozen=True)
class Viewer:
    """A deployed viewer's address; what its archive receives is not looked at here."""

    base_url: str
    pages: Sequence[str] = ()

    def redirect(self, location: str) -> None:
        """No scenario here calls it: a deployed archive cannot be made to redirect."""
        raise NotImplementedError

    def received(self) -> tuple[ReceivedRequest, ...]:
        return ()


def documents_of(parts: PreparedFixtures) -> Subject:
    """The study with a PDF."""
    return next(each for each in parts.fixtures.others if DOCUMENTS.uid in each.studies)


def check_site(site: Site, token: str) -> None:
    """Checks page, policy, a script, the archive with and without the token, and its URLs of documents.

    Args:
        token: opens the study with documents.
    """
    settings = read_settings(site.dist)
    page = site.ask(f"{settings.public_url}viewer?StudyInstanceUIDs={DOCUMENTS.uid}&token={token}")
    text = (site.dist / "index.html").read_text()
    assert (page.status, page.body.decode()) == (200, text)
    assert page.headers["content-security-policy"] == content_security_policy(text, connects_to(settings))
    assert {name: page.headers.get(name.lower()) for name in ISOLATION} == ISOLATION
    script = next(path.name for path in site.dist.glob("app.bundle.*.js"))
    assert site.ask(f"{settings.public_url}{script}").headers["cache-control"].endswith("immutable")
    search = f"{settings.roots[0]}/studies?StudyInstanceUID={DOCUMENTS.uid}"
    header = {settings.token_header: settings.header_value(token)}
    found = site.ask(search, **header)
    assert (found.status, len(json.loads(found.body))) == (200, 1)
    assert site.ask(search).status in (401, 403)
    metadata = json.loads(site.ask(f"{settings.roots[0]}/studies/{DOCUMENTS.uid}/metadata", **header).body)
    urls = [tag["BulkDataURI"] for each in metadata for tag in each.values() if "BulkDataURI" in tag]
    assert urls
    assert [url for url in urls if not url.startswith(f"{site.origin}{settings.roots[0]}/")] == []
    assert site.ask(urls[0], **header, Accept="*/*").status == 200
