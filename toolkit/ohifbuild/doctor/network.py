"""Checks of the servers that builds download from, with the real clients and the user's configuration.

Each check ends early when ``stopped`` is set, because it runs in a thread and Ctrl-C only reaches the main thread.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from pathlib import Path

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import OhifbuildError, ToolFailed
from ohifbuild.core.processes import find_program, run_within, without_credentials
from ohifbuild.core.temporary import temporary_folder
from ohifbuild.doctor.findings import Check, Finding
from ohifbuild.releases.catalogue import catalogue, find_release
from ohifbuild.sources.git_remote import remote_answers, shown
from ohifbuild.tools.npm import QUIET
from ohifbuild.tools.npm_errors import explained
from ohifbuild.tools.toolchain import node_tools, pip_command

SECONDS = 20.0
CHANNEL = "v3-stable"
SMALL_PACKAGE = "nodeenv"
"""The package that pip looks for: a dependency of ohifbuild that has no dependencies itself."""

NPM_ONCE = {"npm_config_fetch_retries": "0", "npm_config_fetch_timeout": "10000", "npm_config_loglevel": "error"}
PIP_ONCE = {"PIP_RETRIES": "0", "PIP_DEFAULT_TIMEOUT": "10", "UV_HTTP_TIMEOUT": "10"}


def npm_registry(cache: Cache, stopped: threading.Event) -> Finding:
    """Whether npm finds the newest stable release of OHIF in the registry."""
    check = Check("npm", "npm registry")
    known = catalogue()
    spec = f"{known.package}@{find_release(CHANNEL, known).version}"
    try:
        tools = node_tools(cache, SilentReporter(), offline=True)
    except OhifbuildError:
        return check.not_checked("npm is not installed yet.")
    with temporary_folder() as folder:
        # An empty project, so that npm does not search the parent folders for one.
        (folder / "package.json").write_text("{}", encoding="utf-8")
        command: list[str | Path] = [tools.npm, "view", spec, "version", "--json", *QUIET]
        status, text = _within(command, folder, {**tools.env, **NPM_ONCE}, stopped)
    if status == 0:
        return check.right(f"It has {spec}.")
    effect = "Builds download OHIF and their tools from there. Only cached releases can be built, with --offline."
    if status is None:
        return check.wrong(f"No answer within {SECONDS:.0f} s.", effect, "Check registry and proxy with: npm ping")
    error = explained(spec, ToolFailed("npm", details=text))
    return check.wrong(f"{error.what} {error.cause}", effect, error.fix)


def python_index(stopped: threading.Event) -> Finding:
    """Whether pip finds a package, without installing it."""
    check = Check("pypi", "Python index")
    with temporary_folder() as folder:
        target: list[str | Path] = ["--dry-run", "--no-deps", "--target", folder, SMALL_PACKAGE]
        status, text = _within([*pip_command(), "install", *target], folder, {**os.environ, **PIP_ONCE}, stopped)
    if status == 0:
        return check.right(f"It has {SMALL_PACKAGE}.")
    return check.note(
        f"pip cannot reach it: {_last(text)}" if status is not None else f"No answer within {SECONDS:.0f} s.",
        "Releases that need another version of Node cannot get it from there.",
        "Check index and proxy with: pip config debug",
    )


def git_remote(stopped: threading.Event) -> Finding:
    """Whether OHIF's git remote answers."""
    check = Check("remote", "OHIF's source")
    if find_program("git") is None:
        return check.not_checked("git is not installed yet.")
    source = catalogue().source
    if remote_answers(source, stopped):
        return check.right(f"{shown(source)} answers.")
    return check.note(
        f"{shown(source)} does not answer.",
        "Builds from source are impossible; builds of published releases work.",
        f"Find the reason with: git ls-remote {shown(source)} HEAD\nor use a mirror: ohifbuild build --source URL",
    )


def _within(
    argv: list[str | Path], folder: Path, env: Mapping[str, str], stopped: threading.Event
) -> tuple[int | None, str]:
    """A program's exit status and output; the status is None if it took too long or was stopped."""
    try:
        status, text = run_within(SECONDS, argv, cwd=folder, env=env, stopped=stopped)
    except OhifbuildError as error:
        return 1, error.what
    return status, without_credentials(text)


def _last(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith(("WARNING", "[notice]"))]
    return lines[-1].removeprefix("ERROR: ")[:200] if lines else "it printed nothing."
