"""What the page loads first, and in which order.

The browser learns of our modules and of the joined files from the page itself, not only when the entry script runs. The
entry script goes first: on a slow line, whatever shares the line with it delays everything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from ohifbuild.viewer.extensions import BundledPackage
from ohifbuild.viewer.startup_files import StartupFiles

SCRIPT_ID, STYLE_ID = "ohifbuild-startup-script", "ohifbuild-startup-style"
"""Also in extension-template/src/early/startup-chunks.js."""

ENTRY = re.compile(r"<script\b(?=[^>]*\bdefer\b)(?=[^>]*\bsrc=)", re.IGNORECASE)
HEAD_END = re.compile(r"</head>", re.IGNORECASE)
# esbuild writes them at the start of a line or statement; `import("…")` is only loaded when it is needed.
STATIC_IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*["'](\./[^"']+|\.\./[^"']+)["']""")


def hinted(page: str, startup: StartupFiles, modules: list[str]) -> str:
    """The release's page with what it loads before the first image.

    Args:
        page: its URLs begin at the root of its host.
        startup: the joined files.
        modules: paths of our modules in the dist.
    """
    lines = [f'<link rel="modulepreload" fetchpriority="low" href="/{module}">' for module in modules]
    if startup.style:
        lines.append(f'<link id="{STYLE_ID}" rel="stylesheet" href="/{startup.style}">')
    if startup.script:
        lines.append(f'<script id="{SCRIPT_ID}" async fetchpriority="low" src="/{startup.script}"></script>')
    page = ENTRY.sub(r'\g<0> fetchpriority="high"', page)
    return HEAD_END.sub(lambda found: "".join(lines) + found[0], page, count=1)


def modules_of(package: BundledPackage) -> list[str]:
    """The files of a package that OHIF imports, and what these import at once, as paths in the package."""
    wanted = [name for name in (package.extension, *package.modes) if name]
    found = dict.fromkeys(wanted)
    while wanted:
        name = wanted.pop()
        for imported in _imports(package, name):
            if imported not in found:
                found[imported] = None
                wanted.append(imported)
    return list(found)


def _imports(package: BundledPackage, name: str) -> Iterator[str]:
    path = package.tree / name
    for found in STATIC_IMPORT.finditer(path.read_text(encoding="utf-8")):
        target = (path.parent / PurePosixPath(found[1])).resolve()
        if target.is_file() and target.is_relative_to(package.tree.resolve()):
            yield target.relative_to(package.tree.resolve()).as_posix()
