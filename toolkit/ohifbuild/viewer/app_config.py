"""``app-config.js``: OHIF's configuration with our data source, extensions and modes, and without demo servers."""

from __future__ import annotations

import json
from typing import Any

from ohifbuild.config.branding import hsl
from ohifbuild.config.data_source import DataSource
from ohifbuild.config.images import Image
from ohifbuild.config.recipe import Recipe
from ohifbuild.viewer.startup_plan import source_options, startup_plans

# The id and the export in extension-template/src/extension.js.
DATA_SOURCE = "ohifbuild-token.dataSourcesModule.dicomweb"
IMAGES = "ohifbuild/branding"
CONFIG_START = "window.config = "
# The early script's function; see extension-template/src/early/first-extension.js.
CONFIGURE = 'window[Symbol.for("ohifbuild")]?.configure(window.config);\n'
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
        "customizationService": recipe.customizations,
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
        "defaultDataSourceName": recipe.sources[0].name,
        "dataSources": [
            {"namespace": DATA_SOURCE, "sourceName": source.name, "configuration": _dicomweb(source)}
            for source in recipe.sources
        ],
    }
    own = {"ohifbuildModes": recipe.modes.model_dump(mode="json")} if recipe.modes else {}
    return HEADER + CONFIG_START + json.dumps({**config, **recipe.app_config, **own}, indent=2) + ";\n" + CONFIGURE


def read_app_config(text: str) -> dict[str, Any]:
    """The configuration that a text of ``app_config`` sets.

    Raises:
        ValueError: it is not such a text.
    """
    start = text.find(CONFIG_START)
    if start < 0:
        raise ValueError("it sets no window.config")
    config, _ = json.JSONDecoder().raw_decode(text, start + len(CONFIG_START))
    return dict(config)


def settings(recipe: Recipe, version: str = "") -> dict[str, Any]:
    """The settings for our JavaScript, with the keys of extension-template/src/contract/settings.js.

    Args:
        version: of the OHIF release; without it the viewer asks its archives for nothing before OHIF does.
    """
    default, *further = ({"name": source.name, **_source(recipe, source)} for source in recipe.sources)
    name = default.pop("name")
    branding = recipe.branding
    return {
        "tokenParam": recipe.token_param,
        **default,
        "sourceName": name,
        "further": further,
        "priors": recipe.priors,
        "storage": recipe.token_storage,
        "mediaStreaming": recipe.media_streaming,
        "studyList": recipe.study_list,
        "publicUrl": recipe.public_url,
        "connect": list(recipe.connect),
        "embedIn": list(recipe.embed_in),
        "dicomJson": recipe.dicom_json,
        "contact": branding.contact,
        "startup": startup_plans(recipe, version),
        "previewImage": recipe.preview_image,
        "touchLayout": recipe.touch_layout,
        "branding": {
            "name": branding.name,
            "logo": image_url(recipe, branding.logo) if branding.logo else "",
            "colours": {name: hsl(colour) for name, colour in branding.colours.items()},
        },
    }


def image_url(recipe: Recipe, image: Image) -> str:
    """The path of an image of the recipe on the viewer's origin."""
    return f"{recipe.public_url}{IMAGES}/{image.name}"


def _source(recipe: Recipe, source: DataSource) -> dict[str, Any]:
    header, scheme = recipe.token_rule(source)
    return {
        "tokenHeader": header,
        "tokenScheme": scheme,
        "roots": list(recipe.roots_of(source)),
        "access": source.access,
    }


def _dicomweb(source: DataSource) -> dict[str, Any]:
    """OHIF's configuration of a data source: the preset's options, the recipe's, and what the viewer never does."""
    return {
        "friendlyName": source.name,
        **source_options(source),
        "name": source.name,
        "wadoUriRoot": source.wado_uri,
        "qidoRoot": source.qido,
        "wadoRoot": source.wado,
        "supportsReject": False,
        "supportsStow": False,
        "dicomUploadEnabled": False,
    }
