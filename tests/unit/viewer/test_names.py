from __future__ import annotations

from pathlib import Path

from ohifbuild.viewer.names import rename_scripts, with_new_names

APP, CHUNK = "26b7eafdf05b5445414b", "c4af70e46357151f"


def tree(folder: Path) -> Path:
    folder.mkdir()
    (folder / f"app.bundle.{APP}.js").write_text(f'u = id => id + ".bundle." + {{12: "{CHUNK}"}}[id] + ".js"')
    (folder / f"12.bundle.{CHUNK}.js").write_text("12")
    (folder / "init.js").write_text("no hash")
    return folder


def test_a_script_that_was_made_in_another_way_has_another_name(tmp_path: Path) -> None:
    one, two = (rename_scripts(tree(tmp_path / name), name) for name in ("a", "b"))
    assert one[CHUNK] != two[CHUNK]
    assert one[CHUNK] != CHUNK
    assert len(one[CHUNK]) == len(CHUNK)


def test_the_same_script_of_two_releases_has_the_same_name(tmp_path: Path) -> None:
    one, two = (rename_scripts(tree(tmp_path / name), "same") for name in ("a", "b"))
    assert one == two


def test_the_entry_script_alone_has_another_name_if_other_modules_were_moved_out_of_it(tmp_path: Path) -> None:
    one, two = (rename_scripts(tree(tmp_path / name), "same", [name]) for name in ("a", "b"))
    assert one[APP] != two[APP]
    assert one[CHUNK] == two[CHUNK]


def test_what_refers_to_a_script_has_its_new_name(tmp_path: Path) -> None:
    folder = tree(tmp_path / "a")
    names = rename_scripts(folder, 1)
    assert f'{{12: "{names[CHUNK]}"}}' in (folder / f"app.bundle.{names[APP]}.js").read_text()
    assert (folder / f"12.bundle.{names[CHUNK]}.js").is_file()
    assert with_new_names(f"<script src=/app.bundle.{APP}.js>", names) == f"<script src=/app.bundle.{names[APP]}.js>"


def test_a_hash_inside_a_longer_word_is_left_alone(tmp_path: Path) -> None:
    names = rename_scripts(tree(tmp_path / "a"), 1)
    assert with_new_names(f"{CHUNK}00", names) == f"{CHUNK}00"


def test_a_linked_script_keeps_its_bytes(tmp_path: Path) -> None:
    folder = tree(tmp_path / "a")
    kept = tmp_path / "kept.js"
    kept.hardlink_to(folder / f"app.bundle.{APP}.js")
    before = kept.read_text()
    rename_scripts(folder, 1)
    assert kept.read_text() == before
