"""Builds and runs images of containers with buildah, without a registry; finds Docker Compose."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ohifbuild.core.errors import ToolFailed, ToolMissing
from ohifbuild.core.processes import output, run, running
from servers import await_port
from system import installed

USER = 101
USERS = f"root:x:0:0::/:\nnginx:x:{USER}:{USER}::/:\n"


def compose_command() -> list[str | Path]:
    """The command of Docker Compose, as a plugin of docker or on its own; neither needs an engine to read a file."""
    try:
        run(["docker", "compose", "version"])
    except (ToolFailed, ToolMissing):
        return [installed("docker-compose", "docker-compose")]
    return ["docker", "compose"]


class Images:
    """A store of images in a folder."""

    def __init__(self, folder: Path) -> None:
        if os.geteuid() != 0:
            pytest.skip("Only root can build images here; rootless buildah needs ranges of user ids.")
        program = installed("buildah", "buildah")
        folder.mkdir()
        places = ("--root", str(folder / "root"), "--runroot", str(folder / "run"))
        self._command: list[str | Path] = [program, *places, "--storage-driver", "vfs"]

    def nginx(self) -> str:
        """The name of an image with this machine's nginx, its libraries and its user; it has no shell."""
        program = installed("nginx", "nginx")
        libraries = map(Path, re.findall(r"/\S+", output(["ldd", program])))
        container = self._said("from", "scratch")
        root = Path(self._said("mount", container))
        for file in (program, *libraries):
            run(["install", "-D", file, root / file.relative_to("/")])
        (root / "tmp").mkdir()
        (root / "tmp").chmod(0o1777)
        (root / "etc").mkdir()
        (root / "etc/passwd").write_text(USERS)
        (root / "etc/group").write_text(f"root:x:0:\nnginx:x:{USER}:\n")
        self._said("config", "--env", f"PATH={program.parent}", "--cmd", '["nginx"]', container)
        self._said("commit", "--quiet", container, "localhost/nginx")
        return "localhost/nginx"

    def built(self, folder: Path, base: str) -> str:
        """The name of the image of a folder with a Containerfile, on another base."""
        words = ("build", "--quiet", "--pull-never", "--build-arg", f"BASE={base}", "--tag", "localhost/viewer")
        self._said(*words, "--file", str(folder / "Containerfile"), str(folder))
        return "localhost/viewer"

    def configuration(self, image: str) -> dict[str, Any]:
        """What an image says about how it is run."""
        found: dict[str, Any] = json.loads(self._said("inspect", "--type", "image", image))["OCIv1"]["config"]
        return found

    @contextmanager
    def container_running(self, image: str, port: int) -> Iterator[Path]:
        """Runs an image's own command as its own user, in this machine's network; yields its files.

        The standard streams are files in ``dev``: nginx opens them again, which only the owner of a pipe can, and
        buildah, unlike engines that run containers, does not give its pipes to the user.
        """
        root = Path(self._said("mount", self._said("from", "--pull-never", image)))
        for name in ("stdout", "stderr"):
            stream = root / "dev" / name
            stream.parent.mkdir(exist_ok=True)
            stream.touch()
            os.chown(stream, USER, USER)
        configuration = self.configuration(image)
        path = dict(pair.split("=", 1) for pair in configuration["Env"])
        words: list[str] = configuration["Entrypoint"]
        command: list[str | Path] = ["chroot", f"--userspec={configuration['User']}", root, *words]
        with running(command, env={**path, "PATH": f"{path['PATH']}:/usr/sbin"}) as child:
            await_port("127.0.0.1", port, lambda: child.poll() is None)
            yield root

    def _said(self, *words: str) -> str:
        return output([*self._command, *words]).strip()
