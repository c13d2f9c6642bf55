"""Makes a base viewer independent of its public path and of other hosts.

OHIF writes its public path into the bundler's runtime (``__webpack_require__.p``, once in the app's entry chunk and
once in the entry chunk of each worker), into imports at run time (dicom-microscopy-viewer, which stock OHIF always
loads from the root), into style sheets and into ``manifest.json``. All of these can find the path at run time: the page
sets ``window.PUBLIC_URL``, a worker's script is in that folder, and the URLs in a style sheet or a manifest can be
relative. Only ``index.html`` must be absolute, because every route serves it; ``inject.py`` writes it for each dist. So
one base viewer works on every sub-path, and moving a dist is fast.

Style sheets up to 3.9 import fonts from Google. These imports are removed, and the page uses the machine's fonts, as it
always did in hospitals without internet access.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ohifbuild.core.counts import times
from ohifbuild.core.errors import ReleaseUnsupported
from ohifbuild.sources.base_viewer import bundled_files, entry_scripts
from ohifbuild.viewer.left_out import is_left_out

# The runtime of webpack, and of Rspack, which Rsbuild runs. A minifier leaves only a short name for it.
REQUIRE = re.compile(r"__(?:webpack|rspack)_require__")
FIXED_PATH = re.compile(r"""(__(?:webpack|rspack)_require__\.p ?= ?)(["'])/\2""")
MINIFIED_PATH = re.compile(r"""((?<![\w$.])[A-Za-z_$][\w$]{0,2}\.p ?= ?)(["'])/\2""")
RUNTIME_PATH = r'\1self.PUBLIC_URL || new URL("{up}", self.location.href).pathname'
FIXED_IMPORT = re.compile(r"""browserImportFunction\((["'])/(?!/)""")
RUNTIME_IMPORT = r'browserImportFunction((self.PUBLIC_URL || "/") + \1'
# Folders beside the bundles that are loaded at run time; no URL may load them from the root.
FOLDER_AT_ROOT = re.compile(r"""["'`]/(?:dicom-microscopy-viewer|ort|customizations)/""")
FIXED_CSS_URL = re.compile(r"(url\(['\"]?)/(?!/)")
REMOTE_SHEET = re.compile(
    r"""@import\s+(?:url\(\s*)?(?:"https?://[^"]*"|'https?://[^']*'|https?://[^\s);]*)\s*\)?[^;]*;""", re.IGNORECASE
)
FIXED_ICON = re.compile(r'"/assets/')


def portable_texts(base: Path) -> Iterator[tuple[str, str]]:
    """The name and the new text of each file of the base viewer that must change.

    Raises:
        ReleaseUnsupported: the app's entry chunk does not set its public path as expected, or a bundle loads a folder
            from the root in an unknown way.
    """
    entries = entry_scripts(base)
    minified = not any(REQUIRE.search(path.read_text(encoding="utf-8")) for path in entries)
    fixed_path = MINIFIED_PATH if minified else FIXED_PATH
    for path in (p for p in bundled_files(base, ".js") if not is_left_out(p.name)):
        text, name = path.read_text(encoding="utf-8"), path.relative_to(base).as_posix()
        changed, count = fixed_path.subn(RUNTIME_PATH.format(up="../" * name.count("/") or "./"), text)
        if path in entries and count != 1:
            raise _unexpected(f"{name} must set its public path once, but sets it {times(count)}")
        changed = FIXED_IMPORT.sub(RUNTIME_IMPORT, changed)
        left = FOLDER_AT_ROOT.search(changed)
        if left:
            raise _unexpected(f"{name} loads {left[0][1:]} from the root of its host")
        if changed != text:
            yield name, changed
    for path in bundled_files(base, ".css"):
        text, name = path.read_text(encoding="utf-8"), path.relative_to(base).as_posix()
        changed = FIXED_CSS_URL.sub(rf"\g<1>{'../' * name.count('/')}", REMOTE_SHEET.sub("", text))
        if changed != text:
            yield name, changed
    manifest = base / "manifest.json"
    if manifest.is_file():
        yield manifest.name, FIXED_ICON.sub('"assets/', manifest.read_text(encoding="utf-8"))


def _unexpected(why: str) -> ReleaseUnsupported:
    return ReleaseUnsupported(
        f"{why}.",
        cause="The release's bundles differ from those of 3.9 to 3.14, or they were built for another path than /.",
        fix="Choose a verified release. List them with: ohifbuild releases",
    )
