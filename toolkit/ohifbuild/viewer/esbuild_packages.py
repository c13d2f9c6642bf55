"""Runs esbuild on copies of packages: JSX in ``.js``, as OHIF's tools read it, and no settings of folders above."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from ohifbuild.core.errors import ToolFailed
from ohifbuild.core.processes import run
from ohifbuild.viewer.esbuild_messages import Message, messages
from ohifbuild.viewer.extensions import TARGET

META = "meta.json"
OPTIONS = (
    "--bundle",
    "--minify",
    "--platform=browser",
    "--charset=utf8",
    f"--target={TARGET}",
    "--jsx=automatic",
    "--preserve-symlinks",
    "--loader:.js=jsx",
    '--define:process.env.NODE_ENV="production"',
    "--define:process.env={}",
    "--define:global=globalThis",
    f"--metafile={META}",
    # Without it, esbuild reads a tsconfig.json in any parent folder of the package.
    "--tsconfig-raw={}",
    "--log-level=warning",
    "--log-limit=0",
    "--color=false",
)


def run_esbuild(
    binary: Path, folder: Path, entries: Mapping[str, str], output: str, searched: Sequence[str], options: Sequence[str]
) -> list[Message]:
    """Bundles modules into the folder ``output``, and writes what they are made of to ``META``, both in ``folder``.

    Args:
        binary: esbuild.
        folder: the work folder with the copies.
        entries: the modules by the names of their bundles; paths relative to ``folder``.
        searched: the folders in ``folder`` that have what no ``node_modules`` beside a module has.
        options: further options of esbuild.

    Returns:
        What esbuild says of the code; there is no bundle if that has an error.

    Raises:
        ToolFailed: esbuild failed, and said nothing of the code.
    """
    lines: list[str] = []
    modules = [f"{name}={path}" for name, path in entries.items()]
    environment = {**os.environ, "NODE_PATH": os.pathsep.join(str(folder / name) for name in searched)}
    try:
        command: list[str | Path] = [binary, *modules, *OPTIONS, f"--outdir={output}", *options]
        run(command, cwd=folder, env=environment, on_line=lines.append)
    except ToolFailed:
        found = messages(lines)
        if not any(message.level == "ERROR" for message in found):
            raise
        return found
    return messages(lines)
