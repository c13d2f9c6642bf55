"""Reads text files that a person wrote, with the encodings that editors use; replaces files in one step."""

from __future__ import annotations

import codecs
import os
from pathlib import Path

from ohifbuild.core.temporary import held_folder, remove_abandoned

UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Unreadable(ValueError):
    """The file cannot be read as text; the message says why, as the end of a sentence."""


def read_text(path: Path, *, longest: int | None = None) -> str:
    """The text of a file in UTF-8, without the byte order mark that some editors write.

    Args:
        path: the file.
        longest: the most bytes that it may have; None for any number.

    Raises:
        Unreadable: the file cannot be opened, is too long, or has another encoding.
    """
    try:
        if longest is not None and path.stat().st_size > longest:
            raise Unreadable(f"it has more than {longest} bytes")
        data = path.read_bytes()
    except OSError as error:
        raise Unreadable(os.strerror(error.errno) if error.errno else str(error)) from error
    # Without a mark, text in UTF-16 shows by its null bytes: no text file has them in UTF-8.
    if data.startswith(UTF_16) or b"\0" in data[:4]:
        raise Unreadable("it is UTF-16 text; save it again as UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("it is not UTF-8 text") from error


def replace_text(path: Path, text: str) -> None:
    """Writes a file in UTF-8 so that it has the old text or the new one at every moment; a new file has the usual mode.

    Raises:
        OSError: the file cannot be written.
    """
    with held_folder(path.absolute().parent, _prefix(path)) as folder:
        new = folder / "new"
        new.write_text(text, encoding="utf-8")
        new.replace(path)


def remove_unfinished(path: Path) -> None:
    """Removes what ``replace_text`` left beside a file in processes that were killed."""
    remove_abandoned(path.absolute().parent, _prefix(path))


def _prefix(path: Path) -> str:
    return f".{path.name}-"
