"""Packs a package as a plugin that OHIF 3.14 loads at run time: one file, its style sheet, and its descriptor.

OHIF gives plugins its own modules as global variables that have the packages' names; the list is that of
``platform/app/src/runtimeShared.ts`` in OHIF's repository. A UMD bundle puts its default export into the variable that
the descriptor names; an ES module exports it. OHIF serves nothing but these files, so all else is in them.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.core.disk import disk_errors
from ohifbuild.core.temporary import temporary_folder
from ohifbuild.packages.files import copy_files
from ohifbuild.packages.package import Package
from ohifbuild.packages.problems import PackageProblem, refuse
from ohifbuild.sources.package_dependencies import decide_run_time_dependencies, install_dependencies
from ohifbuild.sources.workspace import TOGETHER
from ohifbuild.tools.esbuild import esbuild
from ohifbuild.viewer.esbuild_packages import META, run_esbuild
from ohifbuild.viewer.extensions import entries_of
from ohifbuild.viewer.import_problems import Reading, from_elsewhere, problems_of, second_instances
from ohifbuild.viewer.run_time_packages import IMAGES
from ohifbuild.viewer.shared.modules import SharedModule, SharedModules, package_of
from ohifbuild.workspaces.descriptors import Descriptor

Format = Literal["umd", "esm"]
CORE_VERSIONS = ">=3.14.0-beta.7 <4"
HOST = (
    "react",
    "react-dom",
    "react/jsx-runtime",
    "@ohif/core",
    "@ohif/ui-next",
    "@ohif/i18n",
    "@ohif/extension-default",
    "@ohif/extension-cornerstone",
    "@cornerstonejs/core",
    "@cornerstonejs/tools",
    "dcmjs",
    "gl-matrix",
)
NAMED = re.compile(r"@?[\w-][^:]*$")  # not data: and not esbuild's own <define:…>
SHARED = SharedModules("", {name: SharedModule(name, (), True, None) for name in HOST})
# Loaded by import(), a bundle sees neither `module` nor `exports`; in Node and in bundlers it is a CommonJS module.
UMD = """\
(function (root, factory) {
  if (typeof module === "object" && typeof exports === "object") module.exports = factory(require).default;
  else root[%(name)s] = factory(function (name) { return root[name]; }).default;
})(typeof self !== "undefined" ? self : globalThis, function (require) {
var module = { exports: {} }, exports = module.exports;
%(code)s
return module.exports;
});
"""
ESM = """\
const require = (name) => globalThis[name], module = { exports: {} }, exports = module.exports;
%(code)s
export default module.exports.default;
"""


def pack_plugin(
    package: Package, output: Path, form: Format, cache: Cache, *, url: str, offline: bool, reporter: Reporter
) -> Descriptor:
    """Writes ``NAME/VERSION/`` with the bundle, its style sheet and ``descriptor.json`` into ``output``.

    Args:
        url: the path or URL under which ``output`` will be served, with a slash at its end.

    Raises:
        ExtensionInvalid: the package cannot be a plugin: it has several entries, another id than its name, or imports
            that OHIF does not share with plugins.
        OhifbuildError: as ``esbuild``, ``decide_run_time_dependencies`` and ``install_dependencies``.
    """
    refuse(_unfit(package))
    brought = decide_run_time_dependencies(
        [package], {}, "3.14", cache, shared=SHARED.packages, offline=offline, reporter=reporter
    )
    binary = esbuild(cache, offline=offline, reporter=reporter)
    with temporary_folder() as folder:
        work = Path(folder)
        copy_files(package.root, work / "package", with_built=package.with_built)
        install_dependencies(work, [(package, work / "package")], brought, cache, offline=offline, reporter=reporter)
        refuse(_bundle(package, work, binary))
        code = (work / "tree" / "plugin.js").read_text(encoding="utf-8").rstrip()
        style = work / "tree" / "plugin.css"
        values = {"name": json.dumps(package.name), "code": code}
        files = {f"index.{form}.js": ((UMD if form == "umd" else ESM) % values).encode()}
        if style.is_file():
            files["index.css"] = style.read_bytes()
    place = f"{package.name}/{package.version}"
    descriptor = Descriptor(
        package=package.name,
        url=f"{url}{place}/index.{form}.js",
        global_name=package.name if form == "umd" else "",
        core_versions=CORE_VERSIONS,
        integrity=_integrity(files[f"index.{form}.js"]),
        styles=(f"{url}{place}/index.css",) if "index.css" in files else (),
    )
    files["descriptor.json"] = (json.dumps(descriptor.written(), indent=2) + "\n").encode()
    with disk_errors(output):
        (output / place).mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (output / place / name).write_bytes(content)
    return descriptor


def _unfit(package: Package) -> list[PackageProblem]:
    root, found = str(package.root), []
    if len(entries_of(package)) != 1:
        found.append(
            PackageProblem(
                root,
                "it has more than one entry",
                "Make a package of each extension and each mode.",
                cause="OHIF takes the default export of a plugin as one extension or one mode.",
            )
        )
    if package.id not in (None, package.name):
        found.append(
            PackageProblem(
                root,
                f"its id is '{package.id}'",
                f"Give it the id '{package.name}'.",
                cause="OHIF refuses a plugin whose id is not the name of its package.",
            )
        )
    return found


def _bundle(package: Package, work: Path, binary: Path) -> list[PackageProblem]:
    (entry,) = entries_of(package).values()
    options = [
        "--format=cjs",
        *(f"--external:{name}" for name in HOST),
        *(f"--loader:.{kind}=dataurl" for kind in IMAGES),
    ]
    entries = {"plugin": f"package/{entry.removeprefix('./')}"}
    found = run_esbuild(binary, work, entries, "tree", (f"{TOGETHER}/node_modules",), options)
    reading = Reading(package, "package/", SHARED, {}, "3.14", "plugins")
    if problems := problems_of(reading, found):
        return problems
    inputs: dict[str, Any] = json.loads((work / META).read_text(encoding="utf-8"))["inputs"]
    return [
        *from_elsewhere(reading, inputs, ("package", TOGETHER)),
        *second_instances(reading, inputs),
        *_deep_imports(package, inputs),
    ]


def _deep_imports(package: Package, inputs: Mapping[str, Any]) -> Iterator[PackageProblem]:
    """The imports of modules inside the host's packages: to leave out a package leaves all of its modules out."""
    for importer, module in sorted(inputs.items()):
        for imported in module["imports"]:
            if imported.get("external") and imported["path"] not in HOST and NAMED.match(imported["path"]):
                yield PackageProblem(
                    str(package.root),
                    f"{importer.removeprefix('package/')} imports {imported['path']}",
                    f"Import it from {package_of(imported['path'])} itself, or do without.",
                    cause="OHIF gives plugins its packages, and not the modules inside of them.",
                )


def _integrity(content: bytes) -> str:
    return f"sha384-{base64.b64encode(hashlib.sha384(content).digest()).decode()}"
