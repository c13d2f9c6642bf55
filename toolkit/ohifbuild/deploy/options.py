"""The options of ``ohifbuild deploy`` and their checks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from ipaddress import IPv6Address, ip_network
from pathlib import Path, PurePosixPath
from typing import Literal, get_args

from ohifbuild.config.values import PLAIN_PATH, ROOT_URL

Kind = Literal["nginx", "orthanc", "orthanc-ohif", "compose", "kubernetes", "static"]
KINDS: tuple[Kind, ...] = get_args(Kind)

IGNORED_OPTIONS: Mapping[Kind, frozenset[str]] = {
    "nginx": frozenset(),
    "orthanc": frozenset({"archive", "archives", "http3", "name", "prefix_stripped"}),
    "orthanc-ohif": frozenset({"archive", "archives", "http3", "name", "prefix_stripped"}),
    "compose": frozenset({"archive", "archives", "name", "orthanc_settings"}),
    "kubernetes": frozenset({"certificate", "http3", "key", "name", "orthanc_settings", "tls_port"}),
    "static": frozenset({"http3", "orthanc_settings"}),
}
"""Options that have no effect with a kind of deployment, and are therefore refused."""

HOST_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\]|_")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,63}")
PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)+")
PLAIN_FILE = re.compile(r"/[A-Za-z0-9._/@+-]+")


@dataclass(frozen=True)
class DeployOptions:
    """Facts about the server that the dist does not contain.

    Args:
        archive: the archive's URL as the web server uses it: an origin, or the DICOMweb root if its path differs from
            the dist's; default: an Orthanc on the same machine.
        archives: each further archive of the dist that is on the viewer's origin, as ``NAME=URL``.
        host: the web server's host name; '_' for any.
        certificate, key: paths of PEM files on the server for HTTPS; both or neither.
        port, tls_port: the ports without and with TLS; 0 for 80 and 443, or Orthanc's own port without a web server.
        logs: the folder of the web server's logs.
        installed_at: the deployment's folder on the server; default: where it is written.
        orthanc_settings: the configuration of an existing Orthanc (file or folder), to which the filter is added.
        behind_proxy: addresses and networks of the proxy in front, at which TLS ends; no other client's
            ``X-Forwarded-*`` and ``Forwarded`` are believed. Empty for none.
        public_origin: with such a proxy, scheme, host and port in browsers; default: https and ``host``.
        prefix_stripped: the beginning of paths that this proxy takes off, such as ``/pacs``; '' for none.
        http3: whether nginx is 1.25.1 or newer and has its module for HTTP/3.
        name: distinguishes deployments on one server in names of files, logs and variables; default: the host's.
    """

    archive: str = ""
    archives: tuple[str, ...] = ()
    host: str = "_"
    certificate: str = ""
    key: str = ""
    port: int = 0
    tls_port: int = 0
    logs: str = "/var/log/nginx"
    installed_at: PurePosixPath | None = None
    orthanc_settings: Path | None = None
    behind_proxy: tuple[str, ...] = ()
    public_origin: str = ""
    prefix_stripped: str = ""
    http3: bool = False
    name: str = ""

    def given(self) -> dict[str, str]:
        """The options that differ from their defaults, as text."""
        values = {item.name: (getattr(self, item.name), item.default) for item in fields(self)}
        return {
            name: ",".join(value) if isinstance(value, tuple) else str(value)
            for name, (value, default) in values.items()
            if value != default
        }

    def archive_urls(self) -> dict[str, str]:
        """The URLs of the further archives by name."""
        return dict(text.split("=", 1) for text in self.archives)

    def errors(self, kind: Kind) -> list[str]:
        """A line for each invalid option; empty if all are valid."""
        without_effect = sorted(self.given().keys() & IGNORED_OPTIONS[kind])
        found = [f"{_flag(name)}: has no effect with {kind}" for name in without_effect]
        if self.archive and not _is_archive(self.archive):
            found.append("archive: expected a URL such as http://127.0.0.1:8042, without credentials or query")
        for text in self.archives:
            if not _is_archive(text.partition("=")[2]):
                found.append(f"archive: expected NAME=URL such as ward=http://127.0.0.1:8043, not {text!r}")
        if len({text.partition("=")[0] for text in self.archives}) < len(self.archives):
            found.append("archive: expected each name once")
        if not HOST_NAME.fullmatch(self.host) or not _is_address_if_bracketed(self.host):
            found.append("host: expected a host name such as pacs.example or [2001:db8::1], or _ for any")
        if kind == "kubernetes" and self.host == "_":
            found.append("host: expected a host name, because the Ingress answers for one")
        if self.host.startswith("[") and kind.startswith("orthanc") and not (self.certificate or self.behind_proxy):
            found.append("host: Orthanc 1.10.1 listens at IPv4 addresses only; add certificate and key, or use nginx")
        if bool(self.certificate) != bool(self.key):
            found.append("certificate and key: expected both or neither")
        if self.http3 and not self.certificate and "http3" not in IGNORED_OPTIONS[kind]:
            found.append("http3: has no effect without certificate and key")
        if self.port and self.port == self.tls_port:
            found.append("port and tls-port: expected two different ports")
        for name in ("certificate", "key", "logs"):
            value = getattr(self, name)
            if value and not PLAIN_FILE.fullmatch(value):
                found.append(f"{name}: expected an absolute path of letters, digits and ._/@+- only")
        if self.installed_at is not None and not PLAIN_FILE.fullmatch(str(self.installed_at)):
            found.append("installed-at: expected an absolute path of letters, digits and ._/@+- only")
        if self.name and not NAME.fullmatch(self.name):
            found.append("name: expected letters, digits, dots and hyphens only")
        return [*found, *self._proxy_errors()]

    def _proxy_errors(self) -> Iterator[str]:
        """A line for each invalid or contradictory option about the proxy in front."""
        for address in self.behind_proxy:
            try:
                # A zone (RFC 6874) may hold any character, and a server's configuration has no use for it.
                network = ip_network(address.replace("%", "/zone/"))
            except ValueError:
                yield f"behind-proxy: expected addresses or networks such as 10.0.0.5 or 10.0.0.0/24, not {address!r}"
            else:
                if not network.prefixlen:
                    yield f"behind-proxy: {address} is every client; name the addresses of the proxy only"
        if not self.behind_proxy:
            for name in ("public_origin", "prefix_stripped"):
                if getattr(self, name):
                    yield f"{_flag(name)}: has no effect without behind-proxy"
        elif self.host == "_" and not self.public_origin:
            yield "public-origin: expected with behind-proxy, unless host names the viewer"
        if self.behind_proxy and (self.certificate or self.tls_port):
            yield "behind-proxy: excludes certificate and tls-port, because TLS ends at the proxy"
        if self.public_origin and not _is_origin(self.public_origin):
            yield "public-origin: expected an origin such as https://pacs.example, without a path"
        if self.prefix_stripped and not PREFIX.fullmatch(self.prefix_stripped):
            yield "prefix-stripped: expected a path such as /pacs, without a slash at the end"


def _flag(name: str) -> str:
    return name.replace("_", "-")


def _is_archive(url: str) -> bool:
    found = ROOT_URL.fullmatch(url)
    return bool(found and 0 < int(found["port"] or 80) < 65536 and PLAIN_PATH.fullmatch(found["path"]))


def _is_origin(url: str) -> bool:
    found = ROOT_URL.fullmatch(url)
    return bool(found and 0 < int(found["port"] or 80) < 65536 and not found["path"])


def _is_address_if_bracketed(host: str) -> bool:
    try:
        return not host.startswith("[") or bool(IPv6Address(host[1:-1]))
    except ValueError:
        return False
