"""Minifies the bundler's scripts and styles, and leaves out code that nothing uses.

The published releases are not minified, and hold much that OHIF imports as a whole: every icon of an icon set, every
language of a date library. Measured on the entry chunk of 3.12.0 (15.4 MB): esbuild gives 7.8 MB, which is 1.67 MB
after brotli; oxc-minify, which also leaves out unused functions and constants, gives 6.1 MB and 1.28 MB.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.core.processes import run
from ohifbuild.sources.base_viewer import bundled_files
from ohifbuild.tools.esbuild import esbuild, esbuild_version
from ohifbuild.tools.oxc import oxc, oxc_version
from ohifbuild.tools.toolchain import node_tools

SCRIPT = Path(__file__).with_name("minify.cjs")
LICENSES = "script-licenses.txt"
# oxc-minify leaves out a call whose result nothing uses only if it knows that the call does nothing else. Lucide's
# icons are made by calls without the customary comment that says so.
PURE = ("createLucideIcon",)
OPTIONS = {
    "compress": {"target": "es2020", "treeshake": {"manualPureFunctions": PURE}},
    "mangle": True,
    "codegen": {"removeWhitespace": True, "legalComments": "external"},
}
ADDON_NEEDS = ">=18"


def minifiers() -> dict[str, str]:
    """The version, by name, of each minifier; they decide the bytes of the minified files."""
    return {"esbuild": esbuild_version(), "oxc-minify": oxc_version()}


def minify_all(tree: Path, cache: Cache, *, offline: bool, reporter: Reporter) -> list[str]:
    """Minifies the bundler's scripts and styles in ``tree``; those in other folders are third-party builds.

    Returns:
        The names of the files that are new: the licences that the scripts carried in comments.

    Raises:
        ToolFailed: a minifier could not read one of the files.
        OhifbuildError: the errors of ``esbuild``, ``oxc`` and ``node_tools``.
    """
    scripts = [path.relative_to(tree).as_posix() for path in bundled_files(tree, ".js")]
    styles = [path.relative_to(tree).as_posix() for path in bundled_files(tree, ".css")]
    binary = esbuild(cache, offline=offline, reporter=reporter)
    addon = oxc(cache, offline=offline, reporter=reporter)
    tools = node_tools(cache, reporter, needs=ADDON_NEEDS, offline=offline)
    out = tree.parent / "minified"
    job = tree.parent / "minify.json"
    job.write_text(
        json.dumps(
            {
                "addon": str(addon),
                "root": str(tree),
                "out": str(out),
                "names": scripts,
                "options": OPTIONS,
                "licenses": LICENSES,
            }
        )
    )
    with reporter.step("Minify", total=len(scripts) + len(styles)) as meter:
        run([tools.node, SCRIPT, job], cwd=tree, env=tools.env, on_line=lambda _: meter.advance())
        if styles:
            # Without --tsconfig-raw, esbuild reads a tsconfig.json in any parent folder of the cache.
            options = ["--minify", "--charset=utf8", "--tsconfig-raw={}", "--log-level=error"]
            run([binary, *styles, *options, f"--outdir={out}", f"--outbase={tree}"], cwd=tree)
            meter.advance(len(styles))
    new = []
    for path in sorted(p for p in out.rglob("*") if p.is_file()):
        name = path.relative_to(out).as_posix()
        target = tree / name
        if target.exists():
            target.unlink()
        else:
            new.append(name)
        path.rename(target)
    shutil.rmtree(out)
    job.unlink()
    return new
