"""Serves a dist over aiohttp: what a good static server does, and the headers a viewer needs.

Files are looked up in a table made at start, so no request can name anything else. A path that is no file and has no
file's suffix is a route of the viewer and gets ``index.html``.
"""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from aiohttp import web

from ohifbuild.finish.manifest import MANIFEST_NAME
from ohifbuild.headers import cache_control, security_headers
from ohifbuild.verify.settings import Settings

TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
    ".css": "text/css",
    ".json": "application/json",
    ".html": "text/html",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".webapp": "application/manifest+json",
}
COMPRESSED = (".br", ".gz")
TEXT = ("text/", "application/json", "application/manifest+json")
CHUNK = 256 * 1024


@dataclass(frozen=True)
class Served:
    """A file and the headers of its answers; aiohttp itself prefers a compressed sibling that the browser accepts."""

    path: Path
    headers: dict[str, str]


class Static:
    """A dist as an aiohttp handler."""

    def __init__(self, dist: Path, settings: Settings) -> None:
        page = (dist / "index.html").read_text(encoding="utf-8")
        self.headers = security_headers(page, settings.roots)
        self._public_url = settings.public_url
        self._files = {name: _served(dist, name, self.headers) for name in _names(dist)}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answers GET and HEAD under the public URL."""
        if request.method not in ("GET", "HEAD"):
            raise web.HTTPMethodNotAllowed(request.method, ["GET", "HEAD"], headers=self.headers)
        if not request.path.startswith(self._public_url):
            if request.path + "/" == self._public_url:
                raise web.HTTPMovedPermanently(self._public_url, headers=self.headers)
            raise web.HTTPNotFound(headers=self.headers)
        name = request.path.removeprefix(self._public_url)
        found = self._files.get(name)
        if found is None:
            if PurePosixPath(name).suffix in TYPES or name.startswith("."):
                raise web.HTTPNotFound(headers=self.headers)
            found = self._files["index.html"]
        return web.FileResponse(found.path, chunk_size=CHUNK, headers=found.headers)


def _names(dist: Path) -> list[str]:
    names = [path.relative_to(dist).as_posix() for path in dist.rglob("*") if path.is_file()]
    present = set(names)
    compressed = {name for name in names for suffix in COMPRESSED if name.removesuffix(suffix) in present - {name}}
    return [name for name in names if name not in compressed and not name.startswith(".")]


def _served(dist: Path, name: str, common: dict[str, str]) -> Served:
    path = dist / name
    kind = TYPES.get(path.suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    if kind.startswith(TEXT):
        kind += "; charset=utf-8"
    cache = "no-cache" if name == MANIFEST_NAME else cache_control(name)
    return Served(path, {**common, "Content-Type": kind, "Cache-Control": cache})
