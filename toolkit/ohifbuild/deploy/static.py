"""Any other web server: the viewer, configurations for Apache and Caddy, and its headers as a document."""

from __future__ import annotations

from ohifbuild.deploy.deployment import Folder, Plan, rendered
from ohifbuild.deploy.header_table import header_table, immutable_paths
from ohifbuild.deploy.https import CIPHERS
from ohifbuild.server import archive_rules


def static(plan: Plan) -> Folder:
    """The viewer at the path of its public URL, configurations for Apache and Caddy, and HEADERS.md for others."""
    table = header_table(plan)
    folder = f"www{plan.public_url}".rstrip("/")
    archive_paths = plan.archive_paths if "://" not in plan.settings.dicomweb_root else ()
    values = {
        "plan": plan,
        "table": table,
        "www": f"{plan.server_folder}/www",
        "immutable": "|".join(immutable_paths(plan.public_url)),
        "tls": bool(plan.options.certificate),
        "ciphers": CIPHERS,
        "address": _address(plan),
        "roots": plan.settings.roots,
        "archive_paths": archive_paths,
        "rules": archive_rules,
        "archive_pattern": "|".join(path.replace(".", "[.]") for path, _ in archive_paths),
        "plain_target": archive_rules.plain_target(path for path, _ in archive_paths),
        "plain_request_line": archive_rules.plain_request_line(path for path, _ in archive_paths),
    }
    texts = {
        f"{folder}/.htaccess": rendered("htaccess.j2", **values),
        "apache.conf": rendered("apache.conf.j2", **values),
        "Caddyfile": rendered("Caddyfile.j2", **values),
        "HEADERS.md": rendered("HEADERS.md.j2", **values),
    }
    steps = (
        f"Serve {plan.server_folder}/www, with the viewer at {plan.public_url}, as described in "
        f"{plan.server_folder}/HEADERS.md",
        f"For Apache: ln -sf {plan.server_folder}/apache.conf /etc/apache2/sites-enabled/000-viewer.conf",
        f"For Caddy: ln -sf {plan.server_folder}/Caddyfile /etc/caddy/Caddyfile",
    )
    return Folder(folder, texts, steps)


def _address(plan: Plan) -> str:
    """Caddy's site address: if it is a host name only, Caddy obtains a certificate automatically."""
    options = plan.options
    if options.host != "_" and not (options.certificate or options.port):
        return options.host
    scheme, port = ("https", plan.tls_port) if options.certificate else ("http", plan.port)
    return f"{scheme}://{'' if options.host == '_' else options.host}:{port}"
