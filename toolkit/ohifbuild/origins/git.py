"""The git origin: clone, patch, install and bundle OHIF's own source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ohifbuild.cache import Cache, digest_of
from ohifbuild.console import Reporter
from ohifbuild.origins.base import BaseViewer, check_is_viewer
from ohifbuild.origins.bundle import HEAP_MB, bundle
from ohifbuild.origins.checkout import Checkout, checkout
from ohifbuild.origins.install import install, lock_key
from ohifbuild.origins.room import room
from ohifbuild.patches import Patch, apply, digest, select
from ohifbuild.releases import ReleasePin
from ohifbuild.toolchain import NodeTools, node_tools

ORIGIN = "git"
KIND = "base"
# Raised whenever the same inputs come to give another bundle.
RECIPE_VERSION = 1


@dataclass(frozen=True)
class Source:
    """Where OHIF's source comes from: ``remote`` is a URL or path; ``ref`` a tag, branch or commit ("": the pin's)."""

    remote: str
    ref: str = ""


def base_viewer(
    pin: ReleasePin,
    source: Source,
    patches: Sequence[Patch],
    cache: Cache,
    *,
    offline: bool,
    reporter: Reporter,
) -> BaseViewer:
    """The release, bundled from its patched source.

    Raises:
        OhifbuildError: as its parts: ``checkout``, ``node_tools``, ``install``, ``apply``, ``bundle``.
    """
    wanted = select(patches, pin.version)
    commit = None if source.ref else pin.commit
    pristine = checkout(source.remote, source.ref or pin.tag, commit, cache, offline=offline, reporter=reporter)
    tools = node_tools(cache, reporter, needs=pin.node, offline=offline)
    key = digest_of(
        ORIGIN,
        RECIPE_VERSION,
        pristine.commit,
        digest(wanted),
        lock_key(pristine.path, tools, pin.package_manager),
        pin.bundler,
        HEAP_MB,
    )

    def make(work: Path) -> None:
        log = cache.root / "logs" / f"{pin.version}-{key[:12]}.log"
        _build(pristine, pin, wanted, tools, work, log, cache, offline=offline, reporter=reporter)

    folder = cache.entry(KIND, key, make, reporter=reporter, shared=True)
    return BaseViewer(folder / "dist", key, replace(pin, commit=pristine.commit), ORIGIN)


def _build(
    pristine: Checkout,
    pin: ReleasePin,
    patches: Sequence[Patch],
    tools: NodeTools,
    work: Path,
    log: Path,
    cache: Cache,
    *,
    offline: bool,
    reporter: Reporter,
) -> None:
    with room(pristine, cache) as tree:
        report = apply(tree, pin.version, patches)
        reporter.debug(f"{len(patches)} patches changed {len(report.changed)} files")
        install(tree, pin.package_manager, tools, cache, offline=offline, reporter=reporter)
        bundle(tree, pin.bundler, tools, work, log, reporter)
    check_is_viewer(work / "dist", f"The source of {pin.tag}")
