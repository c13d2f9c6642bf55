"""Decides and installs what the packages of a recipe need and an OHIF source does not have."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.core.errors import NotInCache
from ohifbuild.packages.dependencies import NOTHING, Needed, Resolved, frozen, imports_others, needed, resolution_key
from ohifbuild.packages.files import copy_dependency
from ohifbuild.packages.fit import release_problems
from ohifbuild.packages.npm_ranges import satisfies
from ohifbuild.packages.package import Package
from ohifbuild.packages.problems import refuse
from ohifbuild.packages.resolve_dependencies import resolve_dependencies
from ohifbuild.packages.shared_names import SHARED_PACKAGES
from ohifbuild.sources.installed import installed_versions
from ohifbuild.sources.workspace import TOGETHER, source_versions
from ohifbuild.tools import npm
from ohifbuild.tools.toolchain import NodeTools, node_tools


def decide_dependencies(
    packages: Sequence[Package],
    facts: Mapping[str, str],
    commit: str,
    source: Callable[[], Path],
    tools: NodeTools,
    *,
    manager: str,
    offline: bool,
    reporter: Reporter,
) -> Resolved:
    """What the packages bring: as the lock has it, else as their lockfiles and the registry say.

    Args:
        facts: those of the lock about dependencies.
        commit: of OHIF's source.
        source: gives OHIF's source; is called only if the lock does not say enough.
        manager: the package manager that installs OHIF's own dependencies.

    Raises:
        ExtensionInvalid: at least one package cannot be used with this source; ``details`` lists all problems.
        NotInCache: ``offline`` is set, and the lock does not have the dependencies.
        OhifbuildError: as ``source``.
    """
    if not any(imports_others(package, packages) for package in packages):
        return NOTHING
    key = resolution_key(packages, commit)
    if found := frozen(key, facts, packages):
        return found
    tree = source()
    problems = release_problems(packages, source_versions(tree))
    installed = installed_versions(tree, manager)
    wanted = [item for package in packages if (item := needed(package, packages, installed)).own or item.others]
    if not wanted:
        return NOTHING
    if offline:
        raise _unresolved(wanted)
    with reporter.step("Resolve dependencies of extensions"):
        result = resolve_dependencies(key, wanted, installed, tools, facts)
    if not isinstance(result, Resolved):
        refuse(problems + result)
        raise AssertionError("a problem is refused")
    refuse(problems)
    for note in result.notes:
        reporter.warn(note)
    return result


def decide_run_time_dependencies(
    packages: Sequence[Package],
    facts: Mapping[str, str],
    version: str,
    cache: Cache,
    *,
    shared: Collection[str] = SHARED_PACKAGES,
    offline: bool,
    reporter: Reporter,
) -> Resolved:
    """What packages bring that a published release loads at run time: all that the viewer does not share.

    Args:
        facts: those of the lock about dependencies.
        version: of OHIF.
        shared: the packages that the viewer has for them.

    Raises:
        ExtensionInvalid: the dependencies cannot be resolved; ``details`` lists all problems.
        NotInCache: ``offline`` is set, and the lock does not have the dependencies.
        OhifbuildError: as ``node_tools``.
    """
    present: dict[str, frozenset[str]] = dict.fromkeys(shared, frozenset())
    wanted = [item for package in packages if (item := needed(package, packages, present)).own or item.others]
    if not wanted:
        return NOTHING
    key = resolution_key(packages, f"published {version}")
    if found := frozen(key, facts, packages):
        return found
    if offline:
        raise _unresolved(wanted)
    tools = node_tools(cache, reporter, offline=offline)
    with reporter.step("Resolve dependencies of extensions"):
        result = resolve_dependencies(key, wanted, present, tools, facts)
    if not isinstance(result, Resolved):
        refuse(result)
        raise AssertionError("a problem is refused")
    for note in result.notes:
        reporter.warn(note)
    return result


def install_dependencies(
    tree: Path,
    targets: Sequence[tuple[Package, Path]],
    resolved: Resolved,
    cache: Cache,
    *,
    offline: bool,
    reporter: Reporter,
) -> tuple[Path, ...]:
    """Puts the dependencies into the tree, each compared with its integrity; runs no script.

    Args:
        targets: the packages with their folders in the tree.

    Returns:
        The ``node_modules`` that were made: those of packages, which look there before OHIF's, and at the end the one
        that all share, in which they look at last.

    Raises:
        OhifbuildError: as ``npm_packages``.
    """
    shared = tree / TOGETHER / "node_modules"
    by_name = {package.name: folder for package, folder in targets}
    tarballs = {item: npm.Package(item.name, item.version, item.integrity) for item in resolved}
    sources = npm.npm_packages(tuple(dict.fromkeys(tarballs.values())), cache, offline=offline, reporter=reporter)
    for item in resolved:
        target = by_name[item.owner] if item.owner else tree / TOGETHER
        # A folder inside another one (a/node_modules/b) may come first or last.
        copy_dependency(sources[tarballs[item]], target / item.path)
    versions = {
        item.name: item.version for item in resolved if item.path == f"node_modules/{item.name}" and not item.owner
    }
    for package, folder in targets:
        for name, wanted in package.dependencies:
            own = folder / "node_modules" / name
            if name in versions and satisfies(versions[name], wanted) and not own.exists():
                own.parent.mkdir(parents=True, exist_ok=True)
                own.symlink_to(shared / name)
    made = (*(folder / "node_modules" for _, folder in targets), shared)
    return tuple(folder for folder in made if folder.is_dir())


def _unresolved(wanted: Sequence[Needed]) -> NotInCache:
    names = sorted({name for item in wanted for name in (*item.own, *item.others)})
    return NotInCache(
        f"The dependencies of the extensions ({', '.join(names)}) are not in ohifbuild.lock.",
        cause="They were not resolved for these packages and this release, and --offline forbids asking the registry.",
        fix="Run once without --offline: ohifbuild lock",
    )
