"""Where the roots of an archive are behind the proxy."""

from __future__ import annotations

import pytest

from ohifbuild.server.archive_paths import paths_at_archive


@pytest.mark.parametrize(
    ("roots", "there", "expected"),
    [
        (("/dicom-web",), "/dicom-web", {"/dicom-web": "/dicom-web"}),
        (("/pacs/rs", "/pacs/wado"), "/aets/A/rs", {"/pacs/rs": "/aets/A/rs", "/pacs/wado": "/aets/A/wado"}),
        (
            ("/orthanc/dicom-web", "/orthanc/studies"),
            "/dicom-web",
            {"/orthanc/dicom-web": "/dicom-web", "/orthanc/studies": "/studies"},
        ),
        (("/dicom-web", "https://other.example/x"), "/x", {"/dicom-web": "/x"}),
        (("https://other.example/x",), "/x", {}),
    ],
)
def test_further_roots_are_rewritten_like_the_first(
    roots: tuple[str, ...], there: str, expected: dict[str, str]
) -> None:
    assert paths_at_archive(roots, there) == expected
