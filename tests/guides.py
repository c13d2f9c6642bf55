"""Follows a page of the documentation: runs its commands as written, in a folder that stands for the system."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ohifbuild.core.processes import run, running
from servers import await_port
from system import installed

PLACES = ("/etc/", "/opt/", "/srv/")

# Ends when nginx's old processes have ended, so that a test knows which configuration answers.
SYSTEMCTL = """#!/bin/sh
[ "$*" = "reload nginx" ] || exit 0
master=$(cat {here}/pid)
old=$(cat /proc/$master/task/$master/children)
nginx -s reload
for worker in $old; do while [ -e /proc/$worker ]; do :; done; done
"""
MAIN = """daemon off; worker_processes 1; pid {here}/pid; error_log {here}/error.log; {user}
events {{}}
http {{
    client_body_temp_path {here}/body; proxy_temp_path {here}/proxy; fastcgi_temp_path {here}/fastcgi;
    uwsgi_temp_path {here}/uwsgi; scgi_temp_path {here}/scgi;
    include {etc}/nginx/conf.d/*.conf;
    server {{ listen 127.0.0.1:81; }}
}}
"""


@dataclass(frozen=True)
class System:
    """A folder that stands for the system: its ``etc``, ``opt`` and ``srv``, and programs that act on it.

    Args:
        root: the folder.
        names: what stands in the pages for facts about a reader's server, and the facts here.
    """

    root: Path
    names: Mapping[str, str]

    def here(self, text: str) -> str:
        """A text of a page with the paths and names of this system."""
        for place in PLACES:
            text = re.sub(rf"(?<![\w./]){place}", f"{self.root}{place}", text)
        for name, value in self.names.items():
            text = text.replace(name, value)
        return text

    def follow(self, script: str) -> str:
        """Runs a block of shell commands; returns what it prints.

        Raises:
            ToolFailed: a command failed.
        """
        path = f"{self.root}/opt/ohifbuild/bin:{os.environ['PATH']}"
        return run(["bash", "-euo", "pipefail", "-c", self.here(script)], env={**os.environ, "PATH": path})

    @contextmanager
    def nginx(self) -> Iterator[None]:
        """Runs nginx with this system's configuration, and with a site at port 81 that is always there."""
        with running([self.root / "opt/ohifbuild/bin/nginx"]) as child:
            await_port("127.0.0.1", 81, lambda: child.poll() is None)
            yield


def system(root: Path, names: Mapping[str, str], *, build: str = "exit 0") -> System:
    """Makes a system.

    Args:
        build: what ``ohifbuild build`` runs, because viewers are built before a test.
    """
    programs, nginx = root / "opt/ohifbuild/bin", root / "nginx"
    for folder in (programs, nginx, root / "srv", root / "etc/nginx/conf.d", root / "etc/nginx/sites-enabled"):
        folder.mkdir(parents=True)
    user = "user root;" if os.geteuid() == 0 else ""
    (nginx / "nginx.conf").write_text(MAIN.format(here=nginx, etc=root / "etc", user=user))
    # Its logs go to the folder too: it sees the folder where the system has nginx's logs.
    logs = f"exec unshare --mount sh -c 'mount --bind {nginx} /var/log/nginx && exec \"$@\"' sh"
    scripts = {
        "systemctl": SYSTEMCTL.format(here=nginx),
        "nginx": f'#!/bin/sh\n{logs} {installed("nginx", "nginx")} -p {nginx} -c {nginx}/nginx.conf "$@"\n',
        "ohifbuild": f'#!/bin/sh\ncase "$1" in build) {build} ;; esac\nexec {sys.executable} -m ohifbuild "$@"\n',
    }
    for name, text in scripts.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    return System(root, names)
