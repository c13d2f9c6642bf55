"""What lies under a root: the paths that a token may go to.

A path counts as what it says only if every server reads it alike. Servers differ in when they decode ``%2f``, ``%5c``
and ``%2e``, some decode twice, Java servers drop ``;x`` from a segment before they resolve ``..``, and some accept
overlong UTF-8. So a path with any of these is under no root.
"""

from __future__ import annotations

import re

_LETTERS = r"-A-Za-z0-9_~!$&'()*+,:=@"
# The same characters percent-encoded, and the space; never a dot, a slash or a semicolon.
_ENCODED = r"%(?:2[0146789A-Da-d]|3[0-9ADad]|4[0-9A-Fa-f]|5[0-9AFaf]|6[1-9A-Fa-f]|7[0-9AEae])"
_SEGMENT = rf"(?:[{_LETTERS}]|{_ENCODED})(?:[{_LETTERS}.]|{_ENCODED})*"

PLAIN_PATH = rf"/(?:{_SEGMENT}(?:/{_SEGMENT})*/?)?"
"""Matches a whole raw path that every server reads alike. Python, PCRE (nginx, Apache) and RE2 (Caddy) read it."""

_PLAIN = re.compile(PLAIN_PATH)


def is_plain(path: str) -> bool:
    """Whether every server reads a path alike.

    Args:
        path: raw, as it is sent, from its first slash to before the ``?``.
    """
    return _PLAIN.fullmatch(path) is not None


def below(path: str, root: str) -> str | None:
    """What of a raw path is below a root.

    Args:
        path: as for ``is_plain``; whether it is plain is the caller's to ask.
        root: a path without a slash at its end.

    Returns:
        the rest without its first slash, '' for the root itself, None if the path is not under the root.
    """
    if path == root:
        return ""
    return path[len(root) + 1 :] if path.startswith(f"{root}/") else None
