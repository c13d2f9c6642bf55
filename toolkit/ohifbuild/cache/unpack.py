"""Unpacks package tarballs that may be hostile.

npm tarballs hold only plain files and folders, so anything else is refused: links, devices, absolute paths, ``..``.
Of a file's mode only the executable bit is kept. Sizes and counts have limits, also those of headers, because tarfile
would read a header of any size into memory.
"""

from __future__ import annotations

import errno
import gzip
import shutil
import tarfile
import zlib
from pathlib import Path, PurePosixPath
from typing import IO, cast

from ohifbuild.core.console import Meter
from ohifbuild.core.errors import PackageDamaged

MAX_BYTES = 4 * 10**9
MAX_FILES = 200_000
MAX_READ = 16 << 20  # bytes in one read; only a header needs more than CHUNK
CHUNK = 1 << 20
# What tarfile and gzip raise for hostile or broken input; RecursionError comes from a long chain of extended headers.
BROKEN = (tarfile.TarError, EOFError, zlib.error, ValueError, OverflowError, RecursionError)
BROKEN_NAME = (errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL)


def unpack(tarball: Path, into: Path, meter: Meter | None = None) -> None:
    """Unpacks a ``.tgz`` into the empty folder ``into``; ``meter`` counts the bytes of the unpacked files.

    Raises:
        PackageDamaged: the tarball is truncated or corrupt, holds something other than files and folders, has a path
            outside ``into``, or is too large. Files that were unpacked before stay in ``into``; the caller deletes it.
    """
    seen = written = 0
    try:
        with gzip.open(tarball) as plain, _opened(plain) as archive:
            for member in archive:
                seen += 1
                written += max(member.size, 0)
                if seen > MAX_FILES or written > MAX_BYTES:
                    raise _damaged(tarball, f"it unpacks to more than {MAX_BYTES} bytes or {MAX_FILES} files")
                target_path = into / _safe_name(member, tarball)
                if member.isdir():
                    _make_folder(target_path, member, tarball)
                    continue
                _write(archive, member, target_path, tarball)
                if meter:
                    meter.advance(member.size)
            while plain.read(CHUNK):  # tarfile stops at its end marker; gzip's checksum comes after it
                pass
    except BROKEN as error:
        raise _damaged(tarball, "it is truncated or corrupt") from error
    except OSError as error:
        if error.errno is None or error.errno in BROKEN_NAME:  # None: gzip.BadGzipFile, not gzip or a wrong checksum
            raise _damaged(tarball, "it is truncated or corrupt") from error
        raise
    if not seen:
        raise _damaged(tarball, "it is empty")


class _LimitedReader:
    """A file that limits how far, and how much at once, tarfile can read."""

    def __init__(self, source: gzip.GzipFile) -> None:
        self._source = source
        self.tell = source.tell

    def read(self, size: int) -> bytes:
        if not 0 <= size <= MAX_READ:
            raise tarfile.ReadError("a header of unlikely size")
        return self._source.read(size)

    def seek(self, position: int) -> int:
        if position > MAX_BYTES + MAX_READ:
            raise tarfile.ReadError("a member of unlikely size")
        return self._source.seek(position)


def _opened(plain: gzip.GzipFile) -> tarfile.TarFile:
    return tarfile.open(fileobj=cast(IO[bytes], _LimitedReader(plain)), mode="r:")


def _safe_name(member: tarfile.TarInfo, tarball: Path) -> PurePosixPath:
    name = PurePosixPath(member.name)
    if member.size < 0:
        raise _damaged(tarball, f"its member {_shown(member)} has an impossible size")
    if not (member.isfile() or member.isdir()):
        raise _damaged(tarball, f"its member {_shown(member)} is neither a file nor a folder")
    if name.is_absolute() or ".." in name.parts or "\\" in member.name or "\0" in member.name:
        raise _damaged(tarball, f"its member {_shown(member)} has a path outside the package")
    return name


def _shown(member: tarfile.TarInfo) -> str:
    return repr(member.name[:100])


def _make_folder(target_path: Path, member: tarfile.TarInfo, tarball: Path) -> None:
    try:
        target_path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise _damaged(tarball, f"its member {_shown(member)} occurs twice") from error


def _write(archive: tarfile.TarFile, member: tarfile.TarInfo, target_path: Path, tarball: Path) -> None:
    source = archive.extractfile(member)
    if source is None:
        raise _damaged(tarball, f"its member {_shown(member)} has no contents")
    try:
        target_path.parent.mkdir(parents=True, exist_ok=True)
        with target_path.open("xb") as target:
            shutil.copyfileobj(source, target, CHUNK)
    except FileExistsError as error:
        # Some published packages hold a file twice, as a and as ./a.
        if not _is_same(source, target_path):
            raise _damaged(tarball, f"its member {_shown(member)} occurs twice") from error
    except (NotADirectoryError, IsADirectoryError) as error:
        raise _damaged(tarball, f"its member {_shown(member)} occurs twice") from error
    target_path.chmod(0o755 if member.mode & 0o100 else 0o644)


def _is_same(source: IO[bytes], path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        while chunk := source.read(CHUNK):
            if file.read(len(chunk)) != chunk:
                return False
        return not file.read(1)


def _damaged(tarball: Path, why: str) -> PackageDamaged:
    return PackageDamaged(
        f"The package {tarball.name} cannot be used: {why}.",
        cause="The download was interrupted, or somebody changed the file.",
        fix="Run the same command again. If the error stays, contact the registry's administrator.",
    )
