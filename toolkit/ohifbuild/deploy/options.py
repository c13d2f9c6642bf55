"""The options of ``ohifbuild deploy`` and their checks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path, PurePosixPath
from typing import Literal, get_args

from ohifbuild.config.values import PLAIN_PATH, ROOT_URL

Kind = Literal["nginx", "orthanc", "orthanc-ohif", "compose", "static"]
KINDS: tuple[Kind, ...] = get_args(Kind)

IGNORED_OPTIONS: Mapping[Kind, frozenset[str]] = {
    "nginx": frozenset(),
    "orthanc": frozenset({"archive"}),
    "orthanc-ohif": frozenset({"archive"}),
    "compose": frozenset({"archive", "orthanc_settings"}),
    "static": frozenset({"orthanc_settings"}),
}
"""Options that have no effect with a kind of deployment, and are therefore refused."""

HOST_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\]|_")
PLAIN_FILE = re.compile(r"/[A-Za-z0-9._/@+-]+")


@dataclass(frozen=True)
class DeployOptions:
    """Facts about the server that the dist does not contain.

    Args:
        archive: the archive's URL as the web server uses it: an origin, or the DICOMweb root if its path differs from
            the dist's; default: an Orthanc on the same machine.
        host: the web server's host name; '_' for any.
        certificate, key: paths of PEM files on the server for HTTPS; both or neither.
        port, tls_port: the ports without and with TLS; 0 for 80 and 443, or Orthanc's own port without a web server.
        logs: the folder of the web server's logs.
        installed_at: the deployment's folder on the server; default: where it is written.
        orthanc_settings: the configuration of an existing Orthanc (file or folder), to which the filter is added.
    """

    archive: str = ""
    host: str = "_"
    certificate: str = ""
    key: str = ""
    port: int = 0
    tls_port: int = 0
    logs: str = "/var/log/nginx"
    installed_at: PurePosixPath | None = None
    orthanc_settings: Path | None = None

    def errors(self, kind: Kind) -> list[str]:
        """A line for each invalid option; empty if all are valid."""
        given = {item.name for item in fields(self) if getattr(self, item.name) != item.default}
        found = [f"{_flag(name)}: has no effect with {kind}" for name in sorted(given & IGNORED_OPTIONS[kind])]
        if self.archive and not _is_archive(self.archive):
            found.append("archive: expected a URL such as http://127.0.0.1:8042, without credentials or query")
        if not HOST_NAME.fullmatch(self.host):
            found.append("host: expected a host name such as pacs.example, or _ for any")
        if bool(self.certificate) != bool(self.key):
            found.append("certificate and key: expected both or neither")
        if self.port and self.port == self.tls_port:
            found.append("port and tls-port: expected two different ports")
        for name in ("certificate", "key", "logs"):
            value = getattr(self, name)
            if value and not PLAIN_FILE.fullmatch(value):
                found.append(f"{name}: expected an absolute path of letters, digits and ._/@+- only")
        if self.installed_at is not None and not PLAIN_FILE.fullmatch(str(self.installed_at)):
            found.append("installed-at: expected an absolute path of letters, digits and ._/@+- only")
        return found


def _flag(name: str) -> str:
    return name.replace("_", "-")


def _is_archive(url: str) -> bool:
    found = ROOT_URL.fullmatch(url)
    return bool(found and 0 < int(found["port"] or 80) < 65536 and PLAIN_PATH.fullmatch(found["path"]))
