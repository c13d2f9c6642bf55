from __future__ import annotations

from pathlib import Path

import pytest

from ohifbuild.errors import OutputNotOurs
from ohifbuild.finish.manifest import Manifest
from ohifbuild.output import staged


def finish(folder: Path, text: str) -> None:
    (folder / "index.html").write_text(text)
    Manifest(files={}, inputs={}).write(folder)


def siblings(output: Path) -> list[str]:
    return sorted(p.name for p in output.parent.iterdir())


def test_the_dist_appears_whole(tmp_path: Path) -> None:
    output = tmp_path / "dist"
    with staged(output) as work:
        finish(work, "new")
        assert not output.exists()
    assert (output / "index.html").read_text() == "new"
    assert siblings(output) == ["dist"]


def test_a_dist_of_ours_is_replaced(tmp_path: Path) -> None:
    output = tmp_path / "dist"
    for text in ("old", "new"):
        with staged(output) as work:
            finish(work, text)
    assert (output / "index.html").read_text() == "new"
    assert siblings(output) == ["dist"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_failure_leaves_the_old_dist_and_no_trace(tmp_path: Path, error: type[BaseException]) -> None:
    output = tmp_path / "dist"
    with staged(output) as work:
        finish(work, "old")
    with pytest.raises(error), staged(output) as work:
        finish(work, "half")
        raise error
    assert (output / "index.html").read_text() == "old"
    assert siblings(output) == ["dist"]


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    output = tmp_path / "dist"
    output.mkdir()
    with staged(output) as work:
        finish(work, "new")
    assert (output / "index.html").exists()


def test_a_folder_of_the_users_is_refused_and_kept(tmp_path: Path) -> None:
    output = tmp_path / "dist"
    output.mkdir()
    (output / "thesis.tex").write_text("precious")
    with pytest.raises(OutputNotOurs, match="did not write"), staged(output):
        pytest.fail("work began")
    assert (output / "thesis.tex").read_text() == "precious"


def test_a_file_or_a_link_in_the_place_of_the_output_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    for output in (file, link):
        with pytest.raises(OutputNotOurs), staged(output):
            pytest.fail("work began")
