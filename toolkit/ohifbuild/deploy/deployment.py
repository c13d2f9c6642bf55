"""The plan of a deployment, and its contents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from ohifbuild import __version__
from ohifbuild.contract.settings import Settings
from ohifbuild.core.digests import digest_of
from ohifbuild.core.errors import DeployUnsuitable
from ohifbuild.deploy.options import DeployOptions, Kind
from ohifbuild.server.archive_paths import paths_at_archive
from ohifbuild.server.archive_rules import COOKIE, REQUEST_HEADERS_REMOVED

MARKER = "ohifbuild-deploy.json"
"""The file that marks a folder as a deployment that ohifbuild wrote."""

ORTHANC_PORT = 8042

SINGLE = "viewer"
"""The name of a deployment for any host at the usual ports."""

LONGEST_NAME = 18
"""In names of variables: with its usual settings, nginx 1.22 does not start with one of more than 46 letters."""


@dataclass(frozen=True)
class Proxied:
    """A path whose requests go to an archive.

    Args:
        path: the path as the web server sees it, without a slash at the end.
        target: its path at the archive.
        origin: the archive's scheme, host and port; '' for the default archive.
        session: whether the browser's cookies and sign-in are for the archive.
    """

    path: str
    target: str
    origin: str
    session: bool

    @property
    def removed(self) -> tuple[str, ...]:
        """The request headers that are not sent to the archive."""
        return tuple(name for name in REQUEST_HEADERS_REMOVED if not (self.session and name == COOKIE))


@dataclass(frozen=True)
class Plan:
    """A dist, its settings, and how it is served.

    Args:
        kind: the kind of server.
        dist: the dist's folder.
        settings: the dist's settings.
        options: the user's options.
        server_folder: the deployment's folder on the server.
        digest: the dist's digest.
        existing: the settings of an existing Orthanc; empty for none.
    """

    kind: Kind
    dist: Path
    settings: Settings
    options: DeployOptions
    server_folder: PurePosixPath
    digest: str
    existing: Mapping[str, Any]

    @property
    def public_url(self) -> str:
        """The path of the viewer in browsers, with a slash at both ends."""
        return self.settings.public_url

    @property
    def local_url(self) -> str:
        """The path of the viewer in the requests that the server gets, with a slash at both ends."""
        return self._local(self.public_url)

    def _local(self, path: str) -> str:
        """A path as the server gets it, from the proxy that strips its beginning."""
        return path.removeprefix(self.options.prefix_stripped)

    @property
    def release(self) -> str:
        """The name of the folder for these files of the viewer, which no other files of a viewer have.

        Configurations name this folder. So a server that has not yet read its new configuration goes on serving the
        files that its policy was written for.
        """
        return digest_of(self.digest, self.options.prefix_stripped, __version__)[:12]

    @property
    def www(self) -> str:
        """The POSIX path in the deployment that a web server serves as its root."""
        return f"www/{self.release}"

    @property
    def name(self) -> str:
        """What distinguishes this deployment from others on one server: its host, and its port unless it is usual."""
        host = "" if self.options.host == "_" else re.sub(r"[^A-Za-z0-9.]+", "-", self.options.host).strip("-")
        port = str(self.options.tls_port or self.options.port or "")
        return self.options.name or "-".join(filter(None, [host or SINGLE, port]))

    @property
    def variables(self) -> str:
        """The first part of its names in configurations that all deployments on a server share."""
        if self.name == SINGLE:
            return "ohifbuild"
        name = re.sub("[^A-Za-z0-9]", "_", self.name)
        return f"ohifbuild_{name if len(name) <= LONGEST_NAME else digest_of(self.name)[:8]}"

    @property
    def root(self) -> str:
        """The path of the DICOMweb root on the viewer's origin.

        Raises:
            DeployUnsuitable: the dist uses an archive at another origin.
        """
        if not urlsplit(self.settings.dicomweb_root).netloc:
            return self.settings.dicomweb_root
        raise DeployUnsuitable(
            f"{self.dist} connects directly to the archive at {self.settings.dicomweb_root}.",
            cause=f"With {self.kind}, viewer and archive have the same origin.",
            fix="Move it first: ohifbuild move DIST --dicomweb-root /dicom-web; or use the kind static.",
        )

    @property
    def proxied(self) -> tuple[Proxied, ...]:
        """The paths of requests that go to an archive; the DICOMweb root of the default one comes first."""
        found: dict[str, Proxied] = {}
        for place in self.places:
            found.setdefault(place.path, place)
        return tuple(found.values())

    @property
    def places(self) -> tuple[Proxied, ...]:
        """The same for each archive, so that a path of several archives is there several times."""
        urls = {self.settings.source_name: self.archive, **self.options.archive_urls()}
        found = []
        for source in self.settings.sources:
            url = urlsplit(urls.get(source.name, ""))
            origin = "" if source.name == self.settings.source_name else f"{url.scheme}://{url.netloc}"
            first = next((root for root in source.roots if not urlsplit(root).netloc), "")
            for path, target in paths_at_archive(source.roots, url.path.rstrip("/") or first).items():
                found.append(Proxied(self._local(path), target, origin, source.has_session))
        return tuple(found)

    @property
    def archive_paths(self) -> tuple[tuple[str, str], ...]:
        """``proxied`` as pairs of a path and its path at the archive."""
        return tuple((place.path, place.target) for place in self.proxied)

    @property
    def port(self) -> int:
        """The port on which the web server, or Orthanc itself, listens without TLS."""
        own = int(self.existing.get("HttpPort", ORTHANC_PORT)) if self.kind.startswith("orthanc") else 80
        return self.options.port or own

    @property
    def tls_port(self) -> int:
        """The port on which it listens with TLS."""
        return self.options.tls_port or 443

    @property
    def origin(self) -> str:
        """The viewer's origin in its users' browsers."""
        if self.options.behind_proxy:
            return self.options.public_origin or f"https://{self.options.host}"
        host = "localhost" if self.options.host == "_" else self.options.host
        scheme, port, usual = ("https", self.tls_port, 443) if self.options.certificate else ("http", self.port, 80)
        return f"{scheme}://{host}" + ("" if port == usual else f":{port}")

    @property
    def secure(self) -> bool:
        """Whether browsers reach the viewer over HTTPS."""
        return self.origin.startswith("https:")

    @property
    def behind_local_proxy(self) -> bool:
        """Whether the only clients are proxies on the same machine."""
        addresses = self.options.behind_proxy
        return bool(addresses) and all(ip_network(address).is_loopback for address in addresses)

    @property
    def archive(self) -> str:
        """The archive's URL as the web server uses it."""
        return self.options.archive or f"http://127.0.0.1:{self.existing.get('HttpPort', ORTHANC_PORT)}"

    @property
    def archive_origin(self) -> str:
        """The archive's scheme, host and port."""
        parts = urlsplit(self.archive)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def archive_root(self) -> str:
        """The path of the DICOMweb root at the archive; the same as the dist's unless the options name another one."""
        return urlsplit(self.archive).path.rstrip("/") or self.root


@dataclass(frozen=True)
class Folder:
    """The contents of a deployment.

    Args:
        viewer: the POSIX path in the folder where the dist goes; '' if it is not copied.
        texts: the contents of files by their POSIX path.
        steps: what the administrator still has to do, each a sentence or a command.
        private: names of files that only their owner may read.
        kept: names of files that an update of the deployment leaves unchanged, with their owners.
    """

    viewer: str
    texts: Mapping[str, str]
    steps: tuple[str, ...]
    private: frozenset[str] = field(default=frozenset())
    kept: frozenset[str] = field(default=frozenset())
