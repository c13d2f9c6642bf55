"""Which modules each published release shares with packages at run time, and how long it takes to find them.

    python bench/shared_modules.py                 # all releases that npm has
    python bench/shared_modules.py 3.12.0 3.13.2

It prints the table of docs/explanation/shared-modules.md: for each module the exports that a package can import, and
in brackets those that the source has and the built viewer lacks.
"""

from __future__ import annotations

import sys
import time

from ohifbuild.cache.default import default_cache
from ohifbuild.core.console import SilentReporter
from ohifbuild.releases.catalogue import catalogue, find_release
from ohifbuild.sources.published import published_viewer
from ohifbuild.viewer.shared.bundles import read_bundles
from ohifbuild.viewer.shared.modules import SharedModule, find_shared, package_of

ROWS = (
    "react", "react/jsx-runtime", "react-dom", "react-dom/client", "react-i18next", "react-router-dom", "@ohif/core",
    "@ohif/ui", "@ohif/ui-next", "@ohif/i18n", "@ohif/extension-default", "@ohif/extension-cornerstone",
    "@ohif/mode-longitudinal", "@ohif/mode-basic", "@cornerstonejs/core", "@cornerstonejs/tools",
    "@cornerstonejs/adapters", "@cornerstonejs/dicom-image-loader", "dcmjs", "gl-matrix", "prop-types", "classnames",
    "moment",
)  # fmt: skip


def shown(module: SharedModule | None) -> str:
    """A cell of the table."""
    if module is None:
        return "-"
    if module.exports is None:
        return "all"
    return f"{len(module.exports)} (+{len(module.unused)})" if module.unused else str(len(module.exports))


def main(versions: list[str]) -> None:
    """Prints the table and the times."""
    cache, reporter = default_cache(), SilentReporter()
    columns, times = [], []
    for version in versions:
        base = published_viewer(find_release(version, catalogue()), cache, offline=False, reporter=reporter)
        path = base.provide(cache, offline=False, reporter=reporter).path
        started = time.process_time()
        modules = find_shared(read_bundles(path)).modules
        times.append(f"{version}: {time.process_time() - started:.1f} s of processor time, {len(modules)} imports")
        vtk = sum(package_of(name) == "@kitware/vtk.js" and name.endswith(".js") for name in modules)
        columns.append([*(shown(modules.get(name)) for name in ROWS), f"{vtk} files"])
    print(f"| import | {' | '.join(versions)} |\n|---|{'---|' * len(versions)}")
    for name, cells in zip((*ROWS, "@kitware/vtk.js/…"), zip(*columns, strict=True), strict=True):
        print(f"| `{name}` | {' | '.join(cells)} |")
    print(*times, sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:] or [pin.version for pin in catalogue().releases.values() if pin.npm_integrity])
