"""Makes a base viewer independent of the path it is served under, and of other hosts.

OHIF bakes its public path into the bundler's runtime (``__webpack_require__.p``: once in the app's entry chunk and once
in each worker's), into what it imports at run time (dicom-microscopy-viewer, which stock OHIF always looks for at the
root), into style sheets and into ``manifest.json``. All of these can find it out for themselves: the page says it in
``window.PUBLIC_URL``, a worker's script stands in that very folder, and what a style sheet or a manifest names is
relative to it. What is left is ``index.html``, which has to be absolute, because every route serves it; it is
written for each dist by ``inject.py``. So one base serves every sub-path, and moving a dist is cheap.

Style sheets up to 3.9 import fonts from Google; the page then has the fonts of the machine, as a hospital without the
internet always had.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ohifbuild.core.errors import ReleaseUnsupported
from ohifbuild.viewer.left_out import is_left_out

BAKED_PATH = re.compile(r'__webpack_require__\.p = "/"')
FOUND_PATH = '__webpack_require__.p = self.PUBLIC_URL || new URL("./", self.location.href).pathname'
BAKED_IMPORT = re.compile(r"""browserImportFunction\((["'])/(?!/)""")
FOUND_IMPORT = r'browserImportFunction((self.PUBLIC_URL || "/") + \1'
# The folders beside the bundles that are loaded at run time: nothing may look for them at the root.
ROOTED_FOLDER = re.compile(r"""["'`]/(?:dicom-microscopy-viewer|ort|customizations)/""")
BAKED_CSS_URL = re.compile(r"url\((['\"]?)/(?!/)")
REMOTE_SHEET = re.compile(
    r"""@import\s+(?:url\(\s*)?(?:"https?://[^"]*"|'https?://[^']*'|https?://[^\s);]*)\s*\)?[^;]*;""", re.IGNORECASE
)
BAKED_ICON = re.compile(r'"/assets/')


def portable_texts(base: Path) -> Iterator[tuple[str, str]]:
    """Every file of the base that has to change, as its name and its new text.

    Raises:
        ReleaseUnsupported: the app's entry chunk does not set its public path as expected, or a bundle names a folder
            at the root in a way that we do not know.
    """
    for path in sorted(p for p in base.glob("*.js") if not is_left_out(p.name)):
        text = path.read_text(encoding="utf-8")
        changed, count = BAKED_PATH.subn(FOUND_PATH, text)
        if path.name.startswith("app.bundle.") and count != 1:
            raise _unexpected(f"{path.name} sets its public path {count} times where once was expected")
        changed = BAKED_IMPORT.sub(FOUND_IMPORT, changed)
        left = ROOTED_FOLDER.search(changed)
        if left:
            raise _unexpected(f"{path.name} looks for {left[0][1:]} at the root of its host")
        if changed != text:
            yield path.name, changed
    for path in sorted(base.glob("*.css")):
        text = path.read_text(encoding="utf-8")
        changed = BAKED_CSS_URL.sub(r"url(\1", REMOTE_SHEET.sub("", text))
        if changed != text:
            yield path.name, changed
    manifest = base / "manifest.json"
    if manifest.is_file():
        yield manifest.name, BAKED_ICON.sub('"assets/', manifest.read_text(encoding="utf-8"))


def _unexpected(why: str) -> ReleaseUnsupported:
    return ReleaseUnsupported(
        f"{why}.",
        cause="This release was bundled otherwise than 3.9 to 3.14, or for another path than /.",
        fix="Choose a release that is verified: ohifbuild releases",
    )
