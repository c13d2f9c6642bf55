"""What a release has and a dist does not get: pages and scripts that work around the token's confinement.

Seen in 3.11.1, 3.12.0, 3.12.10, 3.13.2 and 3.14.0-beta.6: what is left out here is all that loads scripts from another
host, all that serves signing in by OpenID Connect alone, and all pages but the viewer's own. ``init-service-worker.js``
stays: ``index.html`` loads it, and it removes the service workers that an older viewer may have left in a browser.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import PurePosixPath

# Written for each dist by inject.py.
WRITTEN_LATER = frozenset({"index.html", "app-config.js"})
# Pages run without the early script and the policy in index.html, each one in the viewer's origin:
# silent-refresh.html (OpenID Connect; a script from another host), and from 3.13 on customizations/index.html.
PAGES = (".html", ".htm", ".xhtml")
SCRIPTS = (
    "sw.js",  # a service worker that loads scripts from another host; no page registers it
    "google.js",  # a configuration for Google's archive, with OpenID Connect
    "oidc-client*.js",  # these three are loaded by silent-refresh.html alone
    "es6-shim*.js",
    "polyfill.min.js",
)


def is_left_out(name: str) -> bool:
    """Whether a file of a release, by its POSIX path, is not to be taken into the dist."""
    suffix = PurePosixPath(name).suffix.lower()
    if name in WRITTEN_LATER or suffix == ".map" or suffix in PAGES:
        return True
    return any(fnmatchcase(name, pattern) for pattern in SCRIPTS)
