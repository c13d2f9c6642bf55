"""Runs the release's bundler without source maps or minification; ``viewer/prepare.py`` minifies 100 times faster."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from ohifbuild.core.console import Meter, Reporter
from ohifbuild.core.digests import digest_of
from ohifbuild.core.errors import BundleFailed, DiskFull, OhifbuildError, ReleaseUnsupported, ToolFailed
from ohifbuild.core.processes import KILLED, run
from ohifbuild.sources.build_hooks import PROFILE_KEYS
from ohifbuild.sources.bundler_findings import Finding, check_findings
from ohifbuild.sources.components import MODULES_NAME
from ohifbuild.sources.remedies import PUBLISHED
from ohifbuild.tools.toolchain import NodeTools

# Megabytes of V8's heap. OHIF's scripts allow 8 GB; without minification the bundler needs 2 GB (measured with
# v3.12.0).
HEAP_MB = 4096
APP = "platform/app"
WRAPPER = "record.cjs"
NO_OPTIONS: Mapping[str, str] = {}


@dataclass(frozen=True)
class Profile:
    """The command of a bundler. ``program`` and ``configs`` are paths in the source tree; the first config that exists
    is used. ``settings`` are environment variables that decide the result; they are part of every base viewer's key."""

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
    # Source: OHIF's migration guide. 3.13 kept the old names of the folder and the file, 3.14 renamed both.
    "rspack": Profile(
        "node_modules/@rspack/cli/bin/rspack.js",
        (f"{APP}/.rspack/rspack.pwa.js", f"{APP}/.webpack/webpack.pwa.js"),
        ("build",),
        SETTINGS,
    ),
    # 3.14 has one configuration at the root, in TypeScript.
    "rsbuild": Profile(
        "node_modules/@rsbuild/core/bin/rsbuild.js",
        tuple(f"rsbuild.config.{suffix}" for suffix in ("ts", "mts", "js", "mjs")),
        ("build",),
        SETTINGS,
    ),
}

PROGRESS = re.compile(r"^(?:<s> )?(?:\[?(?:webpack\.Progress|rspack)\]? )?\s*(\d{1,3})% ?(.*)")
MEMORY = re.compile(rf"heap out of memory|Allocation failed|{re.escape(KILLED)}|ENOMEM|Cannot allocate memory")
FULL = re.compile(r"ENOSPC|no space left on device", re.IGNORECASE)

ERROR = re.compile(r"^\s*(?:ERROR\b|× |error\b|\[?webpack-cli\]? .*[Ee]rror|\w*Error: )", re.MULTILINE)

Cause = tuple[re.Pattern[str], str, str]
CAUSES: tuple[Cause, ...] = (
    (
        MEMORY,
        "The machine or the container ran out of memory.",
        f"Free memory until about 3 GB are available, or use: {PUBLISHED}",
    ),
    (
        re.compile(r"Can't resolve '[^']+' in '[^']+'"),
        "A module that the sources import does not exist.",
        "Correct the import, or add the package to the extension's dependencies.",
    ),
    (
        re.compile(r"ERR_OSSL\w*|Unsupported engine.*|digital envelope routines\S*"),
        "This version of Node does not match the release.",
        "Show the required version with: ohifbuild releases",
    ),
    (
        re.compile(r"Module (?:parse|build) failed.*"),
        "The bundler cannot read a source file of an extension, or one that a patch changed.",
        "Correct the file that is named above.",
    ),
    (
        re.compile(r"Cannot find module '[^']+'"),
        "A package that the release's configuration requires is not installed.",
        "Remove the installed packages with: ohifbuild cache prune --all. Then build again.",
    ),
)


def bundle_key(bundler: str) -> str:
    """A digest of everything in the bundling, apart from the sources, that decides the result."""
    profile = PROFILES[bundler]
    wrapper = (files("ohifbuild.sources") / WRAPPER).read_text(encoding="utf-8")
    return digest_of(profile.program, profile.arguments, profile.settings, PROFILE_KEYS, HEAP_MB, wrapper)


def bundle(
    tree: Path,
    bundler: str,
    tools: NodeTools,
    target: Path,
    log: Path,
    reporter: Reporter,
    *,
    module_folders: Sequence[Path] = (),
    places: Mapping[Path, Path] | None = None,
    options: Mapping[str, str] = NO_OPTIONS,
    as_published: bool = False,
    allowed: Sequence[str] = (),
) -> list[Finding]:
    """Bundles the app in ``tree``; writes ``dist`` and the list of bundled packages to the folder ``target``.

    Args:
        tree: an installed source tree.
        bundler: ``webpack``, ``rspack`` or ``rsbuild``.
        tools: the Node that runs the bundler.
        target: an existing folder.
        log: the file that receives the bundler's output.
        module_folders: further ``node_modules``, which are searched last.
        places: for the folder of each of the user's packages in ``tree``, the folder that the user gave.
        options: OHIF's own options for this build, as variables; see ``build_hooks.build_options``.
        as_published: use the release's configuration unchanged, and write no list of packages.
        allowed: the missing exports that the recipe accepts.

    Returns:
        the bundler's findings that are accepted.

    Raises:
        BundleFailed: the bundler failed, or a package of the user's imports what does not exist; ``details`` has the
            places, or the relevant part of the log.
        DiskFull: the disk is full.
        ReleaseUnsupported: the source tree does not have this bundler.
    """
    profile = PROFILES[bundler]
    config = _config(tree, bundler)
    dist = tree / APP / "dist"
    report = log.absolute().with_suffix(".json")
    report.unlink(missing_ok=True)
    shutil.rmtree(dist, ignore_errors=True)
    with reporter.step("Bundle", total=100) as meter, as_file(files("ohifbuild.sources") / WRAPPER) as wrapper:
        env = _environment(profile, tools, options) | {
            "OHIFBUILD_BUNDLER": bundler,
            "OHIFBUILD_CONFIG": str(config),
            "OHIFBUILD_TREE": str(tree.absolute()),
            "OHIFBUILD_MODULES": str(target.absolute() / MODULES_NAME),
            "OHIFBUILD_REPORT": str(report),
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
            check_findings(report, places or {}, tree, log, reporter, allowed)
            raise explained(error, log) from error
    accepted = check_findings(report, places or {}, tree, log, reporter, allowed)
    if not dist.is_dir():
        raise BundleFailed(
            "OHIF's bundler succeeded but wrote no files.",
            cause="The source's configuration writes to another folder than platform/app/dist.",
            fix=f"Read the log: {log}",
        )
    dist.rename(target / "dist")
    return accepted


def explained(error: ToolFailed, log: Path) -> OhifbuildError:
    """The error for a failure of the bundler, from its exit status and its log.

    Args:
        error: the failure; its ``cause`` and ``details`` are used too.
        log: the file with the bundler's whole output.
    """
    text = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else error.details
    lines = [line for line in text.splitlines() if not PROGRESS.match(line)]
    output = "\n".join(lines)
    if FULL.search(output):
        return DiskFull(
            "No space is left for OHIF's bundle.",
            cause="The disk is full; a build from source needs about 4 GB with its caches.",
            fix="Free some space, or set OHIFBUILD_CACHE to a folder on another disk.",
        )
    for pattern, cause, fix in CAUSES:
        found = pattern.search(f"{output}\n{error.cause}")
        if found:
            what = f"OHIF's bundler failed: {found[0][:300]}"
            return BundleFailed(what, cause=cause, fix=fix, details=_around(lines, pattern, log))
    first = next((number for number, line in enumerate(lines) if ERROR.search(line)), len(lines) - 40)
    return BundleFailed(
        "OHIF's bundler failed.",
        cause="These lines of its log say why.",
        fix=f"Read the log: {log}",
        details="\n".join(lines[max(0, first) :][:40]),
    )


def _around(lines: Sequence[str], pattern: re.Pattern[str], log: Path) -> str:
    """The lines around the first match of the pattern, or the last lines, and the path of the whole log."""
    at = next((number for number, line in enumerate(lines) if pattern.search(line)), len(lines))
    return "\n".join([*lines[max(0, at - 4) : at + 16], f"  The whole log: {log}"])


def _config(tree: Path, bundler: str) -> Path:
    profile = PROFILES[bundler]
    config = next((name for name in profile.configs if (tree / name).is_file()), None)
    if config is None or not (tree / profile.program).is_file():
        raise ReleaseUnsupported(
            f"The source has no {profile.configs[0] if config is None else profile.program}.",
            cause=f"The release does not use {bundler} in the way that ohifbuild supports.",
            fix="Choose a verified release. List them with: ohifbuild releases",
        )
    return tree / config


def _environment(profile: Profile, tools: NodeTools, options: Mapping[str, str]) -> dict[str, str]:
    # The environment could change the result, so each variable is set here or left out.
    kept = {name: value for name, value in tools.env.items() if name in ("PATH", "HOME", "TMPDIR")}
    fixed = {"LC_ALL": "C.UTF-8", "TZ": "UTC", "NODE_OPTIONS": f"--max-old-space-size={HEAP_MB}"}
    variables = {**kept, **fixed, **dict(profile.settings), **options}
    return {name: value for name, value in variables.items() if value}


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
