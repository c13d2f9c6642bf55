from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import Mock

import pytest

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import (
    DownloadFailed,
    IntegrityMismatch,
    NotInCache,
    OhifbuildError,
    PackageDamaged,
    PackageUnknown,
)
from ohifbuild.tools.npm import Package, npm_package, published_integrity, published_versions

from .conftest import Registry, configure, tarball

FILES = {"dist/index.html": b"<!doctype html>", "dist/app.js": bytes(range(256)) * 2000}


def fetch(package: Package, cache: Cache, *, offline: bool = False) -> Path:
    return npm_package(package, cache, offline=offline, reporter=SilentReporter())


def leftovers(cache: Cache) -> list[Path]:
    """Files in the cache besides its locks."""
    files = [path for path in cache.root.rglob("*") if path.is_file()]
    return [path for path in files if path.suffix != ".lock" and path.name != ".in-use"]


def test_a_package_is_fetched_once_and_then_there_offline(registry: Registry, cache: Cache) -> None:
    package = registry.publish("@ohif/app", "3.99.0", FILES)
    folder = fetch(package, cache)
    assert (folder / "dist/app.js").read_bytes() == FILES["dist/app.js"]
    assert [path.name for path in folder.parent.iterdir()] == ["package"]
    assert fetch(package, cache, offline=True) == folder
    assert registry.downloads == 1
    assert {path.rpartition("/-/")[0] or path for path in registry.asked} == {"/@ohif/app"}


def test_progress_is_told_while_the_bytes_arrive(registry: Registry, cache: Cache) -> None:
    package = registry.publish("@ohif/app", "3.99.0", {"noise": os.urandom(2_000_000)})
    registry.faults = ["halting"]
    told: list[tuple[str, int]] = []

    class Watched(SilentReporter):
        @contextmanager
        def step(self, title: str, *, total: int | None = None, unit: str = "") -> Iterator[Mock]:
            def advance(amount: int) -> None:
                told.append((title, amount))
                registry.go_on.set()

            yield Mock(advance=advance)

    npm_package(package, cache, offline=False, reporter=Watched())
    title, amount = told[0]
    assert title == "Download @ohif/app@3.99.0"
    assert 0 < amount < len(registry.tarballs["/@ohif/app/-/app-3.99.0.tgz"])


def test_offline_asks_nobody(registry: Registry, cache: Cache) -> None:
    package = registry.publish("@ohif/app", "3.99.0", FILES)
    with pytest.raises(NotInCache) as caught:
        fetch(package, cache, offline=True)
    assert "without --offline" in caught.value.fix
    assert not registry.asked


def test_another_package_than_the_pinned_one_is_not_unpacked(registry: Registry, cache: Cache) -> None:
    pinned = registry.publish("@ohif/app", "3.99.0", FILES)
    registry.publish("@ohif/app", "3.99.0", {"dist/index.html": b"evil"})
    with pytest.raises(IntegrityMismatch) as caught:
        fetch(pinned, cache)
    assert pinned.integrity in caught.value.details
    assert not leftovers(cache)


def test_a_hostile_package_leaves_nothing_behind(registry: Registry, cache: Cache, tmp_path: Path) -> None:
    data = tarball({"package/package.json": b'{"name":"a","version":"1.0.0"}', "package/../../../evil": b"evil"})
    package = registry.publish_bytes("a", "1.0.0", data)
    with pytest.raises(PackageDamaged):
        fetch(package, cache)
    assert not leftovers(cache)
    assert not list(tmp_path.rglob("evil"))


def test_a_download_that_breaks_off_is_tried_again(registry: Registry, cache: Cache) -> None:
    package = registry.publish("@ohif/app", "3.99.0", FILES)
    registry.faults = ["truncated", "truncated"]
    reporter = SilentReporter()
    assert (npm_package(package, cache, offline=False, reporter=reporter) / "dist/index.html").is_file()
    assert sum("was interrupted" in line for line in reporter.lines) == 2


def test_a_download_that_always_breaks_off_fails_and_the_next_run_completes(registry: Registry, cache: Cache) -> None:
    package = registry.publish("@ohif/app", "3.99.0", FILES)
    registry.faults = ["truncated"] * 3
    with pytest.raises(DownloadFailed) as caught:
        fetch(package, cache)
    assert "was lost" in caught.value.cause
    assert not leftovers(cache)
    assert fetch(package, cache).is_dir()


@pytest.mark.parametrize(
    ("fault", "kind", "cause"),
    [
        ("403", DownloadFailed, "refuses this package"),
        ("404", PackageUnknown, "does not have it"),
        ("503", DownloadFailed, "registry has an error"),
        ("garbage", IntegrityMismatch, "a login page"),
    ],
)
def test_each_fault_of_the_registry_is_named(
    registry: Registry, cache: Cache, fault: str, kind: type[OhifbuildError], cause: str
) -> None:
    package = registry.publish("@ohif/app", "3.99.0", FILES)
    registry.faults = [fault] * 5
    with pytest.raises(kind) as caught:
        fetch(package, cache)
    assert cause in caught.value.cause
    assert caught.value.fix
    assert not leftovers(cache)


@pytest.mark.parametrize(
    ("address", "cause"),
    [("http://127.0.0.1:1/", "No server answers"), ("http://registry.invalid/", "cannot be resolved")],
)
def test_a_registry_out_of_reach_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Cache, address: str, cause: str
) -> None:
    configure(tmp_path, monkeypatch, f"registry={address}", "fetch-retries=0")
    with pytest.raises(DownloadFailed) as caught:
        fetch(Package("@ohif/app", "3.99.0", "sha512-"), cache)
    assert cause in caught.value.cause


def test_the_users_credentials_reach_the_registry_and_no_error(
    registry: Registry, cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = registry.publish("@ohif/app", "3.99.0", FILES)
    host = registry.url.removeprefix("http:")
    configure(tmp_path, monkeypatch, f"registry={registry.url}/", f"{host}/:_authToken=geheim-7")
    registry.faults = ["401"] * 5
    with pytest.raises(DownloadFailed) as caught:
        fetch(package, cache)
    assert registry.authorizations == {"Bearer geheim-7"}
    assert "credentials" in caught.value.cause
    assert "geheim-7" not in "".join([caught.value.what, caught.value.details, caught.value.cause, caught.value.fix])


def test_the_folder_we_are_in_and_those_above_have_no_say(
    registry: Registry, cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = registry.publish("@ohif/app", "3.99.0", FILES)
    (tmp_path / "package.json").write_text(json.dumps({"name": "evil", "workspaces": ["cache/npm/.*/download-*"]}))
    (tmp_path / ".npmrc").write_text("registry=http://127.0.0.1:1/\n")
    monkeypatch.chdir(tmp_path)
    assert fetch(package, cache).is_dir()


def test_the_registry_is_asked_for_versions_and_integrity(registry: Registry, cache: Cache) -> None:
    registry.publish("@ohif/app", "3.98.0", FILES)
    package = registry.publish("@ohif/app", "3.99.0", FILES)
    assert published_versions("@ohif/app", cache, SilentReporter()) == ("3.98.0", "3.99.0")
    assert published_integrity("@ohif/app", "3.99.0", cache, SilentReporter()) == package.integrity
    with pytest.raises(PackageUnknown) as caught:
        published_integrity("@ohif/app", "3.97.0", cache, SilentReporter())
    assert caught.value.fix.endswith("npm view @ohif/app versions")
