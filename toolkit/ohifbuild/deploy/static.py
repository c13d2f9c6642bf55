"""Any other web server: the viewer, configurations for Apache and Caddy, and its headers as a document."""

from __future__ import annotations

from ohifbuild.deploy.deployment import Folder, Plan
from ohifbuild.deploy.header_table import header_table, immutable_paths
from ohifbuild.deploy.https import CIPHERS
from ohifbuild.deploy.proxy_headers import SAID
from ohifbuild.deploy.rendering import rendered
from ohifbuild.server import archive_rules


def static(plan: Plan) -> Folder:
    """The viewer at the path of its public URL, configurations for Apache and Caddy, and HEADERS.md for others."""
    table = header_table(plan)
    folder = f"{plan.www}{plan.local_url}".rstrip("/")
    trusted = plan.options.behind_proxy
    archive_paths = plan.archive_paths
    values = {
        "plan": plan,
        "table": table,
        "v": plan.variables,
        "www": f"{plan.server_folder}/{plan.www}",
        "immutable": "|".join(immutable_paths(plan.local_url)),
        "tls": bool(plan.options.certificate),
        "ciphers": CIPHERS,
        "said": SAID,
        "address": _address(plan),
        "roots": plan.settings.all_roots,
        "archive_paths": archive_paths,
        "rules": archive_rules,
        "archive_pattern": "|".join(path.replace(".", "[.]") for path, _ in archive_paths),
        "plain_target": archive_rules.plain_target(path for path, _ in archive_paths),
        "plain_request_line": archive_rules.plain_request_line(path for path, _ in archive_paths),
    }
    # Of nested roots, the inner one decides: Apache applies its last section that matches, Caddy the first.
    outer_first = sorted(plan.proxied, key=lambda place: len(place.path))
    apache = {
        **values,
        "proxied": outer_first,
        "trusted": " || ".join(f"%{{CONN_REMOTE_ADDR}} -ipmatch '{each}'" for each in trusted),
    }
    caddy = {
        **values,
        "proxied": outer_first[::-1],
        "trusted": " ".join(trusted),
        "host": "{vars.host}" if trusted else "{hostport}",
        "its_scheme": "{vars.scheme}" if trusted else "{scheme}",
    }
    texts = {
        f"{folder}/.htaccess": rendered("htaccess.j2", **values),
        "apache.conf": rendered("apache.conf.j2", **apache),
        "Caddyfile": rendered("Caddyfile.j2"),
        "site.caddy": rendered("site.caddy.j2", **caddy),
        "HEADERS.md": rendered("HEADERS.md.j2", **values),
    }
    steps = (
        f"Serve {plan.server_folder}/{plan.www}, with the viewer at {plan.public_url}, as described in "
        f"{plan.server_folder}/HEADERS.md",
        f"For Apache: ln -sf {plan.server_folder}/apache.conf "
        f"/etc/apache2/sites-enabled/000-{plan.name}.conf && systemctl reload apache2",
        f"For Caddy: mkdir -p /etc/caddy/sites && ln -sf {plan.server_folder}/Caddyfile /etc/caddy/Caddyfile && "
        f"ln -sf {plan.server_folder}/site.caddy /etc/caddy/sites/{plan.name}.caddy && systemctl reload caddy",
    )
    return Folder(folder, texts, steps)


def _address(plan: Plan) -> str:
    """Caddy's site address: if it is a host name only, Caddy obtains a certificate automatically."""
    options = plan.options
    if options.host != "_" and not (options.certificate or options.port or options.behind_proxy):
        return options.host
    scheme, port = ("https", plan.tls_port) if options.certificate else ("http", plan.port)
    return f"{scheme}://{'' if options.host == '_' else options.host}:{port}"
