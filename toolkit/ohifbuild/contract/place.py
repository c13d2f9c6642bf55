"""Paths under a root: the paths of requests that may carry a token.

Only a path that every server reads in the same way can be under a root. Servers decode ``%2f``, ``%5c`` and ``%2e`` at
different times, some decode twice, Java servers remove ``;x`` from a segment before they resolve ``..``, and some
accept overlong UTF-8. So a path with any of these is under no root.
"""

from __future__ import annotations

import re

_LETTERS = r"-A-Za-z0-9_~!$&'()*+,:=@"
# The same characters percent-encoded, and the space; never a dot, a slash or a semicolon.
_ENCODED = r"%(?:2[0146789A-Da-d]|3[0-9ADad]|4[0-9A-Fa-f]|5[0-9AFaf]|6[1-9A-Fa-f]|7[0-9AEae])"
_SEGMENT = rf"(?:[{_LETTERS}]|{_ENCODED})(?:[{_LETTERS}.]|{_ENCODED})*"

PLAIN_PATH = rf"/(?:{_SEGMENT}(?:/{_SEGMENT})*/?)?"
"""Matches a whole raw path that every server reads in the same way; for Python, PCRE (nginx, Apache), RE2 (Caddy)."""

_PLAIN = re.compile(PLAIN_PATH)


def is_plain(path: str) -> bool:
    """Whether every server reads a path in the same way.

    Args:
        path: the raw path as it is sent, from its first slash to before the ``?``.
    """
    return _PLAIN.fullmatch(path) is not None


def below(path: str, root: str) -> str | None:
    """The part of a raw path below a root.

    Args:
        path: as for ``is_plain``; the caller must check that it is plain.
        root: a path without a slash at its end.

    Returns:
        The part without its first slash, '' for the root itself, or None if the path is not under the root.
    """
    if path == root:
        return ""
    return path[len(root) + 1 :] if path.startswith(f"{root}/") else None
