"""Lets npm decide what to install for packages: once, together, from names and ranges alone.

npm works in a folder of its own, where each package is a workspace with the dependencies that it has to bring. So
packages that can share a version share it, as in one repository. No address of a lockfile and no script is used.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ohifbuild.core.errors import ToolFailed
from ohifbuild.core.processes import run
from ohifbuild.core.temporary import temporary_folder
from ohifbuild.packages.dependencies import (
    ONLY_ONE,
    PATH,
    SPEC,
    Dependency,
    Installed,
    Needed,
    Resolved,
    dependencies_in,
    find_lockfile,
)
from ohifbuild.packages.npm_ranges import satisfies
from ohifbuild.packages.problems import PackageProblem
from ohifbuild.tools.lockfiles import read_lockfile
from ohifbuild.tools.toolchain import NodeTools

# A range, a tag of the registry, or either of another package. Addresses and folders have no integrity.
VERSIONS = re.compile(r"(?:npm:(?:@[\w.-]+/)?[\w.-]+@)?[\w.\s<>=~^|*+-]*")
RESOLVE = (
    "install",
    "--package-lock-only",
    "--ignore-scripts",
    "--legacy-peer-deps",  # OHIF provides the peers
    "--no-audit",
    "--no-fund",
    "--no-update-notifier",
)
NO_VERSION = re.compile(r"No matching version found for (?P<name>(?:@[\w.-]+/)?[\w.-]+)@")
# A package of the registry may depend on a repository that nobody has looked at, and npm would clone it.
NO_GIT = {"npm_config_git": "/nonexistent/ohifbuild-uses-no-git"}
WORKSPACE = "packages"
# OHIF's own tools use yarn 1, which completes such a lockfile. The other programs refuse it in a frozen installation.
COMPLETED = frozenset({"yarn.lock"})
Locked = Mapping[tuple[str, str], str]


def resolve_dependencies(
    key: str, wanted: Sequence[Needed], installed: Installed, tools: NodeTools, facts: Mapping[str, str]
) -> Resolved | list[PackageProblem]:
    """Decides what to install, or says why that is impossible.

    Args:
        facts: those of the lock. Without a lockfile of its own, a package keeps these versions if they fit.
    """
    before = {(item.name, item.version): item.integrity for item in dependencies_in(facts)}
    problems: list[PackageProblem] = []
    notes: list[str] = []
    manifests: list[dict[str, str]] = []
    locked: dict[tuple[str, str], str] = {}
    for item in wanted:
        own_lock = _lock_of(item, before, problems)
        problems += _bad_ranges(item)
        if own_lock is None:
            continue
        _compare(item, own_lock, problems, notes)
        locked |= own_lock
        manifests.append({name: _newest(own_lock, name, text) or text for name, text in item.own.items()})
    if problems:
        return problems
    _add_others(wanted, manifests, locked)
    try:
        tree = _with_any_peers(wanted, manifests, notes, tools)
        overrides = _single_versions(tree, locked, manifests)
        tree = _resolved_by_npm(manifests, overrides, tools) if overrides else tree
    except ToolFailed as error:
        names = ", ".join(sorted({name for manifest in manifests for name in manifest}))
        who = ", ".join(item.package.name for item in wanted)
        what, fix = (
            f"npm cannot resolve its dependencies ({names})",
            "Correct the names and ranges in its package.json.",
        )
        return [PackageProblem(who, what, fix, error.details)]
    found = list(_found(tree, wanted, installed))
    problems = [problem for item in found if (problem := _untrusted(item, locked))]
    return problems or Resolved(key, tuple(sorted(found)), tuple(notes))


def _lock_of(item: Needed, before: Locked, problems: list[PackageProblem]) -> dict[tuple[str, str], str] | None:
    lockfile = find_lockfile(item.package)
    try:
        return read_lockfile(lockfile) if lockfile else dict(before)
    except ValueError as error:
        what = f"its {lockfile.name if lockfile else 'lockfile'} cannot be used: {error}"
        problems.append(PackageProblem(item.package.source, what, "Make it again, or remove it."))
        return None


def _bad_ranges(item: Needed) -> Iterator[PackageProblem]:
    for name, wanted in {**item.own, **item.others}.items():
        if not VERSIONS.fullmatch(wanted):
            what = f"its dependency {name} is '{wanted[:80]}', which is no range of versions"
            yield PackageProblem(item.package.source, what, f"Add {name} to the extensions of the recipe.")


def _compare(item: Needed, locked: Locked, problems: list[PackageProblem], notes: list[str]) -> None:
    """Names dependencies that the package's lockfile does not have."""
    lockfile = find_lockfile(item.package)
    absent = [f"{name} {wanted}" for name, wanted in item.own.items() if not _newest(locked, name, wanted)]
    if lockfile and absent and lockfile.name in COMPLETED:
        notes.append(f"{item.package.name}: its {lockfile.name} has no {', '.join(absent)}; the registry's is taken.")
    elif lockfile and absent:
        what = f"its {lockfile.name} does not fit its package.json: it has no {', '.join(absent)}"
        fix = f"Write {lockfile.name} again, with the program that made it."
        problems.append(PackageProblem(item.package.source, what, fix))


def _add_others(wanted: Sequence[Needed], manifests: list[dict[str, str]], locked: Locked) -> None:
    """Adds imports that are peers or for development, if no package brings them as a dependency."""
    brought = {name for manifest in manifests for name in manifest}
    for item, manifest in zip(wanted, manifests, strict=True):
        for name, text in item.others.items():
            if name not in brought:
                manifest[name] = _newest(locked, name, text) or text
                brought.add(name)


def _newest(locked: Locked, name: str, wanted: str) -> str | None:
    found = [version for known, version in locked if known == name and satisfies(version, wanted)]
    return max(found, key=lambda version: [int(part) for part in re.findall(r"\d+", version)[:6]], default=None)


def _single_versions(tree: Mapping[str, Any], locked: Locked, manifests: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The lockfiles' versions of what npm found, where npm chose others and the lockfiles have only one."""
    versions: dict[str, set[str]] = {}
    for name, version in locked:
        versions.setdefault(name, set()).add(version)
    direct = {name for manifest in manifests for name in manifest}
    found = {_name(path, entry): {str(entry.get("version"))} for path, entry in tree.items()}
    return {
        name: next(iter(versions[name]))
        for name, chosen in sorted(found.items())
        if name not in direct and len(versions.get(name, ())) == 1 and chosen != versions[name]
    }


def _with_any_peers(
    wanted: Sequence[Needed], manifests: list[dict[str, str]], notes: list[str], tools: NodeTools
) -> dict[str, Any]:
    """What npm finds, with the newest version of each peer that the registry has in no version of the range.

    OHIF's own tools only warn of such a peer.
    """
    while True:
        try:
            return _resolved_by_npm(manifests, {}, tools)
        except ToolFailed as error:
            absent = NO_VERSION.search(error.details)
            owner = absent and next(
                (
                    number
                    for number, item in enumerate(wanted)
                    if manifests[number].get(absent["name"]) == item.others.get(absent["name"], "*") != "*"
                ),
                None,
            )
            if absent is None or owner is None:
                raise
            name, text = absent["name"], manifests[owner][absent["name"]]
            notes.append(f"{wanted[owner].package.name}: the registry has no {name} {text}; its newest is taken.")
            manifests[owner][name] = "*"


def _resolved_by_npm(
    manifests: Sequence[Mapping[str, str]], overrides: Mapping[str, str], tools: NodeTools
) -> dict[str, Any]:
    """The ``packages`` of the package-lock.json that npm makes for these dependencies."""
    with temporary_folder() as temporary:
        root = Path(temporary)
        _write(root, {"private": True, "workspaces": [f"{WORKSPACE}/*"], "overrides": dict(overrides)})
        for number, manifest in enumerate(manifests):
            name = f"ohifbuild-package-{number}"
            _write(root / WORKSPACE / str(number), {"name": name, "version": "0.0.0", "dependencies": dict(manifest)})
        run([tools.npm, *RESOLVE], cwd=root, env={**tools.env, **NO_GIT})
        document = json.loads((root / "package-lock.json").read_text(encoding="utf-8"))
    return {path: entry for path, entry in document["packages"].items() if "node_modules/" in path}


def _write(folder: Path, manifest: Mapping[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text(json.dumps(manifest), encoding="utf-8")


def _found(tree: Mapping[str, Any], wanted: Sequence[Needed], installed: Installed) -> Iterator[Dependency]:
    for path, entry in tree.items():
        inside = path[path.index("node_modules/") :]
        names = [part.strip("/") for part in inside.split("node_modules/")]
        unused = any(name.startswith("@types/") for name in names)  # no code
        ohifs = any(ONLY_ONE.fullmatch(name) and name in installed for name in names)
        if unused or ohifs or entry.get("link") or entry.get("optional") or entry.get("inBundle"):
            continue
        number = path.split("/")[1] if path.startswith(f"{WORKSPACE}/") else None
        owner = wanted[int(number)].package.name if number else ""
        integrity = str(entry.get("integrity", ""))
        yield Dependency(owner, inside, _name(inside, entry), str(entry.get("version", "")), integrity)


def _untrusted(item: Dependency, locked: Locked) -> PackageProblem | None:
    stated = locked.get((item.name, item.version), "")
    spec = f"{item.name}@{item.version}"
    named = PATH.fullmatch(item.path) and SPEC.fullmatch(spec)
    if not (item.integrity.startswith("sha512-") and named):
        return PackageProblem(spec, "the registry has no SHA-512 for it", "Depend on another version.")
    if stated.startswith("sha512-") and item.integrity not in stated.split():
        what = "the registry's has another integrity than the one that is locked"
        fix = "Find out which of the two was changed before you use the package."
        return PackageProblem(spec, what, fix, f"locked {stated}\nfound  {item.integrity}")
    if ONLY_ONE.fullmatch(item.name) and item.path.rpartition("node_modules/")[2] != item.name:
        what = f"{item.path.rpartition('node_modules/')[2]} is an alias of it, and a viewer must not have a second one"
        return PackageProblem(spec, what, f"Import {item.name} by its name, and give it no alias.")
    return None


def _name(path: str, entry: Mapping[str, Any]) -> str:
    return str(entry.get("name") or path.rpartition("node_modules/")[2])
