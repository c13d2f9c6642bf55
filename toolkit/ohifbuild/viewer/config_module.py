"""Bundles the recipe's ``app_config_module`` to a script that the page loads right after ``app-config.js``."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from ohifbuild.cache.entries import Cache
from ohifbuild.config.app_config_module import refused_names
from ohifbuild.core.console import Reporter
from ohifbuild.core.digests import digest_of
from ohifbuild.core.errors import RecipeError, ToolFailed
from ohifbuild.core.processes import run
from ohifbuild.core.temporary import temporary_folder
from ohifbuild.tools.esbuild import esbuild

FOLDER = "ohifbuild/app-config"
GLOBAL = "ohifbuildAppConfig"
DIGEST_LENGTH = 16
APP_CONFIG = re.compile(r"""<script\b[^>]*\bsrc=["']?/app-config\.js["']?(?=[\s>])[^>]*></script>""")


@dataclass(frozen=True)
class ConfigModule:
    """A bundled module: ``name`` is its file in the dist, with a digest in it; ``text`` is the script."""

    name: str
    text: str = field(repr=False)


def bundle_config_module(path: Path, cache: Cache, *, offline: bool, reporter: Reporter) -> ConfigModule:
    """The module and what it imports as one classic script.

    Raises:
        RecipeError: esbuild cannot read it, or it imports what is no file beside it.
        OhifbuildError: the errors of ``esbuild``.
    """
    merge = (
        f"window[Symbol.for('ohifbuild')]?.mergeModule(window.config,{GLOBAL}.default,{json.dumps(refused_names())});"
    )
    with temporary_folder() as folder:
        meta = Path(folder) / "meta.json"
        command: list[str | Path] = [
            esbuild(cache, offline=offline, reporter=reporter),
            f"./{path.name}",
            "--bundle",
            "--minify",
            "--charset=utf8",
            "--target=es2022",
            "--format=iife",
            f"--global-name={GLOBAL}",
            f"--outfile={Path(folder) / 'out.js'}",
            f"--metafile={meta}",
            # Without it, esbuild reads a tsconfig.json in any parent folder.
            "--tsconfig-raw={}",
            "--log-level=warning",
            "--color=false",
        ]
        try:
            run(command, cwd=path.parent)
        except ToolFailed as error:
            raise _refusal(path, "esbuild cannot bundle it", error.details) from error
        outside = [
            name
            for name in json.loads(meta.read_text(encoding="utf-8"))["inputs"]
            if not (path.parent / name).resolve().is_relative_to(path.parent.resolve())
        ]
        if outside:
            raise _refusal(path, f"it imports {outside[0]}, which is outside its folder")
        text = (Path(folder) / "out.js").read_text(encoding="utf-8") + merge + "\n"
    return ConfigModule(f"module.{digest_of(text)[:DIGEST_LENGTH]}.js", text)


def with_config_module(page: str, module: ConfigModule) -> str | None:
    """The release's page with the module right after ``app-config.js``; None if it does not load that."""
    tag = f'<script src="/{FOLDER}/{module.name}"></script>'
    changed, count = APP_CONFIG.subn(lambda found: found[0] + tag, page)
    return changed if count == 1 else None


def _refusal(path: Path, why: str, details: str = "") -> RecipeError:
    return RecipeError(
        f"The app_config_module {path} cannot be used: {why}.",
        cause="It may import files beside it, and nothing else.",
        fix="Correct the module, or leave app_config_module out of the recipe.",
        details=details,
    )
