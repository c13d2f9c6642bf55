"""The files of a release that a dist does not get: pages and scripts that could bypass the token's protection.

Checked in 3.11.1, 3.12.0, 3.12.10, 3.13.2 and 3.14.0-beta.6. Left out are all files that load scripts from another
host, all files that are only for OpenID Connect, and all pages except the viewer's. ``init-service-worker.js`` stays:
``index.html`` loads it, and it removes service workers that an older viewer may have left in a browser.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import PurePosixPath

# inject.py writes these for each dist.
WRITTEN_LATER = frozenset({"index.html", "app-config.js"})
# These pages run in the viewer's origin, but without the early script and the policy of index.html:
# silent-refresh.html (OpenID Connect; loads a script from another host), and from 3.13 on customizations/index.html.
PAGES = (".html", ".htm", ".xhtml")
SCRIPTS = (
    "sw.js",  # a service worker that loads scripts from another host; no page registers it
    "google.js",  # a configuration for Google's archive, with OpenID Connect
    "oidc-client*.js",  # only silent-refresh.html loads these three
    "es6-shim*.js",
    "polyfill.min.js",
)


def is_left_out(name: str) -> bool:
    """Whether a dist does not get a file of a release; ``name`` is its POSIX path."""
    suffix = PurePosixPath(name).suffix.lower()
    if name in WRITTEN_LATER or suffix == ".map" or suffix in PAGES:
        return True
    return any(fnmatchcase(name, pattern) for pattern in SCRIPTS)
