"""Unpacks package tarballs that may be hostile.

npm tarballs hold plain files and folders only, so anything else is refused: links, devices, absolute paths, ``..``.
Modes are not taken over except for the executable bit, and sizes and counts are bounded.
"""

from __future__ import annotations

import shutil
import tarfile
import zlib
from pathlib import Path, PurePosixPath

from ohifbuild.console import Meter
from ohifbuild.errors import PackageDamaged

MAX_BYTES = 4 * 10**9
MAX_FILES = 200_000
CHUNK = 1 << 20


def unpack(tarball: Path, into: Path, meter: Meter | None = None) -> None:
    """Unpacks a ``.tgz`` into the empty folder ``into``; ``meter`` counts bytes of the tarball's files.

    Raises:
        PackageDamaged: the tarball is truncated or corrupt, holds something that is no file or folder, names a place
            outside ``into``, or is larger than any package we know. What was unpacked before is left in ``into``,
            which the caller throws away.
    """
    seen = written = 0
    try:
        with tarfile.open(tarball, mode="r:gz") as archive:
            for member in archive:
                seen += 1
                written += member.size
                if seen > MAX_FILES or written > MAX_BYTES:
                    raise _damaged(tarball, "it unpacks to more than any package should")
                place = into / _safe_name(member, tarball)
                if member.isdir():
                    place.mkdir(parents=True, exist_ok=True)
                    continue
                _write(archive, member, place, tarball)
                if meter:
                    meter.advance(member.size)
            _read_to_the_end(archive)
    except (tarfile.TarError, EOFError, zlib.error, UnicodeError) as error:
        raise _damaged(tarball, "it is truncated or corrupt") from error
    except OSError as error:
        if error.errno is None:  # gzip.BadGzipFile: not gzip at all, or a wrong checksum
            raise _damaged(tarball, "it is truncated or corrupt") from error
        raise
    if not seen:
        raise _damaged(tarball, "it is empty")


def _read_to_the_end(archive: tarfile.TarFile) -> None:
    """tarfile stops at its end marker; gzip's checksum stands behind it."""
    while archive.fileobj and archive.fileobj.read(CHUNK):
        pass


def _safe_name(member: tarfile.TarInfo, tarball: Path) -> PurePosixPath:
    name = PurePosixPath(member.name)
    if not (member.isfile() or member.isdir()):
        raise _damaged(tarball, f"{member.name!r} in it is neither a file nor a folder")
    if name.is_absolute() or ".." in name.parts or "\\" in member.name or "\0" in member.name:
        raise _damaged(tarball, f"{member.name!r} in it names a place outside the package")
    return name


def _write(archive: tarfile.TarFile, member: tarfile.TarInfo, place: Path, tarball: Path) -> None:
    source = archive.extractfile(member)
    if source is None:
        raise _damaged(tarball, f"{member.name!r} in it has no contents")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("xb") as target:
            shutil.copyfileobj(source, target, CHUNK)
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise _damaged(tarball, f"{member.name!r} is in it twice") from error
    place.chmod(0o755 if member.mode & 0o100 else 0o644)


def _damaged(tarball: Path, why: str) -> PackageDamaged:
    return PackageDamaged(
        f"The package {tarball.name} cannot be used: {why}.",
        cause="The download was cut off, or somebody tampered with it.",
        fix="Run the same command again; if it stays, tell the registry's keeper.",
    )
