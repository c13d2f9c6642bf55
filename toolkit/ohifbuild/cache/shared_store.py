"""A shared second level of the cache, so that a fleet of machines makes each entry once: any place fsspec can reach.

Layout: ``<url>/<kind>/<sha256>.tar.gz``, the entry as one archive that depends on its contents alone, and
``<url>/<kind>/<key>.json``, which names the archive, its size and the entry. The archive is written first and never
again, so that a reader finds a whole entry or none, and two machines that push at once do not disturb one another.

Whom it trusts: whoever may write to the store. An entry's key is a digest of what went in, not of what came out, so
nobody can tell from it whether the archive is what an honest build would have made; the SHA-256 in the JSON file finds
damage on the way and half-written files, not a writer who lies. Let only builds of reviewed code write (a CI on the
main branch); let all others, builds of proposed changes among them, read. Over plain HTTP the network is a writer too.
Packages from npm are not shared this way: their pins hold against everybody.

Who may read and write, with which credentials, is the business of fsspec and its drivers' configuration. A store that
is out of reach or refuses never fails a build: it is made here instead, with a line that says so.
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
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import fsspec
from fsspec.implementations.local import LocalFileSystem

from ohifbuild.cache.entries import STORE_VARIABLE
from ohifbuild.cache.unpack import unpack
from ohifbuild.core.console import Meter, Reporter
from ohifbuild.core.errors import PackageDamaged, StoreUnusable
from ohifbuild.core.processes import without_credentials

READ_ONLY = ("http", "https")
LOCAL = (errno.ENOSPC, errno.EDQUOT)
DRIVERS = {"s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "abfs": "adlfs", "az": "adlfs"}
FORMAT = 1
SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class SharedStore:
    """A store at ``url``: ``file:///srv/ohifbuild`` or a path, ``s3://bucket/prefix``, ``gs://…``, ``https://…``."""

    url: str

    def pull(self, kind: str, key: str, into: Path, reporter: Reporter) -> bool:
        """Fills the empty folder ``into`` with the entry; False where the store has none that is whole.

        Raises:
            StoreUnusable: no driver for the store's address.
            OSError: no space left here.
        """
        try:
            files, root = self._open()
            note = json.loads(files.cat_file(f"{root}/{kind}/{key}.json"))
            if (note["format"], note["entry"]) != (FORMAT, f"{kind}/{key}"):
                raise PackageDamaged(f"it is about {str(note['entry'])[:100]}, or newer than this ohifbuild")
            if not SHA256.fullmatch(str(note["sha256"])):
                raise PackageDamaged("its note holds no SHA-256")
            with tempfile.TemporaryDirectory(dir=into.parent, prefix=f"{into.name}-") as temporary:
                archive = Path(temporary) / "entry.tar.gz"
                with reporter.step(f"Fetch {kind} from the store", total=int(note["size"]), unit="B") as meter:
                    files.get_file(f"{root}/{kind}/{note['sha256']}.tar.gz", str(archive), callback=_Told(meter))
                if _sha256(archive) != note["sha256"]:
                    raise PackageDamaged("the digest of what arrived is another one")
                unpack(archive, into)
        except FileNotFoundError:
            return False
        except StoreUnusable:
            raise
        except Exception as error:  # each driver has exceptions of its own
            if isinstance(error, OSError) and error.errno in LOCAL:
                raise
            reporter.warn(f"{self._name} did not give {kind}/{key[:12]} ({_reason(error)}); making it here.")
            return False
        return True

    def push(self, kind: str, key: str, folder: Path, reporter: Reporter) -> None:
        """Gives the entry in ``folder`` to the store, if it takes any.

        Raises:
            StoreUnusable: no driver for the store's address.
        """
        if self._protocol in READ_ONLY:
            return
        try:
            files, root = self._open()
            with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.work-") as temporary:
                archive, note = Path(temporary) / "entry.tar.gz", Path(temporary) / "note.json"
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
            reporter.say(f"{self._name} did not take {kind}/{key[:12]} ({_reason(error)}).")

    @property
    def _name(self) -> str:
        return f"The store {without_credentials(self.url)}"

    @property
    def _protocol(self) -> str:
        return self.url.partition("://")[0].lower() if "://" in self.url else "file"

    def _open(self) -> tuple[Any, str]:
        """The file system, and the store's root in it."""
        options: dict[str, Any] = {}
        if self._protocol in READ_ONLY:
            patience = aiohttp.ClientTimeout(total=None, sock_connect=15, sock_read=60)
            options["client_kwargs"] = {"timeout": patience, "trust_env": True}
        try:
            files, root = fsspec.core.url_to_fs(self.url, **options)
        except (ValueError, ImportError) as error:
            driver = DRIVERS.get(self._protocol)
            raise StoreUnusable(
                f"{self._name} cannot be used.",
                cause=f"There is no driver for {self._protocol}:// on this machine.",
                fix=f"Install it with: pip install {driver}" if driver else f"Correct {STORE_VARIABLE}.",
                details=f"  {_reason(error)}",
            ) from error
        return files, str(root).rstrip("/")


class _Told(fsspec.Callback):  # type: ignore[misc]  # fsspec has no types
    """Tells a meter of the bytes that arrive."""

    def __init__(self, meter: Meter) -> None:
        super().__init__()
        self._meter = meter

    def relative_update(self, inc: int = 1) -> None:
        self._meter.advance(inc)


def pack(folder: Path, archive: Path) -> None:
    """Writes ``folder`` to a ``.tar.gz`` that depends on its files' paths, contents and executable bits alone.

    Raises:
        ValueError: it holds something that is neither a file nor a folder, such as a link.
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
    """Object stores show an upload when it is complete; a folder would show it growing."""
    if not isinstance(files, LocalFileSystem):
        files.put_file(str(source), target)
        return
    descriptor, temporary = tempfile.mkstemp(dir=Path(target).parent, prefix=".upload-")
    os.close(descriptor)
    try:
        files.put_file(str(source), temporary)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
    finally:
        with suppress(FileNotFoundError):
            Path(temporary).unlink()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _reason(error: Exception) -> str:
    text = str(error).strip().splitlines() or [type(error).__name__]
    return without_credentials(text[0])[:200]
