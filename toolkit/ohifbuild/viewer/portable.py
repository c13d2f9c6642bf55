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
from ohifbuild.viewer.left_out import is_left_out

FIXED_PATH = re.compile(r'__webpack_require__\.p = "/"')
RUNTIME_PATH = '__webpack_require__.p = self.PUBLIC_URL || new URL("./", self.location.href).pathname'
FIXED_IMPORT = re.compile(r"""browserImportFunction\((["'])/(?!/)""")
RUNTIME_IMPORT = r'browserImportFunction((self.PUBLIC_URL || "/") + \1'
# Folders beside the bundles that are loaded at run time; no URL may load them from the root.
FOLDER_AT_ROOT = re.compile(r"""["'`]/(?:dicom-microscopy-viewer|ort|customizations)/""")
FIXED_CSS_URL = re.compile(r"url\((['\"]?)/(?!/)")
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
    for path in sorted(p for p in base.glob("*.js") if not is_left_out(p.name)):
        text = path.read_text(encoding="utf-8")
        changed, count = FIXED_PATH.subn(RUNTIME_PATH, text)
        if path.name.startswith("app.bundle.") and count != 1:
            raise _unexpected(f"{path.name} must set its public path once, but sets it {times(count)}")
        changed = FIXED_IMPORT.sub(RUNTIME_IMPORT, changed)
        left = FOLDER_AT_ROOT.search(changed)
        if left:
            raise _unexpected(f"{path.name} loads {left[0][1:]} from the root of its host")
        if changed != text:
            yield path.name, changed
    for path in sorted(base.glob("*.css")):
        text = path.read_text(encoding="utf-8")
        changed = FIXED_CSS_URL.sub(r"url(\1", REMOTE_SHEET.sub("", text))
        if changed != text:
            yield path.name, changed
    manifest = base / "manifest.json"
    if manifest.is_file():
        yield manifest.name, FIXED_ICON.sub('"assets/', manifest.read_text(encoding="utf-8"))


def _unexpected(why: str) -> ReleaseUnsupported:
    return ReleaseUnsupported(
        f"{why}.",
        cause="The release's bundles differ from those of 3.9 to 3.14, or they were built for another path than /.",
        fix="Choose a verified release. List them with: ohifbuild releases",
    )
