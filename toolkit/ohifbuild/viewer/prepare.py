"""Prepares a base viewer for injection: portable, minified and compressed, kept in the cache.

The cache key depends on the base viewer's key and the options, but not on the recipe's paths or extensions. So a change
of these does not repeat this step.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.core.digests import digest_of
from ohifbuild.core.processes import run
from ohifbuild.sources.base_viewer import BaseViewer, bundled_files
from ohifbuild.tools.esbuild import esbuild, esbuild_version
from ohifbuild.viewer.compress import compress_all, compressible, compressors
from ohifbuild.viewer.left_out import is_left_out
from ohifbuild.viewer.manifest import FileEntry, hash_tree
from ohifbuild.viewer.portable import portable_texts

KIND = "ready"
# Increase it when this module, or one that it uses, produces different bytes from the same base viewer.
RECIPE_VERSION = 5


@dataclass(frozen=True)
class PreparedViewer:
    """A prepared viewer: ``tree`` is a folder in the cache, which must never be changed; ``files`` are its digests."""

    tree: Path
    files: dict[str, FileEntry]
    base: BaseViewer


def prepare(base: BaseViewer, cache: Cache, *, minify: bool, offline: bool, reporter: Reporter) -> PreparedViewer:
    """The base viewer, prepared for injection.

    Raises:
        ReleaseUnsupported: the base viewer does not have the expected layout.
        ToolFailed: esbuild could not read one of its files.
        OhifbuildError: the errors of ``esbuild`` and ``Cache.entry``.
    """
    key = digest_of(base.key, RECIPE_VERSION, esbuild_version() if minify else "", compressors())

    def make(work: Path) -> None:
        tree = work / "tree"
        names = _copy(base.path, tree)
        for name, text in portable_texts(base.path):
            _replace(tree / name, text)
        if minify:
            _minify(tree, esbuild(cache, offline=offline, reporter=reporter), reporter)
        selected = [name for name in names if compressible(name, (tree / name).stat().st_size)]
        total = sum((tree / name).stat().st_size for name in selected)
        with reporter.step("Compress", total=total, unit="B") as meter:
            compress_all(tree, selected, meter)
        entries = {name: [entry.sha256, entry.size] for name, entry in hash_tree(tree).items()}
        (work / "files.json").write_text(json.dumps(entries))

    folder = cache.entry(KIND, key, make, reporter=reporter, shared=True)
    rows = json.loads((folder / "files.json").read_text())
    return PreparedViewer(folder / "tree", {name: FileEntry(*row) for name, row in rows.items()}, base)


def link_tree(source: Path, target: Path) -> None:
    """Creates a hard link in ``target`` for every file of ``source``, or a copy if the file system allows no link.

    ``target`` may exist. Never write to a linked file, because that changes the source; replace the file instead.
    """
    for folder, _, names in os.walk(source):
        folder_in_target = target / Path(folder).relative_to(source)
        folder_in_target.mkdir(parents=True, exist_ok=True)
        for name in names:
            link_file(Path(folder) / name, folder_in_target / name)


def link_file(source: Path, target: Path) -> None:
    """Makes ``target``, which must not exist, the same file as ``source``, or a copy; see ``link_tree``."""
    try:
        os.link(source, target)
    except OSError:  # another file system, or too many links
        shutil.copyfile(source, target)


def _copy(base: Path, tree: Path) -> list[str]:
    """Links the base viewer's files that a dist gets; returns their names."""
    kept = []
    for path in sorted(p for p in base.rglob("*") if p.is_file()):
        name = path.relative_to(base).as_posix()
        if is_left_out(name):
            continue
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        link_file(path, tree / name)
        kept.append(name)
    return kept


def _replace(path: Path, text: str) -> None:
    path.unlink()
    path.write_text(text, encoding="utf-8")


def _minify(tree: Path, binary: Path, reporter: Reporter) -> None:
    """Minifies the bundler's scripts and styles; those in other folders are third-party builds."""
    names = sorted(path.relative_to(tree).as_posix() for kind in (".js", ".css") for path in bundled_files(tree, kind))
    out = tree.parent / "minified"
    with reporter.step("Minify", total=len(names)) as meter:
        # Without --tsconfig-raw, esbuild reads a tsconfig.json in any parent folder of the cache.
        options = ["--minify", "--charset=utf8", "--tsconfig-raw={}", "--log-level=error"]
        run([binary, *names, *options, f"--outdir={out}", f"--outbase={tree}"], cwd=tree)
        for name in names:
            (tree / name).unlink()
            (out / name).rename(tree / name)
            meter.advance()
    shutil.rmtree(out)
