"""Every published release that the catalogue pins, built and verified: the same code for each."""

from __future__ import annotations

from pathlib import Path

import pytest

from ohifbuild.build import build, report_of
from ohifbuild.cache import default_cache
from ohifbuild.console import SilentReporter
from ohifbuild.recipe import Recipe
from ohifbuild.releases import catalogue

PUBLISHED = [pin.version for pin in catalogue().releases.values() if pin.npm_integrity]


@pytest.mark.parametrize("version", PUBLISHED)
def test_every_claim_holds(tmp_path: Path, version: str) -> None:
    recipe = Recipe.of({"version": version, "from": "published", "output": tmp_path / "dist"})
    built = build(recipe, cache=default_cache(), offline=False, reporter=SilentReporter())
    assert built.evidence is not None
    assert built.evidence.ok
    assert report_of(built.evidence).is_file()


def test_another_header_another_parameter_and_a_sub_path_hold_too(tmp_path: Path) -> None:
    recipe = Recipe.of(
        {
            "from": "published",
            "output": tmp_path / "dist",
            "public_url": "/a/ohif/",
            "dicomweb_root": "/orthanc/dicom-web",
            "token_param": "key",
            "token_header": "Authorization",
            "token_scheme": "Bearer",
            "token_storage": "memory",
            "priors": "exact",
        }
    )
    built = build(recipe, cache=default_cache(), offline=False, reporter=SilentReporter())
    assert built.evidence is not None
    assert built.evidence.ok
