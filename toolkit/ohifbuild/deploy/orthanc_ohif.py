"""The orthanc-ohif plugin: our viewer as its dist, and our configuration as its user configuration.

The plugin compiles a dist in (``OHIF/dist`` of its sources) and answers ``app-config.js`` itself: with the file that
``OHIF.UserConfiguration`` names, followed by lines of its own that set ``routerBasename``, ``dataSources`` and
``defaultDataSourceName`` again (``Sources/app-config-system.js`` of orthanc-ohif 1.6). So ours are made unchangeable.
"""

from __future__ import annotations

import json

from ohifbuild.core.errors import DeployUnsuitable, DistInvalid
from ohifbuild.deploy.deployment import Folder, Plan
from ohifbuild.deploy.filtering import KEPT, PRIVATE, filter_files, orthanc_steps
from ohifbuild.deploy.https import reached_without_proxy, tunnel, tunnel_steps
from ohifbuild.viewer.app_config import CONFIG_START

OWN_PATH = "/ohif/"
"""Where the plugin serves its dist, whatever ``RouterBasename`` says."""

PLUGIN = "/usr/share/orthanc/plugins/libOrthancOHIF.so"

SET_AGAIN = ("routerBasename", "dataSources", "defaultDataSourceName", "showStudyList")

KEEP = """
// The plugin sets these again after this file; what it sets is not taken.
for (const name of %s) {
  const value = window.config[name];
  Object.defineProperty(window.config, name, { get: () => value, set: () => {}, enumerable: true });
}
"""


def orthanc_ohif(plan: Plan) -> Folder:
    """The dist to compile in, ``app-config.js`` to name, and the filter."""
    if plan.public_url != OWN_PATH:
        raise DeployUnsuitable(
            f"The orthanc-ohif plugin serves its viewer at {OWN_PATH}, not at {plan.public_url}.",
            cause="Its path is compiled in.",
            fix="Move the dist: ohifbuild move DIST --public-url /ohif/",
        )
    config = f"{plan.place}/orthanc/app-config.js"
    more = {
        **reached_without_proxy(plan),
        "Plugins": [PLUGIN],
        "OHIF": {"RouterBasename": "/ohif", "DataSource": "dicom-web", "UserConfiguration": config},
        "TokenFilter": {"Open": OWN_PATH},
    }
    texts = filter_files(plan, root=plan.root, more=more)
    texts["orthanc/app-config.js"] = _app_config(plan)
    steps = (
        "In the sources of orthanc-ohif, put this viewer in place of the OHIF that would be embedded: "
        f"mkdir -p OHIF && cp -r {plan.place}/viewer OHIF/dist",
        "The plugin compresses files itself: find OHIF/dist -name '*.br' -delete -o -name '*.gz' -delete",
        "Build it: cmake -S . -B build -DCMAKE_BUILD_TYPE=Release -DORTHANC_FRAMEWORK_SOURCE=system && "
        f"cmake --build build && cp -L build/libOrthancOHIF.so {PLUGIN}",
        *orthanc_steps(plan),
        *tunnel_steps(plan),
    )
    return Folder("viewer", {**texts, **tunnel(plan)}, steps, PRIVATE, KEPT)


def _app_config(plan: Plan) -> str:
    text = (plan.dist / "app-config.js").read_text(encoding="utf-8")
    if CONFIG_START not in text:
        raise DistInvalid(
            f"The app-config.js of {plan.dist} is not as ohifbuild writes it.",
            cause="It was changed, or written by another version.",
            fix="Build it again: ohifbuild build",
        )
    return text.rstrip() + KEEP % json.dumps(SET_AGAIN)
