"""OHIF's own options for a build, which replace edits of its files where a release has them.

``PLUGIN_CONFIG`` names another list of plugins than ``platform/app/pluginConfig.json``. ``OHIF_ENV`` names a build
profile: a JSON file with defaults for that and for the other options. ``HTML_TEMPLATE`` names the page. Whether a
release has an option is read from its build files, because they came one by one during the 3.14 prereleases.
Source: OHIF's documentation, "Build Profiles (OHIF_ENV)".
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

PLUGINS = "platform/app/pluginConfig.json"
FOLDER = "ohifbuild"
PROFILE = "ohif.config.json"
BUILD_FILES = (
    "rsbuild.config.*",
    ".rspack/*.js",
    "platform/app/.rspack/*.js",
    "platform/app/.webpack/*.js",
)
SCHEMAS = ("ohif.schema.json", "platform/app/ohif.schema.json")
# The keys of a build profile, with our values, and the variables that they stand for.
PROFILE_KEYS = {
    "pluginConfig": ("PLUGIN_CONFIG", "./pluginConfig.json"),
    "appConfig": ("APP_CONFIG", "config/default.js"),
    "publicUrl": ("PUBLIC_URL", "/"),
    "htmlTemplate": ("HTML_TEMPLATE", "index.html"),
}


def build_hooks(tree: Path) -> frozenset[str]:
    """The names among ``PLUGIN_CONFIG``, ``HTML_TEMPLATE`` and ``OHIF_ENV`` that the source's build reads."""
    text = "\n".join(
        path.read_text(encoding="utf-8", errors="replace")
        for pattern in BUILD_FILES
        for path in sorted(tree.glob(pattern))
        if path.is_file()
    )
    names = ("PLUGIN_CONFIG", "HTML_TEMPLATE", "OHIF_ENV")
    return frozenset(name for name in names if re.search(rf"process\.env\.{name}\b|['\"]{name}['\"]", text))


def plugin_config(tree: Path) -> Path:
    """The file that lists the plugins of this build: a copy of OHIF's list, or OHIF's own where no option names one."""
    if "PLUGIN_CONFIG" not in build_hooks(tree):
        return tree / PLUGINS
    target = tree / FOLDER / Path(PLUGINS).name
    target.parent.mkdir(exist_ok=True)
    shutil.copyfile(tree / PLUGINS, target)
    return target


def build_options(tree: Path) -> dict[str, str]:
    """The variables that tell OHIF's build about ``plugin_config``; a variable that is "" has to be unset.

    With ``OHIF_ENV`` everything stands in a build profile beside the list of plugins.
    """
    hooks, listed = build_hooks(tree), tree / FOLDER / Path(PLUGINS).name
    if not listed.is_file():
        return {}
    keys = _profile_keys(tree) if "OHIF_ENV" in hooks else frozenset[str]()
    if "pluginConfig" not in keys:
        page = {"HTML_TEMPLATE": "index.html"} if "HTML_TEMPLATE" in hooks else {}
        return {"PLUGIN_CONFIG": str(listed), **page}
    profile = {key: value for key, (_, value) in PROFILE_KEYS.items() if key in keys}
    (listed.parent / PROFILE).write_text(json.dumps(profile, indent=2) + "\n", encoding="utf-8")
    # A variable that is set wins over the profile, so those that the profile states are not set.
    return {"OHIF_ENV": str(listed.parent / PROFILE), **{PROFILE_KEYS[key][0]: "" for key in profile}}


def _profile_keys(tree: Path) -> frozenset[str]:
    """The keys that the release's schema of a build profile allows; an unknown key would end the build."""
    for name in SCHEMAS:
        try:
            return frozenset(json.loads((tree / name).read_text(encoding="utf-8"))["properties"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return frozenset()
