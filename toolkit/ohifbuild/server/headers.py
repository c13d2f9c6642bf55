"""The response headers of a viewer's files, and the content security policy of its pages."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from ohifbuild.contract.settings import Settings

CACHE_FOREVER = "public, max-age=31536000, immutable"
CACHE_REVALIDATE = "no-cache"
CACHE_NEVER = "no-store"
"""For pages, because their address may hold a token, and for images."""

ISOLATION = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
"""Also for the archive's answers: an isolated page shows a PDF in a frame only if the PDF is isolated too."""

SELF = "'self'"
SCRIPTS = "'self' 'wasm-unsafe-eval' 'unsafe-eval'"

# Not by a parser: ``viewer/inject.py`` edits the scripts that this finds, and both must mean the same ones. A page
# that is misread gets hashes that fit none of its scripts, so the browser runs none.
SCRIPT = re.compile(r"<script\b(?P<attributes>[^>]*)>(?P<text>.*?)</script>", re.DOTALL | re.IGNORECASE)


def connects_to(settings: Settings) -> tuple[str, ...]:
    """Absolute URLs of all other origins that a viewer with these settings connects to, with or without its token."""
    return (*(root for root in settings.all_roots if "://" in root), *settings.connect)


def content_security_policy(page: str, connect: Sequence[str] = (), embed_in: Sequence[str] = ()) -> str:
    """The policy in the header of a viewer's page: ``page_policy``, and which pages may frame it.

    Args:
        page, connect: as for ``page_policy``.
        embed_in: origins of other pages that may frame it.
    """
    return f"{page_policy(page, connect)}; frame-ancestors {' '.join((SELF, *embed_in))}"


def page_policy(page: str, connect: Sequence[str] = ()) -> str:
    """The content security policy of a viewer's page; ``viewer/inject.py`` also writes it into the page as a <meta>.

    A <meta> cannot set ``frame-ancestors`` (CSP3 3.3), so that is left to the header.

    The policy names inline scripts by their hash. OHIF compiles WebAssembly codecs, starts workers from blobs, shows
    images and documents from blobs and data URLs, and its components set inline styles. Reading a segmentation (dcmjs
    through ndarray's cwise-compiler) builds functions from text, so segmentations need 'unsafe-eval'. The policy still
    forbids scripts of other origins and scripts that are inserted into the page.

    Args:
        page: the text of ``index.html``, or of another page of the dist.
        connect: absolute URLs of archives at other origins that the viewer connects to.
    """
    there = _origins(connect)
    hashes = "".join(f" '{digest}'" for digest in inline_hashes(page))
    rules = {
        "default-src": "'self'",
        "script-src": f"{SCRIPTS}{hashes}",
        "worker-src": "'self' blob:",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": f"'self' data: blob:{there}",
        "font-src": f"'self' data:{there}",
        "media-src": f"'self' blob:{there}",
        "connect-src": f"'self' data: blob:{there}",
        "object-src": f"'self' blob:{there}",
        "frame-src": f"'self' blob:{there}",
        "base-uri": "'self'",
        "form-action": "'none'",
    }
    return _policy(rules)


def worker_policy(connect: Sequence[str] = ()) -> str:
    """The content security policy of scripts. A worker has the policy of its script's response, not that of the page.

    The image codecs (Emscripten's embind) build functions from text, so they need 'unsafe-eval' too.
    """
    there = _origins(connect)
    return _policy(
        {
            "default-src": "'none'",
            "script-src": SCRIPTS,
            "worker-src": "'self' blob:",
            "connect-src": f"'self' data: blob:{there}",
        }
    )


def _origins(urls: Sequence[str]) -> str:
    origins = sorted({f"{urlsplit(url).scheme}://{urlsplit(url).netloc}" for url in urls})
    return "".join(f" {origin}" for origin in origins)


def _policy(rules: Mapping[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def is_inline(script: re.Match[str]) -> bool:
    """Whether what ``SCRIPT`` found stands in the page itself, and is run."""
    return bool(script["text"]) and not re.search(r"\bsrc=|application/json", script["attributes"])


def inline_hashes(page: str) -> list[str]:
    """The ``sha256-…`` of every script that stands in the page itself (CSP3 2.3.1); data blocks need none."""
    texts = (found["text"] for found in SCRIPT.finditer(page) if is_inline(found))
    digests = (hashlib.sha256(text.encode()).digest() for text in texts)
    return list(dict.fromkeys(f"sha256-{base64.b64encode(digest).decode()}" for digest in digests))
