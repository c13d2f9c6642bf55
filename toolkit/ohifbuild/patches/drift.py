"""Finds where OHIF moved code that a rule no longer matches, by the names in the rule's patterns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import PurePosixPath

from ohifbuild.core.errors import PatchDrift, PatchInvalid
from ohifbuild.javascript.syntax import patterns
from ohifbuild.patches.rules import Change

WORD = re.compile(r"(?<![$\w])[A-Za-z_]\w{2,}")
COMMON = frozenset(
    ("async", "await", "const", "default", "export", "false", "function", "import", "let", "new", "null")
).union(("params", "return", "this", "true", "undefined", "value", "var"))
WINDOW = 6
CANDIDATES = 3
MOST_READ = 60


def landmarks(change: Change) -> frozenset[str]:
    """The names in a rule's patterns that identify the code, without JavaScript's keywords."""
    return frozenset(word for pattern in patterns(change.rule) for word in WORD.findall(pattern)) - COMMON


def where_code_moved(
    change: Change, paths: Sequence[str], read: Callable[[str], str], files: Sequence[str] = ()
) -> str:
    """Excerpts of the most similar code, '' if there is none.

    Args:
        change: the change whose rule does not match.
        paths: all paths of the source tree.
        read: returns the text of a path.
        files: paths to search first; the others are searched too if they have more of the rule's names.

    Reads only files whose path is similar, because a blobless clone downloads each file: those with the same stem
    first, then the same folder, then the same package.
    """
    names = landmarks(change)
    here = _best(files, read, names)
    best_here = max((score for score, _, _ in here), default=0)
    others = [path for path in _nearest(change.files, paths) if path not in files]
    elsewhere = [hit for hit in _best(others, read, names) if hit[0] > best_here or not here]
    shown = [*here[:1], *elsewhere[:CANDIDATES]]
    return "".join(f"\nnearest code:\n{excerpt(read(path), path, at, lines=WINDOW)}" for _, path, at in shown)


def excerpt(text: str, path: str, at: int, lines: int = 3) -> str:
    """``path:line``, and the numbered ``lines`` that follow the character position ``at``."""
    first = text.count("\n", 0, at)
    rows = text.split("\n")[first : first + lines]
    numbered = "\n".join(f"  {number:5} | {row.rstrip()[:160]}" for number, row in enumerate(rows, first + 1))
    return f"{path}:{first + 1}\n{numbered}"


def _best(paths: Iterable[str], read: Callable[[str], str], names: frozenset[str]) -> list[tuple[int, str, int]]:
    """(score, path, character position) of the lines with the most names in each file, best first."""
    hits = []
    for path in paths:
        with suppress(PatchInvalid, PatchDrift):  # a symbolic link, or not text
            score, at = _window(read(path), names)
            if score:
                hits.append((score, path, at))
    return sorted(hits, key=lambda hit: (-hit[0], hit[1]))


def _window(text: str, names: frozenset[str]) -> tuple[int, int]:
    """How many of ``names`` the best ``WINDOW`` lines have, and the character position where these lines start."""
    rows = text.split("\n")
    per_row = [names.intersection(WORD.findall(row)) for row in rows]
    scores = [
        (len(frozenset().union(*per_row[row : row + WINDOW])), len(own), -row) for row, own in enumerate(per_row) if own
    ]
    score, _, row = max(scores, default=(0, 0, 0))
    return score, sum(len(line) + 1 for line in rows[:-row])


def _nearest(wanted: Sequence[str], paths: Sequence[str]) -> list[str]:
    """The paths that are most similar to the ``wanted`` paths of a change; at most ``MOST_READ``."""
    stems = {PurePosixPath(name).stem for name in wanted}
    packages = {tuple(PurePosixPath(name).parts[:2]) for name in wanted}
    folders = {str(PurePosixPath(name).parent) for name in wanted}

    def distance(path: str) -> tuple[bool, bool, bool, str]:
        pure = PurePosixPath(path)
        return (pure.stem not in stems, str(pure.parent) not in folders, tuple(pure.parts[:2]) not in packages, path)

    tests = re.compile(r"\.(test|spec)\.")
    return sorted((path for path in paths if not tests.search(path)), key=distance)[:MOST_READ]
