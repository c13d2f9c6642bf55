"""Serves the current build of ``dev`` with its archive and its channel."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web

from ohifbuild.dev.archives import DevArchive
from ohifbuild.dev.builds import DevBuild
from ohifbuild.dev.channel import FOLDER, Channel
from ohifbuild.server.headers import connects_to
from ohifbuild.server.static_files import StaticFiles
from ohifbuild.server.web_server import application, same_origin_root
from ohifbuild.verification.viewer_site import served

HOST = "127.0.0.1"


class CurrentFiles:
    """The files of the newest build, and the channel below the public URL."""

    def __init__(self, build: DevBuild, channel: Channel) -> None:
        self._channel = channel
        self._public_url = build.settings.public_url
        self.show(build)

    def show(self, build: DevBuild) -> None:
        """From now on, serves this build."""
        settings = build.settings
        self._files = StaticFiles(build.dist, settings.public_url, connects_to(settings), settings.embed_in)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answers a request for a file or a page of the viewer."""
        name = request.path.removeprefix(self._public_url)
        if name.startswith(FOLDER) and request.path.startswith(self._public_url):
            return await self._channel.handle(request, name)
        return await self._files.handle(request)


class DevSite:
    """A running site of ``dev``."""

    def __init__(self, origin: str, files: CurrentFiles, channel: Channel) -> None:
        self.origin, self.channel = origin, channel
        self._files = files

    def show(self, build: DevBuild) -> None:
        """Serves a build, whose settings are those of the first, and has the pages load it."""
        self._files.show(build)
        self.channel.publish(build.name, None)


@contextmanager
def dev_site(build: DevBuild, archive: DevArchive, port: int) -> Iterator[DevSite]:
    """Serves a build for the length of the block.

    Raises:
        DistInvalid: the recipe's first archive is at another origin.
        PortInUse: the port is in use.
    """
    root = same_origin_root(Path("The viewer"), build.settings)
    channel = Channel(build.name)
    files = CurrentFiles(build, channel)
    handlers = dict(archive.handlers(build.settings))
    app = application(files, root, handlers.pop(root), further=handlers, names=frozenset())
    app.on_shutdown.append(channel.close)
    with served(app, archive, HOST, port, None) as origin:
        yield DevSite(origin, files, channel)
