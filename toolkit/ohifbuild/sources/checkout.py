"""A pinned checkout of OHIF's source: shallow, blobless, sparse, and exactly the commit that was asked for.

A full clone is 880 MB; this one 32 MB: what a build does not read (documentation, tests, test data) is not fetched.
Objects go into one bare repository per source, so that the next release fetches only what differs; the checkout itself
is plain files, and the bare repository can be lost at any time.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock
from git import RemoteProgress, Repo
from git.cmd import handle_process_output
from git.exc import GitCommandError

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Meter, Reporter
from ohifbuild.core.digests import digest_of, digest_of_tree
from ohifbuild.core.errors import NotInCache, OriginUnavailable, ReleaseUnsupported, TagMoved
from ohifbuild.core.processes import run
from ohifbuild.sources.git_remote import (
    COMMIT,
    NAME,
    address,
    check_names,
    environment,
    full_name,
    git_errors,
    is_authenticated,
    refs_of,
    shown,
)

KIND = "source"
OBJECTS_KIND = "git"
# Not the whole cone but all folders that a build reads; patterns as in gitignore (git sparse-checkout --no-cone).
# The wasm file is a build's output that v3.10.0 committed by mistake; its build makes it anew.
SPARSE = ("/*", "!/platform/docs/", "!/testdata/", "!/tests/", "!/platform/ui/*.wasm")
PLACES = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"})
HISTORY_KIND = "history"
WANTED = "refs/ohifbuild/wanted"


@dataclass(frozen=True)
class Checkout:
    """OHIF's source at a commit, plain files without ``.git``: ``path`` is in the cache, never to be changed."""

    path: Path
    commit: str


def commit_of(source: str, name: str, pinned: str | None, *, offline: bool) -> str:
    """The commit that is meant: the pinned one, else ``name`` if it is one, else what the remote says ``name`` is.

    Raises:
        NotInCache: the remote would have to be asked, and ``offline`` forbids it.
        OriginUnavailable: the remote cannot be reached, or its word cannot be trusted.
        UnknownRelease: it has no such tag or branch.
    """
    check_names(source, name)
    known = pinned or (name if COMMIT.fullmatch(name) else None)
    if known:
        return known
    if offline:
        raise NotInCache(
            f"Which commit {name} is cannot be asked with --offline.",
            cause="Only pinned releases carry their commit with them.",
            fix="Run without --offline, or name a commit with --ref.",
        )
    if not is_authenticated(source):
        raise OriginUnavailable(
            f"{shown(source)} cannot be trusted to say which commit {name} is.",
            cause="Over http anybody on the way can answer.",
            fix="Use https or ssh, or name a commit with --ref.",
        )
    refs = refs_of(source)
    return refs[full_name(source, name, refs)]


def checkout(source: str, name: str, commit: str, cache: Cache, *, offline: bool, reporter: Reporter) -> Checkout:
    """The source at ``commit``, which the tag or branch ``name`` of the remote has to be, unless it is there already.

    Args:
        source: URL or folder of a git repository.
        name: a tag, a branch, or the commit itself.

    Raises:
        TagMoved: the remote's tag is another commit.
        UnknownRelease: the remote has no such tag; ``fix`` names the nearest.
        OriginUnavailable: it cannot be reached, or is no git repository.
        ReleaseUnsupported: it is not OHIF.
        NotInCache: ``offline`` and not there.
        CacheUnusable, DiskFull: the cache cannot be written.
    """
    check_names(source, name)
    key = digest_of(commit, SPARSE)
    _drop_if_changed(cache.path_of(KIND, key), reporter)
    if offline and not cache.has(KIND, key):
        raise NotInCache(
            f"OHIF's source at {name} is not in the cache, and --offline forbids cloning it.",
            cause="It was never cloned on this machine, or the cache was pruned.",
            fix="Run the same command once without --offline.",
        )

    def make(work: Path) -> None:
        with reporter.step(f"Clone {name}") as meter:
            _clone(source, name, commit, work.absolute(), cache, meter)
        _check_is_ohif(work / "tree", source)
        (work / "digest").write_text(digest_of_tree(work / "tree"), encoding="ascii")

    return Checkout(cache.entry(KIND, key, make, reporter=reporter) / "tree", commit)


def has_checkout(commit: str, cache: Cache) -> bool:
    """Whether the source at ``commit`` is there, so that no remote has to be asked."""
    return cache.has(KIND, digest_of(commit, SPARSE))


def first_parents(source: str, commit: str, length: int, cache: Cache, *, offline: bool) -> tuple[str, ...]:
    """The commit, its first parent, that one's, and so on: ``length`` of them, or fewer where history begins.

    Raises:
        NotInCache: ``offline``, and nobody asked before.
        OriginUnavailable: as ``checkout``.
    """
    check_names(source, commit)
    key = digest_of(HISTORY_KIND, commit, length)
    if offline and not cache.has(HISTORY_KIND, key):
        raise NotInCache(
            f"The commits before {commit[:12]} are not in the cache, and --offline forbids asking for them.",
            cause="They were never asked for on this machine, or the cache was pruned.",
            fix="Run the same command once without --offline.",
        )

    def make(work: Path) -> None:
        with git_errors(source):
            _init_bare(work / "repository", source)
            with Repo(work / "repository") as repository:
                repository.git.update_environment(**_inside((work / "repository").absolute(), source))
                repository.git.fetch(f"--depth={length}", "--filter=blob:none", "--no-tags", NAME, f"{commit}:{WANTED}")
                line = repository.git.rev_list("--first-parent", f"--max-count={length}", WANTED)
        shutil.rmtree(work / "repository")
        (work / "commits").write_text(line, encoding="ascii")

    return tuple((cache.entry(HISTORY_KIND, key, make) / "commits").read_text(encoding="ascii").split())


def fetch_commits(source: str, tags: list[str], target: Path) -> Path:
    """A new bare repository at ``target`` with the commits of ``tags`` and their trees.

    Files are fetched when read, by a git with ``environment(source)``: the address is not written down.

    Raises:
        UnknownRelease, OriginUnavailable: as ``checkout``.
    """
    for tag in tags:
        check_names(source, tag)
    refs = refs_of(source)
    names = [full_name(source, tag, refs) for tag in tags]
    with git_errors(source):
        _init_bare(target, source)
        repository = Repo(target)
        repository.git.update_environment(**environment(source))
        specs = [f"{name}:refs/tags/{tag}" for name, tag in zip(names, tags, strict=True)]
        repository.git.fetch("--depth=1", "--filter=blob:none", NAME, *specs)
        repository.close()
    return target


def _clone(source: str, name: str, commit: str, work: Path, cache: Cache, meter: Meter) -> None:
    """Puts the files of ``commit`` into ``work/tree``."""
    wanted = commit
    if not COMMIT.fullmatch(name):
        meter.phase("tags")
        refs = refs_of(source)
        wanted = full_name(source, name, refs)
        _require(source, name, commit, refs[wanted])
    with git_errors(source), _objects(source, cache) as repository:
        _fetch(repository, source, wanted, meter)
        found = str(repository.git.rev_parse("--verify", f"{WANTED}^{{commit}}"))
        _require(source, name, commit, found)
        meter.phase("files")
        (work / "tree").mkdir()
        repository.git.update_environment(GIT_WORK_TREE=str(work / "tree"), GIT_INDEX_FILE=str(work / "index"))
        repository.git.read_tree("-u", "--reset", found)
        (work / "index").unlink()


def _fetch(repository: Repo, source: str, wanted: str, meter: Meter) -> None:
    """Gets a ref or commit, its trees and none of its files; a repository that was damaged is made anew, once."""
    place = Path(repository.git_dir)
    worn = (place / "FETCH_HEAD").exists()
    try:
        _run_fetch(repository, wanted, meter)
    except GitCommandError:
        if not worn:
            raise
        shutil.rmtree(place)
        _init(place, source)
        _run_fetch(repository, wanted, meter)


def _run_fetch(repository: Repo, wanted: str, meter: Meter) -> None:
    progress = _Progress(meter)
    options = ["--progress", "--depth=1", "--filter=blob:none", "--no-tags", "--no-recurse-submodules", "--force"]
    child = repository.git.fetch(*options, NAME, f"{wanted}:{WANTED}", as_process=True)
    handle_process_output(child, None, progress.new_message_handler(), lambda process: None, decode_streams=False)
    child.wait(stderr="\n".join(progress.error_lines))


class _Progress(RemoteProgress):
    """git's own words, such as "Receiving objects: 45%", as the current phase."""

    def __init__(self, meter: Meter) -> None:
        super().__init__()
        self._meter = meter

    def update(
        self, op_code: int, cur_count: str | float, max_count: str | float | None = None, message: str = ""
    ) -> None:
        share = f"{100 * float(cur_count) / float(max_count):.0f}%" if max_count else f"{float(cur_count or 0):.0f}"
        self._meter.phase(f"{share} {message}".strip())


@contextmanager
def _objects(source: str, cache: Cache) -> Iterator[Repo]:
    """The bare repository of a source, ours alone for the length of the block."""
    place = cache.path_of(OBJECTS_KIND, digest_of(address(source))[:32]).absolute()
    place.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(place.parent / f".{place.name}.lock"):
        if not place.is_dir():
            _init(place, source)
        for left in place.rglob("*.lock"):  # by a git that was killed: nobody else is here
            left.unlink()
        with Repo(place) as repository:
            repository.git.update_environment(**_inside(place, source))
            yield repository


def _init(place: Path, source: str) -> None:
    work = Path(tempfile.mkdtemp(prefix=f".{place.name}.work-", dir=place.parent))
    try:
        _init_bare(work, source)
        (work / "info").mkdir(exist_ok=True)
        (work / "info" / "sparse-checkout").write_text("\n".join(SPARSE) + "\n", encoding="utf-8")
        work.rename(place)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _init_bare(place: Path, source: str) -> None:
    # Not by GitPython, which cannot take away the variables by which a surrounding git names its own work tree.
    kept = {name: value for name, value in os.environ.items() if name not in PLACES}
    run(["git", "init", "--quiet", "--bare", place], env=kept | environment(source))


def _inside(place: Path, source: str) -> dict[str, str]:
    """The environment for git in our repository, whatever repository we were started in."""
    return {
        **environment(source),
        "GIT_DIR": str(place),
        "GIT_WORK_TREE": str(place),
        "GIT_COMMON_DIR": str(place),
        "GIT_OBJECT_DIRECTORY": str(place / "objects"),
    }


def _drop_if_changed(entry: Path, reporter: Reporter) -> None:
    """Removes a checkout that somebody changed; it is made again."""
    if not entry.is_dir():
        return
    digest = entry / "digest"
    if digest.is_file() and digest.read_text(encoding="ascii") == digest_of_tree(entry / "tree"):
        return
    reporter.warn("The source in the cache was changed by somebody; cloning it again.")
    grave = Path(tempfile.mkdtemp(prefix=f".{entry.name}.work-", dir=entry.parent))
    entry.rename(grave / entry.name)
    shutil.rmtree(grave, ignore_errors=True)


def _require(source: str, name: str, commit: str, found: str) -> None:
    if found != commit:
        raise TagMoved(
            f"{name} of {shown(source)} is not the commit that is pinned.",
            cause="Somebody moved the tag, or the source is another repository.",
            fix="Do not build it before you know why; --ref COMMIT builds a commit of your choice.",
            details=f"  pinned {commit}\n  found  {found}",
        )


def _check_is_ohif(tree: Path, source: str) -> None:
    wanted = ("platform/app/package.json", "platform/app/pluginConfig.json")
    missing = [name for name in wanted if not (tree / name).is_file()]
    if missing:
        raise ReleaseUnsupported(
            f"{shown(source)} is not OHIF's source: {missing[0]} is missing.",
            cause="The repository is another one, or the release is older than OHIF v3.5.",
            fix="Name OHIF's repository, or a fork of it, with --source.",
        )
