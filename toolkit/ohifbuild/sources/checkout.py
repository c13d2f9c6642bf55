"""A pinned checkout of OHIF's source: shallow, blobless and sparse, of exactly one commit.

A full clone is 880 MB, this one 32 MB, because files that a build does not read (documentation, tests, test data) are
not downloaded. Each source has one bare repository for its objects, so that the next release downloads only what
differs. The checkout itself is plain files, and does not need the bare repository any more.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock
from git import RemoteProgress

from ohifbuild.cache.entries import Cache, lock_file, working_folder
from ohifbuild.core.console import Meter, Reporter
from ohifbuild.core.digests import digest_of
from ohifbuild.core.errors import NotInCache, OriginUnavailable, ReleaseUnsupported, TagMoved, ToolFailed
from ohifbuild.core.processes import run
from ohifbuild.sources.git_remote import (
    COMMIT,
    NAME,
    address,
    check_names,
    environment,
    full_name,
    git,
    git_errors,
    is_authenticated,
    refs_of,
    shown,
)

KIND = "source"
OBJECTS_KIND = "git"
# All folders that a build reads; patterns as in gitignore (git sparse-checkout --no-cone).
# pnpm needs the manifest of every workspace, that of the documentation too.
# The wasm file is a build result that v3.10.0 committed by mistake; its build makes it again.
SPARSE = (
    "/*",
    "!/platform/docs/*",
    "/platform/docs/package.json",
    "!/testdata/",
    "!/tests/",
    "!/platform/ui/*.wasm",
)
REPOSITORY_VARIABLES = frozenset(
    {"GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"}
)
FETCHED = "refs/ohifbuild/wanted"


@dataclass(frozen=True)
class Checkout:
    """OHIF's source at a commit, without ``.git``. ``path`` is in the cache and must never be changed."""

    path: Path
    commit: str


def commit_of(source: str, name: str, pinned: str | None, *, offline: bool) -> str:
    """The commit to build: the pinned one, or ``name`` if it is a commit, or else the remote's commit for ``name``.

    Args:
        source: the URL or folder of a git repository.
        name: a tag, a branch or a commit.
        pinned: the commit in the catalogue or the lock, if there is one.
        offline: do not use the network.

    Raises:
        NotInCache: only the remote knows the commit, and ``offline`` is set.
        OriginUnavailable: the remote cannot be reached, or its answer cannot be trusted.
        UnknownRelease: the remote does not have this tag or branch.
    """
    check_names(source, name)
    known = pinned or (name if COMMIT.fullmatch(name) else None)
    if known:
        return known
    if offline:
        raise NotInCache(
            f"The commit of {name} is unknown, and --offline forbids requests to the remote.",
            cause="Only the commits of pinned releases are known without a request.",
            fix="Run without --offline, or give a commit with --ref.",
        )
    if not is_authenticated(source):
        raise OriginUnavailable(
            f"The answer of {shown(source)} about the commit of {name} cannot be trusted.",
            cause="With http, anybody on the network can change the answer.",
            fix="Use https or ssh, or give a commit with --ref.",
        )
    refs = refs_of(source)
    return refs[full_name(source, name, refs)]


def checkout(source: str, name: str, commit: str, cache: Cache, *, offline: bool, reporter: Reporter) -> Checkout:
    """The source at ``commit``, from the cache or from the remote, whose tag or branch ``name`` must be ``commit``.

    Args:
        source: the URL or folder of a git repository.
        name: a tag, a branch, or the commit itself.

    Raises:
        TagMoved: the remote's tag names another commit.
        UnknownRelease: the remote does not have this tag; ``fix`` names the nearest ones.
        OriginUnavailable: the remote cannot be reached, or it is not a git repository.
        ReleaseUnsupported: the repository is not OHIF's.
        NotInCache: ``offline`` is set and the source is not in the cache.
        CacheUnusable, DiskFull: the cache cannot be written.
    """
    check_names(source, name)
    key = digest_of(commit, SPARSE)
    if offline and not cache.has(KIND, key):
        raise NotInCache(
            f"OHIF's source at {name} is not in the cache, and --offline forbids cloning it.",
            cause="The source was never cloned on this machine, or the cache was pruned.",
            fix="Run the same command once without --offline.",
        )

    def make(work: Path) -> None:
        _make(source, name, commit, work, cache, reporter)
        _check_is_ohif(work / "tree", source)

    return Checkout(cache.entry(KIND, key, make, reporter=reporter) / "tree", commit)


def checkout_package(source: str, commit: str, cache: Cache, *, offline: bool, reporter: Reporter) -> Path:
    """The files of any repository at ``commit``, for a package in it; never change them.

    Raises:
        OriginUnavailable: the remote cannot be reached, it is not a git repository, or it does not have the commit.
        NotInCache: ``offline`` is set and the files are not in the cache.
        CacheUnusable, DiskFull: the cache cannot be written.
    """
    check_names(source, commit)
    key = digest_of("package", commit, SPARSE)
    if offline and not cache.has(KIND, key):
        raise NotInCache(
            f"{shown(source)} at {commit[:12]} is not in the cache, and --offline forbids cloning it.",
            cause="It was never cloned on this machine, or the cache was pruned.",
            fix="Run the same command once without --offline.",
        )

    def make(work: Path) -> None:
        _make(source, commit, commit, work, cache, reporter)

    return cache.entry(KIND, key, make, reporter=reporter) / "tree"


def has_checkout(commit: str, cache: Cache) -> bool:
    """Whether the source at ``commit`` is in the cache, so that no request to the remote is necessary."""
    return cache.has(KIND, digest_of(commit, SPARSE))


def _make(source: str, name: str, commit: str, work: Path, cache: Cache, reporter: Reporter) -> None:
    with reporter.step(f"Clone {name}") as meter:
        _clone(source, name, commit, work.absolute(), cache, meter)


def _clone(source: str, name: str, commit: str, work: Path, cache: Cache, meter: Meter) -> None:
    """Writes the files of ``commit`` to ``work/tree``."""
    ref = commit
    if not COMMIT.fullmatch(name):
        meter.phase("tags")
        refs = refs_of(source)
        ref = full_name(source, name, refs)
        _require(source, name, commit, refs[ref])
    with git_errors(source), _objects(source, cache) as repository:
        used_before = (repository / "FETCH_HEAD").exists()
        try:
            _download(source, name, commit, ref, repository, work, meter)
        except ToolFailed:
            if not used_before:
                raise
            # The repository may be damaged: it is made again, once.
            shutil.rmtree(repository)
            _init(repository, source)
            _download(source, name, commit, ref, repository, work, meter)


def _download(source: str, name: str, commit: str, ref: str, repository: Path, work: Path, meter: Meter) -> None:
    """Fetches a ref or commit with its trees, and then its files to ``work/tree``."""
    _run_fetch(repository, source, ref, meter)
    env = inside(repository, source)
    found = git("rev-parse", "--verify", f"{FETCHED}^{{commit}}", env=env)
    _require(source, name, commit, found)
    meter.phase("files")
    (work / "tree").mkdir(exist_ok=True)
    places = {"GIT_WORK_TREE": str(work / "tree"), "GIT_INDEX_FILE": str(work / "index")}
    git("read-tree", "-u", "--reset", found, env=env | places)
    (work / "index").unlink()


def _run_fetch(repository: Path, source: str, ref: str, meter: Meter) -> None:
    options = ["--progress", "--depth=1", "--filter=blob:none", "--no-tags", "--no-recurse-submodules", "--force"]
    show = _Progress(meter).new_message_handler()
    git("fetch", *options, NAME, f"{ref}:{FETCHED}", env=inside(repository, source), on_line=show)


class _Progress(RemoteProgress):
    """Shows git's messages, such as "Receiving objects: 45%", as the current phase."""

    def __init__(self, meter: Meter) -> None:
        super().__init__()
        self._meter = meter

    def update(
        self, op_code: int, cur_count: str | float, max_count: str | float | None = None, message: str = ""
    ) -> None:
        share = f"{100 * float(cur_count) / float(max_count):.0f}%" if max_count else f"{float(cur_count or 0):.0f}"
        self._meter.phase(f"{share} {message}".strip())


@contextmanager
def _objects(source: str, cache: Cache) -> Iterator[Path]:
    """The bare repository of a source, locked until the block ends."""
    path = cache.path_of(OBJECTS_KIND, digest_of(address(source))[:32]).absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(lock_file(path)):
        if not path.is_dir():
            _init(path, source)
        for stale in path.rglob("*.lock"):  # of a killed git: our lock excludes a running one
            stale.unlink()
        yield path


def _init(path: Path, source: str) -> None:
    with working_folder(path) as folder:
        work = folder / "repository"
        init_bare(work, source)
        (work / "info").mkdir(exist_ok=True)
        (work / "info" / "sparse-checkout").write_text("\n".join(SPARSE) + "\n", encoding="utf-8")
        work.rename(path)


def init_bare(path: Path, source: str) -> None:
    """Makes a bare repository at ``path``."""
    # Without the variables with which a calling git names its own work tree.
    kept = {name: value for name, value in os.environ.items() if name not in REPOSITORY_VARIABLES}
    run(["git", "init", "--quiet", "--bare", path], env=kept | environment(source))


def inside(path: Path, source: str) -> dict[str, str]:
    """The environment for git in our repository, even if ohifbuild was started inside another repository."""
    return {
        **environment(source),
        "GIT_DIR": str(path),
        "GIT_WORK_TREE": str(path),
        "GIT_COMMON_DIR": str(path),
        "GIT_OBJECT_DIRECTORY": str(path / "objects"),
    }


def _require(source: str, name: str, commit: str, found: str) -> None:
    if found != commit:
        raise TagMoved(
            f"{name} of {shown(source)} is not the pinned commit.",
            cause="Somebody moved the tag, or the source is a different repository.",
            fix="Find out why before you build it. To build another commit, use --ref COMMIT.",
            details=f"  pinned {commit}\n  found  {found}",
        )


def _check_is_ohif(tree: Path, source: str) -> None:
    required = ("platform/app/package.json", "platform/app/pluginConfig.json")
    missing = [name for name in required if not (tree / name).is_file()]
    if missing:
        raise ReleaseUnsupported(
            f"{shown(source)} is not OHIF's source: {missing[0]} is missing.",
            cause="It is a different repository, or the release is older than OHIF v3.5.",
            fix="Give OHIF's repository, or a fork of it, with --source.",
        )
