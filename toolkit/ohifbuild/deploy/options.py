"""What a deployment has to know beyond the dist."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path, PurePosixPath
from typing import Literal, get_args

from ohifbuild.config.recipe import PLAIN_PATH, ROOT_URL

Kind = Literal["nginx", "orthanc", "orthanc-ohif", "compose", "static"]
KINDS: tuple[Kind, ...] = get_args(Kind)

USELESS: Mapping[Kind, frozenset[str]] = {
    "nginx": frozenset(),
    "orthanc": frozenset({"archive"}),
    "orthanc-ohif": frozenset({"archive"}),
    "compose": frozenset({"archive", "orthanc_settings"}),
    "static": frozenset({"orthanc_settings"}),
}
"""Options that a kind of deployment has no use for."""

HOST_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\]|_")
PLAIN_FILE = re.compile(r"/[A-Za-z0-9._/@+-]+")


@dataclass(frozen=True)
class DeployOptions:
    """What a deployment has to know beyond the dist.

    Args:
        archive: the archive as the web server reaches it: an origin, or the URL of its DICOMweb root if that is at
            another path than the dist's; default: an Orthanc on the same machine.
        host: the name by which users reach the web server; '_' for any.
        certificate, key: files on the server for HTTPS; both or neither.
        port, tls_port: where the web server listens; 0 for 80 and 443, or Orthanc's own port for Orthanc itself.
        logs: the folder of the web server's logs.
        installed_at: where the folder will be on the server; default: where it is written.
        orthanc_settings: the configuration of an Orthanc that exists (file or folder); the filter's is added.
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

    def mistakes(self, kind: Kind) -> list[str]:
        """What cannot be meant, a line for each."""
        given = {item.name for item in fields(self) if getattr(self, item.name) != item.default}
        found = [f"{_flag(name)}: {kind} has no use for it" for name in sorted(given & USELESS[kind])]
        if self.archive and not _is_archive(self.archive):
            found.append("archive: expected a URL such as http://127.0.0.1:8042, without credentials or query")
        if not HOST_NAME.fullmatch(self.host):
            found.append("host: expected a host name such as pacs.example, or _ for any")
        if bool(self.certificate) != bool(self.key):
            found.append("certificate and key: expected both or neither")
        if self.port and self.port == self.tls_port:
            found.append("port and tls-port: expected two different ones")
        for name in ("certificate", "key", "logs"):
            value = getattr(self, name)
            if value and not PLAIN_FILE.fullmatch(value):
                found.append(f"{name}: expected an absolute path of plain characters")
        if self.installed_at is not None and not PLAIN_FILE.fullmatch(str(self.installed_at)):
            found.append("installed-at: expected an absolute path of plain characters")
        return found


def _flag(name: str) -> str:
    return name.replace("_", "-")


def _is_archive(url: str) -> bool:
    found = ROOT_URL.fullmatch(url)
    return bool(found and 0 < int(found["port"] or 80) < 65536 and PLAIN_PATH.fullmatch(found["path"]))
