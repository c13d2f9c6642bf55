"""Real Orthanc servers with the token filter, complete or without one rule."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from attacks.model import Change
from attacks.proxies import send_raw
from attacks.runner import OTHER_TOKEN, TOKEN
from ohifbuild.cache.default import default_cache
from ohifbuild.contract.grants import Grant, Tokens
from ohifbuild.core.errors import OhifbuildError, OrthancUnsuitable
from ohifbuild.orthanc.configuration import SCRIPTS
from ohifbuild.orthanc.orthanc_process import OrthancServer, orthanc
from ohifbuild.verification.dataset import cached_dataset
from ohifbuild.verification.dataset.contents import ORDINARY, SECOND, STRANGER

TOKENS = Tokens({TOKEN: Grant(frozenset({ORDINARY.uid})), OTHER_TOKEN: Grant(frozenset({SECOND.uid}))})
REFUSED = 403
STORED_SERIES = {ORDINARY.key: "soft", STRANGER.key: "soft"}


@dataclass(frozen=True)
class WeakFilter:
    """The token filter without one rule."""

    name: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class OrthancAttack:
    """An attack on Orthanc: a raw request with placeholders such as ``{own}``, ``{other}`` and ``{token}``.

    Args:
        section: additional settings of the filter.
        tokens: the text that replaces the token file before the request.
    """

    name: str
    why: str
    request: tuple[str, ...]
    weakening: WeakFilter
    section: Mapping[str, Any] = field(default_factory=dict)
    tokens: str = ""


class Orthancs:
    """Starts one Orthanc for each filter."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._numbers = count()
        self._running: dict[str, OrthancServer] = {}
        self._studies = folder / "studies"
        for study, series in STORED_SERIES.items():
            shutil.copytree(cached_dataset(default_cache()) / study / series, self._studies / study)

    def status(self, attack: OrthancAttack, against: WeakFilter | None = None) -> int:
        """The status of the answer; 0 if Orthanc has ended and does not answer."""
        try:
            server = self._server(attack, against)
        except OrthancUnsuitable:
            return REFUSED  # it refuses every request, even those of its administrator
        if attack.tokens:
            server.tokens_file.write_text(attack.tokens)
        values = {"own": ORDINARY.uid, "other": STRANGER.uid, "token": TOKEN, "patient": ORDINARY.patient.id}
        lines = tuple(line.format_map(values) for line in attack.request)
        answer = send_raw(int(server.origin.rpartition(":")[2]), lines)
        return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/") else 0

    def _server(self, attack: OrthancAttack, against: WeakFilter | None) -> OrthancServer:
        # An attack that changes settings or tokens needs its own Orthanc.
        key = f"{against.name if against else ''} {attack.name if attack.section or attack.tokens else ''}"
        if key not in self._running:
            scripts = self._scripts(against)
            extra = {"PythonScript": str(scripts / "token_filter.py"), "TokenFilter": dict(attack.section)}
            running = orthanc(None if attack.tokens or attack.section else self._studies, tokens=TOKENS, extra=extra)
            self._running[key] = _entered(self._stack, running)
        return self._running[key]

    def _scripts(self, against: WeakFilter | None) -> Path:
        if against is None:
            return SCRIPTS
        copy = self._folder / f"scripts-{next(self._numbers)}"
        shutil.copytree(SCRIPTS, copy, ignore=shutil.ignore_patterns("__pycache__"))
        for change in against.changes:
            path = copy / change.file
            path.write_text(change.applied(path.read_text()))
        return copy


def _entered(stack: ExitStack, running: Any) -> OrthancServer:
    """Starts the server. Some attacks make Orthanc end, so stopping an ended Orthanc is not an error."""
    server: OrthancServer = running.__enter__()

    def end() -> None:
        try:
            running.__exit__(None, None, None)
        except OhifbuildError:
            """It has already ended."""

    stack.callback(end)
    return server
