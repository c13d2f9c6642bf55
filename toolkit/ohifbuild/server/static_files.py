"""The static files of a dist, with the headers they need.

A client that accepts it gets the compressed copy of a file. Browsers cache files with a hash in their name forever, do
not store pages, and revalidate all others. The page is isolated (COOP, COEP), which gives it shared memory; it sends no
referrer and has a content security policy. A request's path is looked up in the list of the dist's files and never
becomes a file name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote

from aiohttp import web

from ohifbuild.server.headers import (
    CACHE_FOREVER,
    CACHE_NEVER,
    CACHE_REVALIDATE,
    ISOLATION,
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
"""The system's own table may lack wasm and mjs, which browsers then refuse."""

HASHED = re.compile(
    r"(?:^|/)(?:(?:[\w.-]+\.)?[0-9a-f]{16,}|[\w-]+\.bundle\.[0-9a-f]{8,})(?:\.[\w-]+)*\.\w+$|^ohifbuild/[0-9a-f]{8,}/"
)
"""File names that change with their contents: ``12.bundle.<hash>.js``, ``<hash>.wasm``, ``ohifbuild/<digest>/…``."""

FILE_NAME = re.compile(r"\.[A-Za-z][A-Za-z0-9]*$")
"""The end of a path that names a file, and not a route of the viewer."""


class StaticFiles:
    """The files of a dist under its public URL.

    Args:
        public_url: a path that begins and ends with a slash.
        connect: absolute URLs of other origins that the viewer connects to.
        embed_in: origins of other pages that may frame the viewer.
    """

    def __init__(self, dist: Path, public_url: str, connect: Sequence[str] = (), embed_in: Sequence[str] = ()) -> None:
        self._dist = dist
        self._public_url = public_url
        self._connect = connect
        self._embed_in = embed_in
        self._state: object = None
        self._files: Mapping[str, Path] = {}
        self._policies: Mapping[str, str] = {}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answers a GET or HEAD request with a file, or with index.html for a route of the viewer."""
        if request.method not in ("GET", "HEAD"):
            return _text(405, "Only GET and HEAD are allowed.", {"Allow": "GET, HEAD"})
        raw, _, query = request.raw_path.partition("?")
        path = unquote(raw, errors="replace")
        if not path.startswith(self._public_url):
            if path in ("/", self._public_url.rstrip("/")):
                return _redirect(self._public_url + (f"?{query}" if query else ""))
            return _text(404, f"The viewer is at {self._public_url}")
        self._refresh()
        return self._file(path[len(self._public_url) :])

    def _file(self, name: str) -> web.StreamResponse:
        found = self._files.get(name or INDEX)
        if found is None:
            if FILE_NAME.search(name):
                return _text(404, "The viewer has no such file.")
            name, found = INDEX, self._files.get(INDEX)
        if found is None:
            return _text(404, "There is no viewer here.")
        return _ListedFile(found, headers=self._headers(name or INDEX, found.suffix))

    def _headers(self, name: str, suffix: str) -> dict[str, str]:
        headers = {
            "Content-Type": MEDIA_TYPES.get(suffix, "application/octet-stream"),
            "Cache-Control": CACHE_FOREVER if HASHED.search(name) else CACHE_REVALIDATE,
            "Vary": "Accept-Encoding",
            **ISOLATION,
        }
        if suffix == ".html":
            headers["Cache-Control"] = CACHE_NEVER
            headers["Content-Security-Policy"] = self._policies[name]
        if suffix in (".js", ".mjs"):
            headers["Content-Security-Policy"] = worker_policy(self._connect)
        return headers

    def _refresh(self) -> None:
        """Lists the files again if the dist was rebuilt."""
        index = self._dist / INDEX
        try:
            facts = index.stat()
            state = (facts.st_ino, facts.st_mtime_ns, facts.st_size)
        except OSError:
            state = None
        if state != self._state or not self._files:
            self._files = _find(self._dist)
            pages = ((name, path) for name, path in self._files.items() if path.suffix == ".html")
            self._policies = {
                name: content_security_policy(_page(path), self._connect, self._embed_in) for name, path in pages
            }
            self._state = state


class _ListedFile(web.FileResponse):
    """A file of the list. If it cannot be opened, it is being replaced, or the system is at a limit: that passes."""

    def set_status(self, status: int, reason: str | None = None) -> None:
        if status in (403, 404):
            status = 503
            self.headers.update({"Cache-Control": CACHE_NEVER, "Retry-After": "1"})
        super().set_status(status, reason)


def _page(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _find(dist: Path) -> dict[str, Path]:
    """Regular files by their POSIX path, without symbolic links, hidden files and compressed copies."""
    found: dict[str, Path] = {}
    for path in dist.rglob("*"):
        name = path.relative_to(dist)
        hidden = any(part.startswith(".") for part in name.parts)
        if not hidden and path.suffix not in ENCODED and path.is_file() and not path.is_symlink():
            found[name.as_posix()] = path
    return found


def _text(status: int, text: str, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(status=status, text=text + "\n", headers={**ISOLATION, **(headers or {})})


def _redirect(location: str) -> web.Response:
    return web.Response(status=302, headers={**ISOLATION, "Location": location, "Cache-Control": "no-store"})
