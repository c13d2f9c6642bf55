"""The source trees that patches read: a checkout, a revision of a git repository, or texts in memory."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Protocol, Self

import git
from git.exc import GitError, ODBError

from ohifbuild.core.errors import OriginUnavailable, PatchDrift, PatchInvalid
from ohifbuild.javascript.syntax import language_of

SYMLINK = 0o120000
SKIPPED = frozenset({".git", "node_modules", "dist", "docs", "testdata"})


class SourceTree(Protocol):
    """Files by their POSIX path in the checkout."""

    def files(self) -> Sequence[str]:
        """The paths of all JavaScript and TypeScript files, sorted, without dependencies and build results."""

    def read(self, path: str) -> str:
        """The file's text, with its line endings unchanged."""


class MemoryTree:
    """A source tree in memory: texts by path."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = dict(texts)

    def files(self) -> Sequence[str]:
        return sorted(self._texts)

    def read(self, path: str) -> str:
        return self._texts[path]


class FolderTree:
    """A checkout on disk. Symbolic links are not followed, because they could lead a patch out of the checkout."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def files(self) -> Sequence[str]:
        found = []
        for folder, folders, names in os.walk(self.root):
            folders[:] = [name for name in folders if name not in SKIPPED]
            found += [Path(folder, name).relative_to(self.root).as_posix() for name in names if language_of(name)]
        return sorted(found)

    def read(self, path: str) -> str:
        return _text(path, self.locate(path).read_bytes())

    def locate(self, path: str) -> Path:
        """The file on disk.

        Raises:
            PatchInvalid: the path, or a folder in it, is a symbolic link or outside the checkout.
        """
        here = self.root
        for part in PurePosixPath(path).parts:
            here /= part
            if part in ("..", "/") or here.is_symlink():
                raise escape(path)
        return here


class GitTree:
    """One revision of a local git repository, bare or not; a blobless clone downloads only the files that are read."""

    def __init__(self, repository: Path, revision: str, *, env: Mapping[str, str] | None = None) -> None:
        """
        Args:
            env: environment variables that git needs to download files, such as the remote's URL.

        Raises:
            OriginUnavailable: the repository or the revision does not exist.
        """
        try:
            self._repo = git.Repo(repository, search_parent_directories=False)
        except (GitError, OSError) as error:
            raise _unreadable(repository, revision) from error
        self._repo.git.update_environment(**(env or {}))
        try:
            if revision.startswith("-"):
                raise ValueError(revision)
            self._tree = self._repo.commit(revision).tree
            listing = self._repo.git.ls_tree("-r", "-z", self._tree.hexsha)
        except (GitError, ODBError, ValueError, OSError) as error:
            self._repo.close()
            raise _unreadable(repository, revision) from error
        self._modes = dict(_entries(listing))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._repo.close()

    def files(self) -> Sequence[str]:
        return sorted(
            path for path in self._modes if language_of(path) and not SKIPPED.intersection(PurePosixPath(path).parts)
        )

    def read(self, path: str) -> str:
        if self._modes[path] == SYMLINK:
            raise escape(path)
        try:
            return _text(path, (self._tree / path).data_stream.read())
        except (GitError, ODBError, ValueError, OSError) as error:  # a blobless clone whose remote cannot be reached
            raise _unreadable(Path(self._repo.git_dir), self._tree.hexsha) from error


def _text(path: str, content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise PatchDrift(
            f"{path} is not UTF-8 text.",
            cause="OHIF's source is UTF-8 text; this file is damaged or not from OHIF.",
            fix="Remove the source from the cache with: ohifbuild cache prune --all",
        ) from None


def escape(path: str) -> PatchInvalid:
    """The error for a path that is a symbolic link in the checkout."""
    return PatchInvalid(
        f"{path} is a symbolic link, or below one.",
        cause="A link in the checkout could make a patch change a file outside the checkout.",
        fix="Build from a source without this link, or remove the file from the patch.",
    )


def _entries(listing: str) -> list[tuple[str, int]]:
    """Path and mode from ``git ls-tree -r -z``: ``<mode> <type> <object>\\t<path>\\0``."""
    rows = [row.partition("\t") for row in listing.split("\0") if row]
    return [(path, int(meta.split()[0], 8)) for meta, _, path in rows]


def _unreadable(repository: Path, revision: str) -> OriginUnavailable:
    return OriginUnavailable(
        f"The revision '{revision[:80]}' of {repository} cannot be read.",
        cause="It is not a git repository, it lacks the tag or commit, or its remote cannot be reached.",
        fix=f"List its tags with: git -C {repository} tag --list 'v3*'",
    )
