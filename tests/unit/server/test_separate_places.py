from __future__ import annotations

from pathlib import Path

import pytest

from ohifbuild.contract.settings import Settings
from ohifbuild.core.errors import DistInvalid
from ohifbuild.server.web_server import same_origin_root


def test_a_dist_whose_archive_is_at_the_viewers_own_place_is_not_served() -> None:
    settings = Settings(public_url="/dicom-web/")
    with pytest.raises(DistInvalid, match="would lie under the root /dicom-web"):
        same_origin_root(Path("dist"), settings)
    assert same_origin_root(Path("dist"), Settings(public_url="/ohif/")) == "/dicom-web"
