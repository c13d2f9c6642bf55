"""Runs nginx, stunnel and Orthanc with the unchanged files of ``deploy``."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ohifbuild.contract.grants import Tokens, new_token
from ohifbuild.contract.settings import Settings
from ohifbuild.core.processes import run, running
from ohifbuild.orthanc.admin_client import AdminClient, free_port
from ohifbuild.orthanc.configuration import write_token_file
from ohifbuild.orthanc.find import find_orthanc
from ohifbuild.orthanc.orthanc_process import OrthancServer
from system import installed, orthanc_installed

WAIT_SECONDS = 20.0
ORTHANC_SECONDS = 60.0


@contextmanager
def nginx_running(conf: Path, prefix: Path, port: int, *, host: str = "127.0.0.1") -> Iterator[None]:
    """Runs nginx, after ``nginx -t``, with a file for its http context; ``prefix`` is the folder that it writes to."""
    program = installed("nginx", "nginx")
    prefix.mkdir(exist_ok=True)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    main = prefix / "nginx.conf"
    main.write_text(
        ("user root;\n" if os.geteuid() == 0 else "")
        + f"daemon off; worker_processes 1; pid {prefix}/pid; error_log {prefix}/main.error.log;\n"
        + "events {}\nhttp {\n"
        + "".join(f"{kind}_temp_path {prefix}/{kind};\n" for kind in kinds)
        + f"include {conf};\n}}\n"
    )
    run([program, "-t", "-p", prefix, "-c", main])
    with running([program, "-p", prefix, "-c", main]) as child:
        await_port(host, port, lambda: child.poll() is None)
        yield


@contextmanager
def stunnel_running(conf: Path, host: str) -> Iterator[None]:
    """Runs stunnel with a configuration that makes it listen at port 443."""
    with running([installed("stunnel4", "stunnel4"), conf]) as child:
        await_port(host, 443, lambda: child.poll() is None)
        yield


def await_port(host: str, port: int, alive: Callable[[], bool]) -> None:
    """Waits until a program listens at the port.

    Raises:
        AssertionError: the server ended, or did not listen in time.
    """
    end = time.monotonic() + WAIT_SECONDS
    while alive() and time.monotonic() < end:
        try:
            socket.create_connection((host, port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise AssertionError("the server did not start")


def existing_orthanc(folder: Path) -> tuple[Path, int]:
    """Writes the settings of an Orthanc that stores studies in ``folder``, as an existing one that ``deploy`` extends.

    Returns the settings file and the HTTP port.
    """
    orthanc_installed()
    orthanc, port = find_orthanc(), free_port(0)
    settings = {
        "Name": "Clinic",
        "StorageDirectory": str(folder / "db"),
        "IndexDirectory": str(folder / "db"),
        "Plugins": [str(orthanc.dicomweb), str(orthanc.python)],
        "HttpPort": port,
        "DicomServerEnabled": False,
        # As in Debian's package.
        "DicomWeb": {"Enable": True, "Root": "/dicom-web/", "EnableWado": True, "Host": "localhost", "Ssl": False},
    }
    path = folder / "existing.json"
    path.write_text("// Ours.\n" + json.dumps(settings))
    return path, port


@contextmanager
def deployed_orthanc(
    deployment: Path, settings: Settings, root: str, studies: Path, tokens: Tokens
) -> Iterator[OrthancServer]:
    """Runs Orthanc with only the configuration of a deployment, and loads these studies and tokens."""
    configuration = deployment / "orthanc/orthanc.json"
    written = json.loads(configuration.read_text())
    tokens_file, log, administrator = deployment / "orthanc/tokens.json", deployment / "orthanc.log", new_token()
    write_token_file(tokens_file, tokens, administrator=administrator)
    client = AdminClient(
        written["HttpPort"], administrator, {settings.token_header: settings.header_value(administrator)}
    )
    with running([find_orthanc().program, f"--logfile={log}", configuration]) as child:
        server = OrthancServer(f"http://127.0.0.1:{client.port}", root, tokens_file, child, log, client)
        server.wait_until_ready(ORTHANC_SECONDS)
        server.load(studies)
        yield server
        server.check_alive()
