"""A link as a QR code, for a printed letter or another device's camera."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import segno

from ohifbuild.contract.link import read_link
from ohifbuild.core.errors import QrCodeImpossible

SUFFIXES = (".png", ".svg")
LONGEST = 2953
"""Bytes that a QR code can hold (ISO/IEC 18004, version 40, level L)."""


def check_length(link: str) -> None:
    """Checks that a link fits.

    Raises:
        QrCodeImpossible: the link is too long.
    """
    if len(link.encode()) > LONGEST:
        raise QrCodeImpossible(
            f"The link has {len(link)} characters, which no QR code can hold.",
            cause="It names many studies.",
            fix="Share fewer studies with one link, or do without the QR code.",
        )


def check_link(link: str) -> None:
    """Checks that a text is a link to studies.

    Raises:
        QrCodeImpossible: it is not, or it is too long.
    """
    check_length(link)
    if not read_link(link, "token").key:
        raise QrCodeImpossible(
            "The text on standard input is not a link to studies.",
            cause="Only a whole link makes a QR code; the token of an existing share cannot be read back.",
            fix="Give one link: ohifbuild share qr < link.txt; or make the code with the share: share add --qr FILE",
        )


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """A new file that only its owner can read; it is removed if the block fails.

    Raises:
        QrCodeImpossible: the name has another suffix, the file exists already, or it cannot be written.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise QrCodeImpossible(
            f"{path} is neither a PNG nor an SVG file by its name.",
            cause="The suffix decides the kind of picture.",
            fix="Give a name that ends with .png or .svg.",
        )
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise QrCodeImpossible(
            f"{path} cannot be written: {error.strerror}.",
            cause="It exists already, or the folder cannot be written to.",
            fix="Choose another name.",
        ) from error
    try:
        yield path
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def write(link: str, path: Path) -> None:
    """Writes the QR code of a link to a file of ``new_file``."""
    code, out = _code(link), io.BytesIO()
    code.save(out, kind=path.suffix.lower()[1:], scale=6, border=4)
    path.write_bytes(out.getvalue())


def as_text(link: str) -> str:
    """The QR code of a link for a terminal."""
    out = io.StringIO()
    _code(link).terminal(out, compact=True, border=4)
    return out.getvalue().rstrip("\n")


def _code(link: str) -> segno.QRCode:
    return segno.make_qr(link, error="l", boost_error=True)
