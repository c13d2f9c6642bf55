"""The response headers that a viewer needs, in one place: for ``serve``, ``verify`` and every file of ``deploy``.

- COOP and COEP give the page a context of its own, without which there is no SharedArrayBuffer, and so no volume
  loading in workers (OHIF issues #2897, #3922).
- The Content-Security-Policy lets the page talk to its own origin and the archive, and to nobody else.
  ``'unsafe-eval'`` is for cornerstone's image codecs: Emscripten's bindings make functions of text.
- Names that hold a digest of their contents never change and are kept for ever; all others are asked for anew.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

INLINE_SCRIPT = re.compile(r"<script\b(?P<attributes>[^>]*)>(?P<text>.*?)</script>", re.DOTALL | re.IGNORECASE)
HASHED_NAME = re.compile(
    r"(?:^|/)(?:[\w.-]+\.bundle\.)?[0-9a-f]{12,20}\.(?:js|css|wasm|woff2)$|^ohifbuild/[0-9a-f]{12}/"
)

IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATED = "no-cache"


def security_headers(index_html: str, roots: Iterable[str]) -> dict[str, str]:
    """The headers of every answer, for the page ``index_html`` and the DICOMweb roots it was built for."""
    return {
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Content-Security-Policy": content_security_policy(index_html, roots),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


def content_security_policy(index_html: str, roots: Iterable[str]) -> str:
    """The policy: inline scripts by their hashes, requests to this origin and to the roots' origins."""
    archives = sorted({f"{p.scheme}://{p.netloc}" for p in map(urlsplit, roots) if p.netloc})
    directives = {
        "default-src": ["'self'"],
        "script-src": ["'self'", "blob:", "'unsafe-eval'", *inline_hashes(index_html)],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:", *archives],
        "font-src": ["'self'", "data:"],
        "connect-src": ["'self'", "data:", "blob:", *archives],
        "media-src": ["'self'", "blob:", *archives],
        "object-src": ["'self'", "blob:"],
        "frame-src": ["'self'", "blob:"],
        "worker-src": ["'self'", "blob:"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "frame-ancestors": ["'self'"],
    }
    return "; ".join(" ".join([name, *sources]) for name, sources in directives.items())


def inline_hashes(index_html: str) -> list[str]:
    """``'sha256-…'`` of every inline script that is code (CSP level 3, 2.3.1)."""
    found = []
    for script in INLINE_SCRIPT.finditer(index_html):
        if "src=" in script["attributes"] or "application/json" in script["attributes"]:
            continue
        digest = hashlib.sha256(script["text"].encode()).digest()
        found.append(f"'sha256-{base64.b64encode(digest).decode()}'")
    return found


def cache_control(name: str) -> str:
    """``Cache-Control`` of a file; ``name`` is its POSIX path in the dist."""
    return IMMUTABLE if HASHED_NAME.search(name) else REVALIDATED
