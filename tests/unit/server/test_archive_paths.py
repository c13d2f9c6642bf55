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
        (("/a/rs", "/a"), "/b/rs", {"/a/rs": "/b/rs", "/a": "/b"}),
        (("/a/rs", "/ab/x"), "/b/rs", {"/a/rs": "/b/rs", "/ab/x": "/ab/x"}),
        (("/rs", "/wado"), "/aets/rs", {"/rs": "/aets/rs", "/wado": "/aets/wado"}),
        (
            ("/o/dicom-web/rs", "/o/dicom-web/wado", "/o/x"),
            "/dicom-web/rs",
            {"/o/dicom-web/rs": "/dicom-web/rs", "/o/dicom-web/wado": "/dicom-web/wado", "/o/x": "/x"},
        ),
        (("/rs", "/x"), "/rs", {"/rs": "/rs", "/x": "/x"}),
        (("/a/rs", "/x"), "/rs", {"/a/rs": "/rs", "/x": "/x"}),
        (("/a", "/a/x"), "/b", {"/a": "/b", "/a/x": "/b/x"}),
        (("/x", "/x/x"), "/x/x", {"/x": "/x/x", "/x/x": "/x/x/x"}),
    ],
)
def test_further_roots_are_rewritten_like_the_first(
    roots: tuple[str, ...], there: str, expected: dict[str, str]
) -> None:
    assert paths_at_archive(roots, there) == expected
