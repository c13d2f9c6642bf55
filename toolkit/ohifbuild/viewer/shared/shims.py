"""What a bundled package has in place of the viewer's modules: small modules that take them from the registry.

esbuild finds them as npm packages, by ``NODE_PATH`` and an alias for each shared package, so that a package's
dependencies get them too. ``import`` of an ES module names each export, so that esbuild reports an import that the
viewer does not have; ``require`` of a CommonJS module gives what the viewer's own ``require`` would give.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ohifbuild.cache.entries import Cache
from ohifbuild.core.digests import digest_of
from ohifbuild.viewer.shared.modules import UNDEFINED, SharedModule, SharedModules, package_of

KIND = "shims"
SCOPE = "@ohifbuild-shared"
REGISTRY = """\
let require_;
globalThis[%s].push([[Symbol("ohifbuild")], {}, (given) => { require_ = given; }]);
export const get = (id) => require_(id);
export const pick = (module, key) => module[key];
"""
# OHIF waits for the module that it loads, and takes its default export.
LOADER = """\
let load;
globalThis[%(chunk_list)s].push([[Symbol("ohifbuild")], {}, (given) => { load = given.e; }]);
await Promise.all(%(chunks)s.map((id) => load(id)));
for (const name of %(styles)s) {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = new URL(name, import.meta.url).href;
  document.head.append(link);
}
export default (await import(%(module)s)).default;
"""


def shim_package(package: str) -> str:
    """The name of the npm package that stands for ``package``."""
    return f"{SCOPE}/{package.lstrip('@').replace('/', '__')}"


@dataclass(frozen=True)
class Shims:
    """The texts of the shims' files, and the specifier that each module of them stands for, both by the file's path."""

    texts: dict[str, str]
    specifiers: dict[str, str]

    def folder(self, cache: Cache) -> Path:
        """A folder in the cache with the files."""

        def write(work: Path) -> None:
            for name, text in self.texts.items():
                path = work / "tree" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")

        return cache.entry(KIND, digest_of(sorted(self.texts.items())), write) / "tree"


def shims_of(shared: SharedModules) -> Shims:
    """An npm package for each shared package."""
    texts = {f"{SCOPE}/registry.mjs": REGISTRY % json.dumps(shared.chunk_list)}
    specifiers: dict[str, str] = {}
    entries: dict[str, dict[str, object]] = {}
    for specifier, module in sorted(shared.modules.items(), key=lambda item: (item[0].count("/"), item[0])):
        package = package_of(specifier)
        for kind, text in (("mjs", _es_module(module)), ("cjs", _common_js(module))):
            name = f"{shim_package(package)}/{module.id}.{kind}"
            texts[name] = text
            specifiers.setdefault(name, specifier)
        required = f"./{module.id}.{'cjs' if module.common_js else 'mjs'}"
        imported = f"./{module.id}.{'cjs' if module.exports is None else 'mjs'}"
        entries.setdefault(package, {})[f".{specifier[len(package) :]}"] = {"require": required, "default": imported}
    for package, exported in entries.items():
        manifest = {"name": shim_package(package), "sideEffects": False, "exports": exported}
        texts[f"{shim_package(package)}/package.json"] = json.dumps(manifest)
    return Shims(texts, specifiers)


def aliases(shared: SharedModules) -> list[str]:
    """esbuild's options that put the shims in place of the shared packages."""
    return [f"--alias:{package}={shim_package(package)}" for package in sorted(shared.packages)]


def loader(shared: SharedModules, used: Iterable[SharedModule], module: str, styles: Iterable[str]) -> str:
    """The module that OHIF loads: it waits for the viewer's chunks, adds the style sheets, then loads ``module``."""
    values: Mapping[str, object] = {
        "chunk_list": shared.chunk_list,
        "chunks": sorted({chunk for item in used for chunk in item.chunks}, key=int),
        "styles": sorted(styles),
        "module": f"./{module}",
    }
    return LOADER % {name: json.dumps(value) for name, value in values.items()}


def _es_module(module: SharedModule) -> str:
    exports = module.exports or {}
    lines = [
        'import { get, pick } from "../registry.mjs";',
        f"const module_ = /* @__PURE__ */ get({json.dumps(module.id)});",
    ]
    # A name that is a reserved word of JavaScript can be exported only as the alias of another.
    for number, (name, key) in enumerate(sorted(exports.items())):
        value = "undefined" if key == UNDEFINED else f"/* @__PURE__ */ pick(module_, {json.dumps(key)})"
        lines.append(f"const e{number} = {value}; export {{ e{number} as {json.dumps(name)} }};")
    if module.common_js and "default" not in exports:
        lines.append("export default module_;")
    return "\n".join(lines) + "\n"


def _common_js(module: SharedModule) -> str:
    return f'import {{ get }} from "../registry.mjs";\nmodule.exports = get({json.dumps(module.id)});\n'
