"""From a base viewer to one that is ready to be injected: portable, minified, compressed; made once, then linked.

Its key is the base's key and the options, never the recipe's paths or extensions: whatever changes there costs nothing
here.
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
from ohifbuild.sources.base_viewer import BaseViewer
from ohifbuild.tools.esbuild import esbuild, esbuild_version
from ohifbuild.viewer.compress import compress_all, compressible, compressors
from ohifbuild.viewer.left_out import is_left_out
from ohifbuild.viewer.manifest import FileEntry, hash_tree
from ohifbuild.viewer.portable import portable_texts

KIND = "ready"
# Raised whenever this module, or one it uses, makes other bytes of the same base.
RECIPE_VERSION = 5


@dataclass(frozen=True)
class ReadyViewer:
    """``tree`` is a folder in the cache, never to be changed; ``files`` its hashes, so that nobody reads it again."""

    tree: Path
    files: dict[str, FileEntry]
    base: BaseViewer


def ready(base: BaseViewer, cache: Cache, *, minify: bool, offline: bool, reporter: Reporter) -> ReadyViewer:
    """The base viewer, ready to be injected.

    Raises:
        ReleaseUnsupported: the base does not look as expected.
        ToolFailed: esbuild could not read one of its files.
        OhifbuildError: as ``esbuild`` and ``Cache.entry``.
    """
    key = digest_of(base.key, RECIPE_VERSION, esbuild_version() if minify else "", compressors())

    def make(work: Path) -> None:
        tree = work / "tree"
        names = _copy(base.path, tree)
        for name, text in portable_texts(base.path):
            _replace(tree / name, text)
        if minify:
            _minify(tree, esbuild(cache, offline=offline, reporter=reporter), reporter)
        wanted = [name for name in names if compressible(name, (tree / name).stat().st_size)]
        total = sum((tree / name).stat().st_size for name in wanted)
        with reporter.step("Compress", total=total, unit="B") as meter:
            compress_all(tree, wanted, meter)
        entries = {name: [entry.sha256, entry.size] for name, entry in hash_tree(tree).items()}
        (work / "files.json").write_text(json.dumps(entries))

    folder = cache.entry(KIND, key, make, reporter=reporter, shared=True)
    rows = json.loads((folder / "files.json").read_text())
    return ReadyViewer(folder / "tree", {name: FileEntry(*row) for name, row in rows.items()}, base)


def link_tree(source: Path, target: Path) -> None:
    """Puts every file of ``source`` into ``target`` as a hard link, or a copy where the file system wants that.

    ``target`` may exist. Nobody may write through what is put there: replace files instead.
    """
    for folder, _, names in os.walk(source):
        place = target / Path(folder).relative_to(source)
        place.mkdir(parents=True, exist_ok=True)
        for name in names:
            _link(Path(folder) / name, place / name)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system, or too many links
        shutil.copyfile(source, target)


def _copy(base: Path, tree: Path) -> list[str]:
    """Links what the dist gets of the base, and returns the names."""
    kept = []
    for path in sorted(p for p in base.rglob("*") if p.is_file()):
        name = path.relative_to(base).as_posix()
        if is_left_out(name):
            continue
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        _link(path, tree / name)
        kept.append(name)
    return kept


def _replace(path: Path, text: str) -> None:
    path.unlink()
    path.write_text(text, encoding="utf-8")


def _minify(tree: Path, binary: Path, reporter: Reporter) -> None:
    """Minifies the scripts and styles at the top: those below are third parties' own builds."""
    names = sorted(path.name for path in tree.iterdir() if path.suffix in (".js", ".css"))
    out = tree.parent / "minified"
    with reporter.step("Minify", total=len(names)) as meter:
        # Without --tsconfig-raw, esbuild would heed a tsconfig.json in any folder above the cache.
        options = ["--minify", "--charset=utf8", "--tsconfig-raw={}", "--log-level=error"]
        run([binary, *names, *options, f"--outdir={out}"], cwd=tree)
        for name in names:
            (tree / name).unlink()
            (out / name).rename(tree / name)
            meter.advance()
    out.rmdir()
