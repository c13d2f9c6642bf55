from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ohifbuild.core.errors import DistInvalid
from ohifbuild.viewer.manifest import MANIFEST_NAME, Manifest, check_integrity, hash_tree, read_manifest


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "é.js").write_text("one")
    (tmp_path / "index.html").write_text("two")
    Manifest(files=hash_tree(tmp_path), inputs={"release": "3.12.0"}).write(tmp_path)
    return tmp_path


def test_a_written_manifest_can_be_read(dist: Path) -> None:
    manifest = read_manifest(dist)
    assert sorted(manifest.files) == ["a/é.js", "index.html"]
    assert manifest.inputs == {"release": "3.12.0"}
    assert manifest.size == 6
    assert check_integrity(dist).ok


def test_the_digest_can_be_computed_with_sha256sum(dist: Path) -> None:
    lines = "".join(
        f"{hashlib.sha256((dist / name).read_bytes()).hexdigest()}  {name}\n" for name in ("a/é.js", "index.html")
    )
    assert read_manifest(dist).digest == "sha256:" + hashlib.sha256(lines.encode()).hexdigest()


def test_changed_missing_and_added_files_are_found(dist: Path) -> None:
    (dist / "index.html").write_text("twi")
    (dist / "a" / "é.js").unlink()
    (dist / "evil.js").write_text("")
    found = check_integrity(dist)
    assert (found.changed, found.missing, found.added) == (("index.html",), ("a/é.js",), ("evil.js",))
    assert not found.ok


@pytest.mark.parametrize("text", [None, "", "[]", '{"files": 3}', '{"files": {"a": {}}, "inputs": {}}', "\xff"])
def test_a_damaged_manifest_is_refused(dist: Path, text: str | None) -> None:
    (dist / MANIFEST_NAME).unlink()
    if text is not None:
        (dist / MANIFEST_NAME).write_bytes(text.encode("latin-1"))
    with pytest.raises(DistInvalid, match="not a complete dist of ohifbuild"):
        read_manifest(dist)
