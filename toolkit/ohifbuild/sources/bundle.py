"""Runs the release's own bundler: not minified (``finish`` does that, a hundred times faster), no source maps."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from ohifbuild.core.console import Meter, Reporter
from ohifbuild.core.digests import digest_of
from ohifbuild.core.errors import BundleFailed, DiskFull, OhifbuildError, ReleaseUnsupported, ToolFailed
from ohifbuild.core.processes import run
from ohifbuild.sources.components import MODULES_NAME
from ohifbuild.tools.toolchain import NodeTools

# Megabytes of V8's heap. OHIF's own scripts allow 8 GB; unminified 2 GB are used (measured: v3.12.0, 1.9 GB resident).
HEAP_MB = 4096
APP = "platform/app"
WRAPPER = "record.cjs"


@dataclass(frozen=True)
class Profile:
    """How a bundler is called. ``program`` and ``configs`` are paths in the source tree; the first config that is
    there counts. ``settings`` is what decides the result and is part of every base viewer's key."""

    program: str
    configs: tuple[str, ...]
    arguments: tuple[str, ...]
    settings: tuple[tuple[str, str], ...]


SETTINGS = (
    ("NODE_ENV", "production"),
    ("QUICK_BUILD", "true"),
    ("PUBLIC_URL", "/"),
    ("APP_CONFIG", "config/default.js"),
)
PROFILES = {
    "webpack": Profile(
        "node_modules/webpack/bin/webpack.js", (f"{APP}/.webpack/webpack.pwa.js",), ("--progress",), SETTINGS
    ),
    # OHIF's migration guide: 3.13 kept the folder's and the file's old names, 3.14 renamed both.
    "rspack": Profile(
        "node_modules/@rspack/cli/bin/rspack.js",
        (f"{APP}/.rspack/rspack.pwa.js", f"{APP}/.webpack/webpack.pwa.js"),
        ("build",),
        SETTINGS,
    ),
}

PROGRESS = re.compile(r"^(?:<s> )?(?:\[?(?:webpack\.Progress|rspack)\]? )?\s*(\d{1,3})% ?(.*)")
MEMORY = re.compile(r"heap out of memory|Allocation failed|killed from outside|ENOMEM|Cannot allocate memory")
FULL = re.compile(r"ENOSPC|no space left on device", re.IGNORECASE)

Cause = tuple[re.Pattern[str], str, str]
CAUSES: tuple[Cause, ...] = (
    (
        MEMORY,
        "The machine, or the container's limit, ran out of memory.",
        "Free some: about 3 GB are needed. Or use: ohifbuild build --from published",
    ),
    (
        re.compile(r"Can't resolve '[^']+' in '[^']+'"),
        "A module that the sources import is not there.",
        "Correct the import, or add the package to the extension's dependencies.",
    ),
    (
        re.compile(r"ERR_OSSL\w*|Unsupported engine.*|digital envelope routines\S*"),
        "This Node does not fit the release.",
        "See which one it needs: ohifbuild releases",
    ),
    (
        re.compile(r"Module (?:parse|build) failed.*"),
        "A source file is not what the bundler can read: an extension's, or one that a patch changed.",
        "Mend the file that is named above.",
    ),
    (
        re.compile(r"Cannot find module '[^']+'"),
        "A package that the release's own configuration needs is not installed.",
        "Remove the folder that the log names from the cache, and build again: ohifbuild cache prune",
    ),
)


def bundle_key(bundler: str) -> str:
    """What of the bundling decides the result, beside the sources."""
    profile = PROFILES[bundler]
    wrapper = (files("ohifbuild.sources") / WRAPPER).read_text(encoding="utf-8")
    return digest_of(profile.program, profile.arguments, profile.settings, HEAP_MB, wrapper)


def bundle(
    tree: Path,
    bundler: str,
    tools: NodeTools,
    target: Path,
    log: Path,
    reporter: Reporter,
    *,
    module_folders: Sequence[Path] = (),
    as_published: bool = False,
) -> None:
    """Bundles the app in ``tree``; ``target`` becomes the folder with ``dist`` and the list of bundled packages.

    Args:
        module_folders: further ``node_modules``, looked into last.
        as_published: with the release's configuration as it stands, and without that list.

    Raises:
        BundleFailed: the bundler failed; ``cause`` names the likely cause, ``details`` the part of its log.
        DiskFull: it had no room.
        ReleaseUnsupported: the tree has no such bundler.
    """
    profile = PROFILES[bundler]
    config = _config(tree, bundler)
    dist = tree / APP / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    with reporter.step("Bundle", total=100) as meter, as_file(files("ohifbuild.sources") / WRAPPER) as wrapper:
        env = _environment(profile, tools) | {
            "OHIFBUILD_CONFIG": str(config),
            "OHIFBUILD_MODULES": str(target.absolute() / MODULES_NAME),
            "OHIFBUILD_FOLDERS": json.dumps([str(folder) for folder in module_folders]),
        }
        try:
            run(
                [
                    tools.node,
                    tree / profile.program,
                    *profile.arguments,
                    "--config",
                    config if as_published else wrapper,
                ],
                cwd=tree / APP,
                env=env,
                on_line=_follow(meter),
                log=log,
            )
        except ToolFailed as error:
            raise explained(error, log) from error
    if not dist.is_dir():
        raise BundleFailed(
            "OHIF's bundler ended well and wrote nothing.",
            cause="The source's configuration writes elsewhere than platform/app/dist.",
            fix=f"Read {log}",
        )
    dist.rename(target / "dist")


def explained(error: ToolFailed, log: Path) -> OhifbuildError:
    """What the bundler's failure means, by its exit and its whole log."""
    text = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else error.details
    lines = [line for line in text.splitlines() if not PROGRESS.match(line)]
    said = "\n".join(lines)
    if FULL.search(said):
        return DiskFull(
            "No space left for OHIF's bundle.",
            cause="The disk is full; a build from source takes about 4 GB with its caches.",
            fix="Free some, or move the cache with OHIFBUILD_CACHE.",
        )
    for pattern, cause, fix in CAUSES:
        found = pattern.search(f"{said}\n{error.cause}")
        if found:
            what = f"OHIF could not be bundled: {found[0][:300]}"
            return BundleFailed(what, cause=cause, fix=fix, details=_around(lines, pattern, log))
    tail = "\n".join(lines[-40:])
    return BundleFailed("OHIF could not be bundled.", cause="Its last lines say why.", fix=f"Read {log}", details=tail)


def _around(lines: Sequence[str], pattern: re.Pattern[str], log: Path) -> str:
    """The lines around the first that the pattern matches, or the last ones, and where the rest is."""
    at = next((number for number, line in enumerate(lines) if pattern.search(line)), len(lines))
    return "\n".join([*lines[max(0, at - 4) : at + 16], f"  The whole log: {log}"])


def _config(tree: Path, bundler: str) -> Path:
    profile = PROFILES[bundler]
    config = next((name for name in profile.configs if (tree / name).is_file()), None)
    if config is None or not (tree / profile.program).is_file():
        raise ReleaseUnsupported(
            f"The source has no {profile.configs[0] if config is None else profile.program}.",
            cause=f"The release is not bundled with {bundler} in the way ohifbuild knows.",
            fix="Choose a release that is verified: ohifbuild releases",
        )
    return tree / config


def _environment(profile: Profile, tools: NodeTools) -> dict[str, str]:
    # A bundler reads its context: what could change the result is set here or left out.
    kept = {name: value for name, value in tools.env.items() if name in ("PATH", "HOME", "TMPDIR")}
    return {**kept, "LC_ALL": "C.UTF-8", "TZ": "UTC", "NODE_OPTIONS": f"--max-old-space-size={HEAP_MB}"} | dict(
        profile.settings
    )


def _follow(meter: Meter) -> Callable[[str], None]:
    done = 0

    def follow(line: str) -> None:
        nonlocal done
        found = PROGRESS.match(line)
        if found and int(found[1]) > done:
            meter.advance(int(found[1]) - done)
            done = int(found[1])
            meter.phase(found[2][:40])

    return follow
