"""Prepares a base viewer for injection: portable, minified, joined and compressed, kept in the cache.

The cache key depends on the base viewer's key and the options, but not on the recipe's paths or extensions. So a change
of these does not repeat this step.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.core.digests import digest_of
from ohifbuild.releases.startup_profile import StartupProfile
from ohifbuild.sources.base_viewer import BaseViewer
from ohifbuild.viewer.compress import compress_all, compressible, compressors
from ohifbuild.viewer.left_out import is_left_out
from ohifbuild.viewer.manifest import FileEntry, hash_tree
from ohifbuild.viewer.minify import minifiers, minify_all
from ohifbuild.viewer.names import rename_scripts, with_new_names
from ohifbuild.viewer.portable import portable_texts
from ohifbuild.viewer.startup_files import StartupFiles, join_startup_files, startup_files

KIND = "ready"
FACTS = "facts.json"
# Increase it when this module, or one that it uses, produces different bytes from the same base viewer.
RECIPE_VERSION = 12


@dataclass(frozen=True)
class PreparedViewer:
    """A prepared viewer.

    ``tree`` is a folder in the cache, which must never be changed; ``files`` are its digests. ``page`` is the release's
    ``index.html`` with the names that the scripts have in ``tree``.
    """

    tree: Path
    files: dict[str, FileEntry]
    base: BaseViewer
    page: str
    startup: StartupFiles


def prepare(
    base: BaseViewer,
    cache: Cache,
    *,
    minify: bool,
    offline: bool,
    reporter: Reporter,
    profile: StartupProfile | None = None,
) -> PreparedViewer:
    """The base viewer, prepared for injection.

    Args:
        profile: what the release loads before its first image.

    Raises:
        ReleaseUnsupported: the base viewer does not have the expected layout.
        ToolFailed: a minifier could not read one of its files.
        OhifbuildError: the errors of ``minify_all`` and ``Cache.entry``.
    """
    chunks, later = (profile.chunks, profile.later) if profile else ((), ())
    made_by = minifiers() if minify else {}
    key = digest_of(base.key, RECIPE_VERSION, made_by, compressors(), chunks, later)

    def make(work: Path) -> None:
        tree = work / "tree"
        kept = _copy(base.path, tree)
        for name, text in portable_texts(base.path):
            _replace(tree / name, text)
        how = digest_of(RECIPE_VERSION, made_by)
        names = rename_scripts(tree, how, (chunks, later))
        startup = join_startup_files(tree, chunks, later, how)
        others = [name for name in (startup.script, startup.style, startup.later) if name]
        if minify:
            others += minify_all(tree, cache, offline=offline, reporter=reporter)
        found = [*(with_new_names(name, names) for name in kept), *others]
        selected = [name for name in found if compressible(name, (tree / name).stat().st_size)]
        total = sum((tree / name).stat().st_size for name in selected)
        with reporter.step("Compress", total=total, unit="B") as meter:
            compress_all(tree, selected, meter)
        entries = {name: [entry.sha256, entry.size] for name, entry in hash_tree(tree).items()}
        page = with_new_names((base.path / "index.html").read_text(encoding="utf-8"), names)
        facts = {"files": entries, "page": page, "startup": asdict(startup)}
        (work / FACTS).write_text(json.dumps(facts), encoding="utf-8")

    folder = cache.entry(KIND, key, make, reporter=reporter, shared=True)
    facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    files = {name: FileEntry(*row) for name, row in facts["files"].items()}
    return PreparedViewer(folder / "tree", files, base, facts["page"], startup_files(facts["startup"]))


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
