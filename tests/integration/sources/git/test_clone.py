from __future__ import annotations

import socket
from pathlib import Path

import pytest

from ohifbuild.cache import entries
from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.digests import digest_of_tree
from ohifbuild.core.errors import (
    NotInCache,
    OriginUnavailable,
    ReleaseUnsupported,
    TagMoved,
    ToolMissing,
    UnknownRelease,
)
from ohifbuild.patches.series import GitTree
from ohifbuild.sources import git_remote
from ohifbuild.sources.checkout import Checkout, checkout, commit_of, has_checkout
from ohifbuild.sources.git_remote import environment, remote_answers
from ohifbuild.sources.history import fetch_commits

from .conftest import TAG, Upstream


def clone(source: str | Path, name: str, cache: Cache, commit: str | None = None, *, offline: bool = False) -> Checkout:
    meant = commit_of(str(source), name, commit, offline=offline)
    return checkout(str(source), name, meant, cache, offline=offline, reporter=SilentReporter())


def test_a_tag_is_cloned_without_what_a_build_does_not_read(upstream: Upstream, cache: Cache) -> None:
    found = clone(upstream.path, TAG, cache)
    names = {path.relative_to(found.path).as_posix() for path in found.path.rglob("*")}
    assert "platform/app/src/index.js" in names
    assert not {"testdata", "tests", "platform/docs", ".git"} & names
    assert found.commit == upstream.git("rev-parse", "HEAD")
    objects = next((cache.root / "git").glob("[!.]*"))
    assert "Documentation is not fetched" not in _contents_of(objects, upstream)


def _contents_of(objects: Path, upstream: Upstream) -> str:
    """The documentation's page, if its object was fetched."""
    blob = upstream.git("rev-parse", "HEAD:platform/docs/page.md")
    listed = Upstream(objects).git("cat-file", "--batch-all-objects", "--batch-check")
    return upstream.git("cat-file", "-p", blob) if blob in listed else ""


def test_a_pinned_tag_that_moved_is_refused_and_both_commits_are_named(upstream: Upstream, cache: Cache) -> None:
    pinned = upstream.git("rev-parse", "HEAD")
    moved = upstream.commit("something else", tag=TAG)
    with pytest.raises(TagMoved) as refusal:
        clone(upstream.path, TAG, cache, pinned)
    assert pinned in refusal.value.details
    assert moved in refusal.value.details
    assert not has_checkout(pinned, cache)
    assert not has_checkout(moved, cache)


def test_branches_and_commits_can_be_named(upstream: Upstream, cache: Cache) -> None:
    first = upstream.git("rev-parse", "HEAD")
    upstream.write("platform/app/src/new.js", "export {};\n")
    second = upstream.commit()
    assert clone(upstream.path, "main", cache).commit == second
    found = clone(upstream.path, first, cache)
    assert found.commit == first
    assert not (found.path / "platform/app/src/new.js").exists()


def test_a_commit_that_vanished_is_named(upstream: Upstream, cache: Cache) -> None:
    with pytest.raises(OriginUnavailable) as refusal:
        clone(upstream.path, "0" * 40, cache)
    assert "0" * 40 in refusal.value.details


def test_a_branch_of_the_tags_name_is_not_taken_for_the_tag(upstream: Upstream, cache: Cache) -> None:
    pinned = upstream.git("rev-parse", "HEAD")
    upstream.git("checkout", "--quiet", "-b", TAG)
    upstream.commit("a trap")
    assert clone(upstream.path, TAG, cache, pinned).commit == pinned
    assert clone(upstream.path, TAG, Cache(cache.root / "other")).commit == pinned


def test_a_missing_tag_names_the_nearest(upstream: Upstream, cache: Cache) -> None:
    with pytest.raises(UnknownRelease, match=r"no tag or branch 'v3\.12\.1'") as refusal:
        clone(upstream.path, "v3.12.1", cache)
    assert TAG in refusal.value.fix


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("nowhere/at/all", OriginUnavailable),
        ("/nowhere/at/all", OriginUnavailable),
        ("https://127.0.0.1:9/Viewers.git", OriginUnavailable),
        ("http://127.0.0.1:9/Viewers.git", OriginUnavailable),
    ],
)
def test_what_is_no_repository_or_does_not_answer_is_said(
    source: str, expected: type[Exception], cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert not remote_answers(source)
    with pytest.raises(expected):
        clone(source, TAG, cache)


def test_a_repository_that_is_not_ohif_is_refused(upstream: Upstream, cache: Cache) -> None:
    (upstream.path / "platform/app/pluginConfig.json").unlink()
    upstream.commit(tag="v9.9.9")
    with pytest.raises(ReleaseUnsupported, match="is not OHIF's source"):
        clone(upstream.path, "v9.9.9", cache)


def test_offline_gives_what_is_there_and_names_what_is_not(upstream: Upstream, cache: Cache) -> None:
    commit = upstream.git("rev-parse", "HEAD")
    with pytest.raises(NotInCache):
        clone(upstream.path, TAG, cache, commit, offline=True)
    with pytest.raises(NotInCache, match="forbids requests to the remote"):
        clone(upstream.path, TAG, cache, offline=True)
    there = clone(upstream.path, TAG, cache, commit)
    upstream.path.rename(upstream.path.with_name("gone"))
    assert clone(upstream.path, TAG, cache, commit, offline=True) == there


def test_a_checkout_that_somebody_changed_is_not_trusted(
    upstream: Upstream, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = clone(upstream.path, TAG, cache)
    before = digest_of_tree(found.path)
    (found.path / "platform/app/src/index.js").write_text("alert('other');\n")
    monkeypatch.setattr(entries, "_intact", set())  # as in the next process
    reporter = SilentReporter()
    again = checkout(str(upstream.path), TAG, found.commit, cache, offline=False, reporter=reporter)
    assert digest_of_tree(again.path) == before
    assert "is damaged" in reporter.warnings[0]


def test_a_damaged_object_store_is_made_anew(upstream: Upstream, cache: Cache) -> None:
    clone(upstream.path, TAG, cache)
    objects = next((cache.root / "git").glob("[!.]*"))
    for pack in objects.glob("objects/pack/*"):
        pack.chmod(0o644)
        pack.write_bytes(b"damaged")
    (objects / "shallow.lock").write_text("")
    upstream.write("platform/app/src/new.js", "export {};\n")
    upstream.commit(tag="v3.12.1")
    assert (clone(upstream.path, "v3.12.1", cache).path / "platform/app/src/new.js").is_file()


def test_another_release_fetches_only_what_differs(upstream: Upstream, cache: Cache) -> None:
    clone(upstream.path, TAG, cache)
    objects = next((cache.root / "git").glob("[!.]*"))
    count = "count-objects", "-v"
    before = dict(line.split(": ") for line in Upstream(objects).git(*count).splitlines())
    upstream.write("platform/app/src/new.js", "export {};\n")
    upstream.commit(tag="v3.12.1")
    clone(upstream.path, "v3.12.1", cache)
    after = dict(line.split(": ") for line in Upstream(objects).git(*count).splitlines())
    new = int(after["in-pack"]) + int(after["count"]) - int(before["in-pack"]) - int(before["count"])
    assert new <= 10  # a commit, its tag, the file, and trees


def test_hooks_and_a_surrounding_repository_have_no_say(
    upstream: Upstream, cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks = tmp_path / "template" / "hooks"
    hooks.mkdir(parents=True)
    for name in ("post-checkout", "reference-transaction", "post-index-change"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/a-hook-ran\n")
        (hooks / name).chmod(0o755)
    config = tmp_path / "gitconfig"
    config.write_text(f"[init]\n\ttemplateDir = {tmp_path}/template\n[core]\n\thooksPath = {hooks}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    for name, place in {"GIT_DIR": ".git", "GIT_WORK_TREE": "", "GIT_INDEX_FILE": ".git/index"}.items():
        monkeypatch.setenv(name, str(upstream.path / place))
    before = digest_of_tree(upstream.path)
    found = clone(upstream.path, TAG, cache)
    assert (found.path / "package.json").is_file()
    assert not (tmp_path / "a-hook-ran").exists()
    assert digest_of_tree(upstream.path) == before


def test_patches_are_tried_on_files_that_are_fetched_when_read(upstream: Upstream, tmp_path: Path) -> None:
    source = upstream.path.as_uri()
    repository = fetch_commits(source, [TAG], tmp_path / "repository")
    name = "platform/core/index.js"
    with GitTree(repository, f"refs/tags/{TAG}", env=environment(source)) as tree:
        assert tree.read(name) == (upstream.path / name).read_text()
    assert source not in (repository / "config").read_text()


def test_credentials_are_neither_shown_nor_kept(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(OriginUnavailable) as refusal:
        clone("https://user:s3cret@127.0.0.1:9/Viewers.git", TAG, cache)
    error = refusal.value
    assert "s3cret" not in f"{error.what} {error.cause} {error.fix} {error.details}"
    assert not any("s3cret" in path.read_text(errors="replace") for path in cache.root.rglob("*") if path.is_file())


def test_a_machine_without_git_is_told_so(
    upstream: Upstream, cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissing, match="git was not found"):
        clone(upstream.path, TAG, cache)


def test_a_remote_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_remote, "ANSWER_SECONDS", 0.3)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert not remote_answers(f"http://127.0.0.1:{silent.getsockname()[1]}/Viewers.git")
