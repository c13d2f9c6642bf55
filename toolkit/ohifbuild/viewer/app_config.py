"""``app-config.js``: OHIF's configuration with our data source, extensions and modes, and without demo servers."""

from __future__ import annotations

import json
from typing import Any

from ohifbuild.config.recipe import Recipe

# The id and the export in extension-template/src/extension.js.
DATA_SOURCE = "ohifbuild-token.dataSourcesModule.dicomweb"
CONFIG_START = "window.config = "
HEADER = "// Written by ohifbuild; a dist is changed by building it again.\n"


def app_config(recipe: Recipe, extensions: list[str], modes: list[str]) -> str:
    """The text of ``app-config.js``.

    ``extensions`` and ``modes`` are URLs of ES modules. Ours come first, because OHIF keeps the first module of an id.
    """
    config: dict[str, Any] = {
        "name": "ohifbuild",
        "routerBasename": recipe.public_url.rstrip("/") or "/",
        "showStudyList": recipe.study_list,
        "extensions": extensions,
        "modes": modes,
        "customizationService": {},
        "showLoadingIndicator": True,
        "showErrorDetails": "dev",
        "showWarningMessageForCrossOrigin": True,
        "showCPUFallbackMessage": True,
        "strictZSpacingForVolumeViewport": True,
        "groupEnabledModesFirst": True,
        "allowMultiSelectExport": False,
        "experimentalStudyBrowserSort": False,
        "investigationalUseDialog": {"option": "never"},
        "maxNumberOfWebWorkers": 3,
        "maxNumRequests": {"interaction": 100, "thumbnail": 75, "prefetch": 25},
        "defaultDataSourceName": "dicomweb",
        "dataSources": [
            {"namespace": DATA_SOURCE, "sourceName": "dicomweb", "configuration": _dicomweb(recipe.dicomweb_root)}
        ],
    }
    return HEADER + CONFIG_START + json.dumps(config, indent=2) + ";\n"


def settings(recipe: Recipe) -> dict[str, Any]:
    """The settings for our JavaScript, with the keys of extension-template/src/contract/settings.js."""
    return {
        "tokenParam": recipe.token_param,
        "tokenHeader": recipe.token_header,
        "tokenScheme": recipe.token_scheme,
        "roots": [recipe.dicomweb_root, *recipe.token_roots],
        "priors": recipe.priors,
        "storage": recipe.token_storage,
        "studyList": recipe.study_list,
        "publicUrl": recipe.public_url,
        "connect": [],
        "dicomJson": recipe.dicom_json,
    }


def _dicomweb(root: str) -> dict[str, Any]:
    """OHIF's data source configuration for an archive: only features that Orthanc and most other archives support.

    Thumbnails use ``wadors``: OHIF requests ``rendered`` thumbnails with a multipart Accept header, which Orthanc
    refuses (400). A multipart Accept header has no quotes, because some proxies change them. A PDF is requested as bulk
    data, because Orthanc does not render PDFs.
    """
    return {
        "friendlyName": "DICOMweb",
        "name": "dicomweb",
        "wadoUriRoot": root,
        "qidoRoot": root,
        "wadoRoot": root,
        "qidoSupportsIncludeField": False,
        "supportsReject": False,
        "supportsStow": False,
        "imageRendering": "wadors",
        "thumbnailRendering": "wadors",
        "enableStudyLazyLoad": True,
        "supportsFuzzyMatching": False,
        "supportsWildcard": False,
        "dicomUploadEnabled": False,
        "staticWado": True,
        "singlepart": "bulkdata,video",
        "bulkDataURI": {"enabled": True, "relativeResolution": "studies"},
        "omitQuotationForMultipartRequest": True,
    }
