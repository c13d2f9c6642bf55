"""A package's ``package.json``: read within limits, and the parts that ohifbuild needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ohifbuild.packages.files import is_inside

MAX_BYTES = 1 << 20
NAME = "package.json"
Ranges = tuple[tuple[str, str], ...]


def read_manifest(root: Path) -> dict[str, Any]:
    """The object in ``root/package.json``; a byte order mark at its start is allowed.

    Raises:
        ValueError: there is none; the message is a clause that says why.
    """
    path = root / NAME
    try:
        if not is_inside(root, NAME):
            raise ValueError(f"{path} is a link to a file outside the package")
        if path.stat().st_size > MAX_BYTES:
            raise ValueError(f"{path} has more than {MAX_BYTES >> 20} MB")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ValueError(f"{path} is missing or cannot be read") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8 text") from error
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f", line {error.lineno}: {error.msg}" if isinstance(error, json.JSONDecodeError) else ""
        raise ValueError(f"{path} is not JSON{where}") from error
    if not isinstance(document, dict):
        raise ValueError(f"{path} is not a JSON object")
    return document


def ranges(manifest: dict[str, Any], key: str) -> Ranges:
    """Names and ranges of ``dependencies``, ``peerDependencies`` or ``devDependencies``, in the order of the names."""
    found = manifest.get(key)
    return tuple(sorted((str(name), str(wanted)) for name, wanted in found.items())) if isinstance(found, dict) else ()
