from __future__ import annotations

import json
from pathlib import Path

import pytest

from ohifbuild.core.errors import DistInvalid, ProvenanceMismatch
from ohifbuild.releases.catalogue import catalogue, find_release
from ohifbuild.supply.provenance import check_provenance, provenance
from ohifbuild.viewer.manifest import Manifest, hash_tree, read_manifest
from ohifbuild.viewer.output import PROVENANCE_NAME

PIN = find_release("3.12.0", catalogue())


def make(folder: Path, text: str = "viewer") -> Path:
    folder.mkdir()
    (folder / "index.html").write_text(text)
    Manifest(hash_tree(folder), {"release": "3.12.0"}).write(folder)
    return folder


def statement_of(dist: Path, origin: str = "published") -> Path:
    path = dist.with_name(PROVENANCE_NAME)
    path.write_text(provenance(dist, read_manifest(dist), PIN, origin, catalogue().source))
    return path


def test_a_statement_is_about_the_dist_it_was_written_for(tmp_path: Path) -> None:
    dist = make(tmp_path / "dist")
    check_provenance(dist, statement_of(dist))


def test_it_names_what_the_dist_was_made_from(tmp_path: Path) -> None:
    dist = make(tmp_path / "dist")
    published = json.loads(statement_of(dist).read_text())["predicate"]["buildDefinition"]["resolvedDependencies"]
    assert published[0]["uri"] == "pkg:npm/%40ohif/app@3.12.0"
    assert len(published[0]["digest"]["sha512"]) == 128
    source = json.loads(statement_of(dist, "git").read_text())["predicate"]["buildDefinition"]["resolvedDependencies"]
    assert source[0]["digest"] == {"gitCommit": PIN.commit}


def test_another_dist_and_a_changed_file_are_found(tmp_path: Path) -> None:
    dist, other = make(tmp_path / "dist"), make(tmp_path / "other", "another")
    statement = statement_of(dist)
    with pytest.raises(ProvenanceMismatch, match="is not about"):
        check_provenance(other, statement)
    (dist / "index.html").write_text("evil")
    with pytest.raises(ProvenanceMismatch, match=r"such as index\.html"):
        check_provenance(dist, statement)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"subject": 1}', '{"subject": [{"name": "x"}]}'])
def test_what_is_no_statement_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "statement.json"
    path.write_text(text)
    with pytest.raises(ProvenanceMismatch):
        check_provenance(make(tmp_path / "dist"), path)


def test_a_folder_without_a_manifest_is_no_dist(tmp_path: Path) -> None:
    with pytest.raises(DistInvalid):
        check_provenance(tmp_path, tmp_path / "statement.json")
