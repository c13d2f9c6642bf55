"""Stock OHIF with an archive at ``/dicom-web``: what the tests change in its ``app-config.js``."""

from __future__ import annotations

from typing import Any

DATA_SOURCE = "@ohif/extension-default.dataSourcesModule.dicomweb"


def dicomweb_source(**more: object) -> dict[str, Any]:
    """The data source, with ``more`` keys in its configuration."""
    return {
        "namespace": DATA_SOURCE,
        "sourceName": "dicomweb",
        "configuration": {
            "name": "dicomweb",
            "qidoRoot": "/dicom-web",
            "wadoRoot": "/dicom-web",
            "imageRendering": "wadors",
            "thumbnailRendering": "wadors",
            "enableStudyLazyLoad": True,
            "supportsWildcard": False,
            "omitQuotationForMultipartRequest": True,
            **more,
        },
    }
