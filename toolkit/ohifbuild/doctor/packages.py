"""Checks packages for a release: what its source exports, from the cache or from git."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter, SilentReporter
from ohifbuild.core.errors import NotInCache, OhifbuildError
from ohifbuild.doctor.findings import Report, report
from ohifbuild.doctor.package_checks import MANIFEST_CHECKS, Target
from ohifbuild.doctor.package_imports import IMPORT_CHECKS
from ohifbuild.javascript.exports import Exports, exports_of
from ohifbuild.javascript.resolve import entry_of, read_manifest, relative_module
from ohifbuild.packages.export_lists import INSTALLED, OHIF, ExportLists, read_export_lists
from ohifbuild.packages.package_files import read_package_files
from ohifbuild.releases.catalogue import ReleasePin, catalogue, find_release
from ohifbuild.sources.checkout import checkout
from ohifbuild.sources.install import lock_key
from ohifbuild.sources.published import published_viewer
from ohifbuild.sources.working_tree import KIND, is_installed
from ohifbuild.tools.toolchain import node_tools
from ohifbuild.viewer.shared.modules import shared_exports

CAUSES: dict[str, Sequence[str]] = {}


def examine_package(root: Path, target: Target) -> Report:
    """The findings about the package in a folder."""
    package = read_package_files(root)
    findings = [check(package, target) for check in (*MANIFEST_CHECKS, *IMPORT_CHECKS)]
    return report(str(root), findings, causes=CAUSES)


def find_target(version: str, source: str, cache: Cache, *, offline: bool, reporter: Reporter) -> Target:
    """What is known about a release: from its source, or else from the published viewer, or else only its name.

    Args:
        version: a channel or a release.
        source: the URL or folder of a git repository; "" for OHIF's own.

    Raises:
        UnknownRelease: there is no such release.
    """
    pin = find_release(version, catalogue())
    if not pin.commit:
        return _published(pin, cache, f"the commit of {pin.version} is not pinned.", offline=offline)
    remote = source or catalogue().source
    try:
        tree = checkout(remote, pin.tag, pin.commit, cache, offline=offline, reporter=reporter).path
    except NotInCache:
        why = f"the source of OHIF {pin.version} is not in the cache, and --offline forbids cloning it."
        return _published(pin, cache, why, offline=True)
    except OhifbuildError as error:
        why = f"the source of OHIF {pin.version} cannot be cloned: {error.what}"
        return _published(pin, cache, why, offline=offline)
    lists = dict(read_export_lists(tree).packages)
    for folder in _cornerstone(tree, pin, cache):
        name, entry = read_manifest(folder).get("name"), entry_of(folder)
        if isinstance(name, str) and entry is not None:
            lists[name] = exports_of(entry, relative_module)
    return Target(pin.version, ExportLists(lists), _versions(tree))


def _published(pin: ReleasePin, cache: Cache, why: str, *, offline: bool) -> Target:
    """The names that the published viewer gives to packages at run time; its types and versions are unknown."""
    reporter = SilentReporter()
    try:
        base = published_viewer(pin, cache, offline=offline, reporter=reporter).provide(
            cache, offline=offline, reporter=reporter
        )
        shared = shared_exports(base, cache, reporter=reporter)
    except OhifbuildError:
        return Target(pin.version, None, {}, why)
    lists = {name: Exports(names, frozenset(), complete=bool(names)) for name, names in shared.items()}
    return Target(pin.version, ExportLists(lists), {}, why, published=True)


def _cornerstone(tree: Path, pin: ReleasePin, cache: Cache) -> list[Path]:
    """The folders of cornerstone's packages, if an earlier build has installed them."""
    with suppress(OhifbuildError, OSError, ValueError):
        tools = node_tools(cache, SilentReporter(), needs=pin.node, offline=True)
        key = lock_key(tree, tools, pin.package_manager)
        built = cache.path_of(KIND, key) / "tree"
        if is_installed(built, key):
            return [each for each in sorted(built.glob(INSTALLED)) if not each.name.startswith("codec-")]
    return []


def _versions(tree: Path) -> dict[str, str]:
    """The versions of OHIF's packages, and those that they ask for of others, where these are plain versions."""
    asked: dict[str, str] = {}
    own: dict[str, str] = {}
    for pattern in (*OHIF, "."):
        for folder in sorted(tree.glob(pattern)) if pattern != "." else [tree]:
            manifest = read_manifest(folder)
            if isinstance(manifest.get("name"), str):
                own[manifest["name"]] = str(manifest.get("version", ""))
            for key in ("peerDependencies", "devDependencies", "dependencies"):
                table = manifest.get(key)
                asked |= (
                    {name: str(each).lstrip("^~") for name, each in table.items()} if isinstance(table, dict) else {}
                )
    return {**asked, **own}
