from __future__ import annotations

import pytest

from ohifbuild.cache.entries import Cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import IntegrityMismatch, NotInCache, PackageUnknown, ReleaseUnsupported, UnknownRelease
from ohifbuild.lock.lock_file import Lock
from ohifbuild.lock.resolve import resolve
from ohifbuild.releases.catalogue import ReleasePin, catalogue, find_release
from ohifbuild.sources.base_viewer import BaseViewer
from ohifbuild.sources.published import published_viewer

from .conftest import Registry

VIEWER = {"dist/index.html": b"<!doctype html>", "dist/app-config.js": b"", "dist/app.bundle.0123.js": b""}


def base_viewer(pin: ReleasePin, cache: Cache, *, offline: bool, reporter: SilentReporter) -> BaseViewer:
    viewer = published_viewer(pin, cache, offline=offline, reporter=reporter)
    return viewer.provide(cache, offline=offline, reporter=reporter)


def test_a_release_that_is_not_pinned_is_taken_with_a_note(registry: Registry, cache: Cache) -> None:
    package = registry.publish("@ohif/app", "3.12.999", VIEWER)
    reporter = SilentReporter()
    viewer = base_viewer(find_release("3.12.999", catalogue()), cache, offline=False, reporter=reporter)
    assert (viewer.path / "index.html").is_file()
    assert (viewer.origin, viewer.release.npm_integrity) == ("published", package.integrity)
    assert any("not pinned" in line for line in reporter.warnings)


def test_a_release_that_is_not_pinned_cannot_be_had_offline(registry: Registry, cache: Cache) -> None:
    with pytest.raises(NotInCache):
        base_viewer(find_release("3.12.999", catalogue()), cache, offline=True, reporter=SilentReporter())
    assert not registry.asked


def test_an_unknown_release_gets_the_nearest_ones_that_the_registry_has(registry: Registry, cache: Cache) -> None:
    registry.publish("@ohif/app", "3.12.998", VIEWER)
    with pytest.raises(UnknownRelease) as caught:
        base_viewer(find_release("3.12.999", catalogue()), cache, offline=False, reporter=SilentReporter())
    assert "3.12.998" in caught.value.fix


def test_a_pinned_release_that_this_registry_lacks_is_not_called_unknown(registry: Registry, cache: Cache) -> None:
    with pytest.raises(PackageUnknown) as caught:
        base_viewer(find_release("v3-stable", catalogue()), cache, offline=False, reporter=SilentReporter())
    assert "mirror" in caught.value.cause


def test_a_locked_package_that_changed_or_vanished_is_refused(
    registry: Registry, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = registry.publish("@ohif/app", "3.12.999", VIEWER)
    facts = {"wish": "3.12.999", "version": "3.12.999", "npm": locked.integrity}
    recipe = Recipe.of({"version": "3.12.999", "from": "published"})
    monkeypatch.setattr("ohifbuild.lock.resolve.bundle_all", lambda *_, **__: None)
    pin = resolve(recipe, locked=Lock({"release": facts}), cache=cache).release
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
        base_viewer(find_release("3.12.999", catalogue()), cache, offline=False, reporter=SilentReporter())
    assert "index.html" in caught.value.what
