"""The data source of stock OHIF for an archive at ``/dicom-web``, for its ``app-config.js``."""

from __future__ import annotations

from typing import Any

DATA_SOURCE = "@ohif/extension-default.dataSourcesModule.dicomweb"


def dicomweb_source(**more: object) -> dict[str, Any]:
    """The data source; ``more`` keys are added to its configuration."""
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
