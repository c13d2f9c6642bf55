"""nginx: serves viewer and archive from one origin."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ohifbuild.deploy.deployment import Folder, Plan
from ohifbuild.deploy.filtering import KEPT, PRIVATE, filter_files, orthanc_steps
from ohifbuild.deploy.header_table import HeaderTable, header_table, immutable_paths
from ohifbuild.deploy.https import CIPHERS
from ohifbuild.deploy.proxy_headers import SAID
from ohifbuild.deploy.rendering import rendered
from ohifbuild.server import archive_rules


@dataclass(frozen=True)
class Logs:
    """The files of nginx's access log and error log."""

    access: str
    error: str


def nginx(plan: Plan) -> Folder:
    """A ``server`` block for nginx's http context, and the token filter for the Orthanc behind it."""
    logs = Logs(f"{plan.options.logs}/{plan.name}.access.log", f"{plan.options.logs}/{plan.name}.error.log")
    www = f"{plan.server_folder}/{plan.www}"
    conf = nginx_conf(plan, header_table(plan), www=www, archive=plan.archive_origin, logs=logs)
    texts = {
        "nginx/viewer.conf": conf,
        **quic_conf(plan),
        **filter_files(plan, root=plan.archive_root, more=_orthanc_network(plan)),
    }
    steps = (
        *orthanc_steps(plan),
        f"Add it to nginx's configuration: ln -sf {plan.server_folder}/nginx/viewer.conf "
        f"/etc/nginx/conf.d/{plan.name}.conf",
        *(f"ln -sf {plan.server_folder}/{name} /etc/nginx/conf.d/" for name in quic_conf(plan)),
        "Remove nginx's welcome page, which would answer instead: rm -f /etc/nginx/sites-enabled/default",
        "nginx -t && systemctl reload nginx",
    )
    return Folder(f"{plan.www}{plan.local_url}".rstrip("/"), texts, steps, PRIVATE, KEPT)


def _orthanc_network(plan: Plan) -> dict[str, Any]:
    """Settings of an Orthanc behind nginx: the port that nginx connects to, open to this machine only if possible."""
    archive = urlsplit(plan.archive)
    local = archive.hostname in ("127.0.0.1", "::1", "localhost")
    port = plan.existing.get("HttpPort", archive.port or 80)
    return {"HttpPort": port, "SslEnabled": archive.scheme == "https", "RemoteAccessAllowed": not local}


def quic_conf(plan: Plan) -> dict[str, str]:
    """With HTTP/3, the file that all sites on one nginx share, because ``reuseport`` may be given only once."""
    name = f"nginx/quic-{plan.tls_port}.conf"
    return {name: rendered("quic.conf.j2", port=plan.tls_port)} if plan.options.http3 else {}


def nginx_conf(plan: Plan, table: HeaderTable, *, www: str, archive: str, logs: Logs, staff: str = "") -> str:
    """nginx's configuration file.

    Args:
        plan: the deployment's plan.
        table: the dist's headers.
        www: the folder that holds the viewer at the path of its public URL.
        archive: scheme, host and port of the archive.
        logs: nginx's log files.
        staff: scheme, host and port of an Orthanc for staff, at ``/orthanc/``; '' for none.
    """
    scheme, _, upstream = archive.partition("://")
    headers = dict.fromkeys(source.token_header for source in plan.settings.sources)
    options = plan.options
    trusting = bool(options.behind_proxy)
    return rendered(
        "viewer.conf.j2",
        plan=plan,
        options=options,
        v=plan.variables,
        host=f"${plan.variables}_host" if trusting or options.http3 else "$http_host",
        its_scheme=f"${plan.variables}_scheme" if trusting else "$scheme",
        said=SAID,
        table=table,
        www=www,
        scheme=scheme,
        upstream=upstream,
        staff=staff,
        logs=logs,
        immutable=immutable_paths(plan.local_url),
        pages={re.escape(plan.local_url + name): policy for name, policy in table.pages.items()},
        url=re.escape(plan.local_url),
        types=_types(table),
        charset_types=sorted({_plain(kind) for kind in table.types.values() if "charset" in kind} - {"text/html"}),
        underscores=[name for name in headers if "_" in name],
        rules=archive_rules,
        plain_request_line=archive_rules.plain_request_line(path for path, _ in plan.archive_paths),
        ciphers=CIPHERS,
    )


def _types(table: HeaderTable) -> dict[str, str]:
    """Suffixes by media type, in nginx's format."""
    found: dict[str, list[str]] = {}
    for suffix, kind in table.types.items():
        found.setdefault(_plain(kind), []).append(suffix.removeprefix("."))
    return {kind: " ".join(suffixes) for kind, suffixes in sorted(found.items())}


def _plain(kind: str) -> str:
    return kind.partition(";")[0]
