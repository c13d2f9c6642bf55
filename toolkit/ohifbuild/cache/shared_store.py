"""The shared store: a second level of the cache, so that several machines make each entry only once.

Layout: ``<url>/<kind>/<sha256>.tar.gz`` is the entry as one archive, whose bytes depend only on the entry's contents.
``<url>/<kind>/<key>.json`` names the archive, its size and the entry. The archive is written first and only once, so
that a reader finds a complete entry or none, and two machines may upload at the same time. The URL may be any that
fsspec can open.

Trust: everybody who can write to the store is trusted. An entry's key is a digest of the build's inputs, not of its
output, so the key does not prove that the archive came from an honest build. The SHA-256 in the JSON file detects
damage and incomplete files, but not a dishonest writer. Allow only builds of reviewed code (CI on the main branch) to
write; allow all others, such as builds of proposed changes, to read. Over plain HTTP the network can also write.
Packages from npm are not shared this way, because their pins protect them against every writer.

Access rights and credentials belong to the configuration of fsspec and its drivers. A store that cannot be reached, or
that refuses access, never fails a build: the entry is made locally, and a message says so.
"""

from __future__ import annotations

import errno
import gzip
import hashlib
import json
import os
import re
import tarfile
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import fsspec
from fsspec.implementations.local import LocalFileSystem

from ohifbuild.cache.entries import STORE_VARIABLE, working_folder
from ohifbuild.cache.unpack import unpack
from ohifbuild.core.console import Meter, Reporter
from ohifbuild.core.documents import parse_json
from ohifbuild.core.errors import PackageDamaged, StoreUnusable
from ohifbuild.core.processes import without_credentials

READ_ONLY = ("http", "https")
LOCAL = (errno.ENOSPC, errno.EDQUOT)
DRIVERS = {"s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "abfs": "adlfs", "az": "adlfs"}
FORMAT = 1
SHA256 = re.compile("[0-9a-f]{64}")
UPLOAD = ".upload-"
LONGEST_UPLOAD = 86_400
"""Seconds after which an upload counts as abandoned."""


@dataclass(frozen=True)
class SharedStore:
    """A store at ``url``: a path, ``file:///srv/ohifbuild``, ``s3://bucket/prefix``, ``gs://…`` or ``https://…``."""

    url: str

    def pull(self, kind: str, key: str, into: Path, reporter: Reporter) -> bool:
        """Downloads the entry to the empty folder ``into``; returns False if the store has no intact entry.

        Raises:
            StoreUnusable: there is no driver for the store's URL.
            OSError: the local disk is full.
        """
        try:
            files, root = self._open()
            note = parse_json(files.cat_file(f"{root}/{kind}/{key}.json"))
            if (note["format"], note["entry"]) != (FORMAT, f"{kind}/{key}"):
                raise PackageDamaged(f"its note is about {str(note['entry'])[:100]}, or from a newer ohifbuild")
            if not SHA256.fullmatch(str(note["sha256"])):
                raise PackageDamaged("its note has no SHA-256")
            with tempfile.TemporaryDirectory(dir=into.parent, prefix=f"{into.name}-") as temporary:
                archive = Path(temporary) / "entry.tar.gz"
                with reporter.step(f"Download {kind} from the store", total=int(note["size"]), unit="B") as meter:
                    files.get_file(
                        f"{root}/{kind}/{note['sha256']}.tar.gz", str(archive), callback=_MeterCallback(meter)
                    )
                if _sha256(archive) != note["sha256"]:
                    raise PackageDamaged("the archive does not match its SHA-256")
                unpack(archive, into)
        except FileNotFoundError:
            return False
        except StoreUnusable:
            raise
        except Exception as error:  # each driver raises its own exceptions
            if isinstance(error, OSError) and error.errno in LOCAL:
                raise
            reporter.warn(f"{self._name} did not return {kind}/{key[:12]} ({_reason(error)}); making it locally.")
            return False
        return True

    def push(self, kind: str, key: str, folder: Path, reporter: Reporter) -> None:
        """Uploads the entry in ``folder`` to the store, unless the store is read-only (``http``, ``https``).

        Raises:
            StoreUnusable: there is no driver for the store's URL.
        """
        if self._protocol in READ_ONLY:
            return
        try:
            files, root = self._open()
            with working_folder(folder) as temporary:
                archive, note = temporary / "entry.tar.gz", temporary / "note.json"
                pack(folder, archive)
                digest, size = _sha256(archive), archive.stat().st_size
                facts = {"format": FORMAT, "entry": f"{kind}/{key}", "sha256": digest, "size": size}
                note.write_text(json.dumps(facts), encoding="utf-8")
                files.makedirs(f"{root}/{kind}", exist_ok=True)
                if not files.exists(f"{root}/{kind}/{digest}.tar.gz"):
                    _put(files, archive, f"{root}/{kind}/{digest}.tar.gz")
                _put(files, note, f"{root}/{kind}/{key}.json")
        except StoreUnusable:
            raise
        except Exception as error:  # as above
            reporter.say(f"{self._name} did not accept {kind}/{key[:12]} ({_reason(error)}).")

    @property
    def _name(self) -> str:
        return f"The store {without_credentials(self.url)}"

    @property
    def _protocol(self) -> str:
        return self.url.partition("://")[0].lower() if "://" in self.url else "file"

    def _open(self) -> tuple[Any, str]:
        """The store's file system, and the root path in it."""
        options: dict[str, Any] = {}
        if self._protocol in READ_ONLY:
            timeout = aiohttp.ClientTimeout(total=None, sock_connect=15, sock_read=60)
            options["client_kwargs"] = {"timeout": timeout, "trust_env": True}
        try:
            files, root = fsspec.core.url_to_fs(self.url, **options)
        except (ValueError, ImportError) as error:
            driver = DRIVERS.get(self._protocol)
            raise StoreUnusable(
                f"{self._name} cannot be used.",
                cause=f"This machine has no driver for {self._protocol}:// URLs.",
                fix=f"Install it with: pip install {driver}" if driver else f"Correct the URL in {STORE_VARIABLE}.",
                details=f"  {_reason(error)}",
            ) from error
        return files, str(root).rstrip("/")


class _MeterCallback(fsspec.Callback):  # type: ignore[misc]  # fsspec has no types
    """Passes the number of downloaded bytes to a meter."""

    def __init__(self, meter: Meter) -> None:
        super().__init__()
        self._meter = meter

    def relative_update(self, inc: int = 1) -> None:
        self._meter.advance(inc)


def pack(folder: Path, archive: Path) -> None:
    """Writes ``folder`` to a ``.tar.gz`` whose bytes depend only on the files' paths, contents and executable bits.

    Raises:
        ValueError: the folder holds something that is neither a file nor a folder, such as a link.
    """
    with (
        archive.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=raw, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for path in sorted(folder.rglob("*")):
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                raise ValueError(f"{path} is neither a file nor a folder")
            member = tarfile.TarInfo(path.relative_to(folder).as_posix())
            if path.is_dir():
                member.type, member.mode = tarfile.DIRTYPE, 0o755
                tar.addfile(member)
                continue
            member.mode = 0o755 if path.stat().st_mode & 0o100 else 0o644
            member.size = path.stat().st_size
            with path.open("rb") as file:
                tar.addfile(member, file)


def _put(files: Any, source: Path, target: str) -> None:
    """Uploads a file so that readers never see it incomplete; in a folder that needs a temporary file and a rename."""
    if not isinstance(files, LocalFileSystem):
        files.put_file(str(source), target)
        return
    _remove_abandoned(Path(target).parent)
    descriptor, temporary = tempfile.mkstemp(dir=Path(target).parent, prefix=UPLOAD)
    os.close(descriptor)
    try:
        files.put_file(str(source), temporary)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
    finally:
        with suppress(FileNotFoundError):
            Path(temporary).unlink()


def _remove_abandoned(folder: Path) -> None:
    """Removes uploads that killed processes left: several machines write here, so only their age tells."""
    for path in folder.glob(f"{UPLOAD}*"):
        with suppress(OSError):
            if path.lstat().st_mtime < time.time() - LONGEST_UPLOAD:
                path.unlink()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _reason(error: Exception) -> str:
    text = str(error).strip().splitlines() or [type(error).__name__]
    return without_credentials(text[0])[:200]
