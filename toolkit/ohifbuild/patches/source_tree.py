"""Where patches read OHIF's source from: a checkout, a revision of a git repository, or texts in memory."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Protocol, Self

import git
from git.exc import GitError, ODBError

from ohifbuild.core.errors import OriginUnavailable, PatchDrift, PatchInvalid
from ohifbuild.patches.syntax import language_of

SYMLINK = 0o120000
SKIPPED = frozenset({".git", "node_modules", "dist", "docs", "testdata"})


class SourceTree(Protocol):
    """Files by POSIX path below the checkout."""

    def files(self) -> Sequence[str]:
        """Every JavaScript and TypeScript file, sorted; dependencies and build results are left out."""

    def read(self, path: str) -> str:
        """The file's text, line ends as they are."""


class MemoryTree:
    """Texts by path."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = dict(texts)

    def files(self) -> Sequence[str]:
        return sorted(self._texts)

    def read(self, path: str) -> str:
        return self._texts[path]


class FolderTree:
    """A checkout on disk. Symbolic links are not followed: a checkout must not lead patches out of itself."""

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
            PatchInvalid: the path, or a folder on the way, is a symbolic link or lies outside the checkout.
        """
        here = self.root
        for part in PurePosixPath(path).parts:
            here /= part
            if part in ("..", "/") or here.is_symlink():
                raise escape(path)
        return here


class GitTree:
    """One revision of a local git repository, bare or not; a blobless clone fetches just the files that are read."""

    def __init__(self, repository: Path, revision: str, *, env: Mapping[str, str] | None = None) -> None:
        """
        Args:
            env: what git needs in its environment to fetch files, such as the remote's address.

        Raises:
            OriginUnavailable: no repository there, or no such revision in it.
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
        except (GitError, ODBError, ValueError, OSError) as error:  # a blobless clone whose remote is gone
            raise _unreadable(Path(self._repo.git_dir), self._tree.hexsha) from error


def _text(path: str, content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise PatchDrift(
            f"{path} is not UTF-8 text.",
            cause="OHIF's source is; this is another file, or a damaged one.",
            fix="Fetch the source anew.",
        ) from None


def escape(path: str) -> PatchInvalid:
    """The error for a path that a patch names and the checkout turns into something else."""
    return PatchInvalid(
        f"{path} is a symbolic link, or lies behind one.",
        cause="A link in the checkout could make a patch change a file outside it.",
        fix="Build from a source without links there, or take the file out of the patch.",
    )


def _entries(listing: str) -> list[tuple[str, int]]:
    """From ``git ls-tree -r -z``: ``<mode> <type> <object>\\t<path>\\0``."""
    rows = [row.partition("\t") for row in listing.split("\0") if row]
    return [(path, int(meta.split()[0], 8)) for meta, _, path in rows]


def _unreadable(repository: Path, revision: str) -> OriginUnavailable:
    return OriginUnavailable(
        f"{repository} has no revision '{revision[:80]}' that can be read.",
        cause="It is not a git repository, the tag or commit is not in it, or its remote cannot be reached.",
        fix=f"Look at what it has: git -C {repository} tag --list 'v3*'",
    )
