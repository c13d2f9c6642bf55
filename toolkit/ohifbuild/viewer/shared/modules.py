"""Which modules a base viewer shares with packages at run time, and how they are reached there.

The bundlers keep every module in a registry: pushing a chunk to their global list gives its ``require`` function.
Nothing of the viewer is changed for that; only the ids and the shortened names have to be found at build time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter, SilentReporter
from ohifbuild.core.digests import digest_of
from ohifbuild.packages.shared_names import SHARED_PACKAGES
from ohifbuild.sources.base_viewer import BaseViewer
from ohifbuild.viewer.shared.bundles import Bundles, Import, imports, read_bundles
from ohifbuild.viewer.shared.exports import common_js_names, exports, is_common_js, names_in_comments, unused_exports

KIND = "shared-modules"
# No bundler gives an export this property.
UNDEFINED = ""
# Increase it when this folder finds other facts in the same bundles.
FACTS_VERSION = 2

# OHIF's platform packages are bundled from their sources.
PLATFORM = {"core": "@ohif/core", "ui": "@ohif/ui", "ui-next": "@ohif/ui-next", "i18n": "@ohif/i18n"}
# The files in node_modules that a package's bare name means.
ENTRIES = frozenset(
    {
        "index", "moment", "build/dcmjs.es", "esm/index", "dist/index", "dist/es/index", "dist/esm/index",
        "dist/esm/i18next",
    }
)  # fmt: skip

NAMED = re.compile(
    r"// EXTERNAL MODULE: (?P<path>\S+)(?: \+ \d+ modules)?\n"
    r"(?:var \S+ = )?(?:/\*#__PURE__\*/ ?)?__webpack_require__\((?P<id>\d+)\)"
)
IN_NODE_MODULES = re.compile(r"(?:\.\./)+node_modules/(?P<package>(?:@[^/]+/)?[^/]+)/(?P<file>.+?)\.(?:js|mjs|cjs)")
IN_PLATFORM = re.compile(r"\.\./\.\./(?P<folder>[\w-]+)/src/index\.\w+")
ALWAYS_LOADED = re.compile(r'extensions\.push\("([^"]+)"\)')
PLUGIN = re.compile(r'if \(module === "(?P<name>[^"]+)"\) \{\s*(?:const|var) imported = await ')


@dataclass(frozen=True)
class SharedModule:
    """A module that the viewer shares.

    Args:
        id: the bundler's id.
        chunks: the chunks that must be loaded before the module is available.
        common_js: whether it is a CommonJS module.
        exports: the run-time property of each export, by its name; None if the exports are not known.
        unused: names of further exports, which the bundle lacks because OHIF does not use them.
    """

    id: str
    chunks: tuple[str, ...]
    common_js: bool
    exports: dict[str, str] | None
    unused: tuple[str, ...] = ()


@dataclass(frozen=True)
class SharedModules:
    """What a viewer shares: the bundler's global list of chunks, and the modules by what packages import."""

    chunk_list: str
    modules: dict[str, SharedModule]

    def with_undefined(self, names: Iterable[str]) -> SharedModules:
        """The same with further exports that are undefined.

        Args:
            names: ``MODULE NAME`` each, of modules that are shared.
        """
        modules = dict(self.modules)
        for specifier, name in (each.split(" ") for each in names):
            module = modules[specifier]
            modules[specifier] = replace(module, exports={**(module.exports or {}), name: UNDEFINED})
        return SharedModules(self.chunk_list, modules)

    @property
    def packages(self) -> frozenset[str]:
        """The npm packages that have at least one shared module."""
        return frozenset(package_of(specifier) for specifier in self.modules)


def package_of(specifier: str) -> str:
    """The npm package that an import names: ``react`` of ``react/jsx-runtime``."""
    return "/".join(specifier.split("/")[: 2 if specifier.startswith("@") else 1])


def shared_modules(base: BaseViewer, cache: Cache, *, reporter: Reporter | None = None) -> SharedModules:
    """The modules that a base viewer shares; read once per viewer, then kept in the cache.

    Raises:
        ReleaseUnsupported: the viewer's bundles do not have the known format.
        OhifbuildError: as ``Cache.entry``.
    """

    def make(work: Path) -> None:
        with (reporter or SilentReporter()).step("Read the viewer's shared modules"):
            facts = asdict(find_shared(read_bundles(base.path)))
        (work / "facts.json").write_text(json.dumps(facts), encoding="utf-8")

    folder = cache.entry(KIND, digest_of(base.key, FACTS_VERSION), make, reporter=reporter, shared=True)
    facts: dict[str, Any] = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
    modules = {
        name: SharedModule(row["id"], tuple(row["chunks"]), row["common_js"], row["exports"], tuple(row["unused"]))
        for name, row in facts["modules"].items()
    }
    return SharedModules(facts["chunk_list"], modules)


def shared_exports(base: BaseViewer, cache: Cache, *, reporter: Reporter | None = None) -> dict[str, frozenset[str]]:
    """The names that packages can import at run time, by what they import them from.

    A module whose names are not known, as CommonJS allows, has none here; any name may be imported from it.

    Raises:
        ReleaseUnsupported, OhifbuildError: as ``shared_modules``.
    """
    modules = shared_modules(base, cache, reporter=reporter).modules
    return {specifier: frozenset(module.exports or ()) for specifier, module in modules.items()}


def find_shared(bundles: Bundles) -> SharedModules:
    """The shared modules of a viewer's bundles.

    Raises:
        ReleaseUnsupported: the bundles contradict themselves.
    """
    every = [module for copies in bundles.modules.values() for module in copies]
    names = names_in_comments(every)
    plugins = list(_plugins(bundles.entry))
    always = set(ALWAYS_LOADED.findall(bundles.entry))
    first = [site for name, _, site in plugins if site and name in always]
    sites = [*first, *sorted(imports(bundles.entry), key=lambda site: len(site.chunks))]
    found: dict[str, SharedModule] = {}
    for specifier, module_id, site in [*plugins, *_named(bundles)]:
        module = _shared(bundles, module_id, names.get(module_id, {}), sites if site is None else [site])
        if module:
            found.setdefault(specifier, module)
    return SharedModules(bundles.chunk_list, dict(sorted(found.items())))


def _shared(bundles: Bundles, module_id: str, names: dict[str, str], sites: list[Import]) -> SharedModule | None:
    copies = {module.chunk: module for module in bundles.modules.get(module_id, ())}
    chunks: tuple[str, ...] = ()
    if "" in copies:
        module = copies[""]
    else:
        reached = [
            (site.module != module_id, number, site.chunks, copies[bundles.chunks[chunk]])
            for number, site in enumerate(sites)
            for chunk in site.chunks
            if bundles.chunks.get(chunk) in copies
        ]
        if not reached:
            return None
        _, _, chunks, module = min(reached, key=lambda item: item[:3])
    if is_common_js(module):
        known = common_js_names(module, bundles.modules)
        return SharedModule(module_id, chunks, True, None if known is None else {name: name for name in sorted(known)})
    found = exports(module, names)
    return SharedModule(module_id, chunks, False, found, tuple(sorted(unused_exports(module) - found.keys())))


def _plugins(entry: str) -> Iterator[tuple[str, str, Import | None]]:
    """OHIF's compiled extensions and modes: the entry chunk imports each by its name."""
    for found in PLUGIN.finditer(entry):
        end = entry.find("\n", found.end())
        site = next(imports(entry[found.end() : end]), None)
        if site:
            yield found["name"], site.module, site


def _named(bundles: Bundles) -> Iterator[tuple[str, str, Import | None]]:
    """The modules that the bundler names in comments, where others import them."""
    ids: dict[str, str] = {}
    for copies in bundles.modules.values():
        for module in copies:
            ids |= {found["path"]: found["id"] for found in NAMED.finditer(module.body)}
    for path, module_id in sorted(ids.items()):
        yield from ((specifier, module_id, None) for specifier in _specifiers(path))


def _specifiers(path: str) -> list[str]:
    """What packages write to import a module: the most common form first."""
    platform = IN_PLATFORM.fullmatch(path)
    if platform:
        return [PLATFORM[platform["folder"]]] if platform["folder"] in PLATFORM else []
    found = IN_NODE_MODULES.fullmatch(path)
    if not found or found["package"] not in SHARED_PACKAGES:
        return []
    package, file = found["package"], found["file"]
    deep = [f"{package}/{file}", f"{package}/{file}.js"]
    if file.endswith("/index"):
        deep.append(f"{package}/{file.removesuffix('/index')}")
    return [package, *deep] if file in ENTRIES else deep
