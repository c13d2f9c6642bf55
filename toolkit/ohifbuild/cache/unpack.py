"""Unpacks package tarballs that may be hostile.

npm tarballs hold plain files and folders only, so anything else is refused: links, devices, absolute paths, ``..``.
Modes are not taken over except for the executable bit. Sizes and counts are bounded, those of headers too: tarfile
would read one of any size into memory.
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
MAX_READ = 16 << 20  # at once; only a header asks for more than CHUNK
CHUNK = 1 << 20
# What tarfile and gzip raise on hostile or broken input; RecursionError: on a long chain of extended headers.
BROKEN = (tarfile.TarError, EOFError, zlib.error, ValueError, OverflowError, RecursionError)
BROKEN_NAME = (errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL)


def unpack(tarball: Path, into: Path, meter: Meter | None = None) -> None:
    """Unpacks a ``.tgz`` into the empty folder ``into``; ``meter`` counts bytes of the tarball's files.

    Raises:
        PackageDamaged: the tarball is truncated or corrupt, holds something that is no file or folder, names a place
            outside ``into``, or is larger than any package we know. What was unpacked before is left in ``into``,
            which the caller throws away.
    """
    seen = written = 0
    try:
        with gzip.open(tarball) as plain, _opened(plain) as archive:
            for member in archive:
                seen += 1
                written += max(member.size, 0)
                if seen > MAX_FILES or written > MAX_BYTES:
                    raise _damaged(tarball, "it unpacks to more than any package should")
                place = into / _safe_name(member, tarball)
                if member.isdir():
                    _make_folder(place, member, tarball)
                    continue
                _write(archive, member, place, tarball)
                if meter:
                    meter.advance(member.size)
            while plain.read(CHUNK):  # tarfile stops at its end marker; gzip's checksum stands behind it
                pass
    except BROKEN as error:
        raise _damaged(tarball, "it is truncated or corrupt") from error
    except OSError as error:
        if error.errno is None or error.errno in BROKEN_NAME:  # None: gzip.BadGzipFile, no gzip or a wrong checksum
            raise _damaged(tarball, "it is truncated or corrupt") from error
        raise
    if not seen:
        raise _damaged(tarball, "it is empty")


class _Bounded:
    """A file that refuses to be read far, or much of it at once."""

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
    return tarfile.open(fileobj=cast(IO[bytes], _Bounded(plain)), mode="r:")


def _safe_name(member: tarfile.TarInfo, tarball: Path) -> PurePosixPath:
    name = PurePosixPath(member.name)
    if member.size < 0:
        raise _damaged(tarball, f"{_shown(member)} in it has an impossible size")
    if not (member.isfile() or member.isdir()):
        raise _damaged(tarball, f"{_shown(member)} in it is neither a file nor a folder")
    if name.is_absolute() or ".." in name.parts or "\\" in member.name or "\0" in member.name:
        raise _damaged(tarball, f"{_shown(member)} in it names a place outside the package")
    return name


def _shown(member: tarfile.TarInfo) -> str:
    return repr(member.name[:100])


def _make_folder(place: Path, member: tarfile.TarInfo, tarball: Path) -> None:
    try:
        place.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise _damaged(tarball, f"{_shown(member)} is in it twice") from error


def _write(archive: tarfile.TarFile, member: tarfile.TarInfo, place: Path, tarball: Path) -> None:
    source = archive.extractfile(member)
    if source is None:
        raise _damaged(tarball, f"{_shown(member)} in it has no contents")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("xb") as target:
            shutil.copyfileobj(source, target, CHUNK)
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise _damaged(tarball, f"{_shown(member)} is in it twice") from error
    place.chmod(0o755 if member.mode & 0o100 else 0o644)


def _damaged(tarball: Path, why: str) -> PackageDamaged:
    return PackageDamaged(
        f"The package {tarball.name} cannot be used: {why}.",
        cause="The download was cut off, or somebody tampered with it.",
        fix="Run the same command again; if it stays, tell the registry's keeper.",
    )
