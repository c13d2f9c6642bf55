"""Any other web server: the viewer, and its headers in several servers' own words."""

from __future__ import annotations

from ohifbuild.deploy.deployment import Folder, Plan, rendered
from ohifbuild.deploy.https import CIPHERS
from ohifbuild.deploy.table import header_table, immutable_paths
from ohifbuild.server import archive_rules


def static(plan: Plan) -> Folder:
    """The viewer at the path of its public URL, configurations for Apache and Caddy, and the table for others."""
    table = header_table(plan)
    folder = f"www{plan.public_url}".rstrip("/")
    passed_on = plan.passed_on if "://" not in plan.settings.dicomweb_root else ()
    values = {
        "plan": plan,
        "table": table,
        "www": f"{plan.place}/www",
        "immutable": "|".join(immutable_paths(plan.public_url)),
        "tls": bool(plan.options.certificate),
        "ciphers": CIPHERS,
        "address": _address(plan),
        "roots": plan.settings.roots,
        "passed_on": passed_on,
        "rules": archive_rules,
        "archive_paths": "|".join(path.replace(".", "[.]") for path, _ in passed_on),
        "plain_target": archive_rules.plain_target(path for path, _ in passed_on),
        "plain_request_line": archive_rules.plain_request_line(path for path, _ in passed_on),
    }
    texts = {
        f"{folder}/.htaccess": rendered("htaccess.j2", **values),
        "apache.conf": rendered("apache.conf.j2", **values),
        "Caddyfile": rendered("Caddyfile.j2", **values),
        "HEADERS.md": rendered("HEADERS.md.j2", **values),
    }
    steps = (
        f"Serve {plan.place}/www, with the viewer at {plan.public_url}, as {plan.place}/HEADERS.md says; that is",
        f"with Apache: ln -sf {plan.place}/apache.conf /etc/apache2/sites-enabled/000-viewer.conf",
        f"with Caddy: ln -sf {plan.place}/Caddyfile /etc/caddy/Caddyfile",
    )
    return Folder(folder, texts, steps)


def _address(plan: Plan) -> str:
    """Where Caddy listens: with a name alone it gets a certificate by itself."""
    options = plan.options
    if options.host != "_" and not (options.certificate or options.port):
        return options.host
    scheme, port = ("https", plan.tls_port) if options.certificate else ("http", plan.port)
    return f"{scheme}://{'' if options.host == '_' else options.host}:{port}"
