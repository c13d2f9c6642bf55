"""The orthanc-ohif plugin: the dist is compiled into it, and our ``app-config.js`` is its user configuration.

The plugin contains a dist (``OHIF/dist`` in its sources) and answers ``app-config.js`` itself, with the file that
``OHIF.UserConfiguration`` names and lines that then overwrite ``routerBasename``, ``dataSources`` and
``defaultDataSourceName`` (``Sources/app-config-system.js`` of orthanc-ohif 1.6). Our file therefore makes these
properties read-only.
"""

from __future__ import annotations

import json

from ohifbuild.core.errors import DeployUnsuitable, DistInvalid
from ohifbuild.deploy.deployment import Folder, Plan
from ohifbuild.deploy.filtering import KEPT, PRIVATE, filter_files, orthanc_steps
from ohifbuild.deploy.https import reached_without_proxy, tunnel, tunnel_steps
from ohifbuild.viewer.app_config import CONFIG_START

OWN_PATH = "/ohif/"
"""The plugin's fixed path, whatever ``RouterBasename`` is."""

PLUGIN = "/usr/share/orthanc/plugins/libOrthancOHIF.so"

SET_AGAIN = ("routerBasename", "dataSources", "defaultDataSourceName", "showStudyList")

KEEP = """
// The plugin sets these properties again after this file; its values are ignored.
for (const name of %s) {
  const value = window.config[name];
  Object.defineProperty(window.config, name, { get: () => value, set: () => {}, enumerable: true });
}
"""


def orthanc_ohif(plan: Plan) -> Folder:
    """The dist to compile in, the ``app-config.js`` for the plugin, and the token filter."""
    if plan.public_url != OWN_PATH:
        raise DeployUnsuitable(
            f"The orthanc-ohif plugin serves its viewer at {OWN_PATH}, not at {plan.public_url}.",
            cause="The path is fixed in the plugin.",
            fix="Move the dist: ohifbuild move DIST --public-url /ohif/",
        )
    config = f"{plan.server_folder}/orthanc/app-config.js"
    more = {
        **reached_without_proxy(plan),
        "Plugins": [PLUGIN],
        "OHIF": {"RouterBasename": "/ohif", "DataSource": "dicom-web", "UserConfiguration": config},
        "TokenFilter": {"Open": OWN_PATH},
    }
    texts = filter_files(plan, root=plan.root, more=more)
    texts["orthanc/app-config.js"] = _app_config(plan)
    steps = (
        "In the sources of orthanc-ohif, use this viewer instead of the OHIF that would be embedded: "
        f"mkdir -p OHIF && cp -r {plan.server_folder}/viewer OHIF/dist",
        "Delete the compressed files, because the plugin compresses files itself: "
        "find OHIF/dist -name '*.br' -delete -o -name '*.gz' -delete",
        "Build it: cmake -S . -B build -DCMAKE_BUILD_TYPE=Release -DORTHANC_FRAMEWORK_SOURCE=system && "
        f"cmake --build build && cp -L build/libOrthancOHIF.so {PLUGIN}",
        *orthanc_steps(plan),
        *tunnel_steps(plan),
    )
    # Compiled in, so no running server reads this folder.
    return Folder("viewer", {**texts, **tunnel(plan)}, steps, PRIVATE, KEPT)


def _app_config(plan: Plan) -> str:
    text = (plan.dist / "app-config.js").read_text(encoding="utf-8")
    if CONFIG_START not in text:
        raise DistInvalid(
            f"The app-config.js of {plan.dist} does not have the form that ohifbuild writes.",
            cause="It was changed, or another version of ohifbuild wrote it.",
            fix="Build it again: ohifbuild build",
        )
    return text.rstrip() + KEEP % json.dumps(SET_AGAIN)
