from __future__ import annotations

import json
from pathlib import Path

import pytest

from ohifbuild.core.errors import DistInvalid
from ohifbuild.sources.components import MODULES_NAME, Component, contents_of
from ohifbuild.supply.sbom import check_schema, sbom
from ohifbuild.viewer.manifest import FileEntry, Manifest

MANIFEST = Manifest({"index.html": FileEntry("ab" * 32, 1)}, {"release": "3.12.0"})
OURS = (Component("@ohifbuild/extension-token", "0.1.0", "MIT"),)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    dist = tmp_path / "package" / "dist"
    dist.mkdir(parents=True)
    (dist / "app.bundle.js").write_text(
        "// EXTERNAL MODULE: ../../../node_modules/react-dom/client.js\n"
        "// CONCATENATED MODULE: ../../../node_modules/a/node_modules/@b/c/x.js\n"
        "// EXTERNAL MODULE: ../../core/src/index.ts\n"
        "var notes = 'EXTERNAL MODULE: node_modules/never/x.js';\n"
    )
    (dist.parent / "package.json").write_text(
        json.dumps({"dependencies": {"react-dom": "18.3.1", "@ohif/core": "3.12.0", "webpack": "5.0.0", "@b/c": "^1"}})
    )
    return dist


def test_a_published_release_has_the_packages_that_its_bundles_name(base: Path) -> None:
    contents = contents_of(base)
    assert contents.components == (
        Component("@b/c"),
        Component("@ohif/core", "3.12.0"),
        Component("react-dom", "18.3.1"),
    )
    assert not contents.complete


def test_the_bundlers_own_list_is_complete(base: Path) -> None:
    (base.parent / MODULES_NAME).write_text('[{"name": "react", "version": "18.3.1", "licence": "MIT"}]')
    contents = contents_of(base)
    assert contents.components == (Component("react", "18.3.1", "MIT"),)
    assert contents.complete


@pytest.mark.parametrize("beside", [{}, {"package.json": "{}"}, {"package.json": "["}, {MODULES_NAME: '[{"x": 1}]'}])
def test_the_packages_of_an_empty_or_unrelated_folder_are_unknown(beside: dict[str, str], tmp_path: Path) -> None:
    dist = tmp_path / "dist"
    dist.mkdir()
    (dist / "holiday.txt").write_text("sun")
    for name, text in beside.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(DistInvalid, match="are unknown"):
        contents_of(dist)


def test_the_sbom_is_valid_cyclonedx_with_licences_and_digests(base: Path) -> None:
    (base.parent / MODULES_NAME).write_text(
        '[{"name": "react", "version": "18.3.1", "licence": "MIT", "integrity": "sha512-' + "A" * 86 + '=="},'
        ' {"name": "odd", "version": "1.0.0", "licence": "see LICENSE.md",'
        ' "integrity": "sha1-AAAAAAAAAAAAAAAAAAAAAAAAAAA="}]'
    )
    text = sbom(MANIFEST, contents_of(base), OURS, epoch=0)
    check_schema(text)
    document = json.loads(text)
    assert [c["purl"] for c in document["components"]] == [
        "pkg:npm/%40ohifbuild/extension-token@0.1.0",
        "pkg:npm/odd@1.0.0",
        "pkg:npm/react@18.3.1",
    ]
    react = document["components"][2]
    assert react["licenses"] == [{"license": {"id": "MIT", "acknowledgement": "declared"}}]
    assert document["components"][1]["hashes"] == [{"alg": "SHA-1", "content": "00" * 20}]
    assert react["hashes"] == [{"alg": "SHA-512", "content": "00" * 64}]
    assert document["metadata"]["timestamp"].startswith("1970-01-01T00:00:00")


@pytest.mark.parametrize("listed", [True, False])
def test_the_sbom_says_whether_it_is_complete(base: Path, listed: bool) -> None:
    if listed:
        (base.parent / MODULES_NAME).write_text('[{"name": "react", "version": "18.3.1", "licence": "MIT"}]')
    document = json.loads(sbom(MANIFEST, contents_of(base), OURS, epoch=0))
    of_the_dist, of_packages = document["compositions"]
    assert of_the_dist["aggregate"] == ("complete" if listed else "incomplete")
    assert of_the_dist["assemblies"] == of_the_dist["dependencies"] == ["dist"]
    assert of_packages["aggregate"] == "unknown"
    assert of_packages["dependencies"] == [item["bom-ref"] for item in document["components"]]


def test_the_same_dist_gives_the_same_bytes(base: Path) -> None:
    first, second = (sbom(MANIFEST, contents_of(base), OURS, epoch=7) for _ in range(2))
    assert first == second
