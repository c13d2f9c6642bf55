from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ohifbuild.supply.audit.bundle_comparison import Verdict, compare

OURS, THEIRS = "0123456789abcdef0123", "fedcba9876543210fedc"
OTHER_OURS, OTHER_THEIRS = "aaaaaaaaaaaaaaaa0001", "bbbbbbbbbbbbbbbb0002"
PAGE = "<script src='app.{}.js'></script>"


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def precache(page: str, app: str) -> str:
    return f"[{{'revision':null,'url':'/app.{app}.js'}},{{'revision':'{md5(page)}','url':'/index.html'}}]"


def viewer(folder: Path, app_hash: str, chunk_hash: str, /, **changes: str | None) -> Path:
    """A viewer whose app loads a chunk; ``changes`` replaces or, with None, removes files by their stem."""
    page = PAGE.format(app_hash)
    files: dict[str, str | None] = {
        "page": page,
        "app": f"load({{1: '{chunk_hash}'}}); a();",
        "chunk": "chunk();",
        "sw": precache(page, app_hash),
        "same": "x",
        **changes,
    }
    names = {
        "page": "index.html",
        "app": f"app.{app_hash}.js",
        "chunk": f"1.{chunk_hash}.js",
        "sw": "sw.js",
        "same": "same.css",
    }
    folder.mkdir()
    for key, text in files.items():
        if text is not None:
            (folder / names.get(key, key)).write_text(text)
    return folder


def kinds_of(verdicts: tuple[Verdict, ...]) -> dict[str, str]:
    return {verdict.name: verdict.kind for verdict in verdicts}


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    return viewer(tmp_path / "ours", OURS, OTHER_OURS)


def test_an_honest_release_differs_only_in_names_and_their_consequences(ours: Path, tmp_path: Path) -> None:
    assert kinds_of(compare(ours, viewer(tmp_path / "theirs", THEIRS, OTHER_THEIRS))) == {
        "same.css": "identical",
        f"1.{OTHER_THEIRS}.js": "names",
        f"app.{THEIRS}.js": "names",
        "index.html": "names",
        "sw.js": "explained",
    }


@pytest.mark.parametrize(
    ("changes", "bad"),
    [
        ({"app": f"load({{1: '{OTHER_THEIRS}'}}); a(); steal();"}, f"app.{THEIRS}.js"),
        ({"app": f"load({{1: '{THEIRS}'}}); a();"}, f"app.{THEIRS}.js"),  # a valid hash of another file
        ({"chunk": "chunk(); "}, f"1.{OTHER_THEIRS}.js"),
        ({"same": "y"}, "same.css"),
        ({"same": None}, "same.css"),
        ({"extra.js": "steal()"}, "extra.js"),
        ({"sw": precache("another page", THEIRS)}, "sw.js"),
        ({"page": PAGE.format(OTHER_THEIRS)}, "index.html"),
    ],
)
def test_every_change_that_does_not_come_from_the_source_is_found(
    ours: Path, tmp_path: Path, changes: dict[str, str | None], bad: str
) -> None:
    verdicts = compare(ours, viewer(tmp_path / "theirs", THEIRS, OTHER_THEIRS, **changes))
    assert kinds_of(verdicts)[bad] == "unexplained"


def test_files_that_are_swapped_are_found(ours: Path, tmp_path: Path) -> None:
    theirs = viewer(tmp_path / "theirs", OURS, OTHER_OURS)
    app, chunk = theirs / f"app.{OURS}.js", theirs / f"1.{OTHER_OURS}.js"
    texts = app.read_text(), chunk.read_text()
    chunk.write_text(texts[0])
    app.write_text(texts[1])
    kinds = kinds_of(compare(ours, theirs))
    assert (kinds[app.name], kinds[chunk.name]) == ("unexplained", "unexplained")


def test_two_files_with_the_same_hash_are_not_accepted_as_renamed(ours: Path, tmp_path: Path) -> None:
    theirs = viewer(tmp_path / "theirs", THEIRS, THEIRS)
    assert kinds_of(compare(ours, theirs))["index.html"] == "unexplained"


def test_the_difference_is_shown_in_few_lines_and_without_control_characters(ours: Path, tmp_path: Path) -> None:
    theirs = viewer(tmp_path / "theirs", OURS, OTHER_OURS, same="\n".join(f"steal({n})" for n in range(99)))
    (verdict,) = (verdict for verdict in compare(ours, theirs) if not verdict.ok)
    assert "+steal(1)" in verdict.detail
    assert len(verdict.detail.splitlines()) < 10
