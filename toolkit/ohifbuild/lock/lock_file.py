"""``ohifbuild.lock``: one resolution, frozen. Same lock, same bytes.

The file is TOML, sorted, one fact a line, so that a review sees what changed. Its last line is a digest of the facts:
not against attackers, who can compute it too, but against edits that were meant well. ``ohifbuild lock`` writes the
file, and so does a build whose recipe or tools changed, as with uv and cargo; ``build --locked`` never does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli_w

from ohifbuild.core.digests import digest_of
from ohifbuild.core.disk import disk_errors, place_errors, require_writable
from ohifbuild.core.documents import parse_toml
from ohifbuild.core.errors import LockDiffers, LockInvalid
from ohifbuild.core.text_files import Unreadable, read_text, remove_unfinished, replace_text

LOCK_NAME = "ohifbuild.lock"
FORMAT = 1
HEADER = """\
# Written by `ohifbuild lock`, and by `ohifbuild build` when the recipe changed; commit it, and do not edit it.
# `ohifbuild build --locked` never changes it. `ohifbuild lock --upgrade` moves it to newer releases.
"""


@dataclass(frozen=True)
class Lock:
    """The facts that decide a dist, by section: ``release``, ``toolchain``, ``patches``, ``extensions``, ``options``.

    Every section maps names to strings.
    """

    sections: Mapping[str, Mapping[str, str]]

    @property
    def digest(self) -> str:
        """``sha256:…`` of the facts."""
        return "sha256:" + digest_of(FORMAT, {name: dict(facts) for name, facts in self.sections.items()})

    def text(self) -> str:
        """The file's contents."""
        document: dict[str, Any] = {"format": FORMAT}
        document |= {name: dict(sorted(facts.items())) for name, facts in sorted(self.sections.items())}
        return HEADER + tomli_w.dumps(document) + f'\n[lock]\ndigest = "{self.digest}"\n'


def read_lock(path: Path) -> Lock:
    """The lock in a file.

    Raises:
        LockInvalid: it is not a lock that this version can honour.
    """
    try:
        text = read_text(path)
    except Unreadable as error:
        raise _invalid(path, str(error), f"rm {path} && ohifbuild lock") from error
    if any(line.startswith(("<<<<<<<", "=======", ">>>>>>>")) for line in text.splitlines()):
        raise _invalid(path, "it holds the marks of an unfinished merge", f"rm {path} && ohifbuild lock")
    try:
        document = parse_toml(text)
        version = document.pop("format")
        if not isinstance(version, int) or isinstance(version, bool) or version < 1:
            raise ValueError("its format is not a number from 1")
        digest = document.pop("lock")["digest"]
        sections = {name: {key: str(value) for key, value in facts.items()} for name, facts in document.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _invalid(path, f"it is not a lock ({error})", f"rm {path} && ohifbuild lock") from error
    if version > FORMAT:
        raise _invalid(path, f"a newer ohifbuild wrote it (format {version})", "pip install --upgrade ohifbuild")
    lock = Lock(sections)
    if lock.digest != digest:
        why = "it was edited by hand: its digest does not fit its facts"
        raise _invalid(path, why, f"git checkout {path}, or rm {path} && ohifbuild lock")
    return lock


def read_lock_if_any(path: Path) -> Lock:
    """The lock in a file; an empty one where there is no file.

    Raises:
        LockInvalid: as ``read_lock``.
    """
    with place_errors(path):
        present = path.is_file()
    return read_lock(path) if present else Lock({})


def write_lock(path: Path, lock: Lock) -> tuple[str, ...]:
    """Writes a lock file in one step, unless it says the same already.

    Returns:
        What changed, one line for each fact; empty where the file is new or stays as it is.

    Raises:
        LockInvalid: the present file is no lock.
        CacheUnusable, DiskFull: the file cannot be written.
    """
    present = read_lock_if_any(path)
    changes = differences(present, lock)
    remove_unfinished(path)
    if changes:
        with disk_errors(path.parent):
            replace_text(path, lock.text())
    return changes if present.sections else ()


def check_lock_place(path: Path, lock: Lock) -> None:
    """Checks, before a build, that its lock can be written where that is needed.

    Raises:
        LockInvalid: the present file is no lock.
        CacheUnusable, DiskFull: the file cannot be written.
    """
    if differences(read_lock_if_any(path), lock):
        require_writable(path)


def lock_path(recipe: Path | None) -> Path:
    """Where the lock of a recipe file is: beside it, with the same name; in the current folder without a recipe."""
    return recipe.with_suffix(Path(LOCK_NAME).suffix) if recipe else Path(LOCK_NAME)


def differences(locked: Lock, now: Lock) -> tuple[str, ...]:
    """What a build would use now against what is locked, one plain line each; empty when they agree."""
    lines = []
    for section in sorted({*locked.sections, *now.sections}):
        before, after = locked.sections.get(section, {}), now.sections.get(section, {})
        for name in sorted({*before, *after}):
            old, new = before.get(name), after.get(name)
            if old != new:
                lines.append(f"{section}.{name}: locked {_shown(old)}, now {_shown(new)}")
    return tuple(lines)


def require_same(locked: Lock, now: Lock, path: Path) -> None:
    """For ``--locked``.

    Raises:
        LockDiffers: there is no lock, or something differs; every difference is listed.
    """
    if not locked.sections:
        raise LockDiffers(
            f"There is no lock file {path}.",
            cause="It was never written, or it is not in this checkout.",
            fix="Write it, and commit it: ohifbuild lock",
        )
    found = differences(locked, now)
    if found:
        many = f"{len(found)} places" if len(found) > 1 else "one place"
        raise LockDiffers(
            f"This build would differ from {path} in {many}.",
            details="\n".join(f"  {line}" for line in found),
            cause="The recipe, a patch, an extension or ohifbuild itself changed since the lock was written.",
            fix="Check the differences. To accept them, run: ohifbuild lock",
        )


def _shown(value: str | None) -> str:
    return "nothing" if value is None else f"'{value}'"


def _invalid(path: Path, why: str, command: str) -> LockInvalid:
    return LockInvalid(f"{path} is invalid: {why}.", cause="Only ohifbuild writes lock files.", fix=command)
