"""TLS: the ciphers of all servers, and stunnel in front of an Orthanc without a proxy.

Orthanc supports TLS itself, but the packages of distributions do not: civetweb 1.15 and 1.16 look for
``SSL_get_peer_certificate``, which OpenSSL 3 has removed. Debian 12's Orthanc 1.10.1 therefore crashes at the first
HTTPS request, whatever its configuration (observed). stunnel forwards the contents of the TLS connection unchanged.
"""

from __future__ import annotations

from typing import Any

from ohifbuild.deploy.deployment import Plan
from ohifbuild.deploy.rendering import rendered

CIPHERS = (
    "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
)  # fmt: skip
"""For TLS 1.2 (Mozilla's intermediate configuration, version 5.7); TLS 1.3 has its own."""

STUNNEL = "stunnel/viewer.conf"


def reached_without_proxy(plan: Plan) -> dict[str, Any]:
    """Settings of an Orthanc that browsers reach without a web server in front."""
    local = bool(plan.options.certificate) or plan.behind_local_proxy
    network = {"HttpPort": plan.port, "SslEnabled": False, "RemoteAccessAllowed": not local}
    if not plan.options.behind_proxy:
        return network
    # With a host in its settings, the DICOMweb plugin believes no header of a request.
    return {**network, "DicomWeb": {"Host": plan.origin.partition("://")[2]}}


def tunnel(plan: Plan) -> dict[str, str]:
    """stunnel's configuration file, if the options name a certificate."""
    return {STUNNEL: rendered("stunnel.conf.j2", plan=plan, ciphers=CIPHERS)} if plan.options.certificate else {}


def tunnel_steps(plan: Plan) -> tuple[str, ...]:
    """The steps for stunnel, if the options name a certificate."""
    if not plan.options.certificate:
        return ()
    return (
        "Install stunnel, for TLS: apt install stunnel4",
        f"ln -sf {plan.server_folder}/{STUNNEL} /etc/stunnel/viewer.conf && systemctl enable --now stunnel@viewer",
    )
