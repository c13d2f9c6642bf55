"""Runs a real Orthanc with the token filter on this machine for the length of a block."""

from __future__ import annotations

import http.client
import json
import secrets
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ohifbuild.contract.grants import Tokens, new_token
from ohifbuild.contract.settings import Settings
from ohifbuild.core.console import Reporter, SilentReporter
from ohifbuild.core.errors import OrthancFailed, OrthancUnsuitable
from ohifbuild.core.processes import running
from ohifbuild.core.temporary import temporary_folder
from ohifbuild.orthanc.admin_client import HOST, AdminClient, free_port
from ohifbuild.orthanc.configuration import SCRIPTS, dicomweb_settings, token_filter_settings, write_token_file
from ohifbuild.orthanc.find import INSTALL, Orthanc, check_version, find_orthanc

START_SECONDS = 60.0
POLL_SECONDS = 0.05
ANSWER_SECONDS = 120.0
LAST_LINES = 20


@dataclass(frozen=True)
class RefusedFile:
    """A file that Orthanc refused.

    Args:
        path: the file.
        status: the HTTP status of Orthanc's answer.
        reason: Orthanc's own text.
    """

    path: Path
    status: int
    reason: str


class OrthancServer:
    """A running Orthanc.

    Args:
        origin: ``http://127.0.0.1:port``.
        root: the DICOMweb root, a path.
        tokens_file: the filter's token file; the filter reads it again when it changes.
        child: the process.
        log: the file that Orthanc writes its log to.
        admin: the client with administrator rights.
    """

    def __init__(
        self,
        origin: str,
        root: str,
        tokens_file: Path,
        child: subprocess.Popen[str],
        log: Path,
        admin: AdminClient,
    ) -> None:
        self.origin = origin
        self.dicomweb_url = origin + root
        self.tokens_file = tokens_file
        self.refused: tuple[RefusedFile, ...] = ()
        self.version = ""
        self._child = child
        self._log = log
        self._admin = admin

    @property
    def description(self) -> str:
        """The versions of Orthanc and its DICOMweb plugin, for a report."""
        plugin = json.loads(self._request("GET", "/plugins/dicom-web")[1])
        return f"Orthanc {self.version} with DICOMweb {plugin['Version']}"

    @property
    def administrator(self) -> Mapping[str, str]:
        """The header that gives access to everything in this Orthanc."""
        return dict(self._admin.headers)

    def set_tokens(self, tokens: Tokens) -> None:
        """Replaces all tokens of the filter except the administrator's."""
        write_token_file(self.tokens_file, tokens, administrator=self._admin.token)

    def load(self, folder: Path) -> None:
        """Sends every file of a folder to Orthanc, and adds those that Orthanc refuses to ``refused``.

        Raises:
            OrthancFailed: Orthanc ended.
        """
        refused = []
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            status, body = self._request("POST", "/instances", path.read_bytes())
            if status != 200:
                refused.append(RefusedFile(path, status, _reason(body)))
        self.refused = (*self.refused, *refused)

    def system(self) -> dict[str, Any]:
        """Orthanc's answer to ``/system``."""
        answer: dict[str, Any] = json.loads(self._request("GET", "/system")[1])
        return answer

    def log(self) -> str:
        """The last lines of Orthanc's log; '' if it cannot be read."""
        try:
            text = self._log.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-LAST_LINES:])

    def check_alive(self) -> None:
        """Checks that Orthanc still runs.

        Raises:
            OrthancFailed: Orthanc has ended.
        """
        if self._child.poll() is not None:
            raise OrthancFailed(
                f"Orthanc ended unexpectedly with status {self._child.returncode}.",
                cause="The last lines of its log above say why.",
                fix="Fix what they name, and run the command again.",
                details=self.log(),
            )

    def wait_until_ready(self, seconds: float) -> None:
        """Waits until Orthanc accepts the administrator's token.

        Raises:
            OrthancFailed: Orthanc ended, or does not answer within ``seconds``.
            OrthancUnsuitable: Orthanc is too old, or its token filter does not work.
        """
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.check_alive()
            try:
                status, body = self._admin.request("GET", "/system", b"", POLL_SECONDS * 20)
            except (OSError, http.client.HTTPException):
                status, body = 0, b""
            if status == 200:
                self.version = str(json.loads(body)["Version"])
                check_version(self.version)
                return
            if status == 403:
                raise OrthancUnsuitable(
                    "Orthanc refuses every request.",
                    cause="Its token filter could not start.",
                    fix=INSTALL,
                    details=self.log(),
                )
            time.sleep(POLL_SECONDS)
        raise OrthancFailed(
            f"Orthanc did not answer within {seconds:.0f} s of its start.",
            cause="The machine is busy, or its disk is slow.",
            fix="Run the command again when the machine is less busy.",
            details=self.log(),
        )

    def _request(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        try:
            return self._admin.request(method, path, body, ANSWER_SECONDS)
        except (OSError, http.client.HTTPException) as error:
            self.check_alive()
            raise OrthancFailed(
                f"Orthanc no longer answers ({type(error).__name__}).",
                cause="It is overloaded, or about to end.",
                fix="Run the command again.",
                details=self.log(),
            ) from error


@contextmanager
def orthanc(
    folder: Path | None = None,
    *,
    tokens: Tokens | None = None,
    settings: Settings | None = None,
    root: str = "/dicom-web",
    port: int = 0,
    extra: Mapping[str, Any] | None = None,
    start_seconds: float = START_SECONDS,
    reporter: Reporter | None = None,
) -> Iterator[OrthancServer]:
    """Runs an Orthanc that holds the DICOM files of ``folder`` and enforces ``tokens``; its data is temporary.

    Args:
        folder: DICOM files to load; None for none.
        tokens: the tokens and what each gives access to; None for no tokens, so that every request is refused.
        settings: a dist's settings, for header and scheme of the token; None for the defaults.
        root: the DICOMweb root, a path.
        port: 0 for any free one. Only this machine can connect.
        extra: settings that replace ours; those of ``TokenFilter`` are merged.
        start_seconds: how long Orthanc may take to start.
        reporter: gets a warning for each file that Orthanc refuses.

    Raises:
        OrthancMissing, OrthancUnsuitable, OrthancFailed, PortInUse: as their docstrings say.
    """
    installed = find_orthanc()
    settings = settings or Settings()
    number = free_port(port)
    administrator = new_token()
    admin = AdminClient(number, administrator, {settings.token_header: settings.header_value(administrator)})
    reporter = reporter or SilentReporter()
    with temporary_folder() as name:
        work = Path(name)
        tokens_file, log = work / "tokens.json", work / "orthanc.log"
        write_token_file(tokens_file, tokens or Tokens({}), administrator=administrator)
        ours = _configuration(work, installed, number, root, settings, tokens_file)
        configuration = work / "orthanc.json"
        configuration.write_text(json.dumps(_merged(ours, extra or {}), indent=2), encoding="utf-8")
        with running([installed.program, f"--logfile={log}", configuration], cwd=work) as child:
            server = OrthancServer(f"http://{HOST}:{number}", root, tokens_file, child, log, admin)
            server.wait_until_ready(start_seconds)
            if folder is not None:
                server.load(folder)
                for refused in server.refused:
                    reporter.warn(f"Orthanc refused {refused.path.name}: {refused.reason}")
            yield server
            server.check_alive()


def _configuration(
    work: Path, installed: Orthanc, port: int, root: str, settings: Settings, tokens_file: Path
) -> dict[str, Any]:
    filtering = token_filter_settings(settings, SCRIPTS / "token_filter.py", SCRIPTS / "closed_without_filter.lua")
    filtering["TokenFilter"] |= {"Tokens": str(tokens_file), "RenderVideos": True}
    return {
        "Name": f"ohifbuild-{secrets.token_hex(4)}",
        "StorageDirectory": str(work / "db"),
        "IndexDirectory": str(work / "db"),
        "HttpPort": port,
        "RemoteAccessAllowed": False,
        "DicomServerEnabled": False,
        # Orthanc's default, Latin1, loses the letters of all other alphabets in QIDO-RS answers.
        "DefaultEncoding": "Utf8",
        "SaveJobs": False,
        # The order matters: of two plugins that answer a path, Orthanc takes the first, and that must be our script.
        "Plugins": [str(installed.python), str(installed.dicomweb)],
        "DicomWeb": dicomweb_settings(root),
        **filtering,
    }


def _merged(ours: dict[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    nested = {"TokenFilter": {**ours["TokenFilter"], **extra.get("TokenFilter", {})}}
    return {**ours, **extra, **nested}


def _reason(body: bytes) -> str:
    """Orthanc's reason for refusing a file."""
    try:
        answer = json.loads(body)
        return str(answer.get("Details") or answer.get("Message") or "")
    except (ValueError, AttributeError):
        return ""
