"""Bundles packages that import the viewer's own modules: React, ``@ohif/*``, ``@cornerstonejs/*``.

esbuild runs in a work folder where the package is the link ``package``. So a package finds no module in a folder above
its own, and the names of its files, which decide the names of chunks, are the same on every machine. What a package
imports of another one of the recipe is bundled into both.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.core.digests import digest_of, digest_of_tree
from ohifbuild.core.errors import ToolFailed
from ohifbuild.core.processes import run
from ohifbuild.packages.package import Package
from ohifbuild.packages.problems import PackageProblem, refuse
from ohifbuild.sources.base_viewer import BaseViewer
from ohifbuild.tools.esbuild import esbuild
from ohifbuild.viewer.esbuild_messages import Message, messages
from ohifbuild.viewer.extensions import DIGEST_LENGTH, KIND, TARGET, BundledPackage, Bundles, entries_of
from ohifbuild.viewer.import_problems import Reading, from_elsewhere, problems_of, second_instances
from ohifbuild.viewer.shared.modules import SharedModules, shared_modules
from ohifbuild.viewer.shared.shims import aliases, loader, write_shims

# OHIF's webpack and Rspack configurations read the same kinds of files.
IMAGES = ("png", "jpg", "jpeg", "gif", "svg", "webp", "woff", "woff2", "ttf", "eot", "wasm")
OPTIONS = (
    "--bundle",
    "--minify",
    "--format=esm",
    "--splitting",
    "--platform=browser",
    "--charset=utf8",
    f"--target={TARGET}",
    "--jsx=automatic",
    "--preserve-symlinks",
    "--loader:.js=jsx",
    *(f"--loader:.{kind}=file" for kind in IMAGES),
    '--define:process.env.NODE_ENV="production"',
    "--define:process.env={}",
    "--define:global=globalThis",
    "--entry-names=[name]-module",
    "--chunk-names=chunk-[hash]",
    "--asset-names=asset-[name]-[hash]",
    # Without it, esbuild reads a tsconfig.json in any parent folder of the package.
    "--tsconfig-raw={}",
    "--log-level=warning",
    "--log-limit=0",
    "--color=false",
)
PACKAGE, SHIMS, OTHERS = "package", "shims", "others"
UNRESOLVED = re.compile(r'Could not resolve "([^"]+)"')


def complete(bundles: Bundles, base: BaseViewer, cache: Cache, *, offline: bool, reporter: Reporter) -> Bundles:
    """What is injected, with the packages that waited for the base viewer.

    Raises:
        ExtensionInvalid, OhifbuildError: as ``bundle_with_shared``.
    """
    bundled = bundle_with_shared(bundles.waiting, base, cache, offline=offline, reporter=reporter)
    return Bundles((*bundles.packages, *bundled), bundles.early)


def bundle_with_shared(
    packages: tuple[Package, ...], base: BaseViewer, cache: Cache, *, offline: bool, reporter: Reporter
) -> tuple[BundledPackage, ...]:
    """Bundles packages against the modules that ``base`` shares.

    Raises:
        ExtensionInvalid: packages import what the viewer does not share, or esbuild cannot read them; all problems of
            all packages are reported.
        OhifbuildError: as ``esbuild``, ``shared_modules`` and ``Cache.entry``.
    """
    if not packages:
        return ()
    shared = shared_modules(base, cache, reporter=reporter)
    binary = esbuild(cache, offline=offline, reporter=reporter)
    done: list[BundledPackage] = []
    problems: list[PackageProblem] = []
    for package in packages:
        with tempfile.TemporaryDirectory() as folder:
            work = _Work(Path(folder), package, packages, shared, binary, base)
            found = work.bundle()
            problems += found
            if not found and not problems:
                done.append(work.keep(cache))
    refuse(problems)
    return tuple(done)


@dataclass(frozen=True)
class _Work:
    """One package's bundling, in the folder ``root``."""

    root: Path
    package: Package
    together: tuple[Package, ...]
    shared: SharedModules
    binary: Path
    base: BaseViewer

    @property
    def tree(self) -> Path:
        return self.root / "tree"

    def bundle(self) -> list[PackageProblem]:
        """Fills ``tree``; returns what is wrong with the package."""
        _link(self.root / PACKAGE, self.package)
        for other in self.together:
            if other is not self.package:
                _link(self.root / OTHERS / other.name, other)
        files = {f"{SHIMS}/{name}": it for name, it in write_shims(self.shared, self.root / SHIMS).items()}
        found = self._run()
        unresolved = {absent[1] for message in found if (absent := UNRESOLVED.match(message.text))}
        if unresolved:  # esbuild looks for missing exports only when it has found all modules
            found += self._run(*(f"--external:{name}" for name in sorted(unresolved)))
        reading = Reading(self.package, files, self.base.release.version, self.base.origin)
        if problems := problems_of(reading, found):
            return problems
        meta = json.loads((self.root / "meta.json").read_text(encoding="utf-8"))
        problems = from_elsewhere(reading, meta["inputs"], (PACKAGE, SHIMS, OTHERS))
        if problems := problems or second_instances(reading, meta["inputs"]):
            return problems
        styles = [name for name in self._outputs(meta) if name.endswith(".css")]
        used = [self.shared.modules[files[name]] for name in meta["inputs"] if name in files]
        self._place_files(meta)
        for name in entries_of(self.package):
            text = loader(self.shared, used, f"{name}-module.js", styles)
            (self.tree / f"{name}.js").write_text(text, encoding="utf-8")
        return []

    def keep(self, cache: Cache) -> BundledPackage:
        """The bundled package in the cache, under the digest of its files."""
        digest = digest_of_tree(self.tree)
        folder = cache.entry(KIND, digest_of("run-time", digest), lambda work: _copy(self.tree, work / "tree"))
        names = entries_of(self.package)
        return BundledPackage(
            package=self.package,
            tree=folder / "tree",
            digest=digest[:DIGEST_LENGTH],
            extension="extension.js" if self.package.extension else None,
            modes=tuple(f"{name}.js" for name in names if name != "extension"),
        )

    def _run(self, *options: str) -> list[Message]:
        lines: list[str] = []
        command: list[str | Path] = [
            self.binary,
            *(f"{name}={PACKAGE}/{path.removeprefix('./')}" for name, path in entries_of(self.package).items()),
            *OPTIONS,
            *aliases(self.shared),
            "--outdir=tree",
            "--metafile=meta.json",
            *options,
        ]
        environment = {**os.environ, "NODE_PATH": f"{self.root / SHIMS}{os.pathsep}{self.root / OTHERS}"}
        try:
            run(command, cwd=self.root, env=environment, on_line=lines.append)
        except ToolFailed:
            found = messages(lines)
            if not any(message.level == "ERROR" for message in found):
                raise
            return found
        return messages(lines)

    def _outputs(self, meta: dict[str, Any]) -> list[str]:
        return [name.removeprefix("tree/") for name in meta["outputs"]]

    def _place_files(self, meta: dict[str, Any]) -> None:
        """Makes the modules refer to their images and fonts by their own URL; esbuild's paths are the page's."""
        assets = [name for name in self._outputs(meta) if Path(name).suffix not in (".js", ".css")]
        for path in self.tree.glob("*.js"):
            text = changed = path.read_text(encoding="utf-8")
            for name in assets:
                changed = changed.replace(f'"./{name}"', f"new URL({json.dumps(name)},import.meta.url).href")
            if changed != text:
                path.write_text(changed, encoding="utf-8")


def _link(path: Path, package: Package) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(package.root, target_is_directory=True)


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target)
