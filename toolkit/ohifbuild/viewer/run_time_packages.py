"""Bundles packages that import the viewer's own modules: React, ``@ohif/*``, ``@cornerstonejs/*``.

esbuild runs in a work folder with copies of all packages and of what they bring. So a package gets nothing from a
folder above its own, and the names of files, which decide the names of chunks, are the same on every machine. What a
package imports of another one of the recipe is bundled into both.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.core.digests import digest_of, digest_of_tree
from ohifbuild.core.temporary import temporary_folder
from ohifbuild.packages.accepted_names import AcceptedName, advice
from ohifbuild.packages.dependencies import Resolved
from ohifbuild.packages.files import copy_files
from ohifbuild.packages.package import Package
from ohifbuild.packages.problems import PackageProblem, refuse
from ohifbuild.sources.base_viewer import BaseViewer
from ohifbuild.sources.package_dependencies import install_dependencies
from ohifbuild.sources.workspace import TOGETHER
from ohifbuild.tools.esbuild import esbuild
from ohifbuild.viewer.esbuild_messages import Message
from ohifbuild.viewer.esbuild_packages import META, run_esbuild
from ohifbuild.viewer.extensions import DIGEST_LENGTH, KIND, BundledPackage, Bundles, entries_of
from ohifbuild.viewer.import_problems import Reading, from_elsewhere, problems_of, second_instances
from ohifbuild.viewer.shared.modules import SharedModules, shared_modules
from ohifbuild.viewer.shared.shims import aliases, loader, shims_of

# OHIF's webpack and Rspack configurations read the same kinds of files.
IMAGES = ("png", "jpg", "jpeg", "gif", "svg", "webp", "woff", "woff2", "ttf", "eot", "wasm")
OPTIONS = (
    "--format=esm",
    "--splitting",
    *(f"--loader:.{kind}=file" for kind in IMAGES),
    "--entry-names=[name]-module",
    "--chunk-names=chunk-[hash]",
    "--asset-names=asset-[name]-[hash]",
)
PACKAGES, SHIMS = "packages", "shims"
UNRESOLVED = re.compile(r'Could not resolve "([^"]+)"')


def complete(
    bundles: Bundles,
    base: BaseViewer,
    brought: Resolved,
    cache: Cache,
    *,
    allowed: Sequence[str] = (),
    offline: bool,
    reporter: Reporter,
) -> Bundles:
    """What is injected, with the packages that waited for the base viewer.

    Args:
        brought: the dependencies of these packages that the viewer does not share.
        allowed: the missing exports that the recipe accepts, as ``MODULE NAME``.

    Raises:
        ExtensionInvalid, OhifbuildError: as ``bundle_with_shared``.
    """
    bundled, accepted = bundle_with_shared(
        bundles.waiting, base, brought, cache, allowed=allowed, offline=offline, reporter=reporter
    )
    return Bundles((*bundles.packages, *bundled), bundles.early, accepted=accepted, media_worker=bundles.media_worker)


def bundle_with_shared(
    packages: Sequence[Package],
    base: BaseViewer,
    brought: Resolved,
    cache: Cache,
    *,
    allowed: Sequence[str] = (),
    offline: bool,
    reporter: Reporter,
) -> tuple[tuple[BundledPackage, ...], tuple[AcceptedName, ...]]:
    """Bundles packages against the modules that ``base`` shares.

    Returns:
        the bundled packages, and the missing exports in them that are ``allowed``.

    Raises:
        ExtensionInvalid: packages import what the viewer does not share, or esbuild cannot read them; all problems of
            all packages are reported.
        OhifbuildError: as ``esbuild``, ``shared_modules``, ``install_dependencies`` and ``Cache.entry``.
    """
    if not packages:
        return (), ()
    shared = shared_modules(base, cache, reporter=reporter)
    binary = esbuild(cache, offline=offline, reporter=reporter)
    with temporary_folder() as folder:
        root = Path(folder)
        places = [(package, root / PACKAGES / package.name) for package in packages]
        for package, place in places:
            copy_files(package.root, place, with_built=package.with_built)
        install_dependencies(root, places, brought, cache, offline=offline, reporter=reporter)
        accepted: dict[AcceptedName, None] = {}
        while True:
            shims = shims_of(shared)
            (root / SHIMS).unlink(missing_ok=True)
            (root / SHIMS).symlink_to(shims.folder(cache))
            files = {f"{SHIMS}/{name}": specifier for name, specifier in shims.specifiers.items()}
            works = [
                _Work(root, number, item, shared, files, binary, base)
                for number, item in enumerate(packages)
                if not item.library
            ]
            problems = [(work.package.name, problem) for work in works for problem in work.bundle()]
            refused = [problem for _, problem in problems if problem.missing not in allowed]
            refuse(refused, advice([each.missing for each in refused if each.missing], allowed))
            if not problems:
                return tuple(work.keep(cache) for work in works), tuple(accepted)
            accepted |= {AcceptedName(name, each.place, each.missing): None for name, each in problems}
            shared = shared.with_undefined([each.missing for _, each in problems])


@dataclass(frozen=True)
class _Work:
    """One package's bundling, in the folder ``root`` with all packages and shims; ``files`` are those of the shims."""

    root: Path
    number: int
    package: Package
    shared: SharedModules
    files: Mapping[str, str]
    binary: Path
    base: BaseViewer

    @property
    def tree(self) -> Path:
        return self.root / f"tree-{self.number}"

    def bundle(self) -> list[PackageProblem]:
        """Fills ``tree``; returns what is wrong with the package."""
        found = self._run()
        unresolved = {absent[1] for message in found if (absent := UNRESOLVED.match(message.text))}
        if unresolved:  # esbuild looks for missing exports only when it has found all modules
            found += self._run(*(f"--external:{name}" for name in sorted(unresolved)))
        home = f"{PACKAGES}/{self.package.name}/"
        release = self.base.release.version
        reading = Reading(self.package, home, self.shared, self.files, release, self.base.origin)
        if problems := problems_of(reading, found):
            return problems
        meta = json.loads((self.root / META).read_text(encoding="utf-8"))
        problems = from_elsewhere(reading, meta["inputs"], (PACKAGES, SHIMS, TOGETHER))
        if problems := problems or second_instances(reading, meta["inputs"]):
            return problems
        outputs = [Path(name).name for name in meta["outputs"]]
        styles = [name for name in outputs if name.endswith(".css")]
        used = [self.shared.modules[self.files[name]] for name in meta["inputs"] if name in self.files]
        self._place_files([name for name in outputs if Path(name).suffix not in (".js", ".css")])
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
        home = f"{PACKAGES}/{self.package.name}"
        entries = {name: f"{home}/{path.removeprefix('./')}" for name, path in entries_of(self.package).items()}
        searched = (SHIMS, PACKAGES, f"{TOGETHER}/node_modules")
        more = (*OPTIONS, *aliases(self.shared), *options)
        return run_esbuild(self.binary, self.root, entries, self.tree.name, searched, more)

    def _place_files(self, names: Sequence[str]) -> None:
        """Makes the modules refer to their images and fonts by their own URL; esbuild's paths are the page's."""
        for path in self.tree.glob("*.js"):
            text = changed = path.read_text(encoding="utf-8")
            for name in names:
                changed = changed.replace(f'"./{name}"', f"new URL({json.dumps(name)},import.meta.url).href")
            if changed != text:
                path.write_text(changed, encoding="utf-8")


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target)
