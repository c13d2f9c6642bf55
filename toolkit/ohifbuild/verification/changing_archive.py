"""An embedded archive whose studies and tokens can be added to while it runs: for ``dev`` and for tests of packages."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from aiohttp import web
from pydicom.dataset import Dataset

from ohifbuild.contract.grants import Grant, Tokens, new_token
from ohifbuild.contract.settings import Settings
from ohifbuild.verification.embedded_archive import EmbeddedArchive, HeldStudy


class ChangingArchive:
    """An embedded archive over a list of files that can grow. Thread-safe.

    Args:
        files: the DICOM files that it holds at first.
        folder: where objects are written that are added later; it is created when the first is added.
    """

    name = "embedded"

    def __init__(self, files: Iterable[Path], folder: Path) -> None:
        self._files = tuple(files)
        self._folder = folder
        self._lock = threading.Lock()
        self._archive = EmbeddedArchive(self._files)

    @property
    def studies(self) -> tuple[HeldStudy, ...]:
        """The studies that it holds, in the order of their UIDs."""
        return self._archive.studies

    def add(self, datasets: Iterable[Dataset]) -> None:
        """Writes objects to files, and holds them from now on; an object with a known UID replaces the earlier one."""
        with self._lock:
            self._folder.mkdir(parents=True, exist_ok=True)
            written = list[Path]()
            for number, dataset in enumerate(datasets, len(self._files)):
                path = self._folder / f"{number}.dcm"
                dataset.save_as(path, enforce_file_format=True)
                written.append(path)
            self._files = (*self._files, *written)
            self._archive = EmbeddedArchive(self._files)

    async def open(self) -> None:
        """Does nothing; other archives open connections."""

    async def close(self) -> None:
        """Does nothing."""

    async def handle(self, request: web.Request, tail: str) -> web.StreamResponse:
        """Answers a request for ``tail``, the raw path below the archive's root without a leading slash."""
        return await self._archive.handle(request, tail)


class GrantedTokens(Mapping[str, Grant]):
    """Tokens and their grants, to which tokens can be added while a server reads them. Thread-safe."""

    def __init__(self) -> None:
        self._grants: Mapping[str, Grant] = {}

    def __getitem__(self, token: str) -> Grant:
        return self._grants[token]

    def __iter__(self) -> Iterator[str]:
        return iter(self._grants)

    def __len__(self) -> int:
        return len(self._grants)

    @property
    def tokens(self) -> Tokens:
        """For a gate, which sees the tokens that are added later too."""
        return Tokens(self)

    def grant(self, studies: Iterable[HeldStudy], settings: Settings, token: str = "") -> str:
        """Grants a token access to studies, and returns it.

        A viewer that searches for a patient's other studies may do so for the patients of these.

        Args:
            token: its value; default: a new one.
        """
        known = tuple(studies)
        patients = frozenset[str]() if settings.priors == "never" else frozenset(study.patient for study in known)
        token = token or new_token()
        # Another mapping takes the place of this one, because the server may be reading it.
        self._grants = {**self._grants, token: Grant(frozenset(study.uid for study in known), patients)}
        return token
