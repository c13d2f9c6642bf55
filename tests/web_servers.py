"""Runs Apache and Caddy with the unchanged files of ``deploy``."""

from __future__ import annotations

import os
import subprocess
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ohifbuild.core.processes import run, running, stop
from servers import await_port
from system import installed

APACHE = """
ServerName localhost
PidFile {here}/pid
Listen 127.0.0.1:{port}
ErrorLog {here}/error.log
Mutex file:{here}
{user}
{modules}
TypesConfig /dev/null
AddOutputFilterByType DEFLATE text/html text/javascript
Include {conf}
"""
SITES = "/etc/caddy/sites/*.caddy"
MODULES = "mpm_event authz_core deflate dir env filter headers http2 mime proxy proxy_http rewrite alias setenvif ssl"


@contextmanager
def apache_running(folder: Path, conf: Path, port: int) -> Iterator[None]:
    """Runs Apache with a configuration; it writes to ``folder``."""
    loaded = [f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in MODULES.split()]
    user = "User www-data\nGroup www-data" if os.geteuid() == 0 else ""
    main = folder / "apache2.conf"
    main.write_text(APACHE.format(here=folder, port=port, user=user, modules="\n".join(loaded), conf=conf))
    command: list[str | Path] = [
        installed("apache2", "apache2"),
        "-d",
        folder,
        "-f",
        main,
        "-C",
        f"Define APACHE_LOG_DIR {folder}",
    ]
    run([*command, "-t"])
    # With FOREGROUND, Apache ends its whole process group when it stops.
    with running([*command, "-D", "FOREGROUND"]) as child:
        await_port("127.0.0.1", port, lambda: child.poll() is None)
        yield


@contextmanager
def haproxy_running(folder: Path, conf: Path, port: int) -> Iterator[None]:
    """Runs HAProxy with a configuration."""
    program = installed("haproxy", "haproxy")
    run([program, "-c", "-f", conf])
    with running([program, "-db", "-f", conf], cwd=folder) as child:
        await_port("127.0.0.1", port, lambda: child.poll() is None)
        yield


@contextmanager
def caddy_running(folder: Path, conf: Path, port: int) -> Iterator[None]:
    """Runs Caddy with the sites that match a path, imported by the shared ``Caddyfile``; it writes to ``folder``."""
    env = {**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    main = folder / "Caddyfile"
    shared = Path(conf.parent, "Caddyfile").read_text()
    assert SITES in shared
    assert "{\n\tlog {" in shared
    main.write_text(shared.replace(SITES, str(conf), 1).replace("{\n\tlog {", "{\n\tadmin off\n\tlog {", 1))
    program = installed("caddy", "caddy")
    run([program, "validate", "--config", main, "--adapter", "caddyfile"], env=env)
    with running([program, "run", "--config", main, "--adapter", "caddyfile"], env=env) as child, drained(child):
        await_port("127.0.0.1", port, lambda: child.poll() is None)
        yield


@contextmanager
def drained(child: subprocess.Popen[str]) -> Iterator[None]:
    """Reads and drops what a server prints until the block ends, and then ends it: with a full pipe it would block."""
    assert child.stdout is not None
    reader = threading.Thread(target=deque, args=(child.stdout, 0))
    reader.start()
    try:
        yield
    finally:
        stop(child)
        reader.join()
