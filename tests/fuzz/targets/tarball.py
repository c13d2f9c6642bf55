"""Tarballs: nothing is written outside the folder, and only plain files and folders are written."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import stat
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from fuzz.spoil import spoilt, text
from fuzz.target import Check
from fuzz.targets.recipe import printable
from ohifbuild.cache.unpack import unpack
from ohifbuild.core.errors import PackageDamaged

NAMES = (
    "package/a.js",
    "package/a.js",
    "package/b/c.js",
    "package",
    "./package/a.js",
    "package/a.js/b",
    "../x",
    "/x",
    "a\\b",
)
TYPES = (
    *(tarfile.REGTYPE, tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE),
    *(
        tarfile.CHRTYPE,
        tarfile.BLKTYPE,
        tarfile.FIFOTYPE,
        tarfile.CONTTYPE,
        tarfile.GNUTYPE_SPARSE,
        b"x",
        b"g",
        b"L",
        b"K",
        b"Z",
    ),
)
FORMATS = (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)
WORDS = (
    *(
        b"../",
        b"/",
        b"\0",
        b"\xff\xfe",
        b"ustar\x0000",
        b"ustar  \0",
        b"30 path=../../outside\n",
        b"22 size=99999999999\n",
    ),
    *(
        b"24 GNU.sparse.major=1\n",
        b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff",
        b"77777777777\0",
        b"hdrcharset=BINARY",
    ),
)


def generate(random: Random) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=random.choice(FORMATS), errors="surrogateescape") as archive:
        for _ in range(random.randrange(5)):
            name = random.choice((*NAMES, text(random, "a", "/"))).replace("\0", "") or "a"
            member = tarfile.TarInfo(name)
            member.type = random.choice(TYPES)
            member.mode = random.choice((0o644, 0o755, 0o6777, 0))
            member.linkname = random.choice(("", "../../outside", "/etc/passwd", "package/a.js"))
            content = random.choice((b"", b"x", b"y" * 600))
            member.size = len(content) if random.random() < 0.9 else random.choice((0, 1, 10**6, 10**10))
            try:
                archive.addfile(member, io.BytesIO(content.ljust(min(member.size, 10**6), b"z")))
            except (ValueError, OSError):  # this format has no such member; its header may be there
                break
    data = spoilt(random, stream.getvalue(), WORDS)
    return spoilt(random, gzip.compress(data, 1, mtime=0)) if random.random() < 0.1 else data


@contextmanager
def checker() -> Iterator[Check]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        tarball, into, outside = root / "p.tgz", root / "a" / "b" / "into", root / "outside"
        outside.write_text("as it was")

        def check(data: bytes) -> None:
            is_gzip = data[:2] == b"\x1f\x8b"
            tarball.write_bytes(data if is_gzip else gzip.compress(data, 0, mtime=0))
            into.mkdir(parents=True)
            try:
                unpack(tarball, into)
            except PackageDamaged as error:
                printable(error.what, error.details, error.cause, error.fix)
            finally:
                wrong = [path for path in _all(into) if not _is_plain(path)]
                beside = {entry.name for place in (root, root / "a", root / "a" / "b") for entry in place.iterdir()}
                shutil.rmtree(root / "a")
            assert not wrong, wrong
            assert beside == {"p.tgz", "outside", "a", "b", "into"}, beside
            assert outside.read_text() == "as it was"

        yield check


def _all(folder: Path) -> list[Path]:
    return [Path(place, name) for place, folders, names in os.walk(folder) for name in (*folders, *names)]


def _is_plain(path: Path) -> bool:
    mode = path.lstat().st_mode
    return (stat.S_ISREG(mode) and mode & 0o7777 in (0o644, 0o755)) or stat.S_ISDIR(mode)
