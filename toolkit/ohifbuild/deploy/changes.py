"""What a deployment would change in a folder, without secrets and tokens."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ohifbuild.core.errors import DistInvalid
from ohifbuild.deploy.deployment import MARKER, Folder
from ohifbuild.deploy.releases import read_marker
from ohifbuild.viewer.manifest import FileEntry, hash_tree, read_manifest


@dataclass(frozen=True)
class Changes:
    """The differences between a folder and the deployment that would replace it.

    Args:
        facts: a line for each option, version or digest that differs.
        added, changed, removed: POSIX paths of files; those of the viewer are below ``viewer``.
        diffs: the unified diff of each changed file that others than its owner may read.
    """

    facts: tuple[str, ...]
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    diffs: tuple[str, ...]

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.facts or self.added or self.changed or self.removed)


def changes(target: Path, dist: Path, folder: Folder, facts: Mapping[str, object]) -> Changes:
    """Compares a folder with a deployment.

    Files that are kept, such as tokens, are not compared. Nor are files of earlier viewers.

    Args:
        target: the folder; it may be missing.
        dist: the viewer of the deployment.
        folder: what would be written beside the viewer.
        facts: what the deployment would say about itself.
    """
    before = {name: _text(target / name) for name in _files_beside_the_viewer(target, folder) | folder.texts.keys()}
    texts = {name: text for name, text in folder.texts.items() if before[name] is None or name not in folder.kept}
    changed = [name for name, text in texts.items() if before[name] not in (None, text)]
    here = _viewer(target, folder)
    there = {f"viewer/{name}": entry for name, entry in read_manifest(dist).files.items()} if folder.viewer else {}
    gone = [name for name, text in before.items() if text is not None and name not in folder.texts]
    return Changes(
        facts=tuple(_differences(read_marker(target / MARKER), facts)),
        added=tuple(sorted([*(n for n in texts if before[n] is None), *(there.keys() - here.keys())])),
        changed=tuple(sorted([*changed, *(n for n in there.keys() & here.keys() if there[n] != here[n])])),
        removed=tuple(sorted([*gone, *(here.keys() - there.keys())])),
        diffs=tuple(_diff(n, before[n] or "", texts[n]) for n in sorted(changed) if n not in folder.private),
    )


def _files_beside_the_viewer(target: Path, folder: Folder) -> set[str]:
    base = PurePosixPath(folder.viewer).parts[:1]
    names = (path.relative_to(target) for path in target.rglob("*") if path.is_file())
    return {name.as_posix() for name in names if name.parts[:1] != base and name.as_posix() != MARKER}


def _viewer(target: Path, folder: Folder) -> dict[str, FileEntry]:
    """The own files of the viewer that is served now, as they are."""
    base, *others = PurePosixPath(folder.viewer).parts or ("none",)
    release = str(read_marker(target / MARKER).get("release", "none"))
    served = target.joinpath(base, *([release, *others[1:]] if others else []))
    try:
        own = read_manifest(served).files
    except DistInvalid:
        return {}
    return {f"viewer/{name}": entry for name, entry in hash_tree(served).items() if name in own}


def _differences(before: Mapping[str, object], now: Mapping[str, object]) -> Iterator[str]:
    for name in ("ohifbuild", "kind", "dist"):
        if before.get(name) != now[name]:
            yield f"{name}: {before.get(name) or 'nothing'} → {now[name]}"
    old, new = (found if isinstance(found := each.get("options"), dict) else {} for each in (before, now))
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield f"{name.replace('_', '-')}: {old.get(name) or 'not given'} → {new.get(name) or 'not given'}"


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else None


def _diff(name: str, before: str, now: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), now.splitlines(), f"now/{name}", f"then/{name}", lineterm="")
    return "\n".join(lines)
