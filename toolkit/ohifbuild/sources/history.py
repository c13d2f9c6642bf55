"""Commits of a remote without their files: the line before a commit, tags, and the day of a tag."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

from ohifbuild.cache.entries import Cache
from ohifbuild.core.digests import digest_of
from ohifbuild.core.errors import NotInCache
from ohifbuild.core.temporary import temporary_folder
from ohifbuild.sources.checkout import FETCHED, init_bare, inside
from ohifbuild.sources.git_remote import NAME, check_names, full_name, git, git_errors, refs_of

HISTORY_KIND = "history"


def first_parents(source: str, commit: str, length: int, cache: Cache, *, offline: bool) -> tuple[str, ...]:
    """The commit, its first parent, the first parent of that one, and so on: at most ``length`` commits.

    Raises:
        NotInCache: ``offline`` is set and the commits are not in the cache.
        OriginUnavailable: the remote cannot be reached, or it is not a git repository.
    """
    check_names(source, commit)
    key = digest_of(HISTORY_KIND, commit, length)
    if offline and not cache.has(HISTORY_KIND, key):
        raise NotInCache(
            f"The commits before {commit[:12]} are not in the cache, and --offline forbids downloading them.",
            cause="They were never downloaded on this machine, or the cache was pruned.",
            fix="Run the same command once without --offline.",
        )

    def make(work: Path) -> None:
        with git_errors(source):
            init_bare(work / "repository", source)
            env = inside((work / "repository").absolute(), source)
            git("fetch", f"--depth={length}", "--filter=blob:none", "--no-tags", NAME, f"{commit}:{FETCHED}", env=env)
            line = git("rev-list", "--first-parent", f"--max-count={length}", FETCHED, env=env)
        shutil.rmtree(work / "repository")
        (work / "commits").write_text(line, encoding="ascii")

    return tuple((cache.entry(HISTORY_KIND, key, make) / "commits").read_text(encoding="ascii").split())


def fetch_commits(source: str, tags: list[str], target: Path) -> Path:
    """Makes a bare repository at ``target`` with the commits of ``tags`` and their trees; returns ``target``.

    git downloads a file when it is read, if it runs with ``environment(source)``: the repository does not store the
    URL.

    Raises:
        UnknownRelease, OriginUnavailable: as in ``checkout``.
    """
    for tag in tags:
        check_names(source, tag)
    refs = refs_of(source)
    names = [full_name(source, tag, refs) for tag in tags]
    with git_errors(source):
        init_bare(target, source)
        specs = [f"{name}:refs/tags/{tag}" for name, tag in zip(names, tags, strict=True)]
        git("fetch", "--depth=1", "--filter=blob:none", NAME, *specs, env=inside(target.absolute(), source))
    return target


def date_of_tag(source: str, tag: str) -> date:
    """The day on which the commit of a tag was made.

    Raises:
        UnknownRelease, OriginUnavailable: as in ``checkout``.
    """
    with temporary_folder() as folder:
        path = fetch_commits(source, [tag], Path(folder) / "repository")
        with git_errors(source):
            env = inside(path.absolute(), source)
            return date.fromisoformat(git("log", "-1", "--format=%cs", f"refs/tags/{tag}", env=env))
