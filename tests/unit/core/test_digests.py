from __future__ import annotations

from pathlib import Path

from ohifbuild.core.digests import digest_of_tree


def test_what_a_link_leads_to_outside_of_a_tree_is_not_read(tmp_path: Path) -> None:
    tree, secret = tmp_path / "tree", tmp_path / "secret"
    tree.mkdir()
    (tree / "link").symlink_to(secret)
    (tree / "folder").symlink_to(tmp_path)
    secret.write_text("one")
    before = digest_of_tree(tree)
    secret.write_text("two")
    assert digest_of_tree(tree) == before
    (tree / "link").unlink()
    (tree / "link").symlink_to(tmp_path / "other")
    (tmp_path / "other").touch()
    assert digest_of_tree(tree) != before


def test_a_link_inside_of_a_tree_counts_as_the_file_that_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("one")
    (tmp_path / "b").symlink_to("a")
    before = digest_of_tree(tmp_path)
    (tmp_path / "b").unlink()
    (tmp_path / "b").write_text("one")
    assert digest_of_tree(tmp_path) == before
