"""A pinned checkout of OHIF's source: shallow, blobless, sparse, and exactly the commit that was asked for.

A full clone is 880 MB; this one 32 MB. What a build does not read (documentation, tests, test data) is not fetched.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import git
from git import GitCommandError, RemoteProgress, Repo
from git.exc import GitError

from ohifbuild.cache import Cache, digest_of
from ohifbuild.console import Meter, Reporter
from ohifbuild.errors import (
    DiskFull,
    NotInCache,
    OhifbuildError,
    OriginUnavailable,
    ReleaseUnsupported,
    TagMoved,
    UnknownRelease,
)

KIND = "source"
# Not the whole cone but all folders that a build reads; patterns as in gitignore (git sparse-checkout --no-cone).
SPARSE = ("/*", "!/platform/docs/", "!/testdata/", "!/tests/")
COMMIT = re.compile(r"[0-9a-f]{40}")
REF = re.compile(r"[A-Za-z0-9][\w./-]{0,200}")
ANSWER_SECONDS = 8
# Neither prompts nor hooks nor filters of the machine's own configuration have a say; only sober transports.
ENVIRONMENT = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": "https:http:ssh:git:file",
    "GIT_LFS_SKIP_SMUDGE": "1",
    "GIT_HTTP_LOW_SPEED_LIMIT": "1000",
    "GIT_HTTP_LOW_SPEED_TIME": "30",
}


@dataclass(frozen=True)
class Checkout:
    """OHIF's source at a commit: ``path`` is in the cache, never to be changed."""

    path: Path
    commit: str


def remote_answers(source: str) -> bool:
    """Whether a git remote can be reached within seconds."""
    try:
        git.cmd.Git().ls_remote("--quiet", "--", source, "HEAD", env=_environment(), kill_after_timeout=ANSWER_SECONDS)
    except GitError:
        return False
    return True


def checkout(source: str, tag: str, commit: str | None, cache: Cache, *, offline: bool, reporter: Reporter) -> Checkout:
    """The source at ``tag`` (or a branch), which has to be ``commit`` if that is known; or at a raw commit.

    Args:
        source: URL or path of a git repository.
        tag: a tag, a branch, or a full commit.

    Raises:
        TagMoved: the tag is another commit than the pinned one.
        UnknownRelease: the repository has no such tag; ``fix`` names the nearest.
        OriginUnavailable: it cannot be reached, or is no git repository.
        ReleaseUnsupported: it is not OHIF.
        NotInCache: ``offline`` and not there.
        CacheUnusable, DiskFull: the cache cannot be written.
    """
    _check_names(source, tag)
    wanted = commit or (tag if COMMIT.fullmatch(tag) else None)
    if wanted is None:
        wanted = _commit_of(source, tag, offline=offline)
    key = digest_of(wanted, SPARSE)

    def make(work: Path) -> None:
        with reporter.step(f"Clone {tag}") as meter, _git_errors(source, tag):
            _clone(source, tag, work / "tree", meter)
            found = Repo(work / "tree").head.commit.hexsha
        if found != wanted:
            raise TagMoved(
                f"The tag {tag} of {_shown(source)} is not the commit that is pinned.",
                cause="Somebody moved the tag, or the source is another repository.",
                fix="Do not build it before you know why; --ref COMMIT builds a commit of your choice.",
                details=f"  pinned {wanted}\n  found  {found}",
            )
        _check_is_ohif(work / "tree", source)

    if offline and not cache.has(KIND, key):
        raise NotInCache(
            f"OHIF's source at {tag} is not in the cache, and --offline forbids cloning it.",
            cause="It was never cloned on this machine, or the cache was pruned.",
            fix="Run the same command once without --offline.",
        )
    return Checkout(cache.entry(KIND, key, make) / "tree", wanted)


def fetch_commits(source: str, tags: list[str], target: Path) -> Path:
    """A new bare repository at ``target`` with the commits of ``tags`` and their trees; files are fetched when read.

    Raises:
        UnknownRelease, OriginUnavailable: as ``checkout``.
    """
    for tag in tags:
        _check_names(source, tag)
    with _git_errors(source, tags[0]):
        repository = Repo.init(target, bare=True)
        repository.git.update_environment(**_environment())
        repository.create_remote("origin", source)
        with repository.config_writer() as config:
            config.set_value('remote "origin"', "promisor", "true")
            config.set_value('remote "origin"', "partialclonefilter", "blob:none")
        specs = [f"refs/tags/{tag}:refs/tags/{tag}" for tag in tags]
        repository.git.fetch("--depth=1", "--filter=blob:none", "origin", *specs)
        repository.close()
    return target


def _clone(source: str, tag: str, target: Path, meter: Meter) -> None:
    env = _environment()
    options = ["--depth=1", "--filter=blob:none", "--no-checkout", "--no-recurse-submodules"]
    if COMMIT.fullmatch(tag):
        repository = Repo.init(target)
        repository.git.update_environment(**env)
        repository.create_remote("origin", source)
        repository.git.fetch("--depth=1", "--filter=blob:none", "--", "origin", tag)
        revision = "FETCH_HEAD"
    else:
        repository = Repo.clone_from(
            source,
            target,
            progress=_Progress(meter),  # type: ignore[arg-type]  # GitPython takes both, and says only one
            env=env,
            multi_options=[*options, f"--branch={tag}"],
            allow_unsafe_options=False,
        )
        repository.git.update_environment(**env)
        revision = "HEAD"
    with repository.config_writer() as config:
        config.set_value("core", "hooksPath", os.devnull)
        config.set_value("core", "autocrlf", "false")
    repository.git.sparse_checkout("set", "--no-cone", *SPARSE)
    meter.phase("files")
    repository.git.checkout("--quiet", "--detach", revision)
    repository.close()


class _Progress(RemoteProgress):
    def __init__(self, meter: Meter) -> None:
        super().__init__()
        self._meter = meter

    def update(
        self, op_code: int, cur_count: str | float, max_count: str | float | None = None, message: str = ""
    ) -> None:
        self._meter.phase(message or f"{cur_count:.0f} objects" if isinstance(cur_count, float) else message)


def _commit_of(source: str, tag: str, *, offline: bool) -> str:
    if offline:
        raise NotInCache(
            f"Which commit {tag} is cannot be asked with --offline.",
            cause="Only pinned releases carry their commit with them.",
            fix="Run without --offline, or name a commit with --ref.",
        )
    with _git_errors(source, tag):
        refs = _refs(source)
    for name in (f"refs/tags/{tag}^{{}}", f"refs/tags/{tag}", f"refs/heads/{tag}"):
        if name in refs:
            return refs[name]
    raise _no_such_tag(source, tag, refs)


def _refs(source: str) -> dict[str, str]:
    """The remote's refs and their commits."""
    listed = str(git.cmd.Git().ls_remote("--", source, env=_environment(), kill_after_timeout=60))
    pairs = (line.split("\t", 1) for line in listed.splitlines() if "\t" in line)
    return {name: commit for commit, name in pairs}


@contextmanager
def _git_errors(source: str, tag: str) -> Iterator[None]:
    try:
        yield
    except GitCommandError as error:
        raise _explained(source, tag, str(error.stderr)) from error
    except GitError as error:
        raise OriginUnavailable(
            f"git could not be run on {_shown(source)}.", cause=str(error)[:300], fix="Install git 2.27 or newer."
        ) from error


def _explained(source: str, tag: str, complaint: str) -> OhifbuildError:
    text = complaint.lower()
    if "no space left" in text:
        return DiskFull("No space left for OHIF's source.", cause="The disk is full.", fix="Free about 3 GB.")
    if ("remote branch" in text and "not found" in text) or "couldn't find remote ref" in text:
        return _no_such_tag(source, tag, _refs(source))
    if "does not appear to be a git repository" in text or "not found" in text or "does not exist" in text:
        cause, fix = "It is no git repository, or not one that you may read.", "Name one with --source URL."
    elif "could not resolve" in text or "connect" in text or "timed out" in text or "timeout" in text:
        cause, fix = "It cannot be reached from this network.", "Use the published release: --from published"
    else:
        cause, fix = "git's own words below say why.", "Use the published release: --from published"
    return OriginUnavailable(
        f"OHIF's source could not be cloned from {_shown(source)}.", cause=cause, fix=fix, details=complaint[-1500:]
    )


def _no_such_tag(source: str, tag: str, refs: Iterable[str]) -> UnknownRelease:
    names = [ref.split("/", 2)[2] for ref in refs if ref.startswith(("refs/tags/", "refs/heads/")) and "^" not in ref]
    near = difflib.get_close_matches(tag, names, n=3, cutoff=0.4) or sorted(names)[-3:]
    return UnknownRelease(
        f"{_shown(source)} has no tag or branch '{tag}'.",
        cause="The release is not tagged there.",
        fix=f"Nearest are: {', '.join(near) or 'none'}",
    )


def _check_names(source: str, tag: str) -> None:
    if source.startswith("-") or "::" in source.split("/")[0] or not source.strip():
        raise OriginUnavailable(
            f"'{_shown(source)}' is no git repository.",
            cause="It would be read as an option or as a command.",
            fix="Name an https or ssh URL, or a path, with --source.",
        )
    if not REF.fullmatch(tag) or ".." in tag:
        raise UnknownRelease(
            f"'{tag[:60]}' is no tag, branch or commit.", cause="The name is mistyped.", fix="See: git tag"
        )


def _check_is_ohif(tree: Path, source: str) -> None:
    missing = [
        name for name in ("platform/app/package.json", "platform/app/pluginConfig.json") if not (tree / name).is_file()
    ]
    if missing:
        raise ReleaseUnsupported(
            f"{_shown(source)} is not OHIF's source: {missing[0]} is missing.",
            cause="The repository is another one, or the release is older than OHIF v3.5.",
            fix="Name OHIF's repository, or a fork of it, with --source.",
        )


def _shown(source: str) -> str:
    """The source without credentials."""
    parts = urlsplit(source)
    return source.replace(f"{parts.netloc}", parts.netloc.rpartition("@")[2], 1) if parts.username else source


def _environment() -> dict[str, str]:
    return {**os.environ, **ENVIRONMENT}
