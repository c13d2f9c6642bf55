"""``app-config.js``: OHIF's own configuration, with our data source, extensions and modes and nothing of a demo's."""

from __future__ import annotations

import json
from typing import Any

from ohifbuild.config.recipe import Recipe

# The id and the export that extension-template/src/extension.js registers.
DATA_SOURCE = "ohifbuild-token.dataSourcesModule.dicomweb"
CONFIG_START = "window.config = "
HEADER = "// Written by ohifbuild; a dist is changed by building it again.\n"


def app_config(recipe: Recipe, extensions: list[str], modes: list[str]) -> str:
    """The file's text; ``extensions`` and ``modes`` are URLs of ES modules, ours first: OHIF keeps each id's first."""
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
    """All that our JavaScript is told; the keys are those of extension-template/src/contract/settings.js."""
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
    """What OHIF has to know of an archive: what Orthanc and most others answer, and no more.

    ``rendered`` thumbnails are asked for with a multipart Accept, which Orthanc refuses (400), so ``wadors``; quotes in
    a multipart Accept are left out because proxies mangle them; a PDF comes as bulk data, as Orthanc renders none.
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
