"""The settings are read from the dist that is verified, and from nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from ohifbuild.contract.settings import Settings, read_settings
from ohifbuild.core.errors import DistInvalid

JSON = (
    '{"tokenParam":"t","tokenHeader":"Authorization","tokenScheme":"Bearer","roots":["/pacs/dicom-web"],'
    '"priors":"exact","storage":"memory","studyList":true,"publicUrl":"/ohif/"}'
)


def test_reads_what_the_build_wrote(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(
        '<meta charset="utf-8"><script type="application/json" id="ohifbuild-settings">' + JSON + "</script><p>"
    )
    settings = read_settings(tmp_path)
    assert settings == Settings("t", "Authorization", "Bearer", ("/pacs/dicom-web",), "exact", "memory", True, "/ohif/")
    assert settings.header_value("abc") == "Bearer abc"


@pytest.mark.parametrize(
    "page",
    [
        None,
        "<html></html>",
        '<script id="ohifbuild-settings">{</script>',
        '<script id="ohifbuild-settings">{}</script>',
        '<script id="ohifbuild-settings">[]</script>',
    ],
)
def test_anything_else_is_not_a_dist_of_ours(tmp_path: Path, page: str | None) -> None:
    if page is not None:
        (tmp_path / "index.html").write_text(page)
    with pytest.raises(DistInvalid, match="not a viewer that ohifbuild built"):
        read_settings(tmp_path)


@pytest.mark.parametrize(
    ("url", "inside"),
    [
        ("http://h:1/dicom-web", True),
        ("http://h:1/dicom-web/studies?x=1", True),
        ("http://h:1/dicom-webby", False),
        ("http://h:1/app.js", False),
    ],
)
def test_a_root_ends_at_a_path_boundary(url: str, inside: bool) -> None:
    assert Settings().is_archive(url) is inside


def test_an_absolute_root_belongs_to_its_origin() -> None:
    settings = Settings(roots=("https://pacs.example/dicom-web",))
    assert settings.is_archive("https://pacs.example/dicom-web/studies")
    assert not settings.is_archive("http://127.0.0.1:8000/dicom-web/studies")
