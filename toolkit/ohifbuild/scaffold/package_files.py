"""The files of a new package, as text."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ohifbuild import __version__
from ohifbuild.config.recipe import RECIPE_NAME
from ohifbuild.core.text_templates import text_templates
from ohifbuild.scaffold.manifests import mode_manifest, package_manifest
from ohifbuild.scaffold.package_request import MODULES, PackageRequest
from ohifbuild.supply.pipelines import PIPELINE_PATHS, Pipeline, jobs_of

# The method by which OHIF asks an extension for a module; the module's template and its file have this name.
METHODS = {
    "panel": "getPanelModule",
    "viewport": "getViewportModule",
    "commands": "getCommandsModule",
    "toolbar": "getToolbarModule",
    "sop-class-handler": "getSopClassHandlerModule",
    "hanging-protocol": "getHangingProtocolModule",
    "data-source": "getDataSourcesModule",
}
COMPONENTS = {"panel": "Panel", "viewport": "Viewport"}


def package_files(request: PackageRequest) -> dict[str, str]:
    """The text of each file, by its path in the package."""
    files = {path: _rendered(template, request) for path, template in _templates(request).items()}
    files["package.json"] = _json(package_manifest(request))
    if request.needs_mode:
        files["mode/package.json"] = _json(mode_manifest(request))
    files[PIPELINE_PATHS["github"]] = _pipeline(request.language)
    return dict(sorted(files.items()))


def _templates(request: PackageRequest) -> dict[str, str]:
    """The template of each file that is made from one."""
    plain, markup = ("ts", "tsx") if request.language == "typescript" else ("js", "jsx")
    found = {
        RECIPE_NAME: "ohifbuild.toml",
        "README.md": "README.md",
        ".gitignore": "gitignore",
        "eslint.config.mjs": "eslint.config.mjs",
        "tests/test_viewer.py": "test_viewer.py",
        f"tests/package.test.{plain}": f"{request.kind}.test.js",
    }
    if request.language == "typescript":
        found |= {"tsconfig.json": "tsconfig.json", "types/ohif.d.ts": "ohif.d.ts"}
    if request.kind == "mode":
        return found | {f"src/index.{plain}": "mode.js"}
    found |= {f"src/index.{plain}": "extension.js", f"src/id.{plain}": "id.js", f"tests/host.{plain}": "host.js"}
    for module in request.modules:
        found[f"src/{METHODS[module]}.{plain}"] = f"{METHODS[module]}.js"
        if module in COMPONENTS:
            found[f"src/{COMPONENTS[module]}.{markup}"] = f"{COMPONENTS[module]}.jsx"
    if {"panel", "toolbar"} & set(request.modules):
        found[f"src/onModeEnter.{plain}"] = "onModeEnter.js"
    if request.needs_mode:
        found[f"mode/src/index.{plain}"] = "mode.js"
    return found


@dataclass(frozen=True)
class _Writer:
    """What the templates call, to write one source for both languages."""

    typescript: bool

    def typed(self, annotation: str) -> str:
        """A type annotation, in TypeScript only."""
        return annotation if self.typescript else ""

    def local(self, module: str, *, markup: bool = False) -> str:
        """How a module of the package is imported: without its ending in TypeScript."""
        return f"{module}{'' if self.typescript else '.jsx' if markup else '.js'}"


def _rendered(template: str, request: PackageRequest) -> str:
    name, writer = request.name, _Writer(request.language == "typescript")
    mode = name.of_mode if request.needs_mode else name
    text = (
        text_templates("ohifbuild.scaffold")
        .get_template(f"{template}.j2")
        .render(
            request=request,
            name=name,
            mode=mode,
            modules=request.modules,
            methods={module: METHODS[module] for module in MODULES if module in request.modules},
            typescript=writer.typescript,
            typed=writer.typed,
            local=writer.local,
            version=__version__,
        )
    )
    return text.rstrip("\n") + "\n"


@functools.cache
def _pipeline(language: str) -> str:
    checks = ("test", "lint", *(("typecheck",) if language == "typescript" else ()))
    return Pipeline("github", jobs_of((Path(RECIPE_NAME),)), "none", npm_scripts=checks).text()


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2) + "\n"
