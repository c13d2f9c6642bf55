from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ohifbuild.core.errors import BundleFailed, OriginUnavailable, PackageUnavailable, PatchDrift
from ohifbuild.core.resources import patches
from ohifbuild.packages.package import Package, read_packages
from ohifbuild.patches.series import load
from ohifbuild.releases.catalogue import catalogue, find_release
from ohifbuild.sources.git import is_published
from ohifbuild.sources.remedies import PUBLISHED, remedies

PIN = find_release("3.12.0", catalogue())
SHIPPED = load(patches())
OWN = replace(SHIPPED[0], source=Path("/srv/patches/mine/patch.toml"))


@pytest.mark.parametrize("kind", [OriginUnavailable, PackageUnavailable, BundleFailed])
def test_the_published_release_is_no_remedy_for_what_it_cannot_give(kind: type[OriginUnavailable]) -> None:
    with pytest.raises(kind) as failure, remedies(published=False):
        raise kind("It failed.", fix=f"Use the published release: {PUBLISHED}")
    assert failure.value.fix
    assert "published" not in failure.value.fix


def test_other_remedies_stay_as_they_are() -> None:
    with pytest.raises(PatchDrift) as failure, remedies(published=False):
        raise PatchDrift("It moved.", fix="Correct the patch.")
    assert failure.value.fix == "Correct the patch."
    with pytest.raises(OriginUnavailable) as useful, remedies(published=True):
        raise OriginUnavailable("It failed.", fix=PUBLISHED)
    assert useful.value.fix == PUBLISHED


def test_the_published_release_is_a_remedy_only_for_ohif_itself(package: Package) -> None:
    source = catalogue().source
    assert is_published(PIN, source, "", (), SHIPPED)
    assert not is_published(PIN, source, "main", (), SHIPPED)
    assert not is_published(PIN, "/srv/Viewers", "", (), SHIPPED)
    assert not is_published(PIN, source, "", (package,), SHIPPED)
    assert not is_published(PIN, source, "", (), (*SHIPPED, OWN))
    assert not is_published(find_release("3.10.0", catalogue()), source, "", (), SHIPPED)


@pytest.fixture
def package(tmp_path: Path) -> Package:
    (tmp_path / "package.json").write_text(
        '{"name": "@clinic/extension-x", "version": "1.0.0", "keywords": ["ohif-extension"], "module": "index.js"}'
    )
    (tmp_path / "index.js").write_text("export default { id: '@clinic/extension-x' };\n")
    return read_packages([tmp_path])[0]
