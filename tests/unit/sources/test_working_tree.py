from __future__ import annotations

from pathlib import Path

import pytest

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import SilentReporter
from ohifbuild.sources.checkout import Checkout
from ohifbuild.sources.working_tree import installing, is_installed, restore, working_tree


def write(root: Path, **texts: str) -> Path:
    for name, text in texts.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def names(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if not path.is_dir()}


def test_sources_are_restored_and_unknown_files_removed(tmp_path: Path) -> None:
    pristine = write(tmp_path / "pristine", a="1", b__c="2", b__d__e="3")
    tree = write(tmp_path / "tree", a="changed", b__unknown="x", new__file="y", node_modules__x="kept")
    write(tree, b__node_modules__y="kept", b__d__dist__z="old")
    (tree / "b" / "c").mkdir()
    restore(pristine, tree)
    assert names(tree) == {"a", "b/c", "b/d/e", "node_modules/x", "b/node_modules/y"}
    assert (tree / "a").read_text() == "1"
    assert not (tree / "new").exists()


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    pristine = write(tmp_path / "pristine", a="1", b__c="2")
    outside = write(tmp_path / "outside", a="precious", c="precious")
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "a").symlink_to(outside / "a")
    (tree / "b").symlink_to(outside)
    restore(pristine, tree)
    assert {path.read_text() for path in outside.iterdir()} == {"precious"}
    assert (tree / "b/c").read_text() == "2"


def test_symbolic_links_in_the_source_stay_links(tmp_path: Path) -> None:
    pristine = write(tmp_path / "pristine", a="1")
    (pristine / "link").symlink_to("a")
    (pristine / "dangling").symlink_to("nowhere")
    tree = tmp_path / "tree"
    tree.mkdir()
    for _ in range(2):
        restore(pristine, tree)
        assert (tree / "link").readlink() == Path("a")
        assert (tree / "dangling").is_symlink()


def test_unchanged_files_keep_their_times_so_that_the_bundlers_cache_stays_valid(tmp_path: Path) -> None:
    pristine = write(tmp_path / "pristine", a="1")
    tree = write(tmp_path / "tree", a="1")
    before = (tree / "a").stat().st_mtime_ns
    restore(pristine, tree)
    assert (tree / "a").stat().st_mtime_ns == before


def test_an_installation_counts_only_if_it_was_completed_for_the_same_key(tmp_path: Path) -> None:
    with installing(tmp_path, "one"):
        assert not is_installed(tmp_path, "one")
    assert is_installed(tmp_path, "one")
    assert not is_installed(tmp_path, "two")
    try:
        with installing(tmp_path, "two"):
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
    assert not is_installed(tmp_path, "one")
    assert not is_installed(tmp_path, "two")


def test_commits_with_the_same_dependencies_share_a_working_tree(tmp_path: Path) -> None:
    cache, reporter = Cache(tmp_path / "cache"), SilentReporter()
    first = Checkout(write(tmp_path / "first", a="1", old="x"), "1" * 40)
    second = Checkout(write(tmp_path / "second", a="2"), "2" * 40)
    with working_tree(first, "key", cache, reporter) as tree:
        write(tree, node_modules__x="kept")
    with working_tree(second, "key", cache, reporter) as again:
        assert again == tree
        assert names(again) == {"a", "node_modules/x"}
        assert (again / "a").read_text() == "2"


def test_modules_that_changed_since_their_installation_are_installed_again(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    with installing(write(tree, a="1"), "key"):
        write(tree, node_modules__x__index="whole", b__node_modules__y="whole")
    write(tree, **{"node_modules__.cache__tool": "of a bundler", "a": "a source"})
    write(tree, **{"platform__app__node_modules__.cache__tool": "of a bundler"})
    assert is_installed(tree, "key")
    write(tree, node_modules__x__index="half")
    assert not is_installed(tree, "key")
    with installing(tree, "key"):
        assert names(tree) == {"a"}
        assert not list(tree.rglob("node_modules"))


def test_modules_of_an_installation_that_was_killed_are_not_built_upon(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    with pytest.raises(KeyboardInterrupt), installing(write(tree, a="1"), "key"):
        write(tree, node_modules__x__index="half")
        raise KeyboardInterrupt
    with installing(tree, "key"):
        assert names(tree) == {"a"}


@pytest.mark.parametrize(
    ("ending", "kept"),
    [(None, True), (RuntimeError, True), (KeyboardInterrupt, False)],
    ids=["well", "badly", "killed"],
)
def test_caches_of_bundlers_are_used_only_as_a_build_left_them(
    tmp_path: Path, ending: type[BaseException] | None, kept: bool
) -> None:
    cache, checkout = Cache(tmp_path / "cache"), Checkout(write(tmp_path / "source", a="1"), "0" * 40)

    def use(error: type[BaseException] | None) -> set[str]:
        with working_tree(checkout, "key", cache, SilentReporter()) as tree:
            found = names(tree)
            write(tree, **{"node_modules__.cache__tool": "1", "node_modules__x": "1"})
            if error:
                raise error
        return found

    if ending:
        with pytest.raises(ending):
            use(ending)
    else:
        use(None)
    assert use(None) == {"a", "node_modules/x"} | ({"node_modules/.cache/tool"} if kept else set())
    write(tmp_path / "cache/room/key/tree", **{"node_modules__.cache__tool": "2"})
    assert use(None) == {"a", "node_modules/x"}
