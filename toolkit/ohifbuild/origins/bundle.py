"""Runs the release's own bundler: not minified (``finish`` does that, a hundred times faster), no source maps."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from ohifbuild.console import Meter, Reporter
from ohifbuild.errors import BundleFailed, OhifbuildError, ReleaseUnsupported, ToolFailed
from ohifbuild.process import run
from ohifbuild.supply.components import MODULES_NAME
from ohifbuild.toolchain import NodeTools

# Megabytes of V8's heap. OHIF's own scripts allow 8 GB; unminified 2 GB are used (measured: v3.12.0, 1.9 GB resident).
HEAP_MB = 4096
PROGRESS = re.compile(r"\[?(?:webpack\.Progress|rspack\.Progress)?\]?\s*(\d{1,3})% ?(.*)")


@dataclass(frozen=True)
class Profile:
    """How a bundler is called: ``program`` and ``config`` are paths in the source tree."""

    program: str
    config: str
    arguments: tuple[str, ...]


PROFILES = {
    "webpack": Profile("node_modules/webpack/bin/webpack.js", "platform/app/.webpack/webpack.pwa.js", ("--progress",)),
    "rspack": Profile("node_modules/@rspack/cli/bin/rspack.js", "platform/app/.rspack/rspack.pwa.js", ("build",)),
}
APP = "platform/app"

Cause = tuple[re.Pattern[str], str, str]
CAUSES: tuple[Cause, ...] = (
    (
        re.compile(r"heap out of memory|Allocation failed|killed from outside|ENOMEM"),
        "The machine ran out of memory.",
        "Free some memory (about 3 GB are needed), or use: ohifbuild build --from published",
    ),
    (
        re.compile(r"Module not found: .*?Can't resolve '([^']+)'"),
        "A package that the sources import is not installed.",
        "Add it to the extension's dependencies, or correct the import.",
    ),
    (
        re.compile(r"ERR_OSSL|Unsupported engine|digital envelope routines"),
        "This Node does not fit the release.",
        "See which one it needs: ohifbuild releases",
    ),
    (re.compile(r"ENOSPC|no space left"), "The disk is full.", "Free about 3 GB."),
)


def bundle(tree: Path, bundler: str, tools: NodeTools, target: Path, log: Path, reporter: Reporter) -> None:
    """Bundles the app in ``tree``; ``target`` becomes the folder with ``dist`` and the list of bundled packages.

    Raises:
        BundleFailed: the bundler failed; ``cause`` names the likely cause, ``details`` the end of its log.
        ReleaseUnsupported: the tree has no such bundler.
    """
    profile = PROFILES[bundler]
    for name in (profile.program, profile.config):
        if not (tree / name).is_file():
            raise ReleaseUnsupported(
                f"The source has no {name}.",
                cause=f"The release is not bundled with {bundler} in the way ohifbuild knows.",
                fix="Choose a release that is verified: ohifbuild releases",
            )
    with reporter.step("Bundle", total=100) as meter, as_file(files("ohifbuild.origins") / "record.cjs") as wrapper:
        try:
            run(
                [tools.node, tree / profile.program, *profile.arguments, "--config", wrapper],
                cwd=tree / APP,
                env=_environment(tools, tree / profile.config, target / MODULES_NAME),
                on_line=_follow(meter),
                log=log,
            )
        except ToolFailed as error:
            raise _explained(error, log) from error
    (tree / APP / "dist").rename(target / "dist")


def _environment(tools: NodeTools, config: Path, modules: Path) -> dict[str, str]:
    ours = {
        "NODE_ENV": "production",
        "QUICK_BUILD": "true",
        "PUBLIC_URL": "/",
        "APP_CONFIG": "config/default.js",
        "NODE_OPTIONS": f"--max-old-space-size={HEAP_MB}",
        "OHIFBUILD_CONFIG": str(config),
        "OHIFBUILD_MODULES": str(modules),
    }
    # A bundler reads its surroundings: what could change the result is set here or left out.
    kept = {name: value for name, value in tools.env.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    return {**kept, **ours}


def _follow(meter: Meter) -> Callable[[str], None]:
    done = 0

    def follow(line: str) -> None:
        nonlocal done
        found = PROGRESS.search(line)
        if found and int(found[1]) > done:
            meter.advance(int(found[1]) - done)
            done = int(found[1])
            meter.phase(found[2][:40])

    return follow


def _explained(error: ToolFailed, log: Path) -> OhifbuildError:
    text = f"{error.cause}\n{log.read_text(encoding='utf-8') if log.is_file() else error.details}"
    for pattern, cause, fix in CAUSES:
        found = pattern.search(text)
        if found:
            what = f"OHIF could not be bundled: {found[0]}"
            return BundleFailed(what, cause=cause, fix=fix, details=error.details)
    return BundleFailed(
        "OHIF could not be bundled.", cause="Its last lines say why.", fix=f"Read {log}", details=error.details
    )
