from __future__ import annotations

from pathlib import Path

import pytest

from ohifbuild.cache.entries import Cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import IntegrityMismatch, NotInCache, PackageUnknown, ReleaseUnsupported, UnknownRelease
from ohifbuild.lock.lock_file import LOCK_NAME, Lock
from ohifbuild.lock.resolve import LockBook
from ohifbuild.releases.catalogue import catalogue, resolve
from ohifbuild.sources.published import base_viewer

from .conftest import Registry

VIEWER = {"dist/index.html": b"<!doctype html>", "dist/app-config.js": b"", "dist/app.bundle.0123.js": b""}


def test_a_release_that_is_not_pinned_is_taken_with_a_note(registry: Registry, cache: Cache) -> None:
    package = registry.publish("@ohif/app", "3.12.999", VIEWER)
    reporter = SilentReporter()
    viewer = base_viewer(resolve("3.12.999", catalogue()), cache, offline=False, reporter=reporter)
    assert (viewer.path / "index.html").is_file()
    assert (viewer.origin, viewer.release.npm_integrity) == ("published", package.integrity)
    assert any("not pinned" in line for line in reporter.warnings)


def test_a_release_that_is_not_pinned_cannot_be_had_offline(registry: Registry, cache: Cache) -> None:
    with pytest.raises(NotInCache):
        base_viewer(resolve("3.12.999", catalogue()), cache, offline=True, reporter=SilentReporter())
    assert not registry.asked


def test_an_unknown_release_gets_the_nearest_ones_that_the_registry_has(registry: Registry, cache: Cache) -> None:
    registry.publish("@ohif/app", "3.12.998", VIEWER)
    with pytest.raises(UnknownRelease) as caught:
        base_viewer(resolve("3.12.999", catalogue()), cache, offline=False, reporter=SilentReporter())
    assert "3.12.998" in caught.value.fix


def test_a_pinned_release_that_this_registry_lacks_is_not_called_unknown(registry: Registry, cache: Cache) -> None:
    with pytest.raises(PackageUnknown) as caught:
        base_viewer(resolve("v3-stable", catalogue()), cache, offline=False, reporter=SilentReporter())
    assert "mirror" in caught.value.cause


def test_a_locked_package_that_changed_or_vanished_is_refused(registry: Registry, cache: Cache, tmp_path: Path) -> None:
    locked = registry.publish("@ohif/app", "3.12.999", VIEWER)
    facts = {"wish": "3.12.999", "version": "3.12.999", "npm": locked.integrity}
    (tmp_path / LOCK_NAME).write_text(Lock({"release": facts}).text())
    pin = LockBook(tmp_path / LOCK_NAME).pin(Recipe.of({"version": "3.12.999"}))
    registry.publish("@ohif/app", "3.12.999", {**VIEWER, "dist/evil.js": b"alert(1)"})
    with pytest.raises(IntegrityMismatch):
        base_viewer(pin, cache, offline=False, reporter=SilentReporter())
    registry.documents.clear()
    registry.tarballs.clear()
    with pytest.raises(PackageUnknown):
        base_viewer(pin, cache, offline=False, reporter=SilentReporter())


def test_a_package_without_a_viewer_is_refused(registry: Registry, cache: Cache) -> None:
    registry.publish("@ohif/app", "3.12.999", {"README.md": b""})
    with pytest.raises(ReleaseUnsupported) as caught:
        base_viewer(resolve("3.12.999", catalogue()), cache, offline=False, reporter=SilentReporter())
    assert "index.html" in caught.value.what
