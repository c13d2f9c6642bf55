"""What is to be deployed, and where to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Literal, get_args
from urllib.parse import urlsplit

from ohifbuild.errors import DeployUnsuitable
from ohifbuild.finish.manifest import read_manifest
from ohifbuild.verify.settings import Settings, read_settings

Kind = Literal["nginx", "orthanc", "orthanc-ohif", "compose", "static"]
KINDS: tuple[Kind, ...] = get_args(Kind)

MARKER = "ohifbuild-deploy.json"
"""By this file a folder is known to be a deployment of ours."""

ARCHIVE = re.compile(r"https?://[A-Za-z0-9.\[\]:-]+(?:/[A-Za-z0-9._~-]+)*/?")
HOST_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\]|_")
PLAIN_FILE = re.compile(r"/[A-Za-z0-9._/@+-]+")


@dataclass(frozen=True)
class DeployOptions:
    """What a deployment has to know beyond the dist.

    Args:
        archive: the archive as the web server reaches it: an origin, or the URL of its DICOMweb root if that is at
            another path than the dist's.
        host: the name by which users reach the web server; '_' for any.
        certificate, key: files on the server for HTTPS; both or neither.
        port, tls_port: where the web server listens.
        logs: the folder of the web server's logs.
        installed_at: where the folder will be on the server; default: where it is written.
    """

    archive: str = "http://127.0.0.1:8042"
    host: str = "_"
    certificate: str = ""
    key: str = ""
    port: int = 80
    tls_port: int = 443
    logs: str = "/var/log/nginx"
    installed_at: PurePosixPath | None = None

    def mistakes(self) -> list[str]:
        """What cannot be meant, a line for each."""
        found = []
        if not ARCHIVE.fullmatch(self.archive):
            found.append("archive: expected a URL such as http://127.0.0.1:8042, without credentials or query")
        if not HOST_NAME.fullmatch(self.host):
            found.append("host: expected a host name such as pacs.example, or _ for any")
        if bool(self.certificate) != bool(self.key):
            found.append("certificate and key: expected both or neither")
        for name in ("certificate", "key", "logs"):
            value = getattr(self, name)
            if value and not PLAIN_FILE.fullmatch(value):
                found.append(f"{name}: expected an absolute path of plain characters")
        if self.installed_at is not None and not PLAIN_FILE.fullmatch(str(self.installed_at)):
            found.append("installed at: expected an absolute path of plain characters")
        return found


@dataclass(frozen=True)
class Plan:
    """A dist, how it was built, and how it is to be served. ``place`` is the folder as the server will see it."""

    kind: Kind
    dist: Path
    settings: Settings
    options: DeployOptions
    place: PurePosixPath
    digest: str

    @property
    def public_url(self) -> str:
        """The path of the viewer, with a slash at both ends."""
        return self.settings.public_url

    @property
    def root(self) -> str:
        """The path of the DICOMweb root on the viewer's origin.

        Raises:
            DeployUnsuitable: the dist talks to an archive at another origin.
        """
        if len(self.settings.roots) == 1 and not urlsplit(self.settings.roots[0]).netloc:
            return self.settings.roots[0].rstrip("/")
        raise DeployUnsuitable(
            f"{self.dist} talks to the archive at {', '.join(self.settings.roots)} by itself.",
            cause=f"With {self.kind}, viewer and archive have one origin.",
            fix="Move it first: ohifbuild move DIST --dicomweb-root /dicom-web; or deploy it as: static",
        )

    @property
    def archive_origin(self) -> str:
        """The archive's scheme, host and port."""
        parts = urlsplit(self.options.archive)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def archive_root(self) -> str:
        """The archive's own DICOMweb root; the dist's unless the options name another one."""
        return urlsplit(self.options.archive).path.rstrip("/") or self.root


@dataclass(frozen=True)
class Folder:
    """What a deployment consists of.

    Args:
        viewer: where the dist goes in the folder (POSIX path), or '' for nowhere.
        texts: files by their POSIX path; names in ``secret`` are readable by their owner only.
        steps: what remains to be done, each a sentence or a command.
    """

    viewer: str
    texts: Mapping[str, str]
    steps: tuple[str, ...]
    secret: frozenset[str] = field(default=frozenset())


def plan(kind: Kind, dist: Path, target: Path, options: DeployOptions) -> Plan:
    """The plan for a finished dist.

    Raises:
        DistInvalid: it is none.
        DeployUnsuitable: the options cannot be meant; ``details`` lists every mistake.
    """
    digest = read_manifest(dist).digest
    settings = read_settings(dist)
    mistakes = options.mistakes()
    place = options.installed_at or PurePosixPath(target.absolute())
    if not mistakes and not PLAIN_FILE.fullmatch(str(place)):
        mistakes = [f"{place}: expected a folder whose path has plain characters only, or --installed-at"]
    if mistakes:
        raise DeployUnsuitable(
            "This deployment cannot be meant.",
            details="\n".join(f"  {mistake}" for mistake in mistakes),
            fix="Correct what is said above.",
        )
    return Plan(kind, dist, settings, options, place, digest)
