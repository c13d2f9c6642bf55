"""Any other web server: the viewer, and its headers in several servers' own words."""

from __future__ import annotations

from ohifbuild.deploy.model import Folder, Plan
from ohifbuild.deploy.rendering import rendered
from ohifbuild.deploy.table import header_table, immutable_paths


def static(plan: Plan) -> Folder:
    """The viewer at the path of its public URL, an ``.htaccess`` in it, a ``Caddyfile``, and the table for others."""
    table = header_table(plan)
    folder = f"www{plan.public_url}".rstrip("/")
    values = {
        "plan": plan,
        "table": table,
        "www": f"{plan.place}/www",
        "immutable": "|".join(immutable_paths(plan.public_url)),
        "root": plan.settings.dicomweb_root,
        "own_root": "://" not in plan.settings.dicomweb_root,
    }
    texts = {
        f"{folder}/.htaccess": rendered("htaccess.j2", **values),
        "Caddyfile": rendered("Caddyfile.j2", **values),
        "HEADERS.md": rendered("HEADERS.md.j2", **values),
    }
    steps = (
        f"Serve {plan.place}/www, with the viewer at {plan.public_url}",
        f"Send the headers that {plan.place}/HEADERS.md lists; Apache and Caddy find them in .htaccess and Caddyfile",
    )
    return Folder(folder, texts, steps)
