"""Serves a dist the way it has to be served.

What is compressed beforehand goes out compressed; hashed files are cached for ever, pages not at all, and the others
asked for again; the page is isolated (COOP, COEP) so that it gets its shared memory, sends no referrer, and is held to
a content security policy. A path is looked up among the dist's files as they were found and never turned into a file
name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote

from aiohttp import web

from ohifbuild.server.headers import (
    ASK_AGAIN,
    FOR_EVER,
    ISOLATION,
    NEVER_STORED,
    content_security_policy,
    worker_policy,
)

INDEX = "index.html"
ENCODED = (".br", ".gz")

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".gif": "image/gif",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".jsonc": "application/json",
    ".map": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".onnx": "application/octet-stream",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webapp": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}
"""Not the system's table: it may lack wasm and mjs, which browsers then refuse."""

HASHED = re.compile(r"(?:^|/)(?:[\w.-]+\.)?[0-9a-f]{16,}(?:\.[\w-]+)*\.\w+$|^ohifbuild/[0-9a-f]{8,}/")
"""File names that change with their contents: ``12.bundle.<hash>.js``, ``<hash>.wasm``, ``ohifbuild/<digest>/…``."""

FILE_NAME = re.compile(r"\.[A-Za-z][A-Za-z0-9]*$")
"""A path that ends so means a file; a route of the viewer does not."""


class StaticFiles:
    """The files of a dist under its public URL.

    Args:
        public_url: a path that begins and ends with a slash.
        connect: absolute URLs of other origins that the viewer talks to.
    """

    def __init__(self, dist: Path, public_url: str, connect: Sequence[str] = ()) -> None:
        self._dist = dist
        self._public_url = public_url
        self._connect = connect
        self._state: object = None
        self._files: Mapping[str, Path] = {}
        self._policies: Mapping[str, str] = {}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answers a GET or HEAD request with a file, or with index.html for a route of the viewer."""
        if request.method not in ("GET", "HEAD"):
            return _text(405, "Only GET and HEAD are answered here.", {"Allow": "GET, HEAD"})
        raw, _, query = request.raw_path.partition("?")
        path = unquote(raw, errors="replace")
        if not path.startswith(self._public_url):
            if path in ("/", self._public_url.rstrip("/")):
                return _moved(self._public_url + (f"?{query}" if query else ""))
            return _text(404, f"The viewer is at {self._public_url}")
        self._look_again()
        return self._file(path[len(self._public_url) :])

    def _file(self, name: str) -> web.StreamResponse:
        found = self._files.get(name or INDEX)
        if found is None:
            if FILE_NAME.search(name):
                return _text(404, "The viewer has no such file.")
            name, found = INDEX, self._files.get(INDEX)
        if found is None:
            return _text(404, "There is no viewer here.")
        return web.FileResponse(found, headers=self._headers(name or INDEX, found.suffix))

    def _headers(self, name: str, suffix: str) -> dict[str, str]:
        headers = {
            "Content-Type": MEDIA_TYPES.get(suffix, "application/octet-stream"),
            "Cache-Control": FOR_EVER if HASHED.search(name) else ASK_AGAIN,
            "Vary": "Accept-Encoding",
            **ISOLATION,
        }
        if suffix == ".html":
            headers["Cache-Control"] = NEVER_STORED
            headers["Content-Security-Policy"] = self._policies[name]
        if suffix in (".js", ".mjs"):
            headers["Content-Security-Policy"] = worker_policy(self._connect)
        return headers

    def _look_again(self) -> None:
        """Finds the files anew if the dist was built anew."""
        index = self._dist / INDEX
        try:
            facts = index.stat()
            state = (facts.st_ino, facts.st_mtime_ns, facts.st_size)
        except OSError:
            state = None
        if state != self._state or not self._files:
            self._files = _find(self._dist)
            pages = ((name, path) for name, path in self._files.items() if path.suffix == ".html")
            self._policies = {name: content_security_policy(_page(path), self._connect) for name, path in pages}
            self._state = state


def _page(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _find(dist: Path) -> dict[str, Path]:
    """Regular files by their POSIX path; no links, nothing hidden, no compressed siblings."""
    found: dict[str, Path] = {}
    for path in dist.rglob("*"):
        name = path.relative_to(dist)
        hidden = any(part.startswith(".") for part in name.parts)
        if not hidden and path.suffix not in ENCODED and path.is_file() and not path.is_symlink():
            found[name.as_posix()] = path
    return found


def _text(status: int, text: str, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(status=status, text=text + "\n", headers={**ISOLATION, **(headers or {})})


def _moved(location: str) -> web.Response:
    return web.Response(status=302, headers={**ISOLATION, "Location": location, "Cache-Control": "no-store"})
